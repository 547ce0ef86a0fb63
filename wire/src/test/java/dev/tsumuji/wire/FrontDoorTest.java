package dev.tsumuji.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.site.Site;
import dev.tsumuji.kernel.site.Visit;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.wire.http.EventLoops;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.sign.Signer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

class FrontDoorTest {
    private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
    private static final Set<String> CLIENTS_OWN = Set.of("host", "content-length", "connection");

    private FrontDoor door;

    /** Answers with who called and what came. */
    private static final class Echo implements FrontDoor.Inside {
        @Override
        public String namedService(Request request) {
            var target = request.header("x-amz-target");
            return target == null || !target.startsWith("Echo.") ? null : "lambda";
        }

        @Override
        public void serve(Request request, Call call, Reply reply) throws IOException {
            var body = request.body().readAllBytes();
            reply.header("x-account", call.account());
            reply.header("x-region", call.region());
            reply.header("x-amzn-requestid", call.requestId());
            reply.header("x-principal", call.principal().arn());
            reply.send(200, body);
        }

        @Override
        public void refuse(Request request, String requestId, AwsServiceException error, Reply reply) {
            reply.header("x-amzn-errortype", error.awsErrorDetails().errorCode());
            reply.send(
                    error.statusCode(), error.awsErrorDetails().errorMessage().getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void preflight(Request request, String requestId, Reply reply) {
            reply.send(200, new byte[0]);
        }
    }

    /** A site below a path and at a host; what lies in its vault is for signed visitors only. */
    private static final class Shop implements Site {
        @Override
        public boolean has(String host, String path) {
            return host.equals("shop.example") || path.startsWith("/shop/");
        }

        @Override
        public void answer(Visit visit) throws IOException {
            var call = visit.path().endsWith("/vault") ? visit.signedFor("lambda") : visit.anonymous();
            visit.header("x-principal", call.principal().arn());
            visit.send(200, visit.body().readAllBytes());
        }
    }

    private final EventLoops loops = new EventLoops();

    @BeforeEach
    void open() throws IOException {
        Page health = (request, call, reply) -> reply.send(200, "up".getBytes(StandardCharsets.UTF_8));
        Page why = (request, call, reply) -> reply.send(200, request.path().getBytes(StandardCharsets.UTF_8));
        door = FrontDoor.start(
                loops,
                FrontDoor.Settings.usual("127.0.0.1", 0),
                new Echo(),
                new Keys(),
                InstantSource.fixed(NOW),
                Ids.secure(),
                Map.of("/_localstack/health", Page.open(health), "/_tsumuji/why/", why),
                List.of(new Shop()));
    }

    @AfterEach
    void close() {
        door.close();
        loops.close();
    }

    private HttpResponse<String> send(HttpClient.Version version, Signer signer, String path, String body)
            throws Exception {
        var headers = Headers.of("host", "127.0.0.1:" + door.port(), "x-amz-target", "Echo.Echo");
        if (signer != null) {
            headers = signer.sign("POST", path, null, headers, body.getBytes(StandardCharsets.UTF_8), NOW);
        }
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + path))
                .version(version)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach((name, value) -> {
            if (!CLIENTS_OWN.contains(name)) {
                request.header(name, value);
            }
        });
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    private static Signer signer(String service) {
        return new Signer(Keys.ID, Keys.SECRET, null, "eu-central-1", service);
    }

    @Test
    void a_signed_request_runs_as_its_key_in_its_region() throws Exception {
        var answer = send(HttpClient.Version.HTTP_1_1, signer("lambda"), "/", "hello");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.headers().firstValue("x-account")).contains("000000000000");
        assertThat(answer.headers().firstValue("x-region")).contains("eu-central-1");
        assertThat(answer.headers().firstValue("x-principal")).contains("arn:aws:iam::000000000000:root");
        assertThat(answer.headers().firstValue("x-amzn-requestid").orElse(""))
                .matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    }

    @Test
    void an_upgrade_to_http2_is_taken_and_verified() throws Exception {
        var answer = send(HttpClient.Version.HTTP_2, signer("lambda"), "/", "hello");
        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    }

    @Test
    void a_large_body_streams_and_is_verified() throws Exception {
        var body = "0123456789".repeat(300_000);
        var answer = send(HttpClient.Version.HTTP_1_1, signer("lambda"), "/", body);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(body);
    }

