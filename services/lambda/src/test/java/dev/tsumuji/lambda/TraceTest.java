package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.TraceHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.TracingMode;

class TraceTest {
    private static final String ROOT = "1-5759e988-bd862e3fe1be46a994272793";

    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private void create(TracingMode mode) {
        platform.create(Platform.request("f", Zips.program("echo")).tracingConfig(t -> t.mode(mode)));
        platform.active("f");
    }

    /** @return the header that the function saw, without its lineage */
    private String invoke(String incoming) {
        TraceHeader.during(incoming, () -> platform.invoke("f", "{}"));
        var seen = platform.sandboxes.started.getFirst().invocations.getLast().traceId();
        assertThat(seen).matches(".*;Lineage=1:[0-9a-f]{8}:0");
        return seen.substring(0, seen.indexOf(";Lineage="));
    }

    @Test
    void without_a_header_a_trace_begins_that_is_not_sampled() {
        create(TracingMode.PASS_THROUGH);
        assertThat(invoke(null)).matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0");
    }

    @Test
    void a_callers_trace_and_its_decision_are_continued() {
        create(TracingMode.PASS_THROUGH);
        assertThat(invoke("Root=" + ROOT + ";Parent=53995c3f42cd8ad8;Sampled=1"))
                .matches("Root=" + ROOT + ";Parent=[0-9a-f]{16};Sampled=1")
                .doesNotContain("53995c3f42cd8ad8");
        assertThat(invoke("Root=" + ROOT + ";Parent=53995c3f42cd8ad8;Sampled=0"))
                .isEqualTo("Root=" + ROOT + ";Parent=53995c3f42cd8ad8;Sampled=0");
        assertThat(invoke("Root=" + ROOT)).matches("Root=" + ROOT + ";Parent=[0-9a-f]{16};Sampled=0");
    }

    @Test
    void a_header_that_is_none_is_not_passed_on() {
        create(TracingMode.PASS_THROUGH);
        for (var bad : new String[] {"x", "Root=1-2-3", "Root=\r\nEvil: 1;Sampled=1\r\n", "Root=" + "1".repeat(400)}) {
            assertThat(invoke(bad)).matches("Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=[01]");
        }
    }

    @Test
    void active_tracing_samples_the_first_invocation_of_a_second_and_few_others() {
        create(TracingMode.ACTIVE);
        var headers = new ArrayList<String>();
        for (int i = 0; i < 200; i++) {
            headers.add(invoke(null));
        }
        assertThat(headers.getFirst()).endsWith("Sampled=1");
        assertThat(headers.stream()
                        .filter(header -> header.endsWith("Sampled=1"))
                        .count())
                .isBetween(1L, 40L);
        platform.time.set(platform.time.instant().plusSeconds(1));
        assertThat(invoke(null)).endsWith("Sampled=1");
    }

    @Test
    void a_sampled_invocation_is_named_in_its_report() {
        create(TracingMode.ACTIVE);
        var answer = platform.invoke(r -> r.functionName("f").logType(LogType.TAIL));
        var lines = new String(Base64.getDecoder().decode(answer.logResult()), StandardCharsets.UTF_8);
        var header = platform.sandboxes.started.getFirst().invocations.getLast().traceId();

        assertThat(lines)
                .endsWith("\t\nXRAY TraceId: " + header.substring(5, 40) + "\tSegmentId: " + header.substring(48, 64)
                        + "\tSampled: true\t\n");
    }

    @Test
    void an_event_keeps_the_trace_that_it_came_with() {
        create(TracingMode.PASS_THROUGH);
        TraceHeader.during(
                "Root=" + ROOT + ";Sampled=0",
                () -> platform.invoke(r -> r.functionName("f").invocationType(InvocationType.EVENT)));
        Platform.eventually(() -> platform.sandboxes.started.stream().anyMatch(s -> !s.invocations.isEmpty()));

        assertThat(platform.sandboxes.started.getFirst().invocations.getFirst().traceId())
                .startsWith("Root=" + ROOT + ";");
    }
}
