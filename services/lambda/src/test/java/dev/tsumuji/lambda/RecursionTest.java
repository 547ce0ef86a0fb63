package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.call.TraceHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.RecursiveInvocationException;
import software.amazon.awssdk.services.lambda.model.RecursiveLoop;

class RecursionTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:000000000000:function:";

    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private void onSuccess(String function, String other) {
        platform.call(() -> platform.lambda.putFunctionEventInvokeConfig(r -> r.functionName(function)
                .maximumRetryAttempts(0)
                .destinationConfig(d -> d.onSuccess(s -> s.destination(ARN + other)))));
    }

    @Test
    void two_functions_that_set_each_other_off_are_stopped_after_sixteen_rounds() throws Exception {
        platform.with("ping", "count pings").with("pong", "count pongs").with("told", "count told");
        onSuccess("ping", "pong");
        onSuccess("pong", "ping");
        platform.call(() -> platform.lambda.updateFunctionEventInvokeConfig(r -> r.functionName("ping")
                .destinationConfig(d ->
                        d.onSuccess(s -> s.destination(ARN + "pong")).onFailure(f -> f.destination(ARN + "told")))));
        platform.invoke(r ->
                r.functionName("ping").invocationType(InvocationType.EVENT).payload(SdkBytes.fromUtf8String("{}")));

        Platform.eventually(() -> platform.sandboxes.count("told") == 1);
        Thread.sleep(50);
        assertThat(platform.sandboxes.count("pings")).isEqualTo(16);
        assertThat(platform.sandboxes.count("pongs")).isEqualTo(16);
    }

    @Test
    void a_function_that_calls_itself_once_too_often_is_refused_unless_it_may() {
        platform.with("f", "echo");
        String header = null;
        var id = new FunctionId(platform.account, "eu-central-1", "f");
        for (int i = 0; i < Lineage.PASSES_MAX; i++) {
            header = Lineage.header(header, id);
        }
        var looping = "Root=1-5759e988-bd862e3fe1be46a994272793;" + header;
        assertThatThrownBy(() -> TraceHeader.<RuntimeException>during(looping, () -> platform.invoke("f", "{}")))
                .isInstanceOf(RecursiveInvocationException.class)
                .hasMessageContaining("Lambda has detected your function being invoked in a recursive loop");

        platform.call(() -> platform.lambda.putFunctionRecursionConfig(
                r -> r.functionName("f").recursiveLoop(RecursiveLoop.ALLOW)));
        TraceHeader.<RuntimeException>during(looping, () -> platform.invoke("f", "{}"));
        assertThat(platform.call(() -> platform.lambda.getFunctionRecursionConfig(r -> r.functionName("f")))
                        .recursiveLoop())
                .isEqualTo(RecursiveLoop.ALLOW);
    }

    @Test
    void what_a_client_makes_up_as_a_lineage_does_no_harm() {
        var id = new FunctionId("000000000000", "eu-central-1", "f");
        assertThat(Lineage.isLoop("Lineage=" + "1".repeat(300), id)).isFalse();
        assertThat(Lineage.isLoop("Lineage=||1:zz:9|;x", id)).isFalse();
        assertThat(Lineage.behind("Lineage=9:00000000:1", id)).matches("Lineage=1:[0-9a-f]{8}:0");
        assertThat(Lineage.header("Root=1-2-3;Lineage=1:00000000:1;Sampled=1", id))
                .matches("Root=1-2-3;Sampled=1;Lineage=1:[0-9a-f]{8}:0\\|1:00000000:1");
    }
}
