package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.conformance.Wire.Answer;
import dev.tsumuji.conformance.Wire.Message;
import dev.tsumuji.testkit.Seeded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Malformed, oversized and broken requests, rightly signed: a client error each, no failure of the server, no growth. */
class BadInputIT {
    private static Wire wire;

    @BeforeAll
    static void connect() {
        wire = new Wire(RunningPlatform.shared());
    }

    /** @param service whose key signs it */
    private record Case(String name, String service, Message message) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        var cases = new ArrayList<Case>();
        for (var body : List.of(
                "",
                "{",
                "[]",
                "null",
                "\"x\"",
                "{\"logGroupName\":}",
                "{\"logGroupName\":1}",
                "{\"logGroupName\":{}}",
                "{\"logGroupName\":[\"a\"]}",
                "{\"tags\":[]}",
                "{\"logGroupName\":\"a\"} x",
                "\u0000",
                "{\"a\":\"\\ud800\"}",
                "{\"logGroupName\":\"\ud83d\"}",
                "{\"logGroupName\":\"" + "x".repeat(600) + "\"}",
                "{\"x\":1e999999999}")) {
            cases.add(new Case(
                    "logs " + body.substring(0, Math.min(30, body.length())),
                    "logs",
                    json("Logs_20140328.CreateLogGroup", body)));
        }
        cases.add(new Case(
                "logs nested objects",
                "logs",
                json("Logs_20140328.CreateLogGroup", "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000))));
        cases.add(new Case("logs nested lists", "logs", json("Logs_20140328.CreateLogGroup", "[".repeat(1_000_000))));
        cases.add(new Case("no target", "logs", json("", "{}")));
        cases.add(new Case("unknown target", "logs", json("Logs_20140328.MakeCoffee", "{}")));
        cases.add(new Case("unknown service", "coffee", json("Coffee_20140328.MakeCoffee", "{}")));
        cases.add(new Case(
                "wrong numbers",
                "logs",
                json(
                        "Logs_20140328.GetLogEvents",
                        "{\"logGroupName\":\"a\",\"logStreamName\":\"b\",\"limit\":99999999999999999999}")));
        for (var body : List.of(
                "",
                "Action",
                "Action=",
                "Action=MakeCoffee&Version=2010-05-08",
                "Action=CreateUser&Version=2010-05-08",
                "Action=CreateUser&UserName=%zz&Version=2010-05-08",
                "Action=CreateUser&Version=2010-05-08&UserName=" + "x".repeat(1000),
                "Action=CreateUser&Version=2010-05-08&UserName=a%20b" + "&x".repeat(100_000),
                "Action=CreateUser&Version=2010-05-08&Tags" + ".member.1".repeat(20_000) + "=x",
                "Action=CreateRole&Version=2010-05-08&RoleName=a&AssumeRolePolicyDocument="
                        + "%7B%22a%22%3A".repeat(20_000))) {
            cases.add(new Case("iam " + body.substring(0, Math.min(60, body.length())), "iam", query(body)));
        }
        cases.add(new Case("iam as GET", "iam", message("GET", "/", "Action=MakeCoffee&Version=2010-05-08", "")));
        for (var path : List.of(
                "/2015-03-31/functions/%00",
                "/2015-03-31/functions/%zz",
                "/2015-03-31/functions/" + "x".repeat(5000),
                "/2015-03-31/functions/../../etc/passwd",
                "/2015-03-31/functions/a%2F..%2Fb",
                "/2015-03-31/nothing",
                "//",
                "/2015-03-31/functions/missing")) {
            cases.add(new Case(
                    "lambda " + path.substring(0, Math.min(40, path.length())),
                    "lambda",
                    message("GET", path, null, "")));
        }
        for (var body : List.of(
                "",
                "{",
                "[]",
                "{\"FunctionName\":\"a\"}",
                "{\"FunctionName\":\"a b\",\"Role\":1}",
                "{\"FunctionName\":\"f\",\"Role\":\"x\",\"Code\":{\"ZipFile\":\"!!\"}}",
                "{\"FunctionName\":\"f\",\"Runtime\":\"nodejs20.x\",\"Handler\":\"a.b\",\"Role\":\"arn:aws:iam::000000000000:role/x\",\"Code\":{\"ZipFile\":\"bm8gemlw\"}}")) {
            cases.add(new Case(
                    "lambda create " + body.substring(0, Math.min(40, body.length())),
                    "lambda",
                    message("POST", "/2015-03-31/functions", null, body)
                            .withHeader("content-type", "application/json")));
        }
        for (var type :
                List.of("application/cbor", "application/x-amz-cbor-1.1", "application/xml", "text/html", "x")) {
            cases.add(new Case(
                    "logs as " + type,
                    "logs",
                    json("Logs_20140328.CreateLogGroup", "\u00bf\u00ff\u00a1\u009f")
                            .withHeader("content-type", type)));
        }
        cases.add(new Case(
                "rpc cbor",
                "logs",
                message("POST", "/service/Logs_20140328/operation/CreateLogGroup", null, "\u00bf\u00ff\u00a1")
                        .withHeader("smithy-protocol", "rpc-v2-cbor")
                        .withHeader("content-type", "application/cbor")));
        return cases.stream();
    }

    private static Message json(String target, String body) {
        return message("POST", "/", null, body)
                .withHeader("content-type", "application/x-amz-json-1.1")
                .withHeader("x-amz-target", target.isEmpty() ? null : target);
    }

    private static Message query(String body) {
        return message("POST", "/", null, body)
                .withHeader("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    }

    private static Message message(String method, String path, String query, String body) {
        return new Wire(RunningPlatform.shared()).message(method, path, query, body);
    }

    private static void clientError(Answer answer) {
        assertThat(answer.status())
                .as(answer.toString())
                .satisfiesAnyOf(
                        status -> assertThat(status).isBetween(400, 499),
                        status -> assertThat(status).isEqualTo(501));
        assertThat(answer.body()).doesNotContain("Exception in thread", "\tat ", "dev.tsumuji");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_bad_request_is_the_clients_error(Case it) {
        clientError(wire.send(wire.signed(it.message(), it.service())));
    }

    @Test
    void large_heads_are_refused_without_being_kept() {
        var host = "127.0.0.1:" + wire.platform().port();
        var one = "GET / HTTP/1.1\r\nhost: " + host + "\r\nx-large: " + "x".repeat(10 << 20) + "\r\n\r\n";
        assertThat(wire.send(one.getBytes(StandardCharsets.US_ASCII)).status()).isIn(0, 400, 413, 414, 431);
        var many = new StringBuilder("GET / HTTP/1.1\r\nhost: " + host + "\r\n");
        for (int i = 0; i < 100_000; i++) {
            many.append("x-").append(i).append(": y\r\n");
        }
        assertThat(wire.send(many.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII))
                        .status())
                .isIn(0, 400, 413, 431);
        var line = "GET /" + "x".repeat(1 << 20) + " HTTP/1.1\r\nhost: " + host + "\r\n\r\n";
        assertThat(wire.send(line.getBytes(StandardCharsets.US_ASCII)).status()).isIn(0, 400, 413, 414, 431);
    }

    @Test
    void bytes_that_are_no_http_do_no_harm() {
        Seeded.check(1, seeded -> {
            for (int i = 0; i < 100; i++) {
                var answer = wire.sendAndHangUp(seeded.bytes(1 + seeded.below(400)));
                assertThat(answer.status()).isIn(0, 400, 405, 414, 431, 505);
            }
        });
    }

    @Test
    void a_body_that_ends_early_changes_nothing() {
        var whole = wire.signed(json("Logs_20140328.CreateLogGroup", "{\"logGroupName\":\"truncated\"}"), "logs")
                .bytes();
        for (int missing = 1; missing <= 29; missing += 7) {
            var answer = wire.sendAndHangUp(Arrays.copyOf(whole, whole.length - missing));
            assertThat(answer.status())
                    .satisfiesAnyOf(
                            status -> assertThat(status).isZero(),
                            status -> assertThat(status).isBetween(400, 499));
        }
        var listed = wire.send(
                wire.signed(json("Logs_20140328.DescribeLogGroups", "{\"logGroupNamePrefix\":\"truncated\"}"), "logs"));
        assertThat(listed.body()).contains("\"logGroups\":[]");
    }

    @Test
    void bodies_of_chance_are_refused_by_every_protocol() {
        Seeded.check(1, seeded -> {
            for (int i = 0; i < 200; i++) {
                var body = seeded.bytes(seeded.below(300));
                var request = switch (seeded.below(4)) {
                    case 0 -> json("Logs_20140328.PutLogEvents", "").withBody(body);
                    case 1 -> query("").withBody(body);
                    case 2 ->
                        message("POST", "/2015-03-31/functions", null, "")
                                .withHeader("content-type", "application/json")
                                .withBody(body);
                    default ->
                        message("POST", "/service/Logs_20140328/operation/PutLogEvents", null, "")
                                .withHeader("smithy-protocol", "rpc-v2-cbor")
                                .withHeader("content-type", "application/cbor")
                                .withBody(body);
                };
                var service = request.path().startsWith("/2015")
                        ? "lambda"
                        : request.headers().get("content-type").contains("form") ? "iam" : "logs";
                clientError(wire.send(wire.signed(request, service)));
            }
        });
    }

    @Test
    void bad_input_leaves_no_memory_behind() throws IOException {
        var platform = RunningPlatform.shared();
        var bad = wire.signed(json("Logs_20140328.CreateLogGroup", "{\"a\":".repeat(100_000)), "logs");
        for (int i = 0; i < 50; i++) {
            wire.send(bad);
        }
        long before = platform.residentMebibytes();
        for (int i = 0; i < 300; i++) {
            wire.send(bad);
        }
        assertThat(platform.residentMebibytes()).isLessThan(before + 150);
        assertThat(platform.isAlive()).isTrue();
    }
}
