package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.testkit.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Writes objects to a bucket until the platform is killed: small ones, ones with a file of their own, and uploads in parts, of
 * which some are never completed. Afterwards every object has to be one that was sent, whole. The bytes follow from key and
 * version.
 */
final class ObjectLoad {
    private static final String BUCKET = "crash-objects";
    private static final int KEYS_PER_WRITER = 6;
    private static final int SMALL_BYTES = 700;
    private static final int LARGE_BYTES = 100_000;
    private static final int PART_BYTES = 5 << 20;

    enum Deed {
        SMALL(SMALL_BYTES, 0),
        LARGE(LARGE_BYTES, 1),
        PARTS(PART_BYTES + LARGE_BYTES, 2),
        DELETE(0, 0);

        final int size;
        /** In the folder of blobs, as long as the object is there. */
        final int files;

        Deed(int size, int files) {
            this.size = size;
            this.files = files;
        }
    }

    /** @param tag of the part that was acknowledged */
    private record Unfinished(String key, String uploadId, String tag) {}

    private final Attempts<Deed> attempts = new Attempts<>();
    private final ConcurrentLinkedQueue<Unfinished> unfinished = new ConcurrentLinkedQueue<>();
    private final AtomicInteger uploads = new AtomicInteger();

    int acknowledged() {
        return attempts.count();
    }

    static void prepare(RunningPlatform platform) {
        try (var s3 = platform.client(S3Client.builder())) {
            s3.createBucket(r -> r.bucket(BUCKET));
        }
    }

    // ---- writing

    void write(RunningPlatform platform, int writer, Seeded seeded, AtomicBoolean stop) {
        try (var s3 = impatient(platform)) {
            while (!stop.get()) {
                var key = "w" + writer + "/" + seeded.below(KEYS_PER_WRITER);
                int die = seeded.below(100);
                var deed = die < 45 ? Deed.SMALL : die < 85 ? Deed.LARGE : die < 88 ? Deed.PARTS : Deed.DELETE;
                int version = attempts.begin(key, deed);
                perform(s3, key, deed, version);
                attempts.acknowledge(key, version);
            }
        } catch (SdkException e) {
            // killed in the middle: this one was not acknowledged
        }
    }

    private static void perform(S3Client s3, String key, Deed deed, int version) {
        var bytes = content(key, version, deed.size);
        switch (deed) {
            case SMALL, LARGE -> s3.putObject(r -> r.bucket(BUCKET).key(key), RequestBody.fromBytes(bytes));
            case DELETE -> s3.deleteObject(r -> r.bucket(BUCKET).key(key));
            case PARTS -> {
                var id =
                        s3.createMultipartUpload(r -> r.bucket(BUCKET).key(key)).uploadId();
                complete(
                        s3,
                        key,
                        id,
                        put(s3, key, id, 1, Arrays.copyOf(bytes, PART_BYTES)),
                        put(s3, key, id, 2, Arrays.copyOfRange(bytes, PART_BYTES, bytes.length)));
            }
        }
    }

    private static String put(S3Client s3, String key, String uploadId, int part, byte[] bytes) {
        return s3.uploadPart(
                        r -> r.bucket(BUCKET).key(key).uploadId(uploadId).partNumber(part),
                        RequestBody.fromBytes(bytes))
                .eTag();
    }

    private static void complete(S3Client s3, String key, String uploadId, String... tags) {
        var parts = new ArrayList<CompletedPart>();
        for (var tag : tags) {
            parts.add(CompletedPart.builder()
                    .partNumber(parts.size() + 1)
                    .eTag(tag)
                    .build());
        }
        s3.completeMultipartUpload(
                r -> r.bucket(BUCKET).key(key).uploadId(uploadId).multipartUpload(u -> u.parts(parts)));
    }

    /** Begins uploads and puts a part into each; nothing of them may be seen as an object. */
    void leaveUnfinished(RunningPlatform platform, AtomicBoolean stop) {
        try (var s3 = impatient(platform)) {
            while (!stop.get()) {
                var key = "unfinished/" + uploads.incrementAndGet();
                var id =
                        s3.createMultipartUpload(r -> r.bucket(BUCKET).key(key)).uploadId();
                var tag = put(s3, key, id, 1, content(key, 1, LARGE_BYTES));
                unfinished.add(new Unfinished(key, id, tag));
                Waiting.pause(Duration.ofMillis(50));
            }
        } catch (SdkException e) {
            // killed in the middle: this one was not acknowledged
        }
    }

