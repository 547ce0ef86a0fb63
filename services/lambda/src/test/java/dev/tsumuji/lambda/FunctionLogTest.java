package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FunctionLogTest {
    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    @Test
    void an_invocations_lines_are_in_the_log_in_awss_form_and_order() {
        platform.with("f", "print one", "print two", "echo");
        platform.invoke("f", "{}");
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofMillis(100));
        var first = platform.sandboxes.started.getFirst().invocations.getFirst().requestId();
        var second = platform.sandboxes.started.getFirst().invocations.get(1).requestId();
        var lines = platform.logs.messages("/aws/lambda/f");

        assertThat(lines).hasSize(11);
        assertThat(lines.getFirst())
                .startsWith("INIT_START Runtime Version: python:3.12")
                .contains("\tRuntime Version ARN: arn:aws:lambda:eu-central-1::runtime:");
        assertThat(lines.subList(1, 5))
                .containsExactly(
                        "START RequestId: " + first + " Version: $LATEST\n",
                        "one\n",
                        "two\n",
                        "END RequestId: " + first + "\n");
        assertThat(lines.get(5))
                .startsWith("REPORT RequestId: " + first)
                .endsWith("\tInit Duration: 12.00 ms\tStart Path: ordinary\t\n");
        assertThat(lines.get(6)).isEqualTo("START RequestId: " + second + " Version: $LATEST\n");
        assertThat(lines.get(10))
                .startsWith("REPORT RequestId: " + second)
                .doesNotContain("Init Duration")
                .doesNotContain("Start Path");
    }

    @Test
    void a_timeout_is_told_in_the_log() {
        platform.with("f", "hang");
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofMillis(100));
        var lines = platform.logs.messages("/aws/lambda/f");

        assertThat(lines)
                .anyMatch(line -> line.matches(
                        "2026-01-01T00:00:00\\.000Z [0-9a-f-]{36} Task timed out after 3\\.00 seconds\n\n"));
        assertThat(lines.getLast()).contains("\tStatus: timeout");
    }

    @Test
    void without_permission_there_are_no_logs_and_no_failures() {
        platform.denied.add("logs:CreateLogGroup");
        platform.denied.add("logs:CreateLogStream");
        platform.denied.add("logs:PutLogEvents");
        platform.with("f", "echo");

        assertThat(platform.invoke("f", "1").payload().asUtf8String()).isEqualTo("1");
        platform.time.advance(Duration.ofSeconds(1));
        assertThat(platform.logs.groups).isEmpty();
    }

    @Test
    void a_group_that_is_there_needs_no_permission_to_make_one() {
        platform.denied.add("logs:CreateLogGroup");
        platform.logs.groups.put("/aws/lambda/f", new java.util.concurrent.CopyOnWriteArrayList<>());
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofSeconds(1));

        assertThat(platform.logs.messages("/aws/lambda/f")).hasSize(4);
    }

    @Test
    void a_deleted_log_group_is_made_again() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofSeconds(1));
        platform.logs.groups.clear();
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofSeconds(1));

        assertThat(platform.logs.messages("/aws/lambda/f")).hasSize(3);
    }

    @Test
    void what_was_printed_before_the_platform_stops_is_written() {
        platform.with("f", "print last words", "echo");
        platform.invoke("f", "{}");
        platform.lambda.close();

        assertThat(platform.logs.messages("/aws/lambda/f")).contains("last words\n");
    }

    @Test
    void a_flood_is_bounded_counted_and_leaves_the_rest_in_order() {
        var flood = new String[1000];
        java.util.Arrays.fill(flood, "print " + "x".repeat(10_000));
        platform.with("f", flood);
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofSeconds(1));
        var lines = platform.logs.messages("/aws/lambda/f");

        assertThat(lines.size()).isBetween(300, 500);
        assertThat(lines.getLast()).matches("PLATFORM \\d+ lines dropped.*\n");
    }

    @Test
    void the_configured_group_is_used() {
        platform.create(Platform.request("f", Zips.program("echo")).loggingConfig(l -> l.logGroup("mine")));
        platform.active("f");
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofSeconds(1));

        assertThat(platform.logs.messages("mine")).isNotEmpty();
    }
}
