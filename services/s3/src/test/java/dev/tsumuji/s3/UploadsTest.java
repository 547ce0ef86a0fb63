package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;

class UploadsTest {
    private static final int PART = 5 << 20;
    private final Fixture fixture = Fixture.withBucket();

    @AfterEach
    void close() {
        fixture.close();
    }

    private String begin(java.util.function.Consumer<CreateMultipartUploadRequest.Builder> more) {
        var request =
                CreateMultipartUploadRequest.builder().bucket(Fixture.BUCKET).key("k");
        more.accept(request);
        return fixture.s3(s3 -> s3.createMultipartUpload(request.build())).uploadId();
    }

    private CompletedPart part(String upload, int number, byte[] bytes) {
        return part(upload, number, bytes, null);
    }

    private CompletedPart part(String upload, int number, byte[] bytes, @Nullable ChecksumAlgorithm algorithm) {
        var answer = fixture.s3(s3 -> s3.uploadPart(
                r -> r.bucket(Fixture.BUCKET)
                        .key("k")
                        .uploadId(upload)
                        .partNumber(number)
                        .checksumAlgorithm(algorithm),
                RequestBody.fromBytes(bytes)));
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(answer.eTag())
                .checksumCRC32C(answer.checksumCRC32C())
                .build();
    }

    private CompleteMultipartUploadResponse complete(String upload, List<CompletedPart> parts) {
        return fixture.s3(s3 -> s3.completeMultipartUpload(
                r -> r.bucket(Fixture.BUCKET).key("k").uploadId(upload).multipartUpload(m -> m.parts(parts))));
    }

    @Test
    void parts_become_one_object_that_is_read_across_their_borders() {
        var upload = begin(r -> {});
        var first = Fixture.noise(PART, 1);
        var second = Fixture.noise(PART + 3, 2);
        var third = Fixture.noise(10, 3);
        var parts = List.of(part(upload, 1, first), part(upload, 5, second), part(upload, 7, third));
        fixture.assertRefused(() -> fixture.get("k"), "NoSuchKey", 404);
        var etag = complete(upload, parts).eTag();
        assertThat(etag).endsWith("-3\"");
        var all = new ByteArrayOutputStream();
        all.writeBytes(first);
        all.writeBytes(second);
        all.writeBytes(third);
        assertThat(fixture.bytes("k", r -> {})).isEqualTo(all.toByteArray());
        assertThat(fixture.bytes("k", r -> r.range("bytes=" + (PART - 2) + "-" + (PART + 1))))
                .isEqualTo(Arrays.copyOfRange(all.toByteArray(), PART - 2, PART + 2));
        assertThat(fixture.bytes("k", r -> r.partNumber(3))).isEqualTo(third);
        fixture.assertRefused(() -> fixture.get("k", r -> r.partNumber(4)), "InvalidPartNumber", 416);
    }

    @Test
    void a_part_of_a_composite_upload_must_tell_its_checksum() {
        var upload = begin(r -> r.checksumAlgorithm(ChecksumAlgorithm.SHA256));
        fixture.assertRefused(() -> part(upload, 1, new byte[3]), "InvalidRequest", 400)
                .hasMessageContaining("expected checksum Type: sha256, actual checksum Type: null");
        var whole = begin(r -> r.checksumAlgorithm(ChecksumAlgorithm.CRC32).checksumType(ChecksumType.FULL_OBJECT));
        complete(whole, List.of(part(whole, 1, new byte[3])));
    }

    @Test
    void a_sealed_upload_with_checksums_is_completed_by_who_has_the_key() {
        var key = java.util.Base64.getEncoder().encodeToString(new byte[32]);
        var md5 = java.util.Base64.getEncoder()
                .encodeToString(Checksums.digest("MD5").digest(new byte[32]));
        var upload = begin(r -> r.checksumAlgorithm(ChecksumAlgorithm.CRC32)
                .checksumType(ChecksumType.FULL_OBJECT)
                .sseCustomerAlgorithm("AES256")
                .sseCustomerKey(key)
                .sseCustomerKeyMD5(md5));
        var part = fixture.s3(s3 -> s3.uploadPart(
                r -> r.bucket(Fixture.BUCKET)
                        .key("k")
                        .uploadId(upload)
                        .partNumber(1)
                        .sseCustomerAlgorithm("AES256")
                        .sseCustomerKey(key)
                        .sseCustomerKeyMD5(md5),
                RequestBody.fromBytes(new byte[3])));
        var parts =
                List.of(CompletedPart.builder().partNumber(1).eTag(part.eTag()).build());
        fixture.assertRefused(() -> complete(upload, parts), "InvalidRequest", 400);
        var done = fixture.s3(s3 -> s3.completeMultipartUpload(r -> r.bucket(Fixture.BUCKET)
                .key("k")
                .uploadId(upload)
                .sseCustomerAlgorithm("AES256")
                .sseCustomerKey(key)
                .sseCustomerKeyMD5(md5)
                .multipartUpload(m -> m.parts(parts))));
        assertThat(done.eTag()).endsWith("-1\"");
    }

