package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.kernel.outbox.Outbox.Outcome;
import dev.tsumuji.kernel.time.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CopyPartResult;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.Initiator;
import software.amazon.awssdk.services.s3.model.ListPartsRequest;
import software.amazon.awssdk.services.s3.model.ListPartsResponse;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;
import software.amazon.awssdk.services.s3.model.UploadPartCopyResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Uploads in parts, until they are completed or aborted. Parts are bodies of their own, in any order and any number of times; the last of
 * a number counts. Thread-safe: all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html">Multipart upload</a>
 */
final class Uploads {
    private static final String BUCKET_GONE = "s3.bucket-gone";
    private static final String FORGET = "s3.forget-completed";
    /** A client that heard nothing of its completion may repeat it for so long. */
    static final Duration COMPLETED_KEPT = Duration.ofDays(1);

    private static final int SWEEP_PAGE = 100;
    private static final Pattern COPY_RANGE = Pattern.compile("bytes=(\\d{1,18})-(\\d{1,18})");

    private final Kv kv;
    private final Buckets buckets;
    private final Bodies bodies;
    private final Objects objects;
    private final Copies copies;
    private final Outbox outbox;
    private final InstantSource clock;
    private final Ids ids;

    Uploads(
            Kv kv,
            Buckets buckets,
            Bodies bodies,
            Objects objects,
            Copies copies,
            Outbox outbox,
            InstantSource clock,
            Ids ids) {
        this.kv = kv;
        this.buckets = buckets;
        this.bodies = bodies;
        this.objects = objects;
        this.copies = copies;
        this.outbox = outbox;
        this.clock = clock;
        this.ids = ids;
        outbox.handle(BUCKET_GONE, 1, this::sweep);
        outbox.handle(FORGET, 1, this::forget);
    }

    CreateMultipartUploadResponse create(CreateMultipartUploadRequest request) {
        ObjectKeys.check(request.key());
        var customerKey = CustomerKeys.forWrite(request);
        var algorithm = algorithm(request.checksumAlgorithmAsString());
        var type = type(algorithm, request.checksumTypeAsString());
        var now = clock.instant();
        var draft = objects.draft(request, customerKey);
        var made = kv.transact(txn -> {
            var bucket = buckets.require(txn, request.bucket(), request.expectedBucketOwner());
            BucketConfigurations.checkCustomerKey(txn, bucket, customerKey);
            var owner = Ownership.of(txn, bucket).ownerOfNew(bucket, draft.owner(), request);
            var locked = draft.ownedBy(owner)
                    .withLock(Locks.ofWrite(txn, bucket, request, now))
                    .withAcl(AccessLists.ofWrite(txn, bucket, request.key(), owner, request));
            var key = S3Keys.bytes(request.key());
            var id = UploadIds.make(now, bucket.id(), key, ids);
            var upload = new Upload(
                    id, locked, algorithm, type, now, Call.current().principal().arn());
            txn.put(S3Keys.upload(bucket.id(), key, id), Upload.CODEC.encode(upload));
            return upload;
        });
        var answer = CreateMultipartUploadResponse.builder()
                .bucket(request.bucket())
                .key(request.key())
                .uploadId(made.id())
                .checksumAlgorithm(algorithm == null ? null : algorithm.name())
                .checksumType(type);
        Objects.tellEncryption(draft, answer);
        return answer.build();
    }

