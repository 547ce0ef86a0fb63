package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.Payer;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.RequestCharged;
import software.amazon.awssdk.services.s3.model.RequestPayer;

class ObjectsTest {
    private static final String KEY_256 = Base64.getEncoder().encodeToString(Fixture.noise(32, 7));
    private final Fixture fixture = Fixture.withBucket();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void a_bucket_can_refuse_the_keys_of_customers() {
        fixture.put(
                "before",
                "x",
                r -> r.sseCustomerAlgorithm("AES256").sseCustomerKey(KEY_256).sseCustomerKeyMD5(md5(KEY_256)));
        blocked("SSE-C");
        fixture.assertRefused(
                () -> fixture.put(
                        "k",
                        "x",
                        r -> r.sseCustomerAlgorithm("AES256")
                                .sseCustomerKey(KEY_256)
                                .sseCustomerKeyMD5(md5(KEY_256))),
                "AccessDenied",
                403);
        assertThat(fixture.get(
                        "before",
                        r -> r.sseCustomerAlgorithm("AES256")
                                .sseCustomerKey(KEY_256)
                                .sseCustomerKeyMD5(md5(KEY_256))))
                .isEqualTo("x");
        fixture.put("k", "x");
        blocked("NONE");
        fixture.put(
                "k",
                "x",
                r -> r.sseCustomerAlgorithm("AES256").sseCustomerKey(KEY_256).sseCustomerKeyMD5(md5(KEY_256)));
        fixture.assertRefused(() -> blocked("SSE-S3"), "MalformedXML", 400);
    }

    private void blocked(String type) {
        fixture.s3(s3 -> s3.putBucketEncryption(r -> r.bucket(Fixture.BUCKET)
                .serverSideEncryptionConfiguration(
                        c -> c.rules(rule -> rule.applyServerSideEncryptionByDefault(d -> d.sseAlgorithm("AES256"))
                                .blockedEncryptionTypes(b -> b.encryptionTypeWithStrings(type))))));
    }

    @Test
    void an_object_is_read_as_it_was_written_whatever_its_size() {
        for (int size : new int[] {0, 1, 16 << 10, (16 << 10) + 1, 64 << 10, 1_000_000}) {
            var bytes = Fixture.noise(size, size);
            fixture.put("k", bytes, r -> {});
            assertThat(fixture.bytes("k", r -> {})).isEqualTo(bytes);
            var head =
                    fixture.s3(s3 -> s3.headObject(r -> r.bucket(Fixture.BUCKET).key("k")));
            assertThat(head.contentLength()).isEqualTo(size);
            assertThat(head.serverSideEncryptionAsString()).isEqualTo("AES256");
        }
    }

    @Test
    void metadata_that_headers_cannot_carry_comes_back_as_encoded_words() {
        fixture.put("k", "x", r -> r.metadata(Map.of("name", "=?UTF-8?Q?caf=C3=A9?=", "plain", "a_b")));
        var head = fixture.s3(s3 -> s3.headObject(r -> r.bucket(Fixture.BUCKET).key("k")));
        assertThat(head.metadata())
                .containsEntry("name", "=?UTF-8?Q?caf=C3=A9?=")
                .containsEntry("plain", "a_b");
        fixture.put("k", "x", r -> r.metadata(Map.of("name", "=?UTF-8?B?6WHp?=")));
        assertThat(fixture.s3(s3 -> s3.headObject(r -> r.bucket(Fixture.BUCKET).key("k")))
                        .metadata())
                .containsEntry("name", "=?UTF-8?B?77+9Ye+/vQ==?=");
    }

    @Test
    void a_header_of_the_answer_must_be_one_that_can_be_sent() {
        fixture.put("k", "x", r -> {});
        assertThat(fixture.get("k", r -> r.responseCacheControl("caf\u00e9"))).isEqualTo("x");
        fixture.assertRefused(() -> fixture.get("k", r -> r.responseCacheControl("\u2014")), "InvalidArgument", 400)
                .hasMessageContaining("Header value cannot be represented using ISO-8859-1.");
    }

