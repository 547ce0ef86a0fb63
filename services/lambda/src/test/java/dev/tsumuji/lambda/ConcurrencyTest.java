package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ThrottleReason;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

class ConcurrencyTest {
    private final Platform platform = new Platform(settings -> settings.concurrencyMax(120));
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        platform.sandboxes.open("go");
        threads.close();
        platform.close();
    }

    private Future<InvokeResponse> begin(String function) {
        return threads.submit(() -> platform.invoke(function, "{}"));
    }

    private void running(int count) {
        Platform.eventually(() -> platform.sandboxes.started.stream()
                        .filter(s -> !s.invocations.isEmpty())
                        .count()
                == count);
    }

    private void throttled(String function, ThrottleReason reason) {
        assertThatThrownBy(() -> platform.invoke(function, "{}"))
                .isInstanceOfSatisfying(TooManyRequestsException.class, error -> {
                    assertThat(error.reason()).isEqualTo(reason);
                    assertThat(error.statusCode()).isEqualTo(429);
                    assertThat(error.awsErrorDetails().errorMessage()).isEqualTo("Rate Exceeded.");
                });
    }

    @Test
    void nothing_is_reserved_for_a_function_that_is_not_there() {
        assertThatThrownBy(() -> platform.call(() -> platform.lambda.putFunctionConcurrency(
                        r -> r.functionName("none").reservedConcurrentExecutions(1))))
                .hasMessageContaining(
                        "Function not found: arn:aws:lambda:eu-central-1:000000000000:function:none:$LATEST");
    }

    @Test
    void each_concurrent_invocation_has_an_instance_of_its_own() throws Exception {
        platform.with("f", "wait go", "echo");
        var all = new ArrayList<Future<InvokeResponse>>();
        for (int i = 0; i < 20; i++) {
            all.add(begin("f"));
        }
        running(20);
        platform.sandboxes.open("go");
        for (var one : all) {
            assertThat(one.get().payload().asUtf8String()).isEqualTo("{}");
        }
        assertThat(platform.sandboxes.started).hasSize(20);
    }

    @Test
    void reserved_concurrency_is_a_functions_limit() throws Exception {
        platform.with("f", "wait go", "echo");
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(2)));
        var one = begin("f");
        var two = begin("f");
        running(2);

        throttled("f", ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
        platform.sandboxes.open("go");
        one.get();
        two.get();
        assertThat(platform.invoke("f", "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void a_reservation_of_zero_switches_a_function_off_until_it_is_removed() {
        platform.with("f", "echo");
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(0)));
        throttled("f", ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);

        platform.call(() -> platform.lambda.deleteFunctionConcurrency(r -> r.functionName("f")));
        assertThat(platform.invoke("f", "{}").statusCode()).isEqualTo(200);
        assertThat(platform.call(() -> platform.lambda.getFunctionConcurrency(r -> r.functionName("f")))
                        .reservedConcurrentExecutions())
                .isNull();
    }

    @Test
    void what_is_reserved_for_one_function_is_taken_from_the_others() throws Exception {
        platform.with("f", "echo").with("g", "wait go", "echo");
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(20)));
        var all = new ArrayList<Future<InvokeResponse>>();
        for (int i = 0; i < 100; i++) {
            all.add(begin("g"));
        }
        running(100);

        throttled("g", ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
        assertThat(platform.invoke("f", "{}").statusCode()).isEqualTo(200);
        platform.sandboxes.open("go");
        for (var one : all) {
            one.get();
        }
    }

    @Test
    void a_hundred_executions_stay_unreserved() {
        platform.with("f", "echo").with("g", "echo");
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(15)));

        assertThatThrownBy(() -> platform.call(() -> platform.lambda.putFunctionConcurrency(
                        r -> r.functionName("g").reservedConcurrentExecutions(6))))
                .hasMessageContaining("Specified ReservedConcurrentExecutions for function decreases account's"
                        + " UnreservedConcurrentExecution below its minimum value of [100].");
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(20)));
        assertThat(platform.call(() -> platform.lambda.getAccountSettings())
                        .accountLimit()
                        .unreservedConcurrentExecutions())
                .isEqualTo(100);
    }

    @Test
    void only_a_whole_function_has_reserved_concurrency() {
        platform.with("f", "echo");

        assertThatThrownBy(() -> platform.call(() -> platform.lambda.putFunctionConcurrency(
                        r -> r.functionName("f:1").reservedConcurrentExecutions(1))))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining(
                        "This operation is permitted on Lambda functions only. Aliases and versions do not support"
                                + " this operation. Please specify either a function name or an unqualified function"
                                + " ARN.");
    }

    @Test
    void a_deleted_function_gives_back_what_it_had_reserved() {
        platform.with("f", "echo").with("g", "echo");
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(20)));
        platform.invoke("g", "{}");
        platform.call(() -> platform.lambda.deleteFunction(r -> r.functionName("f")));

        assertThat(platform.call(() -> platform.lambda.getAccountSettings())
                        .accountLimit()
                        .unreservedConcurrentExecutions())
                .isEqualTo(120);
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("g").reservedConcurrentExecutions(20)));
    }
}