    private static Checksums.@Nullable Algorithm algorithm(@Nullable String name) {
        var algorithm = Checksums.Algorithm.named(name);
        if (name != null && algorithm == null) {
            throw S3Errors.invalidRequest(
                    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
                            + "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
        }
        return algorithm;
    }

    private static @Nullable String type(Checksums.@Nullable Algorithm algorithm, @Nullable String asked) {
        if (algorithm == null) {
            if (asked != null) {
                throw S3Errors.invalidRequest(
                        "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
            }
            return null;
        }
        boolean fits = asked == null
                || asked.equals(Checksums.FULL_OBJECT) && algorithm.isCrc()
                || asked.equals(Checksums.COMPOSITE) && algorithm != Checksums.Algorithm.CRC64NVME;
        if (!fits) {
            throw S3Errors.invalidRequest("The " + asked + " checksum type cannot be used with the "
                    + algorithm.name().toLowerCase(Locale.ROOT) + " checksum algorithm.");
        }
        if (asked != null) {
            return asked;
        }
        return algorithm == Checksums.Algorithm.CRC64NVME ? Checksums.FULL_OBJECT : Checksums.COMPOSITE;
    }

    Upload require(Snapshot snapshot, Bucket bucket, String key, @Nullable String id) {
        var shown = id == null ? "" : id;
        var upload =
                Upload.CODEC.decodeNullable(snapshot.get(S3Keys.upload(bucket.id(), ObjectKeys.check(key), shown)));
        if (upload == null) {
            throw S3Errors.noSuchUpload(shown);
        }
        return upload;
    }

    // ---- parts

    UploadPartResponse part(UploadPartRequest request, RequestBody body) {
        int number = number(request.partNumber());
        var claim = Checksums.claim(request);
        var md5 = Bodies.md5(request.contentMD5());
        var upload = kv.read(snapshot -> require(
                snapshot,
                buckets.require(snapshot, request.bucket(), request.expectedBucketOwner()),
                request.key(),
                request.uploadId()));
        var customerKey = customerKey(upload, request);
        checkAlgorithm(upload, claim.algorithm());
        body.optionalContentLength()
                .filter(n -> n > S3Limits.PUT_SIZE_MAX_BYTES)
                .ifPresent(n -> {
                    throw Bodies.tooLarge(n, S3Limits.PUT_SIZE_MAX_BYTES);
                });
        var algorithms = EnumSet.of(upload.kept());
        var shown = claim.algorithm() == null ? upload.algorithm() : claim.algorithm();
        if (shown != null) {
            algorithms.add(shown);
        }
        var written = objects.write(body, S3Limits.PUT_SIZE_MAX_BYTES, customerKey, algorithms);
        Bodies.checkMd5(md5, written.md5());
        if (claim.algorithm() != null) {
            claim.verify(claim.algorithm(), written.sum(claim.algorithm()));
        }
        var part = put(request.bucket(), request.key(), upload, number, written, customerKey);
        var answer = UploadPartResponse.builder().eTag(Objects.quoted(part.etag()));
        if (shown != null) {
            Objects.tellSum(new Checksums.Sum(shown, written.sum(shown), ""), answer);
        }
        Objects.tellEncryption(upload.draft(), answer);
        return answer.build();
    }

    private static int number(@Nullable Integer number) {
        if (number == null || number < 1 || number > S3Limits.PARTS_MAX) {
            throw S3Errors.invalidArgument(
                    "Part number must be an integer between 1 and 10000, inclusive",
                    "partNumber",
                    String.valueOf(number));
        }
        return number;
    }

    private static void checkAlgorithm(Upload upload, Checksums.@Nullable Algorithm claimed) {
        var expected = upload.algorithm();
        boolean missing = claimed == null && Checksums.COMPOSITE.equals(upload.type());
        if (expected != null && (missing || claimed != null && expected != claimed)) {
            throw S3Errors.invalidRequest("Checksum Type mismatch occurred, expected checksum Type: "
                    + expected.name().toLowerCase(Locale.ROOT) + ", actual checksum Type: "
                    + (claimed == null ? "null" : claimed.name().toLowerCase(Locale.ROOT)));
        }
    }

    static CustomerKeys.@Nullable CustomerKey customerKey(Upload upload, SdkRequest request) {
        var key = CustomerKeys.of(request);
        var expected = upload.draft().customerKeyMd5();
        if (expected == null && key == null) {
            return null;
        }
        if (key == null) {
            throw S3Errors.invalidRequest(
                    "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate "
                            + "encryption parameters.");
        }
        if (expected == null) {
            throw S3Errors.invalidRequest(
                    "The multipart upload initiate did not request encryption. Please resend the request without sending encryption "
                            + "parameters.");
        }
        if (!key.md5().equals(expected)) {
            throw S3Errors.invalidRequest("The provided encryption parameters did not match the ones used originally.");
        }
        return key;
    }

    private Part put(
            String bucketName,
            String key,
            Upload upload,
            int number,
            Bodies.Written written,
            CustomerKeys.@Nullable CustomerKey customerKey) {
        var part = new Part(
                number,
                written.body(),
                customerKey == null ? written.md5() : ids.hex(32),
                written.sum(upload.kept()),
                clock.instant());
        kv.transact(txn -> {
            var bucket = buckets.require(txn, bucketName, null);
            require(txn, bucket, key, upload.id());
            var place = S3Keys.part(bucket.id(), upload.id(), number);
            var before = Part.CODEC.decodeNullable(txn.get(place));
            if (before != null) {
                bodies.drop(txn, bucket.id(), before.body());
            }
            bodies.publish(txn, bucket.id(), written);
            txn.put(place, Part.CODEC.encode(part));
            return part;
        });
        return part;
    }

    UploadPartCopyResponse copy(UploadPartCopyRequest request) {
        int number = number(request.partNumber());
        var from = CopySource.of(request);
        var upload = kv.read(snapshot -> require(
                snapshot,
                buckets.require(snapshot, request.destinationBucket(), request.expectedBucketOwner()),
                request.destinationKey(),
                request.uploadId()));
        var customerKey = customerKey(upload, request);
        var source = copies.source(request, from, request.expectedSourceBucketOwner());
        var range = copyRange(request.copySourceRange(), source.version().body().size());
        Bodies.Written written;
        try (InputStream in = copies.open(source, range.offset(), range.length())) {
            written = bodies.write(
                    in,
                    S3Limits.PUT_SIZE_MAX_BYTES,
                    customerKey == null ? null : customerKey.bytes(),
                    EnumSet.of(upload.kept()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var part = put(request.destinationBucket(), request.destinationKey(), upload, number, written, customerKey);
        var result =
                CopyPartResult.builder().eTag(Objects.quoted(part.etag())).lastModified(Times.whole(part.modifiedAt()));
        if (upload.algorithm() != null) {
            Objects.tellSum(new Checksums.Sum(upload.algorithm(), part.sum(), ""), result);
        }
        var answer = UploadPartCopyResponse.builder()
                .copyPartResult(result.build())
                .copySourceVersionId(
                        source.bucket().versioning() == null
                                ? null
                                : source.version().shownId());
        Objects.tellEncryption(upload.draft(), answer);
        return answer.build();
    }

    private static ByteRange copyRange(@Nullable String header, long size) {
        if (header == null) {
            return new ByteRange(0, size, true);
        }
        var match = COPY_RANGE.matcher(header);
        if (!match.matches() || Long.parseLong(match.group(2)) < Long.parseLong(match.group(1))) {
            throw S3Errors.invalidArgument(
                    "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based "
                            + "offsets of the first and last bytes to copy",
                    "x-amz-copy-source-range",
                    header);
        }
        long first = Long.parseLong(match.group(1));
        long last = Long.parseLong(match.group(2));
        if (last >= size) {
            throw S3Errors.invalidArgument(
                    "Range specified is not valid for source object of size: " + size,
                    "x-amz-copy-source-range",
                    header);
        }
        return new ByteRange(first, last - first + 1, false);
    }

    List<Part> parts(Snapshot snapshot, Bucket bucket, Upload upload) {
        return snapshot.scan(S3Keys.parts(bucket.id(), upload.id()), S3Limits.PARTS_MAX).stream()
                .map(entry -> Part.CODEC.decode(entry.value()))
                .toList();
    }

    ListPartsResponse list(ListPartsRequest request) {
        int max = request.maxParts() == null ? S3Limits.PAGE_MAX : Math.min(request.maxParts(), S3Limits.PAGE_MAX);
        int marker = request.partNumberMarker() == null ? 0 : request.partNumberMarker();
        if (max < 0) {
            throw S3Errors.invalidArgument(
                    "Argument max-parts must be an integer between 0 and 2147483647", "max-parts", String.valueOf(max));
        }
        if (marker < 0) {
            throw S3Errors.invalidArgument(
                    "Argument part-number-marker must be an integer between 0 and 2147483647",
                    "part-number-marker",
                    String.valueOf(marker));
        }
        return kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, request.bucket(), request.expectedBucketOwner());
            var upload = require(snapshot, bucket, request.key(), request.uploadId());
            var behind = S3Keys.parts(bucket.id(), upload.id()).after(S3Keys.part(bucket.id(), upload.id(), marker));
            var found = snapshot.scan(behind, max + 1).stream()
                    .map(entry -> Part.CODEC.decode(entry.value()))
                    .toList();
            boolean more = found.size() > max;
            var shown = more ? found.subList(0, max) : found;
            return ListPartsResponse.builder()
                    .bucket(bucket.name())
                    .key(request.key())
                    .uploadId(upload.id())
                    .owner(Owners.of(Ownership.of(snapshot, bucket).ownerOf(bucket, upload.draft())))
                    .initiator(initiator(upload))
                    .storageClass(upload.draft().storageClass())
                    .partNumberMarker(marker)
                    .nextPartNumberMarker(shown.isEmpty() ? 0 : shown.getLast().number())
                    .maxParts(max)
                    .isTruncated(more)
                    .checksumAlgorithm(
                            upload.algorithm() == null
                                    ? null
                                    : upload.algorithm().name())
                    .checksumType(upload.type())
                    .parts(shown.stream().map(part -> shown(upload, part)).toList())
                    .build();
        });
    }

    private static software.amazon.awssdk.services.s3.model.Part shown(Upload upload, Part part) {
        var shown = software.amazon.awssdk.services.s3.model.Part.builder()
                .partNumber(part.number())
                .eTag(Objects.quoted(part.etag()))
                .size(part.body().size())
                .lastModified(Times.whole(part.modifiedAt()));
        if (upload.algorithm() != null) {
            Objects.tellSum(new Checksums.Sum(upload.algorithm(), part.sum(), ""), shown);
        }
        return shown.build();
    }

    static Initiator initiator(Upload upload) {
        var arn = upload.initiator();
        var parts = arn.split(":", 6);
        var account = parts.length < 6 ? upload.draft().owner() : parts[4];
        boolean root = new Principal.Root(account).arn().equals(arn);
        return Initiator.builder()
                .id(root ? Owners.id(account) : arn)
                .displayName(root ? account : arn.substring(arn.lastIndexOf('/') + 1))
                .build();
    }

    // ---- the end of uploads

    void abort(AbortMultipartUploadRequest request) {
        kv.transact(txn -> {
            var bucket = buckets.require(txn, request.bucket(), request.expectedBucketOwner());
            var upload = require(txn, bucket, request.key(), request.uploadId());
            parts(txn, bucket, upload).forEach(part -> bodies.drop(txn, bucket.id(), part.body()));
            end(txn, bucket, request.key(), upload);
            return upload;
        });
    }

    /** Forgets an upload; its parts' bodies are somebody else's by then, or gone. */
    void end(Txn txn, Bucket bucket, String key, Upload upload) {
        txn.delete(S3Keys.upload(bucket.id(), S3Keys.bytes(key), upload.id()));
        txn.delete(S3Keys.parts(bucket.id(), upload.id()));
    }

    /** Remembers what a completion answered, for a while. */
    void remember(Txn txn, Bucket bucket, String upload, byte[] completed) {
        var key = S3Keys.completed(bucket.id(), upload);
        txn.put(key, completed);
        outbox.put(txn, FORGET, clock.instant().plus(COMPLETED_KEPT), key);
    }

    private Outcome forget(Outbox.Delivery delivery) {
        return new Outcome.DoneWith(txn -> txn.delete(delivery.work()));
    }

    /** A bucket that is gone may have parts whose blobs are still there. */
    void bucketGone(Txn txn, Bucket bucket, Instant now) {
        outbox.put(
                txn,
                BUCKET_GONE,
                now,
                ByteBuffer.allocate(Long.BYTES).putLong(bucket.id()).array());
    }

    private Outcome sweep(Outbox.Delivery delivery) {
        long bucket = ByteBuffer.wrap(delivery.work()).getLong();
        while (true) {
            int left = kv.transact(txn -> {
                var page = txn.scan(S3Keys.parts(bucket), SWEEP_PAGE);
                for (var entry : page) {
                    bodies.drop(txn, bucket, Part.CODEC.decode(entry.value()).body());
                    txn.delete(entry.key());
                }
                return page.size();
            });
            if (left < SWEEP_PAGE) {
                return new Outcome.DoneWith(txn -> txn.delete(S3Keys.data(bucket)));
            }
        }
    }

    /** What a completion answered. */
    record Completed(
            String etag,
            @Nullable String versionId,
            Checksums.@Nullable Sum sum,
            @Nullable String customerKeyMd5,
            List<String> parts) {
        static final Codec<Completed> CODEC = Codec.of(Completed.class);

        Completed {
            parts = new ArrayList<>(parts);
        }
    }
}