    @Test
    void an_unsigned_request_is_refused() throws Exception {
        var answer = send(HttpClient.Version.HTTP_1_1, null, "/", "hello");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).isEqualTo("Request is missing Authentication Token");
    }

    @Test
    void a_wrong_secret_is_refused() throws Exception {
        var forger = new Signer(Keys.ID, "guess", null, "eu-central-1", "lambda");
        var answer = send(HttpClient.Version.HTTP_1_1, forger, "/", "hello");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("x-amzn-errortype")).contains("InvalidSignatureException");
    }

    @Test
    void a_signature_for_another_service_is_refused() throws Exception {
        var answer = send(HttpClient.Version.HTTP_1_1, signer("logs"), "/", "hello");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).startsWith("Credential should be scoped to correct service: 'lambda'.");
    }

    @Test
    void the_health_page_is_open() throws Exception {
        assertThat(send(HttpClient.Version.HTTP_1_1, null, "/_localstack/health", "")
                        .body())
                .isEqualTo("up");
    }

    @Test
    void the_platforms_own_pages_are_for_the_owner_only() throws Exception {
        var path = "/_tsumuji/why/12";
        assertThat(send(HttpClient.Version.HTTP_1_1, signer("tsumuji"), path, "")
                        .body())
                .isEqualTo(path);
        assertThat(send(HttpClient.Version.HTTP_1_1, null, path, "").statusCode())
                .isEqualTo(400);
        assertThat(send(HttpClient.Version.HTTP_1_1, signer("lambda"), path, "").statusCode())
                .isEqualTo(400);
        var role = new Signer(Keys.TEMPORARY_ID, Keys.SECRET, Keys.TOKEN, "eu-central-1", "tsumuji");
        assertThat(send(HttpClient.Version.HTTP_1_1, role, path, "").statusCode())
                .isEqualTo(403);
        assertThat(send(HttpClient.Version.HTTP_1_1, signer("tsumuji"), "/_tsumuji/none", "")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void a_body_other_than_the_signed_one_is_refused() throws Exception {
        var signed = signer("lambda")
                .sign(
                        "POST",
                        "/",
                        null,
                        Headers.of("host", "127.0.0.1:" + door.port(), "x-amz-target", "Echo.Echo"),
                        "hello".getBytes(StandardCharsets.UTF_8),
                        NOW);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + "/"))
                .version(HttpClient.Version.HTTP_1_1)
                .POST(HttpRequest.BodyPublishers.ofString("hullo"));
        signed.forEach((name, value) -> {
            if (!CLIENTS_OWN.contains(name)) {
                request.header(name, value);
            }
        });
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(request.build(), BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.headers().firstValue("x-amzn-errortype")).contains("InvalidSignatureException");
        }
    }

    @Test
    void a_site_answers_unsigned_visits_at_its_path() throws Exception {
        var answer = send(HttpClient.Version.HTTP_1_1, null, "/shop/window", "looking");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("looking");
        assertThat(answer.headers().firstValue("x-principal")).hasValue("anonymous");
    }

    @Test
    void a_site_can_demand_a_signature() throws Exception {
        var signed = send(HttpClient.Version.HTTP_1_1, signer("lambda"), "/shop/vault", "gold");
        var unsigned = send(HttpClient.Version.HTTP_1_1, null, "/shop/vault", "gold");

        assertThat(signed.statusCode()).isEqualTo(200);
        assertThat(signed.body()).isEqualTo("gold");
        assertThat(signed.headers().firstValue("x-principal").orElseThrow())
                .isEqualTo("arn:aws:iam::000000000000:root");
        assertThat(unsigned.headers().firstValue("x-amzn-errortype")).hasValue("MissingAuthenticationTokenException");
    }

    /** What a browser sends before the page's own request, on its behalf. */
    private HttpResponse<String> ask(String path, String method, String headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + path))
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("origin", "https://page.example")
                .header("access-control-request-method", method)
                .header("access-control-request-headers", headers);
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/, POST, 'authorization,x-amz-date,x-amz-target'",
        "/, POST, 'authorization,content-type,x-amz-date'",
        "/2015-03-31/functions/f/invocations, POST, 'authorization,x-amz-date'",
        "/service/Echo/operation/Echo, POST, 'authorization,smithy-protocol,x-amz-date'"
    })
    void a_page_of_any_origin_may_call_an_api(String path, String method, String headers) throws Exception {
        var answer = ask(path, method, headers);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("access-control-allow-origin")).hasValue("*");
        assertThat(answer.headers().firstValue("access-control-allow-methods")).hasValue(method);
        assertThat(answer.headers().firstValue("access-control-allow-headers")).hasValue(headers);
        assertThat(answer.headers().firstValue("access-control-max-age")).hasValue("172800");
    }

    @ParameterizedTest
    @CsvSource({"/bucket/key, PUT", "/bucket, POST", "/, GET"})
    void whether_a_page_may_use_a_bucket_is_the_buckets_business(String path, String method) throws Exception {
        assertThat(ask(path, method, "authorization,x-amz-date").headers().firstValue("access-control-allow-origin"))
                .isEmpty();
    }

    @Test
    void a_page_may_read_the_answer_of_an_api_also_a_refusal() throws Exception {
        for (var signer : new Signer[] {signer("lambda"), signer("logs")}) {
            var headers = signer.sign(
                    "POST",
                    "/",
                    null,
                    Headers.of("host", "127.0.0.1:" + door.port(), "x-amz-target", "Echo.Echo"),
                    new byte[0],
                    NOW);
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port() + "/"))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .header("origin", "https://page.example");
            headers.forEach((name, value) -> {
                if (!CLIENTS_OWN.contains(name)) {
                    request.header(name, value);
                }
            });
            try (var client = HttpClient.newHttpClient()) {
                var answer = client.send(request.build(), BodyHandlers.ofString());
                assertThat(answer.headers().firstValue("access-control-allow-origin"))
                        .hasValue("*");
                assertThat(answer.headers()
                                .firstValue("access-control-expose-headers")
                                .orElse(""))
                        .contains("x-amzn-ErrorType");
            }
        }
        assertThat(send(HttpClient.Version.HTTP_1_1, signer("lambda"), "/", "hello")
                        .headers()
                        .firstValue("access-control-allow-origin"))
                .isEmpty();
    }
}
