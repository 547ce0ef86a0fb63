package dev.tsumuji.wire.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.blobs.Crc64Nvme;
import dev.tsumuji.wire.Keys;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies inside aws-chunked and beside it. The checksums of "hello" are known from other implementations. */
class PayloadTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Scope SCOPE = new Scope("20260501", "us-east-1", "s3");
    private static final Signer SIGNER = new Signer(Keys.ID, Keys.SECRET, null, "us-east-1", "s3");

    private static byte[] body(Request request) throws Exception {
        return new Verifier(new Keys(), InstantSource.fixed(NOW), 1 << 20)
                .verify(request)
                .request()
                .body()
                .readAllBytes();
    }

    private static Request unsignedChunks(String trailerName, int length, String wire) {
        var headers = Headers.of(
                "host",
                "s3.localhost",
                "x-amz-decoded-content-length",
                String.valueOf(length),
                "content-encoding",
                "aws-chunked,gzip");
        if (trailerName != null) {
            headers = headers.with("x-amz-trailer", trailerName);
        }
        var signed = SIGNER.sign("PUT", "/b/k", null, headers, "STREAMING-UNSIGNED-PAYLOAD-TRAILER", NOW);
        return Request.of("PUT", "/b/k", null, signed, wire.getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource({
        "crc32, NhCmhg==",
        "crc32c, mnG7TA==",
        "crc64nvme, M3eFcAZSQlc=",
        "sha1, qvTGHdzF6KLavt4PO0gs2a6pQ00=",
        "sha256, LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
    })
    void a_trailing_checksum_is_verified(String algorithm, String checksum) throws Exception {
        var name = "x-amz-checksum-" + algorithm;
        var good = "2\r\nhe\r\n3\r\nllo\r\n0\r\n" + name + ":" + checksum + "\r\n\r\n";
        assertThat(body(unsignedChunks(name, 5, good))).isEqualTo("hello".getBytes(StandardCharsets.US_ASCII));
        assertThatThrownBy(() -> body(unsignedChunks(name, 5, good.replace("llo", "lla"))))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo("BadDigest");
                    assertThat(refusal.awsErrorDetails().errorMessage())
                            .startsWith("The " + algorithm.toUpperCase(Locale.ROOT) + " you specified");
                });
    }

    @Test
    void a_signed_body_that_no_length_announces_cannot_be_read() {
        var signed = SIGNER.sign(
                "PUT", "/b/k", null, Headers.of("host", "localhost"), Hash.hex(Hash.sha256(new byte[] {1})), NOW);
        assertThatThrownBy(() -> body(Request.of("PUT", "/b/k", null, signed, new byte[0])))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo("MissingContentLength");
                    assertThat(refusal.statusCode()).isEqualTo(411);
                });
    }

    @Test
    void the_crc64_of_many_bytes_is_that_of_its_bytes_one_by_one() {
        var bytes = new byte[3 * 4_096 + 1_003];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        var whole = new Crc64Nvme();
        whole.update(bytes, 0, 5_001);
        whole.update(bytes, 5_001, bytes.length - 5_001);
        var single = new Crc64Nvme();
        for (var b : bytes) {
            single.update(b);
        }
        assertThat(whole.getValue()).isEqualTo(single.getValue());
        var check = new Crc64Nvme();
        check.update("123456789".getBytes(StandardCharsets.US_ASCII), 0, 9);
        assertThat(check.getValue()).isEqualTo(0xAE8B14860A799888L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5\\r\\nhel | IncompleteBody",
                "5\\r\\nhello\\r\\n | IncompleteBody",
                "4\\r\\nhell\\r\\n0\\r\\n\\r\\n | IncompleteBody",
                "6\\r\\nhello!\\r\\n0\\r\\n\\r\\n | IncompleteBody",
                "5\\r\\nhelloXX0\\r\\n\\r\\n | InvalidRequest",
                "zz\\r\\nhello\\r\\n0\\r\\n\\r\\n | InvalidRequest",
                "-5\\r\\nhello\\r\\n0\\r\\n\\r\\n | InvalidRequest",
                "FFFFFFFFFFFFFFFF\\r\\nhello | InvalidRequest",
                "5\\r\\nhello\\r\\n0\\r\\n\\r\\n | MalformedTrailerError",
                "5\\r\\nhello\\r\\n0\\r\\nx-amz-checksum-crc32\\r\\n\\r\\n | MalformedTrailerError",
                "5\\r\\nhello\\r\\n0\\r\\nx-amz-checksum-sha1:qvTGHdzF6KLavt4PO0gs2a6pQ00=\\r\\n\\r\\n | MalformedTrailerError"
            })
    void broken_chunks_are_refused_before_the_end_is_reported(String wire, String code) {
        var bytes = wire.replace("\\r\\n", "\r\n");
        assertThatThrownBy(() -> body(unsignedChunks("x-amz-checksum-crc32", 5, bytes)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
    }

    @Test
    void other_codings_stay_and_the_length_is_that_of_the_body_inside() throws Exception {
        var wire = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
        var verified = new Verifier(new Keys(), InstantSource.fixed(NOW), 1 << 20)
                .verify(unsignedChunks("x-amz-checksum-crc32", 5, wire))
                .request();
        assertThat(verified.header("content-encoding")).isEqualTo("gzip");
        assertThat(verified.bodyLength()).isEqualTo(5);
    }

    private static Request signedChunks(boolean tamper, int... sizes) {
        int total = Arrays.stream(sizes).sum();
        var headers = Headers.of("host", "s3.localhost", "x-amz-decoded-content-length", String.valueOf(total));
        var signed = SIGNER.sign("PUT", "/b/k", null, headers, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", NOW);
        var authorization = signed.get("authorization");
        var previous = authorization.substring(authorization.indexOf("Signature=") + 10);
        var key = SigningKeys.derive(Keys.SECRET, SCOPE);
        var wire = new StringBuilder();
        for (int i = 0; i <= sizes.length; i++) {
            int size = i < sizes.length ? sizes[i] : 0;
            var part = "a".repeat(size);
            previous = ChunkChain.next(
                    key,
                    "AWS4-HMAC-SHA256-PAYLOAD",
                    AmzDate.format(NOW),
                    SCOPE,
                    previous,
                    Hash.OF_NOTHING + "\n" + Hash.hexOf(part));
            wire.append(Integer.toHexString(size))
                    .append(";chunk-signature=")
                    .append(previous)
                    .append("\r\n");
            wire.append(tamper && i == sizes.length - 1 ? part.replaceFirst("a", "b") : part)
                    .append("\r\n");
        }
        return Request.of("PUT", "/b/k", null, signed, wire.toString().getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void signed_chunks_are_accepted_as_signed() throws Exception {
        assertThat(body(signedChunks(false, 8_192, 20_000, 5))).hasSize(28_197);
    }

    @Test
    void a_changed_chunk_is_refused() {
        assertThatThrownBy(() -> body(signedChunks(true, 8_192, 20_000)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("SignatureDoesNotMatch"));
    }

    @Test
    void only_the_last_signed_chunk_may_be_small() {
        assertThatThrownBy(() -> body(signedChunks(false, 100, 100)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("InvalidChunkSizeError"));
    }

    @Test
    void a_large_body_is_judged_at_its_end() throws Exception {
        var bytes = new byte[300_000];
        var headers = SIGNER.sign("PUT", "/b/k", null, Headers.of("host", "s3.localhost"), bytes, NOW);
        assertThat(body(Request.of("PUT", "/b/k", null, headers, bytes))).hasSize(300_000);
        var other = bytes.clone();
        other[299_999] = 1;
        var stream = new Verifier(new Keys(), InstantSource.fixed(NOW), 1 << 20)
                .verify(Request.of("PUT", "/b/k", null, headers, other))
                .request()
                .body();
        assertThat(stream.readNBytes(300_000)).hasSize(300_000);
        assertThatThrownBy(stream::read)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("XAmzContentSHA256Mismatch"));
    }

    @Test
    void a_body_without_a_hash_is_held_up_to_the_limit_only() {
        var body = new byte[(1 << 20) + 1];
        var signer = new Signer(Keys.ID, Keys.SECRET, null, "us-east-1", "lambda");
        var headers = signer.withSignature(
                "POST",
                "/",
                null,
                Headers.of("host", "h", "x-amz-date", AmzDate.format(NOW)),
                Hash.hex(Hash.sha256(body)),
                NOW);
        var request = Request.of("POST", "/", null, headers, body).withBody(-1, new ByteArrayInputStream(body));
        assertThatThrownBy(() -> body(request)).hasMessageContaining("Request must be smaller than");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UNSIGNED", "abc", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"})
    void an_unknown_content_hash_is_refused(String hash) {
        var headers = SIGNER.sign("PUT", "/b/k", null, Headers.of("host", "s3.localhost"), hash, NOW);
        assertThatThrownBy(() -> body(Request.of("PUT", "/b/k", null, headers, new byte[0])))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("InvalidArgument"));
    }

    @Test
    void an_unsigned_body_passes_when_the_client_chose_so() throws Exception {
        var headers = SIGNER.sign("PUT", "/b/k", null, Headers.of("host", "s3.localhost"), "UNSIGNED-PAYLOAD", NOW);
        assertThat(body(Request.of("PUT", "/b/k", null, headers, new byte[7]))).hasSize(7);
    }
}