    @Test
    void a_listing_goes_on_only_with_what_a_listing_gave() {
        for (var key : List.of("a", "b", "c")) {
            fixture.put(key, "x", r -> {});
        }
        var page =
                fixture.s3(s3 -> s3.listObjectsV2(r -> r.bucket(Fixture.BUCKET).maxKeys(1)));
        assertThat(fixture.s3(s3 -> s3.listObjectsV2(
                                r -> r.bucket(Fixture.BUCKET).continuationToken(page.nextContinuationToken())))
                        .contents())
                .extracting(o -> o.key())
                .containsExactly("b", "c");
        for (var token :
                List.of("", "never given", Base64.getEncoder().encodeToString("b".getBytes(StandardCharsets.UTF_8)))) {
            fixture.assertRefused(
                            () -> fixture.s3(s3 -> s3.listObjectsV2(
                                    r -> r.bucket(Fixture.BUCKET).continuationToken(token))),
                            "InvalidArgument",
                            400)
                    .hasMessageContaining("The continuation token provided is incorrect");
            fixture.assertRefused(
                    () -> fixture.s3(s3 -> s3.listBuckets(r -> r.continuationToken(token))), "InvalidArgument", 400);
        }
    }

    @Test
    void ranges_are_cut_out_exactly_across_the_pieces_of_the_seal() {
        var bytes = Fixture.noise(300_000, 3);
        fixture.put("k", bytes, r -> {});
        int[][] ranges = {{0, 0}, {65_535, 65_536}, {65_536, 131_071}, {1, 299_999}, {200_000, 200_010}};
        for (var range : ranges) {
            assertThat(fixture.bytes("k", r -> r.range("bytes=" + range[0] + "-" + range[1])))
                    .isEqualTo(Arrays.copyOfRange(bytes, range[0], range[1] + 1));
        }
        assertThat(fixture.bytes("k", r -> r.range("bytes=-5"))).isEqualTo(Arrays.copyOfRange(bytes, 299_995, 300_000));
        assertThat(fixture.bytes("k", r -> r.range("bytes=299990-"))).hasSize(10);
        assertThat(fixture.bytes("k", r -> r.range("bytes=0-1,5-6"))).hasSize(300_000);
        fixture.assertRefused(() -> fixture.get("k", r -> r.range("bytes=300000-")), "InvalidRange", 416);
    }

    @Test
    void nothing_of_an_object_can_be_read_on_the_disk() throws IOException {
        fixture.put("k", "a secret that repeats itself ".repeat(2000), r -> {});
        fixture.put("small", "a secret that is small", r -> {});
        try (var files = Files.find(fixture.directory, 5, (file, attributes) -> attributes.isRegularFile())) {
            for (var file : files.toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("secret");
            }
        }
        var all = fixture.kv.read(snapshot ->
                snapshot.scan(new dev.tsumuji.kernel.kv.Range(new byte[] {0}, new byte[] {(byte) 0xfe}), 1000));
        for (var entry : all) {
            assertThat(new String(entry.value(), StandardCharsets.ISO_8859_1)).doesNotContain("a secret");
        }
    }

    @Test
    void an_object_sealed_with_the_customers_key_needs_that_key() {
        fixture.put(
                "k",
                "x".repeat(100_000),
                r -> r.sseCustomerAlgorithm("AES256").sseCustomerKey(KEY_256).sseCustomerKeyMD5(md5(KEY_256)));
        assertThat(fixture.get(
                        "k",
                        r -> r.sseCustomerAlgorithm("AES256")
                                .sseCustomerKey(KEY_256)
                                .sseCustomerKeyMD5(md5(KEY_256))))
                .hasSize(100_000);
        fixture.assertRefused(() -> fixture.get("k"), "InvalidRequest", 400);
        var other = Base64.getEncoder().encodeToString(Fixture.noise(32, 8));
        fixture.assertRefused(
                () -> fixture.get(
                        "k",
                        r -> r.sseCustomerAlgorithm("AES256")
                                .sseCustomerKey(other)
                                .sseCustomerKeyMD5(md5(other))),
                "AccessDenied",
                403);
        fixture.assertRefused(
                        () -> fixture.get(
                                "k", r -> r.sseCustomerAlgorithm("AES256").sseCustomerKey(KEY_256)),
                        "InvalidArgument",
                        400)
                .hasMessageContaining("must provide the client calculated MD5 of the secret key");
    }

    private static String md5(String key) {
        return Base64.getEncoder()
                .encodeToString(
                        Checksums.digest("MD5").digest(Base64.getDecoder().decode(key)));
    }

    @Test
    void how_the_bytes_came_is_no_encoding_of_the_object() {
        for (var codings : List.of("gzip", "gzip, aws-chunked", "aws-chunked,gzip")) {
            fixture.put("k", "x", r -> r.contentEncoding(codings));
            assertThat(fixture.s3(s3 ->
                                    s3.headObject(r -> r.bucket(Fixture.BUCKET).key("k")))
                            .contentEncoding())
                    .isEqualTo("gzip");
        }
        fixture.put("k", "x", r -> r.contentEncoding("aws-chunked"));
        assertThat(fixture.s3(s3 -> s3.headObject(r -> r.bucket(Fixture.BUCKET).key("k")))
                        .contentEncoding())
                .isNull();
    }

