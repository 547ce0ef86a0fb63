package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LogType;

class InvocationsTest {
    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private static String code(Throwable error) {
        return ((AwsServiceException) error).awsErrorDetails().errorCode();
    }

    @Test
    void a_function_answers_with_what_its_handler_returns() {
        platform.with("f", "echo");
        var answer = platform.invoke("f", "{\"a\":1}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.executedVersion()).isEqualTo("$LATEST");
        assertThat(answer.functionError()).isNull();
        assertThat(answer.payload().asUtf8String()).isEqualTo("{\"a\":1}");
    }

    @Test
    void no_payload_is_an_empty_object() {
        platform.with("f", "echo");
        assertThat(platform.invoke(r -> r.functionName("f")).payload().asUtf8String())
                .isEqualTo("{}");
    }

    @Test
    void a_second_invocation_runs_in_the_same_instance() {
        platform.with("f", "echo");
        platform.invoke("f", "1");
        platform.invoke("f", "2");

        assertThat(platform.sandboxes.started).hasSize(1);
        assertThat(platform.sandboxes.started.getFirst().invocations).hasSize(2);
    }

    @Test
    void a_handlers_error_is_the_payload_and_the_instance_goes_on() {
        platform.with("f", "fail ValueError bad luck");
        var answer = platform.invoke("f", "{}");
        platform.invoke("f", "{}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(answer.payload().asUtf8String())
                .isEqualTo("{\"errorType\":\"ValueError\",\"errorMessage\":\"bad luck\"}");
        assertThat(platform.sandboxes.started).hasSize(1);
    }

    @Test
    void an_instance_that_died_is_not_used_again() {
        platform.with("f", "exit");
        assertThat(platform.invoke("f", "{}").payload().asUtf8String()).contains("Runtime.ExitError");
        platform.invoke("f", "{}");

        assertThat(platform.sandboxes.started).hasSize(2);
    }

    @Test
    void a_failed_initialisation_is_the_invocations_error() {
        platform.with("f", "broken");
        var answer = platform.invoke("f", "{}");

        assertThat(answer.functionError()).isEqualTo("Unhandled");
        assertThat(answer.payload().asUtf8String()).contains("Runtime.ImportModuleError");
        assertThat(platform.sandboxes.alive()).isEmpty();
    }

    @Test
    void the_deadline_is_the_functions_timeout() {
        platform.create(Platform.request("f", Zips.program("echo")).timeout(7));
        platform.active("f");
        platform.invoke("f", "{}");

        assertThat(platform.sandboxes.started.getFirst().invocations.getFirst().deadline())
                .isEqualTo(platform.time.instant().plusSeconds(7));
    }

    @Test
    void the_log_tail_has_the_platforms_lines_and_the_functions() {
        platform.with("f", "print hello world", "echo");
        var answer = platform.invoke(r -> r.functionName("f").logType(LogType.TAIL));
        var id = platform.sandboxes.started.getFirst().invocations.getFirst().requestId();
        var lines = new String(Base64.getDecoder().decode(answer.logResult()), StandardCharsets.UTF_8);

        assertThat(lines)
                .matches(
                        "START RequestId: " + id + " Version: \\$LATEST\n"
                                + "hello world\n"
                                + "END RequestId: " + id + "\n"
                                + "REPORT RequestId: " + id + "\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms"
                                + "\tMemory Size: 128 MB\tMax Memory Used: 40 MB\tInit Duration: 12\\.00 ms\tStart Path: ordinary\t\n");
    }

    @Test
    void the_log_tail_is_the_last_four_kilobytes() {
        platform.with("f", "print " + "a".repeat(3000), "print " + "b".repeat(3000), "echo");
        var answer = platform.invoke(r -> r.functionName("f").logType(LogType.TAIL));
        var tail = Base64.getDecoder().decode(answer.logResult());

        assertThat(tail).hasSize(4096);
        assertThat(new String(tail, StandardCharsets.UTF_8))
                .contains("b".repeat(3000))
                .endsWith("\t\n");
    }

    @Test
    void a_dry_run_checks_and_runs_nothing() {
        platform.with("f", "count runs");
        var answer = platform.invoke(r -> r.functionName("f").invocationType(InvocationType.DRY_RUN));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(platform.sandboxes.started).isEmpty();
    }

    @Test
    void a_payload_that_is_no_json_is_refused() {
        platform.with("f", "echo");
        assertThatThrownBy(() -> platform.invoke("f", "{\"a\":"))
                .hasMessageContaining("Could not parse request body into json: Could not parse payload into json: ")
                .satisfies(error -> assertThat(code(error)).isEqualTo("InvalidRequestContentException"));
        assertThatThrownBy(() -> platform.invoke("f", "hello"))
                .hasMessageContaining("Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or"
                        + " token 'null', 'true' or 'false')");
        assertThatThrownBy(() -> platform.invoke("f", "{'a':1}"))
                .hasMessageContaining("\n at [Source: (byte[])\"{'a':1}\"; line: 1, column: 3]");
    }

    @Test
    void payloads_have_limits_of_six_and_one_megabyte() {
        platform.with("f", "return 1");
        var six = "\"" + "x".repeat((6 << 20) - 2) + "\"";
        var one = "\"" + "x".repeat((1 << 20) - 2) + "\"";

        assertThat(platform.invoke("f", six).payload().asUtf8String()).isEqualTo("1");
        assertThatThrownBy(() -> platform.invoke("f", six + " "))
                .hasMessageContaining("Request must be smaller than 6291456 bytes for the InvokeFunction operation")
                .satisfies(error -> assertThat(code(error)).isEqualTo("RequestEntityTooLargeException"));
        assertThat(platform.invoke(r -> r.functionName("f")
                                .invocationType(InvocationType.EVENT)
                                .payload(SdkBytes.fromUtf8String(one)))
                        .statusCode())
                .isEqualTo(202);
        assertThatThrownBy(() -> platform.invoke(r -> r.functionName("f")
                        .invocationType(InvocationType.EVENT)
                        .payload(SdkBytes.fromUtf8String(one + " "))))
                .hasMessageContaining(
                        "1048577 byte payload is too large for the Event invocation type (limit 1048576" + " bytes)");
    }

    @Test
    void an_answer_above_six_megabytes_is_an_error() {
        platform.with("f", "big 6291557");
        assertThat(platform.invoke("f", "{}").payload().asUtf8String())
                .isEqualTo("{\"errorMessage\":\"Response payload size exceeded maximum allowed payload size (6291556"
                        + " bytes).\",\"errorType\":\"Function.ResponseSizeTooLarge\"}");
    }

    @Test
    void the_client_context_is_decoded_and_must_be_json() {
        platform.with("f", "echo");
        platform.invoke(r -> r.functionName("f")
                .clientContext(Base64.getEncoder().encodeToString("{\"custom\":{}}".getBytes(StandardCharsets.UTF_8))));

        assertThat(platform.sandboxes.started.getFirst().invocations.getFirst().clientContext())
                .isEqualTo("{\"custom\":{}}");
        assertThatThrownBy(() -> platform.invoke(r -> r.functionName("f").clientContext("!")))
                .hasMessageContaining("Client context must be a valid Base64-encoded JSON object.");
    }

    @Test
    void older_java_finds_its_keys_by_their_first_names_too() {
        for (var runtime : List.of("java11", "java21")) {
            platform.create(Platform.request(runtime, Zips.program("echo")).runtime(runtime));
            platform.active(runtime);
            platform.invoke(runtime, "{}");
        }
        var environments = platform.sandboxes.started.stream()
                .map(sandbox -> sandbox.spec.environment())
                .toList();

        assertThat(environments.getFirst())
                .containsEntry("AWS_ACCESS_KEY", "ASIATEST")
                .containsEntry("AWS_SECRET_KEY", "secret");
        assertThat(environments.getLast()).doesNotContainKeys("AWS_ACCESS_KEY", "AWS_SECRET_KEY");
    }

    @Test
    void an_instance_knows_who_it_is() {
        platform.create(Platform.request("f", Zips.program("echo")).memorySize(256));
        platform.active("f");
        platform.invoke("f", "{}");
        var environment = platform.sandboxes.started.getFirst().spec.environment();

        assertThat(environment)
                .containsEntry("AWS_LAMBDA_FUNCTION_NAME", "f")
                .containsEntry("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
                .containsEntry("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
                .containsEntry("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f")
                .containsEntry("AWS_REGION", "eu-central-1")
                .containsEntry("AWS_DEFAULT_REGION", "eu-central-1")
                .containsEntry("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
                .containsEntry("AWS_ACCESS_KEY_ID", "ASIATEST")
                .containsEntry("AWS_SECRET_ACCESS_KEY", "secret")
                .containsEntry("AWS_SESSION_TOKEN", "token")
                .as("which the sandbox sets")
                .doesNotContainKeys(
                        "PATH",
                        "LANG",
                        "TZ",
                        "_HANDLER",
                        "AWS_EXECUTION_ENV",
                        "LAMBDA_TASK_ROOT",
                        "LAMBDA_RUNTIME_DIR");
        assertThat(environment.get("AWS_LAMBDA_LOG_STREAM_NAME")).matches("2026/01/01/\\[\\$LATEST\\][0-9a-f]{32}");
    }

    @Test
    void an_instance_is_replaced_before_its_credentials_expire() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        platform.time.set(platform.time.instant().plus(Duration.ofMinutes(59)));
        platform.invoke("f", "{}");

        assertThat(platform.sandboxes.started).hasSize(2);
        assertThat(platform.sandboxes.alive()).hasSize(1);
    }

    @Test
    void idle_instances_are_ended_after_the_idle_time() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofMinutes(9));
        assertThat(platform.sandboxes.alive()).hasSize(1);
        platform.time.advance(Duration.ofMinutes(2));

        assertThat(platform.sandboxes.alive()).isEmpty();
    }

    @Test
    void the_last_used_instance_is_used_first_so_that_others_become_idle() throws Exception {
        platform.with("f", "wait go", "echo");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var one = invokeOn(threads);
            var two = invokeOn(threads);
            Platform.eventually(() -> platform.sandboxes.started.stream()
                            .filter(s -> s.invocations.size() == 1)
                            .count()
                    == 2);
            platform.sandboxes.open("go");
            one.get();
            two.get();
        }
        for (int i = 0; i < 11; i++) {
            platform.time.advance(Duration.ofMinutes(1));
            platform.invoke("f", "{}");
        }
        platform.time.advance(Duration.ofMinutes(9));

        assertThat(platform.sandboxes.started).hasSize(2);
        assertThat(platform.sandboxes.alive()).hasSize(1);
    }

    private Future<InvokeResponse> invokeOn(java.util.concurrent.ExecutorService threads) {
        return threads.submit(() -> platform.invoke("f", "{}"));
    }

    @Test
    void closing_the_platform_ends_all_instances() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        platform.lambda.close();

        assertThat(platform.sandboxes.alive()).isEmpty();
    }

