package dev.tsumuji.wire.sign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.wire.Keys;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests and signatures that AWS published, in its Signature V4 test suite and in S3's documentation. */
class PublishedVectorsTest {
    private static final Instant SUITE_TIME = Instant.parse("2015-08-30T12:36:00Z");
    private static final String SUITE_SCOPE = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";

    private static final String S3_KEY = "AKIAIOSFODNN7EXAMPLE";
    private static final String S3_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private static final Instant S3_TIME = Instant.parse("2013-05-24T00:00:00Z");

    private static Verified verify(Request request, Instant now) throws Exception {
        var keys = new Keys().with(new Credential(S3_KEY, S3_SECRET, null, new Principal.Root("000000000000"), null));
        return new Verifier(keys, InstantSource.fixed(now), 1 << 20).verify(request);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        get-vanilla | GET | / | | 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31
        post-vanilla | POST | / | | 5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b
        get-vanilla-empty-query-key | GET | / | Param1=value1 | a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb
        get-vanilla-query-order-encoded | GET | / | Param-3=Value3&Param=Value2&%E1%88%B4=Value1 | 371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac
        get-vanilla-utf8-query | GET | / | ሴ=bar | 2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04
        get-vanilla-query-unreserved | GET | / | -._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz | 9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197
        get-utf8 | GET | /ሴ | | 8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85
        get-space-normalized | GET | /example space/ | | 652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741
        get-slashes-normalized | GET | //example// | | 9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84
        get-relative-relative-normalized | GET | /example1/example2/../.. | | 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31
        get-slash-dot-slash-normalized | GET | /./ | | 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31
        get-slash-normalized | GET | // | | 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31
        """)
    void the_suites_requests_are_accepted(String name, String method, String path, String query, String signature)
            throws Exception {
        assertThat(accepted(method, path, query, "host;x-amz-date", signature)).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
        key-duplicate | value2,value2,value1 | host;my-header1;x-amz-date | c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea
        value-order | value4,value1,value3,value2 | host;my-header1;x-amz-date | 08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01
        """)
    void repeated_headers_are_joined(String name, String values, String signed, String signature) throws Exception {
        var fields = new ArrayList<String>();
        for (var value : values.split(",")) {
            fields.add("My-Header1");
            fields.add(value);
        }
        assertThat(accepted("GET", "/", null, signed, signature, fields.toArray(String[]::new)))
                .isTrue();
    }

    @Test
    void header_values_are_trimmed_and_their_blanks_folded() throws Exception {
        assertThat(accepted(
                        "GET",
                        "/",
                        null,
                        "host;my-header1;my-header2;x-amz-date",
                        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
                        "My-Header1",
                        " value1",
                        "My-Header2",
                        " \"a   b   c\""))
                .isTrue();
    }

