package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvocationType;

class DestinationsTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:000000000000:function:";

    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private void to(String function, String success, String failure, int retries) {
        platform.call(() -> platform.lambda.putFunctionEventInvokeConfig(r -> r.functionName(function)
                .maximumRetryAttempts(retries)
                .destinationConfig(d -> {
                    if (success != null) {
                        d.onSuccess(s -> s.destination(success));
                    }
                    if (failure != null) {
                        d.onFailure(f -> f.destination(failure));
                    }
                })));
    }

    private void send(String function, String payload) {
        platform.invoke(r -> r.functionName(function)
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String(payload)));
    }

    private static Map<?, ?> parsed(byte[] json) {
        return (Map<?, ?>) Json.parsed(json).orElseThrow();
    }

    /** What a function was told. */
    private Map<?, ?> told(String function) {
        Platform.eventually(() -> platform.sandboxes.started.stream()
                .anyMatch(running -> running.spec.name().equals(function) && !running.invocations.isEmpty()));
        return platform.sandboxes.started.stream()
                .filter(running -> running.spec.name().equals(function))
                .findFirst()
                .map(running -> parsed(running.invocations.getFirst().payload()))
                .orElseThrow();
    }

    @Test
    void a_success_is_told_with_the_event_and_the_answer() {
        platform.with("worker", "return {\"done\":1.50}").with("told", "echo");
        to("worker", ARN + "told", null, 0);
        send("worker", "{\"job\": 7}");
        var record = told("told");

        assertThat(record.get("version")).isEqualTo("1.0");
        assertThat((Map<?, ?>) record.get("requestContext")).satisfies(context -> {
            assertThat(context.get("condition")).isEqualTo("Success");
            assertThat(context.get("functionArn")).isEqualTo(ARN + "worker:$LATEST");
            assertThat(context.get("approximateInvokeCount")).hasToString("1");
        });
        assertThat(record.get("requestPayload")).hasToString("{job=7}");
        assertThat(record.get("responsePayload")).hasToString("{done=1.50}");
        assertThat((Map<?, ?>) record.get("responseContext")).satisfies(context -> {
            assertThat(context.get("statusCode")).hasToString("200");
            assertThat(context.get("executedVersion")).isEqualTo("$LATEST");
            assertThat(context.containsKey("functionError")).isFalse();
        });
    }

    @Test
    void a_failure_is_told_when_no_attempt_is_left() throws Exception {
        platform.with("worker", "count runs", "fail Error broken").with("told", "echo");
        to("worker", null, ARN + "told", 1);
        send("worker", "{}");
        Platform.eventually(() -> platform.sandboxes.count("runs") == 1);
        while (platform.sandboxes.count("runs") < 2) {
            platform.time.advance(Duration.ofSeconds(5));
            Thread.sleep(5);
        }
        var record = told("told");

        var context = (Map<?, ?>) record.get("requestContext");
        assertThat(context.get("condition")).isEqualTo("RetriesExhausted");
        assertThat(context.get("approximateInvokeCount")).hasToString("2");
        assertThat(((Map<?, ?>) record.get("responseContext")).get("functionError"))
                .isEqualTo("Unhandled");
        assertThat(((Map<?, ?>) record.get("responsePayload")).get("errorMessage"))
                .isEqualTo("broken");
    }

    @Test
    void a_failure_whose_next_attempt_would_come_too_late_is_told_at_once() {
        platform.with("worker", "count runs", "wait go", "fail Error broken").with("told", "echo");
        platform.call(() -> platform.lambda.putFunctionEventInvokeConfig(r -> r.functionName("worker")
                .maximumEventAgeInSeconds(60)
                .destinationConfig(d -> d.onFailure(f -> f.destination(ARN + "told")))));
        send("worker", "{}");
        Platform.eventually(() -> platform.sandboxes.count("runs") == 1);
        platform.time.advance(Duration.ofSeconds(1));
        platform.sandboxes.open("go");
        var context = (Map<?, ?>) told("told").get("requestContext");

        assertThat(context.get("condition")).isEqualTo("EventAgeExceeded");
        assertThat(context.get("approximateInvokeCount")).hasToString("1");
    }

    @Test
    void destinations_that_are_none_are_refused_in_the_words_of_aws() {
        platform.with("worker", "echo");
        assertThatThrownBy(() -> to("worker", ARN + "worker", null, 0))
                .hasMessageContaining("You can't specify the function as a destination for itself.");
        assertThatThrownBy(() -> to("worker", ARN + "nobody", null, 0))
                .hasMessageContaining("The destination ARN " + ARN + "nobody is invalid.");
        var role = "arn:aws:iam::000000000000:role/x";
        assertThatThrownBy(() -> to("worker", null, role, 0))
                .hasMessageContaining("The provided destination config DestinationConfig(onSuccess=null,"
                        + " onFailure=OnFailure(destination=" + role + ")) is invalid.");
        assertThatThrownBy(() -> to("worker", "arn:aws:sqs:eu-central-1:000000000000:q", null, 0))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void settings_show_their_destinations_and_keep_them_when_others_change() {
        platform.with("worker", "echo").with("told", "echo");
        to("worker", ARN + "told", null, 0);
        platform.call(() -> platform.lambda.updateFunctionEventInvokeConfig(
                r -> r.functionName("worker").maximumRetryAttempts(1)));
        var config = platform.call(() -> platform.lambda.getFunctionEventInvokeConfig(r -> r.functionName("worker")));

        assertThat(config.maximumRetryAttempts()).isEqualTo(1);
        assertThat(config.destinationConfig().onSuccess().destination()).isEqualTo(ARN + "told");
        assertThat(config.destinationConfig().onFailure().destination()).isNull();
    }
}