    @Test
    void the_function_reaches_the_platform_once_it_is_told_where() {
        platform.with("f", "env AWS_ENDPOINT_URL");
        platform.lambda.platform(java.net.InetSocketAddress.createUnresolved("127.0.0.1", 1234));

        assertThat(platform.invoke("f", "{}").payload().asUtf8String()).isEqualTo("\"http://127.0.0.1:4566\"");
        assertThat(platform.sandboxes.started.getFirst().spec.endpoints()).containsOnlyKeys(4566);
    }

    @Test
    void warm_invocations_commit_nothing() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        // what follows the making of a function may end a little later
        Platform.eventually(() -> {
            long first = commit();
            LockSupport.parkNanos(20_000_000);
            return commit() == first + 1;
        });
        long before = commit();
        for (int i = 0; i < 100; i++) {
            platform.invoke("f", "{}");
        }

        assertThat(commit()).isEqualTo(before + 1);
    }

    private long commit() {
        return platform.kv
                .run(dev.tsumuji.kernel.kv.Kv.Options.DEFAULT, txn -> {
                    txn.put(new byte[] {1}, new byte[] {1});
                    return true;
                })
                .version();
    }

    @Test
    void what_the_platform_ends_is_not_answered_as_the_functions_failure() throws Exception {
        platform.with("f", "wait go", "echo");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = invokeOn(threads);
            Platform.eventually(() -> platform.sandboxes.started.stream().anyMatch(s -> !s.invocations.isEmpty()));
            platform.lambda.close();
            platform.sandboxes.open("go");
            assertThatThrownBy(answer::get).rootCause().hasMessageContaining("the platform is stopping");
        }
    }
}
