package dev.tsumuji.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.sign.Mechanism;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestFactsTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

    private static Request request(String... headers) {
        return Request.of("GET", "/b/k", null, Headers.of(headers), new byte[0]);
    }

    @Test
    void a_link_tells_its_age_in_milliseconds() {
        var link = new Mechanism("REST-QUERY-STRING", "AWS4-HMAC-SHA256", NOW.minusSeconds(90));
        assertThat(RequestFacts.of(request(), true, link, NOW))
                .isEqualTo(Map.of(
                        "s3:authType", "REST-QUERY-STRING",
                        "s3:signatureversion", "AWS4-HMAC-SHA256",
                        "s3:signatureAge", "90000"));
    }

    @Test
    void a_header_tells_no_age_and_what_it_says_of_the_payload() {
        var header = new Mechanism("REST-HEADER", "AWS4-HMAC-SHA256", null);
        assertThat(RequestFacts.of(request("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), true, header, NOW))
                .containsEntry("s3:x-amz-content-sha256", "UNSIGNED-PAYLOAD")
                .containsEntry("s3:authType", "REST-HEADER")
                .doesNotContainKey("s3:signatureAge");
    }

    @Test
    void nobody_tells_where_he_comes_from_and_no_more() {
        var from = request("referer", "http://example.com/");
        assertThat(RequestFacts.of(from, true, null, NOW)).isEqualTo(Map.of("aws:Referer", "http://example.com/"));
    }

    @Test
    void other_services_are_told_no_keys_of_s3() {
        var header = new Mechanism("REST-HEADER", "AWS4-HMAC-SHA256", null);
        assertThat(RequestFacts.of(request("x-amz-content-sha256", "00"), false, header, NOW))
                .isEmpty();
    }
}
