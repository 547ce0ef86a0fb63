package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.call.Principal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.lambda.model.Cors;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;

class FunctionUrlsTest {
    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    /** A function with a URL, and the URL's host. */
    private String host(String name, FunctionUrlAuthType type, Cors cors, String... program) {
        platform.with(name, program);
        var url = platform.call(() -> platform.lambda.createFunctionUrlConfig(
                        r -> r.functionName(name).authType(type).cors(cors)))
                .functionUrl();
        assertThat(url).matches("http://[a-z0-9]{32}\\.lambda-url\\.eu-central-1\\.localhost/");
        return url.substring("http://".length(), url.length() - 1);
    }

    private String open(String name, String... program) {
        return host(name, FunctionUrlAuthType.NONE, null, program);
    }

    private TestVisit visit(TestVisit visit) {
        try {
            assertThat(platform.lambda.urls().has(visit.host(), visit.path())).isTrue();
            platform.lambda.urls().answer(visit);
            return visit;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Map<?, ?> event(TestVisit visit) {
        assertThat(visit.status).isEqualTo(200);
        return (Map<?, ?>)
                Json.parsed(visit.text().getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }

    @Test
    void a_request_becomes_an_event_of_format_2_0() {
        var host = open("f", "echo");
        var event = event(visit(new TestVisit("POST", host, "/a%20b/c+%2B%25%zz?x=1&y=%2Fz&x=2&flag")
                .with("content-type", "application/json")
                .with("accept", "a")
                .with("accept", "b")
                .with("cookie", "one=1; two=2")
                .with("connection", "close")
                .with("user-agent", "test/1")
                .body("{\"k\":1}".getBytes(StandardCharsets.UTF_8))));

        assertThat(event.get("version")).isEqualTo("2.0");
        assertThat(event.get("routeKey")).isEqualTo("$default");
        assertThat(event.get("rawPath")).isEqualTo("/a b/c++%%zz");
        assertThat(event.get("rawQueryString")).isEqualTo("x=1&y=%2Fz&x=2&flag");
        assertThat(event.get("queryStringParameters")).isEqualTo(Map.of("x", "1,2", "y", "/z", "flag", ""));
        assertThat(event.get("cookies")).isEqualTo(List.of("one=1", "two=2"));
        assertThat(event.get("body")).isEqualTo("{\"k\":1}");
        assertThat(event.get("isBase64Encoded")).isEqualTo(false);
        var headers = (Map<?, ?>) event.get("headers");
        assertThat(headers.get("accept")).isEqualTo("a,b");
        assertThat(headers.get("x-forwarded-for")).isEqualTo("192.0.2.7");
        assertThat(headers.containsKey("connection")).isFalse();
        var context = (Map<?, ?>) event.get("requestContext");
        assertThat(context.get("accountId")).isEqualTo("anonymous");
        assertThat(context.get("domainName")).isEqualTo(host);
        assertThat(context.get("domainPrefix")).isEqualTo(host.substring(0, 32));
        assertThat(context.get("requestId")).isEqualTo("11112222-3333-4444-8555-666677778888");
        assertThat(context.get("time")).isEqualTo("02/Jan/2026:03:04:05 +0000");
        assertThat(context.get("timeEpoch")).hasToString("1767323045678");
        assertThat(context.get("http"))
                .isEqualTo(Map.of(
                        "method", "POST",
                        "path", "/a b/c++%%zz",
                        "protocol", "HTTP/1.1",
                        "sourceIp", "192.0.2.7",
                        "userAgent", "test/1"));
    }

    @Test
    void bodies_that_are_no_text_arrive_in_base64() {
        var host = open("f", "echo");
        var bytes = new byte[] {(byte) 0xff, 0, 1};
        var event = event(visit(new TestVisit("PUT", host, "/")
                .with("content-type", "image/png")
                .body(bytes)));
        assertThat(event.get("isBase64Encoded")).isEqualTo(true);
        assertThat(event.get("body")).isEqualTo(Base64.getEncoder().encodeToString(bytes));

        var broken = event(visit(new TestVisit("PUT", host, "/")
                .with("content-type", "text/plain")
                .body(bytes)));
        assertThat(broken.get("isBase64Encoded")).isEqualTo(true);

        var none = event(visit(new TestVisit("GET", host, "/")));
        assertThat(none.containsKey("body")).isFalse();
        assertThat(none.get("isBase64Encoded")).isEqualTo(false);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"hello\" | 200 | hello",
                "3.1 | 200 | 3.1",
                "true | 200 | true",
                "{\"hello\":\"world\"} | 200 | {\"hello\":\"world\"}",
                "[1,2] | 200 | [1,2]",
                "{\"statusCode\":201,\"body\":\"made\"} | 201 | made",
                "{\"statusCode\":200,\"body\":\"aGk=\",\"isBase64Encoded\":true} | 200 | hi",
                "{\"statusCode\":204} | 204 | ''",
                "{\"statusCode\":200,\"body\":{\"a\":1}} | 200 | {\"a\":1}",
                "{\"statusCode\":\"abc\"} | 502 | Internal Server Error",
                "{\"statusCode\":999} | 502 | Internal Server Error",
                "{\"statusCode\":200,\"body\":\"%\",\"isBase64Encoded\":true} | 200 | ''",
                "no-json | 502 | Internal Server Error",
            })
    void an_answer_is_a_body_or_says_what_it_is(String returned, int status, String body) {
        var visit = visit(new TestVisit("GET", open("f", "return " + returned), "/"));

        assertThat(visit.status).isEqualTo(status);
        assertThat(visit.text()).isEqualTo(body);
        assertThat(visit.answered.get("Content-Type")).containsExactly("application/json");
    }

    @Test
    void headers_and_cookies_of_an_answer_are_sent_and_what_breaks_http_is_not() {
        var host = open(
                "f",
                "return {\"statusCode\":200,\"headers\":{\"X-A\":\"1\",\"X-B\":2,\"content-type\":\"text/html\","
                        + "\"X-Bad\":\"a\\r\\nb:c\",\"Content-Length\":\"7\"},\"cookies\":[\"a=1\",\"b=2\"],\"body\":\"x\"}");
        var visit = visit(new TestVisit("GET", host, "/"));

        assertThat(visit.answered)
                .containsEntry("X-A", List.of("1"))
                .containsEntry("X-B", List.of("2"))
                .containsEntry("content-type", List.of("text/html"))
                .containsEntry("Set-Cookie", List.of("a=1", "b=2"))
                .containsEntry("x-amzn-RequestId", List.of("11112222-3333-4444-8555-666677778888"))
                .doesNotContainKeys("X-Bad", "Content-Length", "Content-Type");
    }

    @Test
    void a_function_that_fails_is_a_bad_gateway() {
        var visit = visit(new TestVisit("GET", open("f", "fail Error oops"), "/"));
        assertThat(visit.status).isEqualTo(502);
        assertThat(visit.text()).isEqualTo("Internal Server Error");
    }

    @Test
    void what_is_not_there_or_not_allowed_is_refused_without_detail() {
        var host = open("f", "echo");
        var unknown = visit(new TestVisit("GET", "0123.lambda-url.eu-central-1.on.aws", "/"));
        assertThat(unknown.status).isEqualTo(404);
        assertThat(unknown.text()).isEqualTo("{\"Message\":null}");

        platform.denied.add("lambda:InvokeFunctionUrl");
        var denied = visit(new TestVisit("GET", host, "/"));
        assertThat(denied.status).isEqualTo(403);
        assertThat(denied.text()).isEqualTo("{\"Message\":\"Forbidden\"}");
        platform.denied.clear();

        var large = visit(new TestVisit("POST", host, "/").body(new byte[(6 << 20) + 1]));
        assertThat(large.status).isEqualTo(413);
    }

    @Test
    void a_url_of_type_iam_takes_who_signs_and_tells_the_function_who_it_was() {
        var host = host("f", FunctionUrlAuthType.AWS_IAM, null, "echo");
        assertThat(visit(new TestVisit("GET", host, "/")).status).isEqualTo(403);

        var caller = platform.newCall();
        var event = event(visit(new TestVisit("GET", host, "/").signedBy(caller)));
        var context = (Map<?, ?>) event.get("requestContext");
        var iam = (Map<?, ?>) ((Map<?, ?>) context.get("authorizer")).get("iam");
        assertThat(iam.get("userArn")).isEqualTo(new Principal.Root(platform.account).arn());
        assertThat(context.get("accountId")).isEqualTo(platform.account);
        assertThat(iam.containsKey("cognitoIdentity")).isTrue();
    }

    @Test
    void a_preflight_is_answered_by_the_settings_and_not_by_the_function() {
        var cors = Cors.builder()
                .allowOrigins("https://*.example.com")
                .allowMethods("GET", "PUT")
                .allowHeaders("x-a")
                .exposeHeaders("x-b")
                .allowCredentials(true)
                .maxAge(60)
                .build();
        var host = host(
                "f",
                FunctionUrlAuthType.NONE,
                cors,
                "count runs",
                "return {\"statusCode\":200,\"headers\":{\"access-control-allow-origin\":\"mine\"}}");
        var asked = visit(new TestVisit("OPTIONS", host, "/")
                .with("origin", "https://a.example.com")
                .with("access-control-request-method", "PUT"));
        assertThat(asked.status).isEqualTo(200);
        assertThat(asked.answered)
                .containsEntry("Access-Control-Allow-Origin", List.of("https://a.example.com"))
                .containsEntry("Access-Control-Allow-Methods", List.of("GET,PUT"))
                .containsEntry("Access-Control-Allow-Headers", List.of("x-a"))
                .containsEntry("Access-Control-Allow-Credentials", List.of("true"))
                .containsEntry("Access-Control-Max-Age", List.of("60"));
        assertThat(platform.sandboxes.count("runs")).isZero();

        var real = visit(new TestVisit("GET", host, "/").with("origin", "https://a.example.com"));
        assertThat(real.answered)
                .containsEntry("Access-Control-Allow-Origin", List.of("https://a.example.com"))
                .containsEntry("Access-Control-Expose-Headers", List.of("x-b"))
                .doesNotContainKey("access-control-allow-origin");
        var stranger = visit(new TestVisit("GET", host, "/").with("origin", "https://example.org"));
        assertThat(stranger.answered).doesNotContainKey("Access-Control-Allow-Origin");
    }

    @Test
    void a_url_works_by_path_where_names_do_not_resolve() {
        var id = open("f", "echo").substring(0, 32);
        var event = event(visit(new TestVisit("GET", "127.0.0.1:4566", "/_tsumuji/url/" + id + "/deep/er?q=1")));
        assertThat(event.get("rawPath")).isEqualTo("/deep/er");
        assertThat(((Map<?, ?>) event.get("requestContext")).get("domainName"))
                .isEqualTo(id + ".lambda-url.eu-central-1.on.aws");
    }

    @Test
    void a_url_is_shown_changed_listed_and_goes_with_its_function() {
        var host = open("f", "echo");
        assertThatThrownBy(() -> platform.call(() -> platform.lambda.createFunctionUrlConfig(
                        r -> r.functionName("f").authType(FunctionUrlAuthType.NONE))))
                .hasMessageContaining("Failed to create function url config for [functionArn = "
                        + "arn:aws:lambda:eu-central-1:000000000000:function:f]. Error message:  FunctionUrlConfig exists for"
                        + " this Lambda function");
        var shown = platform.call(() -> platform.lambda.getFunctionUrlConfig(r -> r.functionName("f")));
        assertThat(shown.invokeModeAsString()).isEqualTo("BUFFERED");
        assertThat(shown.functionArn()).isEqualTo("arn:aws:lambda:eu-central-1:000000000000:function:f");
        var updated = platform.call(() -> platform.lambda.updateFunctionUrlConfig(
                r -> r.functionName("f").authType(FunctionUrlAuthType.AWS_IAM)));
        assertThat(updated.authType()).isEqualTo(FunctionUrlAuthType.AWS_IAM);
        assertThat(updated.invokeModeAsString()).isNull();
        assertThat(updated.functionUrl()).isEqualTo(shown.functionUrl());
        assertThat(platform.call(() -> platform.lambda.listFunctionUrlConfigs(r -> r.functionName("f")))
                        .functionUrlConfigs())
                .hasSize(1);

        platform.call(() -> platform.lambda.deleteFunction(r -> r.functionName("f")));
        assertThat(visit(new TestVisit("GET", host, "/")).status).isEqualTo(404);
        assertThatThrownBy(() -> platform.call(() -> platform.lambda.getFunctionUrlConfig(r -> r.functionName("f"))))
                .hasMessageContaining("The resource you requested does not exist.");
        assertThatThrownBy(() -> platform.call(() -> platform.lambda.createFunctionUrlConfig(
                        r -> r.functionName("f").authType(FunctionUrlAuthType.NONE))))
                .hasMessageContaining("Function does not exist");
    }

    @Test
    void an_alias_has_a_url_of_its_own() {
        platform.with("f", "env AWS_LAMBDA_FUNCTION_VERSION");
        platform.call(() -> platform.lambda.publishVersion(r -> r.functionName("f")));
        platform.call(() -> platform.lambda.createAlias(
                r -> r.functionName("f").name("live").functionVersion("1")));
        var url = platform.call(() -> platform.lambda.createFunctionUrlConfig(
                r -> r.functionName("f").qualifier("live").authType(FunctionUrlAuthType.NONE)));
        var host = url.functionUrl()
                .substring("http://".length(), url.functionUrl().length() - 1);

        assertThat(url.functionArn()).endsWith(":function:f:live");
        assertThat(visit(new TestVisit("GET", host, "/")).text()).isEqualTo("1");
        platform.call(() -> platform.lambda.deleteAlias(r -> r.functionName("f").name("live")));
        assertThat(visit(new TestVisit("GET", host, "/")).status).isEqualTo(404);
    }
}
