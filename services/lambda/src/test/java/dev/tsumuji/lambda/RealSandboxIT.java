package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.Runtime;

/** Functions in real sandboxes, in real time. */
class RealSandboxIT {
    private static Platform platform;

    @BeforeAll
    static void open() {
        assumeTrue("root".equals(System.getProperty("user.name")), "skipped: full isolation needs root");
        platform = Platform.real();
    }

    @AfterAll
    static void close() {
        if (platform != null) {
            platform.close();
        }
    }

    private static void node(
            String name, String source, java.util.function.Consumer<CreateFunctionRequest.Builder> more) {
        assumeTrue(
                platform.real.missing("nodejs20.x").isEmpty(),
                () -> platform.real.missing("nodejs20.x").orElse(""));
        var request = Platform.request(name, SdkBytes.fromByteArray(Zips.of(Map.of("index.js", source))))
                .runtime(Runtime.NODEJS20_X)
                .handler("index.handler");
        more.accept(request);
        platform.create(request);
        platform.active(name);
    }

    private static InvokeResponse invoke(String name, String payload) {
        return platform.invoke(r ->
                r.functionName(name).payload(SdkBytes.fromUtf8String(payload)).logType(LogType.TAIL));
    }

    private static String log(InvokeResponse answer) {
        return new String(Base64.getDecoder().decode(answer.logResult()), StandardCharsets.UTF_8);
    }

    @Test
    void a_node_function_answers_knows_its_context_and_prints_to_the_log() {
        node("hello", """
                exports.handler = async (event, context) => {
                  console.log('got', event.a);
                  return { a: event.a, name: context.functionName, id: context.awsRequestId,
                           arn: context.invokedFunctionArn, key: process.env.AWS_ACCESS_KEY_ID };
                };
                """, r -> {});
        var answer = invoke("hello", "{\"a\":1}");

        assertThat(answer.functionError()).isNull();
        assertThat(answer.payload().asUtf8String())
                .contains("\"a\":1", "\"name\":\"hello\"", "\"key\":\"ASIATEST\"")
                .contains("\"arn\":\"arn:aws:lambda:eu-central-1:000000000000:function:hello\"");
        assertThat(log(answer))
                .contains("INFO\tgot 1\n")
                .contains("START RequestId: ")
                .contains("REPORT RequestId: ");
        Platform.eventually(
                () -> platform.logs.messages("/aws/lambda/hello").stream().anyMatch(line -> line.contains("got 1")));
    }

    @Test
    void a_stem_is_made_ready_when_a_function_is_created_and_the_report_says_that_it_was_taken() {
        var first = new AtomicReference<InvokeResponse>();
        var names = new ArrayList<String>();
        Platform.eventually(() -> {
            names.add("fresh" + names.size());
            node(
                    names.getLast(),
                    "exports.handler = async () => process.env.AWS_LAMBDA_FUNCTION_NAME;",
                    r -> r.memorySize(300));
            first.set(invoke(names.getLast(), "{}"));
            return log(first.get()).endsWith("\tStart Path: stem\t\n");
        });
        assertThat(first.get().payload().asUtf8String()).isEqualTo("\"" + names.getLast() + "\"");
        assertThat(log(first.get())).contains("\tInit Duration: ");
        assertThat(log(invoke(names.getLast(), "{}"))).doesNotContain("Init Duration", "Start Path");
    }

    @Test
    void fifty_at_once_from_nothing_are_all_answered_by_stems_first() throws Exception {
        int before = platform.real.waiting();
        node(
                "burst",
                "exports.handler = async (e) => { await new Promise(r => setTimeout(r, 300)); return e.n; };",
                r -> r.memorySize(400).timeout(60));
        Platform.eventually(() -> platform.real.waiting() > before);
        var reports = new ConcurrentLinkedQueue<String>();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 50; i++) {
                var n = Integer.toString(i);
                callers.submit(() -> {
                    var answer = invoke("burst", "{\"n\":" + n + "}");
                    reports.add(answer.payload().asUtf8String().equals(n) ? log(answer) : "wrong");
                });
            }
        }
        assertThat(reports).hasSize(50).noneMatch("wrong"::equals);
        assertThat(reports).anyMatch(report -> report.contains("Start Path: stem"));
    }

    @Test
    void a_function_that_never_returns_is_ended_at_its_timeout() {
        node("slow", "exports.handler = () => new Promise(() => setInterval(() => {}, 1000));", r -> r.timeout(1));
        var answer = invoke("slow", "{}");

        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(answer.payload().asUtf8String())
                .contains("Sandbox.Timedout")
                .contains("Error: Task timed out after 1.00 seconds");
        assertThat(log(answer))
                .contains(" Task timed out after 1.00 seconds\n\n")
                .contains("\tStatus: timeout\t");
    }

    @Test
    void a_function_that_fills_its_memory_is_ended_and_another_instance_goes_on() {
        node("greedy", """
                exports.handler = async (event) => {
                  const all = [];
                  while (event.greedy) all.push(Buffer.alloc(8 << 20, 1));
                  return 'fine';
                };
                """, r -> r.timeout(20));
        var answer = invoke("greedy", "{\"greedy\":true}");

        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(answer.payload().asUtf8String()).contains("errorType");
        assertThat(invoke("greedy", "{}").payload().asUtf8String()).isEqualTo("\"fine\"");
    }
}