    @Test
    void a_completion_is_answered_again_when_it_is_repeated() {
        var upload = begin(r -> {});
        var parts = List.of(part(upload, 1, new byte[3]));
        assertThat(complete(upload, parts)).isEqualTo(complete(upload, parts));
        fixture.time.advance(Duration.ofDays(2));
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (fixture.kv.<Boolean>read(snapshot -> snapshot.get(S3Keys.completed(bucketId(), upload)) != null)) {
                Thread.onSpinWait();
            }
        });
        fixture.assertRefused(() -> complete(upload, parts), "NoSuchUpload", 404);
    }

    private long bucketId() {
        return fixture.kv
                .read(snapshot -> Bucket.CODEC.decode(
                        java.util.Objects.requireNonNull(snapshot.get(S3Keys.bucket(Fixture.BUCKET)))))
                .id();
    }

    @Test
    void a_listing_goes_on_behind_an_upload_of_its_key_which_may_be_over() {
        var first = begin(r -> {});
        var second = begin(r -> {});
        fixture.s3(s3 ->
                s3.abortMultipartUpload(r -> r.bucket(Fixture.BUCKET).key("k").uploadId(first)));
        assertThat(listed("k", first).uploads()).extracting(u -> u.uploadId()).containsExactly(second);
        assertThat(listed("k", second).uploads()).isEmpty();
        fixture.assertRefused(() -> listed("j", second), "InvalidArgument", 400)
                .hasMessageContaining("Invalid uploadId marker");
        fixture.assertRefused(() -> listed("k", second + "0"), "InvalidArgument", 400);
        fixture.assertRefused(() -> listed("k", "0"), "InvalidArgument", 400);
    }

    private ListMultipartUploadsResponse listed(String key, String upload) {
        return fixture.s3(s3 -> s3.listMultipartUploads(
                r -> r.bucket(Fixture.BUCKET).keyMarker(key).uploadIdMarker(upload)));
    }

    @Test
    void what_is_wrong_with_a_completion_is_told_in_aws_s_words() {
        var upload = begin(r -> {});
        var one = part(upload, 1, new byte[4]);
        var two = part(upload, 2, new byte[4]);
        fixture.assertRefused(() -> complete(upload, List.of()), "InvalidRequest", 400)
                .hasMessageContaining("You must specify at least one part");
        fixture.assertRefused(() -> complete(upload, List.of(two, one)), "InvalidPartOrder", 400);
        fixture.assertRefused(
                        () -> complete(
                                upload, List.of(one.toBuilder().partNumber(0).build())),
                        "InvalidArgument",
                        400)
                .hasMessageContaining("PartNumber must be >= 1");
        fixture.assertRefused(() -> complete(upload, List.of(one, two)), "EntityTooSmall", 400);
        var wrong = one.toBuilder().eTag("\"0\"").build();
        fixture.assertRefused(() -> complete(upload, List.of(wrong)), "InvalidPart", 400);
    }

    @Test
    void the_checksum_of_the_whole_is_combined_from_the_parts() {
        var bytes = Fixture.noise(2 * PART + 77, 9);
        fixture.put("whole", bytes, r -> r.checksumAlgorithm(ChecksumAlgorithm.CRC32_C));
        var whole = fixture.s3(s3 ->
                        s3.headObject(r -> r.bucket(Fixture.BUCKET).key("whole").checksumMode(ChecksumMode.ENABLED)))
                .checksumCRC32C();
        var upload = begin(r -> r.checksumAlgorithm(ChecksumAlgorithm.CRC32_C).checksumType(ChecksumType.FULL_OBJECT));
        var parts = new ArrayList<CompletedPart>();
        for (int i = 0; i < 3; i++) {
            parts.add(part(upload, i + 1, Arrays.copyOfRange(bytes, i * PART, Math.min(bytes.length, (i + 1) * PART))));
        }
        assertThat(complete(upload, parts).checksumCRC32C()).isEqualTo(whole);
    }

    @Test
    void a_checksum_of_checksums_is_the_one_that_aws_computes() {
        var upload = begin(r -> r.checksumAlgorithm(ChecksumAlgorithm.CRC32_C));
        var large = new byte[PART + 1];
        Arrays.fill(large, (byte) 'a');
        var small = new byte[10];
        Arrays.fill(small, (byte) 'a');
        var parts = List.of(
                part(upload, 1, large, ChecksumAlgorithm.CRC32_C),
                part(upload, 2, large, ChecksumAlgorithm.CRC32_C),
                part(upload, 3, small, ChecksumAlgorithm.CRC32_C));
        var done = complete(upload, parts);
        assertThat(done.checksumCRC32C()).isEqualTo("XF5+4A==-3");
        assertThat(done.eTag()).isEqualTo("\"4d45984fc3feb2ac9b22683c49674b56-3\"");
        assertThat(done.checksumTypeAsString()).isEqualTo("COMPOSITE");
    }

    @Test
    void nothing_is_left_of_an_upload_that_is_given_up_or_whose_bucket_goes() {
        var upload = begin(r -> {});
        part(upload, 1, new byte[100_000]);
        part(upload, 1, new byte[200_000]);
        fixture.s3(s3 ->
                s3.abortMultipartUpload(r -> r.bucket(Fixture.BUCKET).key("k").uploadId(upload)));
        fixture.assertRefused(() -> part(upload, 2, new byte[1]), "NoSuchUpload", 404);
        part(begin(r -> {}), 1, new byte[100_000]);
        fixture.s3(s3 -> s3.deleteBucket(r -> r.bucket(Fixture.BUCKET)));
        org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (fixture.files() > 0) {
                fixture.time.advance(Duration.ofMinutes(30));
                Thread.onSpinWait();
            }
        });
    }
}