    @Test
    void one_wrong_digit_is_refused() throws Exception {
        assertThat(accepted(
                        "GET",
                        "/",
                        null,
                        "host;x-amz-date",
                        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf32"))
                .isFalse();
    }

    @Test
    void a_form_with_its_hash_and_length_signed_is_accepted() throws Exception {
        var body = "Param1=value1".getBytes(StandardCharsets.UTF_8);
        var headers = Headers.of(
                "Content-Type", "application/x-www-form-urlencoded",
                "Host", "example.amazonaws.com",
                "Content-Length", "13",
                "x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
                "X-Amz-Date", "20150830T123600Z",
                "Authorization",
                        "AWS4-HMAC-SHA256 Credential=" + SUITE_SCOPE
                                + ", SignedHeaders=content-length;content-type;host;x-amz-content-sha256;x-amz-date, "
                                + "Signature=d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b");
        var verified = verify(Request.of("POST", "/", null, headers, body), SUITE_TIME);
        assertThat(verified.request().body().readAllBytes()).isEqualTo(body);
    }

    @Test
    void the_suites_presigned_request_is_accepted_for_its_lifetime() throws Exception {
        var query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2F"
                + "aws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Signature="
                + "e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d";
        var request = Request.of("GET", "/", query, Headers.of("Host", "example.amazonaws.com"), new byte[0]);
        assertThat(verify(request, SUITE_TIME.plusSeconds(3_599)).scope().service())
                .isEqualTo("service");
    }

    private static boolean accepted(
            String method, String path, String query, String signed, String signature, String... more)
            throws Exception {
        var fields = new ArrayList<>(List.of(
                "Host",
                "example.amazonaws.com",
                "X-Amz-Date",
                "20150830T123600Z",
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=" + SUITE_SCOPE + ", SignedHeaders=" + signed + ", Signature="
                        + signature));
        fields.addAll(List.of(more));
        var request = Request.of(method, path, query, Headers.of(fields.toArray(String[]::new)), new byte[0]);
        try {
            verify(request, SUITE_TIME);
            return true;
        } catch (Refusal e) {
            assertThat(e.code()).isEqualTo("InvalidSignatureException");
            return false;
        }
    }

    @Test
    void s3s_example_of_a_get_is_accepted() throws Exception {
        var headers = Headers.of(
                "Host", "examplebucket.s3.amazonaws.com",
                "Range", "bytes=0-9",
                "x-amz-content-sha256", Hash.OF_NOTHING,
                "x-amz-date", "20130524T000000Z",
                "Authorization",
                        s3("host;range;x-amz-content-sha256;x-amz-date")
                                + "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
        verify(Request.of("GET", "/test.txt", null, headers, new byte[0]), S3_TIME);
    }

    @Test
    void s3s_example_of_a_link_is_made_and_accepted() throws Exception {
        var query = new Signer(S3_KEY, S3_SECRET, null, "us-east-1", "s3")
                .presign("GET", "examplebucket.s3.amazonaws.com", "/test.txt", null, Duration.ofDays(1), S3_TIME);
        assertThat(query).endsWith("=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
        var headers = Headers.of("Host", "examplebucket.s3.amazonaws.com");
        verify(Request.of("GET", "/test.txt", query, headers, new byte[0]), S3_TIME.plus(Duration.ofHours(23)));
    }

    @Test
    void s3s_example_of_signed_chunks_is_accepted() throws Exception {
        var body = new StringBuilder();
        chunk(body, 65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
        chunk(body, 1_024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
        chunk(body, 0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
        var headers = Headers.of(
                "Host", "s3.amazonaws.com",
                "x-amz-date", "20130524T000000Z",
                "x-amz-storage-class", "REDUCED_REDUNDANCY",
                "x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "Content-Encoding", "aws-chunked",
                "x-amz-decoded-content-length", "66560",
                "Content-Length", "66824",
                "Authorization",
                        s3("content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
                                        + "x-amz-decoded-content-length;x-amz-storage-class")
                                + "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
        var request = Request.of(
                "PUT",
                "/examplebucket/chunkObject.txt",
                null,
                headers,
                body.toString().getBytes(StandardCharsets.US_ASCII));
        var verified = verify(request, S3_TIME).request();
        assertThat(verified.bodyLength()).isEqualTo(66_560);
        assertThat(verified.header("content-encoding")).isNull();
        assertThat(verified.body().readAllBytes()).hasSize(66_560).containsOnly('a');
    }

    @Test
    void s3s_example_of_signed_chunks_with_a_signed_trailer_is_accepted() throws Exception {
        var body = new StringBuilder();
        chunk(body, 65_536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2");
        chunk(body, 1_024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7");
        body.append("0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n");
        body.append("x-amz-checksum-crc32c:sOO8/Q==\r\n");
        body.append("x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n");
        var headers = Headers.of(
                "Host", "s3.amazonaws.com",
                "x-amz-date", "20130524T000000Z",
                "x-amz-storage-class", "REDUCED_REDUNDANCY",
                "x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                "Content-Encoding", "aws-chunked",
                "x-amz-decoded-content-length", "66560",
                "x-amz-trailer", "x-amz-checksum-crc32c",
                "Authorization",
                        s3("content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
                                        + "x-amz-storage-class;x-amz-trailer")
                                + "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
        var bytes = body.toString().getBytes(StandardCharsets.US_ASCII);
        var request = Request.of("PUT", "/examplebucket/chunkObject.txt", null, headers, bytes)
                .withBody(-1, new ByteArrayInputStream(bytes));
        assertThat(verify(request, S3_TIME).request().body().readAllBytes()).hasSize(66_560);
    }

    private static void chunk(StringBuilder body, int size, String signature) {
        body.append(Integer.toHexString(size))
                .append(";chunk-signature=")
                .append(signature)
                .append("\r\n");
        body.repeat('a', size).append("\r\n");
    }

    private static String s3(String signed) {
        return "AWS4-HMAC-SHA256 Credential=" + S3_KEY + "/20130524/us-east-1/s3/aws4_request,SignedHeaders=" + signed
                + ",Signature=";
    }
}