    @Test
    void an_upload_that_breaks_off_leaves_nothing() {
        var broken = new SequenceInputStream(new ByteArrayInputStream(new byte[100_000]), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("gone");
            }
        });
        fixture.assertRefused(
                () -> fixture.call(() -> fixture.s3.putObject(
                        PutObjectRequest.builder()
                                .bucket(Fixture.BUCKET)
                                .key("k")
                                .build(),
                        RequestBody.fromInputStream(broken, 200_000))),
                "RequestTimeout",
                400);
        fixture.assertRefused(() -> fixture.get("k"), "NoSuchKey", 404);
        assertThat(fixture.files()).isZero();
    }

    @Test
    void a_body_that_is_not_the_one_that_was_meant_is_refused_and_the_old_one_stays() {
        fixture.put("k", "old");
        fixture.assertRefused(
                () -> fixture.put("k", "new", r -> r.contentMD5("1B2M2Y8AsgTpgAmY7PhCfg==")), "BadDigest", 400);
        fixture.assertRefused(() -> fixture.put("k", "new", r -> r.checksumCRC32("AAAAAA==")), "BadDigest", 400)
                .hasMessageContaining("The CRC32 you specified did not match the calculated checksum.");
        fixture.assertRefused(() -> fixture.put("k", "new", r -> r.checksumSHA256("nonsense")), "InvalidRequest", 400);
        assertThat(fixture.get("k")).isEqualTo("old");
    }

    @Test
    void checksums_are_those_that_aws_computes() {
        record Known(ChecksumAlgorithm algorithm, String value) {}
        for (var known : new Known[] {
            new Known(ChecksumAlgorithm.CRC32, "lVk/nw=="),
            new Known(ChecksumAlgorithm.CRC64_NVME, "1f2xscCCZCU="),
            new Known(ChecksumAlgorithm.SHA256, "1YQo81vx2VFUl0q5ccWISq8AkSBQQ0WO80S82TmfdIQ=")
        }) {
            fixture.put("k", "test-checksum", r -> r.checksumAlgorithm(known.algorithm));
            var head = fixture.s3(
                    s3 -> s3.headObject(r -> r.bucket(Fixture.BUCKET).key("k").checksumMode(ChecksumMode.ENABLED)));
            var told = java.util.stream.Stream.of(head.checksumCRC32(), head.checksumCRC64NVME(), head.checksumSHA256())
                    .filter(java.util.Objects::nonNull)
                    .toList();
            assertThat(told).containsExactly(known.value);
        }
    }

    @Test
    void metadata_comes_back_and_may_be_two_kilobytes() {
        fixture.put(
                "k",
                "x",
                r -> r.metadata(Map.of("Colour", "blue"))
                        .contentType("text/plain")
                        .cacheControl("no-cache")
                        .contentLanguage("de"));
        var head = fixture.s3(s3 -> s3.headObject(r -> r.bucket(Fixture.BUCKET).key("k")));
        assertThat(head.metadata()).containsExactly(Map.entry("colour", "blue"));
        assertThat(head.contentType()).isEqualTo("text/plain");
        assertThat(head.cacheControl()).isEqualTo("no-cache");
        fixture.assertRefused(
                () -> fixture.put("k", "x", r -> r.metadata(Map.of("a", "b".repeat(2048)))), "MetadataTooLarge", 400);
    }

    @Test
    void conditions_of_reads_are_looked_at_in_http_s_order() {
        var etag = fixture.put("k", "x").eTag();
        var now = fixture.time.instant();
        assertThat(fixture.get("k", r -> r.ifMatch(etag).ifUnmodifiedSince(now.minusSeconds(100))))
                .isEqualTo("x");
        fixture.assertRefused(() -> fixture.get("k", r -> r.ifMatch("\"other\"")), "PreconditionFailed", 412);
        fixture.assertRefused(() -> fixture.get("k", r -> r.ifNoneMatch(etag)), "NotModified", 304);
        fixture.assertRefused(() -> fixture.get("k", r -> r.ifModifiedSince(now)), "NotModified", 304);
        assertThat(fixture.get("k", r -> r.ifNoneMatch("\"other\"").ifModifiedSince(now)))
                .isEqualTo("x");
        assertThat(fixture.get("k", r -> r.ifModifiedSince(now.plusSeconds(1000))))
                .isEqualTo("x");
    }

    @Test
    void a_write_that_asks_for_absence_or_a_tag_holds_to_it() {
        fixture.put("k", "1", r -> r.ifNoneMatch("*"));
        fixture.assertRefused(() -> fixture.put("k", "2", r -> r.ifNoneMatch("*")), "PreconditionFailed", 412);
        fixture.assertRefused(() -> fixture.put("k", "2", r -> r.ifMatch("\"wrong\"")), "PreconditionFailed", 412);
        fixture.assertRefused(() -> fixture.put("none", "2", r -> r.ifMatch("\"wrong\"")), "NoSuchKey", 404);
        fixture.assertRefused(() -> fixture.put("k", "2", r -> r.ifNoneMatch("x")), "NotImplemented", 501);
        assertThat(fixture.get("k")).isEqualTo("1");
    }

    @Test
    void keys_are_bytes_and_mean_nothing() {
        for (var key : new String[] {"a//b", ".", "..", "../x", "%2F", "a+b c", "ключ", "\u0001", "a\u0000b", "/"}) {
            fixture.put(key, key);
            assertThat(fixture.get(key)).isEqualTo(key);
        }
        fixture.assertRefused(() -> fixture.put("é".repeat(513), "x"), "KeyTooLongError", 400);
        fixture.put("é".repeat(512), "x");
    }

    @Test
    void a_reader_keeps_the_object_that_it_opened_while_another_replaces_it() throws IOException {
        var bytes = Fixture.noise(500_000, 1);
        fixture.put("k", bytes, r -> {});
        var request = GetObjectRequest.builder().bucket(Fixture.BUCKET).key("k").build();
        try (var open = fixture.call(() -> fixture.s3.getObject(request, ResponseTransformer.toInputStream()))) {
            fixture.put("k", "new");
            fixture.time.advance(java.time.Duration.ofHours(2));
            assertThat(open.readAllBytes()).isEqualTo(bytes);
        }
        assertThat(fixture.get("k")).isEqualTo("new");
        assertThat(fixture.files()).isZero();
    }

    @Test
    void what_names_nothing_is_refused() {
        fixture.put("k", "1");
        fixture.assertRefused(() -> fixture.get("k", r -> r.versionId("")), "InvalidArgument", 400)
                .hasMessageContaining("Version id cannot be the empty string");
        fixture.assertRefused(
                        () -> fixture.s3(s3 -> s3.getObjectAttributes(
                                r -> r.bucket(Fixture.BUCKET).key("k"))),
                        "InvalidRequest",
                        400)
                .hasMessageContaining("specifying the attributes to be retrieved is either missing or empty");
        fixture.assertRefused(
                        () -> fixture.put("k", "1".getBytes(StandardCharsets.UTF_8), r -> r.ssekmsKeyId("id")),
                        "InvalidArgument",
                        400)
                .hasMessageContaining("requires HTTP header x-amz-server-side-encryption : aws:kms");
    }

    @Test
    void where_the_requester_pays_others_must_say_that_they_know_it() {
        fixture.s3(s3 -> s3.putBucketRequestPayment(
                r -> r.bucket(Fixture.BUCKET).requestPaymentConfiguration(c -> c.payer(Payer.REQUESTER))));
        var silent = ListObjectsV2Request.builder().bucket(Fixture.BUCKET).build();
        var knowing = silent.toBuilder().requestPayer(RequestPayer.REQUESTER).build();
        var copy = CopyObjectRequest.builder()
                .sourceBucket(Fixture.BUCKET)
                .sourceKey("k")
                .destinationBucket("others")
                .destinationKey("l")
                .build();
        assertThat(needed("ListObjectsV2", silent)).isNotEmpty();
        assertThat(fixture.s3(s3 -> s3.listObjectsV2(silent)).requestCharged()).isNull();
        assertThat(fixture.s3(s3 -> s3.listObjectsV2(knowing)).requestCharged()).isEqualTo(RequestCharged.REQUESTER);
        fixture.put("k", "x", r -> {});
        assertThat(fixture.s3(s3 -> s3.getObject(
                                r -> r.bucket(Fixture.BUCKET).key("k").requestPayer(RequestPayer.REQUESTER),
                                ResponseTransformer.toBytes()))
                        .response()
                        .requestCharged())
                .isEqualTo(RequestCharged.REQUESTER);

        fixture.account = "111111111111";
        fixture.s3(s3 -> s3.createBucket(r -> r.bucket("others")));

        assertThat(needed("ListObjectsV2", knowing)).isNotEmpty();
        fixture.assertRefused(() -> needed("ListObjectsV2", silent), "AccessDenied", 403);
        fixture.assertRefused(() -> needed("CopyObject", copy), "AccessDenied", 403);
    }

    private List<Access> needed(String operation, SdkRequest request) {
        return fixture.call(() -> fixture.s3.service().actions().of(operation, request, Call.current()));
    }
}