    private static S3Client impatient(RunningPlatform platform) {
        return platform.client(S3Client.builder().overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1))));
    }

    private static byte[] content(String key, int version, int size) {
        var line = (key + " version " + version + "\n").getBytes(StandardCharsets.UTF_8);
        var bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (line[i % line.length] ^ (i >> 10));
        }
        return bytes;
    }

    /** As S3 makes it: the MD5 of the bytes, or that of the parts' with their number. */
    private static String tag(Deed deed, byte[] bytes) {
        if (deed != Deed.PARTS) {
            return '"' + HexFormat.of().formatHex(md5(bytes)) + '"';
        }
        var both = Arrays.copyOf(md5(Arrays.copyOf(bytes, PART_BYTES)), 32);
        System.arraycopy(md5(Arrays.copyOfRange(bytes, PART_BYTES, bytes.length)), 0, both, 16, 16);
        return '"' + HexFormat.of().formatHex(md5(both)) + "-2\"";
    }

    private static byte[] md5(byte[] bytes) {
        try {
            return MessageDigest.getInstance("MD5").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    // ---- checking

    /**
     * Every object is whole and one that may be there; every upload that was acknowledged can still be completed.
     *
     * @return how many blobs the objects consist of
     */
    int check(RunningPlatform platform) {
        try (var s3 = platform.client(S3Client.builder())) {
            int blobs = 0;
            int objects = 0;
            var listed = new HashSet<>(s3.listObjectsV2Paginator(r -> r.bucket(BUCKET)).contents().stream()
                    .map(S3Object::key)
                    .toList());
            for (var key : attempts.keys()) {
                var files = checkObject(s3, key);
                assertThat(listed.remove(key)).as("%s is listed", key).isEqualTo(files >= 0);
                blobs += Math.max(files, 0);
                objects += files >= 0 ? 1 : 0;
            }
            assertThat(listed).as("objects that nobody put").isEmpty();
            System.out.println("objects: " + attempts.count() + " acknowledged writes, " + objects + " objects in "
                    + blobs + " files, " + uploads.get() + " unfinished uploads");
            return blobs;
        }
    }

    /** @return the files that it has, or -1 when it isn't there */
    private int checkObject(S3Client s3, String key) {
        try {
            var found = s3.getObjectAsBytes(r -> r.bucket(BUCKET).key(key));
            var bytes = found.asByteArrayUnsafe();
            var source = attempts.possible(key).stream()
                    .filter(a -> Arrays.equals(bytes, content(key, a.version(), a.deed().size)))
                    .findFirst();
            assertThat(source)
                    .as("%s has %s bytes that are none of %s", key, bytes.length, attempts.possible(key))
                    .isPresent();
            var deed = source.get().deed();
            assertThat(found.response().eTag()).isEqualTo(tag(deed, bytes));
            assertThat(s3.headObject(r -> r.bucket(BUCKET).key(key)).contentLength())
                    .isEqualTo(deed.size);
            return deed.files;
        } catch (NoSuchKeyException e) {
            attempts.checkAbsent(key, Deed.DELETE);
            return -1;
        }
    }

    /** Completes a few, aborts all others. */
    void finishUploads(RunningPlatform platform) {
        try (var s3 = platform.client(S3Client.builder())) {
            assertThat(unfinished).isNotEmpty();
            for (var upload : lastOf(List.copyOf(unfinished), 5)) {
                complete(s3, upload.key, upload.uploadId, upload.tag);
                assertThat(s3.getObjectAsBytes(r -> r.bucket(BUCKET).key(upload.key))
                                .asByteArrayUnsafe())
                        .isEqualTo(content(upload.key, 1, LARGE_BYTES));
                s3.deleteObject(r -> r.bucket(BUCKET).key(upload.key));
                unfinished.remove(upload);
            }
            var open = s3.listMultipartUploadsPaginator(r -> r.bucket(BUCKET)).uploads().stream()
                    .toList();
            assertThat(open)
                    .extracting(software.amazon.awssdk.services.s3.model.MultipartUpload::uploadId)
                    .containsAll(unfinished.stream().map(Unfinished::uploadId).toList());
            open.forEach(upload -> s3.abortMultipartUpload(
                    r -> r.bucket(BUCKET).key(upload.key()).uploadId(upload.uploadId())));
        }
    }

    private static <T> List<T> lastOf(List<T> all, int count) {
        return all.subList(Math.max(0, all.size() - count), all.size());
    }

    // ---- blobs

    /** The files in the data folder that hold parts of objects. */
    static long blobs(Path data) {
        try (var files = Files.walk(data.resolve("blobs"))) {
            return files.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes every blob two hours old, as if that time had passed while the platform was down. */
    static void age(Path data) {
        var then = FileTime.from(Instant.now().minus(Duration.ofHours(2)));
        try (var files = Files.walk(data.resolve("blobs"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, then);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
