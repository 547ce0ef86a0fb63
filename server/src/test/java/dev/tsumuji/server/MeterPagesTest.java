package dev.tsumuji.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.settings.PlatformSettings;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.sign.Signer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeterPagesTest {
    private static final String METRICS = "/_tsumuji/metrics";
    private static final String TOKEN = "a-token-of-this-test";

    @TempDir
    Path data;

    private Platform start(String... flags) throws IOException {
        var arguments = new ArrayList<>(List.of(
                "--data", data.toString(), "--port", "0", "--unsafe-no-isolation", "--root-key", "test:testsecret"));
        arguments.addAll(List.of(flags));
        return Platform.start(PlatformSettings.read(arguments, Map.of()));
    }

    private static HttpResponse<String> get(Platform platform, String path, String... headers) throws Exception {
        return send(platform, "GET", path, "", headers);
    }

    private static HttpResponse<String> send(
            Platform platform, String method, String path, String body, String... headers) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(platform.url() + path))
                    .method(method, HttpRequest.BodyPublishers.ofString(body));
            for (int i = 0; i < headers.length; i += 2) {
                request.header(headers[i], headers[i + 1]);
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static HttpResponse<String> signed(
            Platform platform, String method, String path, String query, String body, String... more) throws Exception {
        var host = URI.create(platform.url()).getAuthority();
        var signed = new Signer("test", "testsecret", null, "us-east-1", "tsumuji")
                .sign(
                        method,
                        path,
                        query,
                        Headers.of("host", host, "content-type", "application/json"),
                        body.getBytes(StandardCharsets.UTF_8),
                        Instant.now());
        var headers = new ArrayList<>(List.of(more));
        signed.forEach((name, value) -> {
            if (!name.equalsIgnoreCase("host")) {
                headers.addAll(List.of(name, value));
            }
        });
        return send(platform, method, query == null ? path : path + "?" + query, body, headers.toArray(String[]::new));
    }

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void metrics_are_for_signed_requests_and_for_the_token() throws Exception {
        try (var platform = start("--metrics-token", TOKEN)) {
            assertThat(get(platform, METRICS).statusCode()).isEqualTo(403);
            assertThat(get(platform, METRICS, "Authorization", "Bearer wrong").statusCode())
                    .isEqualTo(401);
            assertThat(get(platform, METRICS, "Authorization", basic(TOKEN, "")).statusCode())
                    .isEqualTo(401);
            assertThat(get(platform, METRICS, "Authorization", "Basic !").statusCode())
                    .isEqualTo(401);
            assertThat(get(platform, "/_tsumuji/status", "Authorization", "Bearer " + TOKEN)
                            .statusCode())
                    .isEqualTo(400);

            var answer = get(platform, METRICS, "Authorization", "Bearer " + TOKEN);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type"))
                    .contains("text/plain; version=0.0.4; charset=utf-8");
            assertThat(answer.body()).contains("# TYPE tsumuji_lambda_invocations_total counter");
            assertThat(get(platform, METRICS, "Authorization", basic("prometheus", TOKEN))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(get(
                                    platform,
                                    METRICS,
                                    "Authorization",
                                    "Bearer " + TOKEN,
                                    "Accept",
                                    "application/openmetrics-text;version=1.0.0")
                            .body())
                    .endsWith("# EOF\n");
            assertThat(signed(platform, "GET", METRICS, null, "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void without_the_setting_no_token_reads_metrics() throws Exception {
        try (var platform = start()) {
            assertThat(get(platform, METRICS, "Authorization", "Bearer ").statusCode())
                    .isNotEqualTo(200);
            assertThat(get(platform, METRICS, "Authorization", "Bearer null").statusCode())
                    .isEqualTo(401);
            assertThat(get(platform, METRICS, "Authorization", basic("", "")).statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void the_meter_is_read_by_signed_requests_with_any_price_list() throws Exception {
        try (var platform = start()) {
            assertThat(get(platform, "/_tsumuji/meter").statusCode()).isEqualTo(403);
            assertThat(signed(platform, "GET", "/_tsumuji/meter", "prices=aws-2016&since=1h", "")
                            .body())
                    .contains("\"prices\":\"aws-2016\"", "\"functions\":[]");
            assertThat(signed(
                                    platform,
                                    "POST",
                                    "/_tsumuji/meter",
                                    null,
                                    "{\"name\":\"own\",\"billingIncrementMillis\":1,\"architectures\":{}}")
                            .body())
                    .contains("\"prices\":\"own\"");
            for (var bad : List.of("prices=none", "since=yesterday")) {
                assertThat(signed(platform, "GET", "/_tsumuji/meter", bad, "").statusCode())
                        .as(bad)
                        .isEqualTo(400);
            }
            assertThat(signed(platform, "POST", "/_tsumuji/meter", null, "[").statusCode())
                    .isEqualTo(400);
        }
    }
}
