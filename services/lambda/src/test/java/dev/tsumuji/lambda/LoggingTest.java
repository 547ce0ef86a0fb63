package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.ApplicationLogLevel;
import software.amazon.awssdk.services.lambda.model.LogFormat;
import software.amazon.awssdk.services.lambda.model.LoggingConfig;
import software.amazon.awssdk.services.lambda.model.SystemLogLevel;

class LoggingTest {
    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private List<String> lines(Consumer<LoggingConfig.Builder> logging, String... program) {
        platform.create(Platform.request("f", Zips.program(program)).loggingConfig(logging));
        platform.active("f");
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofSeconds(1));
        return platform.logs.messages("/aws/lambda/f");
    }

    private static LoggingConfig.Builder json(LoggingConfig.Builder logging) {
        return logging.logFormat(LogFormat.JSON);
    }

    @Test
    void in_json_the_platforms_lines_are_objects_of_the_telemetry_schema() {
        var lines = lines(LoggingTest::json, "print plain", "echo");
        var id = platform.sandboxes.started.getFirst().invocations.getFirst().requestId();

        assertThat(lines).hasSize(4);
        assertThat(lines.get(0))
                .matches("\\{\"time\":\"2026-01-01T00:00:00\\.000Z\",\"type\":\"platform\\.initStart\",\"record\":\\{"
                        + "\"initializationType\":\"on-demand\",\"phase\":\"init\",\"runtimeVersion\":\"python:3\\.12\\.v1\","
                        + "\"runtimeVersionArn\":\"arn:aws:lambda:eu-central-1::runtime:[0-9a-f]{64}\","
                        + "\"functionName\":\"f\",\"functionVersion\":\"\\$LATEST\"\\}\\}\n");
        assertThat(lines.get(1))
                .isEqualTo(
                        "{\"time\":\"2026-01-01T00:00:00.000Z\",\"type\":\"platform.start\",\"record\":{\"requestId\":\""
                                + id + "\",\"version\":\"$LATEST\"}}\n");
        assertThat(lines.get(2)).isEqualTo("plain\n");
        assertThat(lines.get(3))
                .matches("\\{\"time\":\"[^\"]+\",\"type\":\"platform\\.report\",\"record\":\\{\"requestId\":\"" + id
                        + "\",\"metrics\":\\{\"durationMs\":[0-9.E-]+,\"billedDurationMs\":\\d+,\"memorySizeMB\":128,"
                        + "\"maxMemoryUsedMB\":40,\"initDurationMs\":12\\.0\\},\"status\":\"success\"\\}\\}\n");
    }

    @Test
    void the_system_level_decides_which_of_the_platforms_lines_are_written() {
        var debug = lines(l -> json(l).systemLogLevel(SystemLogLevel.DEBUG), "echo");
        assertThat(debug)
                .anyMatch(line -> line.contains("platform.runtimeDone") && line.contains("\"producedBytes\":2"))
                .anyMatch(line -> line.contains("platform.initRuntimeDone")
                        && line.contains("\"phase\":\"init\",\"status\":\"success\""))
                .anyMatch(line -> line.contains("platform.initReport")
                        && line.contains("\"status\":\"success\",\"metrics\":{\"durationMs\":12.0}"));
    }

    @Test
    void how_an_instance_came_to_be_started_is_told() {
        platform.create(Platform.request("f", Zips.program("echo"))
                .loggingConfig(LoggingTest::json)
                .snapStart(s ->
                        s.applyOn(software.amazon.awssdk.services.lambda.model.SnapStartApplyOn.PUBLISHED_VERSIONS))
                .publish(true));
        platform.active("f");
        platform.invoke(r -> r.functionName("f").qualifier("1"));
        platform.time.advance(Duration.ofSeconds(1));

        assertThat(platform.logs.messages("/aws/lambda/f"))
                .anyMatch(line ->
                        line.contains("platform.initStart") && line.contains("\"initializationType\":\"snap-start\""))
                .anyMatch(line -> line.contains("platform.initReport"));
    }

    @Test
    void at_level_warn_only_what_went_wrong_is_told() {
        var lines = lines(l -> json(l).systemLogLevel(SystemLogLevel.WARN), "fail-until x 1", "count x");
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("platform.runtimeDone", "\"status\":\"error\",\"errorType\":\"Error\"");
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofSeconds(1));
        assertThat(platform.logs.messages("/aws/lambda/f")).hasSize(2);
    }

    @Test
    void a_timeout_is_a_status_in_json() {
        var lines = lines(LoggingTest::json, "hang");
        assertThat(lines.getLast()).contains("platform.report", "\"status\":\"timeout\"");
        assertThat(lines).noneMatch(line -> line.contains("Task timed out"));
    }

    @Test
    void lines_with_a_level_below_the_applications_are_left_out() {
        var lines = lines(
                l -> json(l).applicationLogLevel(ApplicationLogLevel.WARN),
                "print {\"timestamp\":\"t\",\"level\":\"INFO\",\"message\":\"quiet\"}",
                "print {\"timestamp\":\"t\",\"level\":\"ERROR\",\"message\":\"loud\"}",
                "print {\"level\":\"INFO\",\"message\":\"no time\"}",
                "print {\"timestamp\":\"t\",\"level\":{\"level\":\"INFO\"},\"message\":\"odd\"}",
                "print {broken",
                "print plain",
                "echo");
        assertThat(lines.stream().filter(line -> !line.contains("platform.")))
                .satisfiesExactly(
                        line -> assertThat(line).contains("loud"),
                        line -> assertThat(line).contains("no time"),
                        line -> assertThat(line).contains("odd"),
                        line -> assertThat(line).isEqualTo("{broken\n"),
                        line -> assertThat(line).isEqualTo("plain\n"));
    }

    @Test
    void the_runtime_knows_format_and_level() {
        lines(l -> json(l).applicationLogLevel(ApplicationLogLevel.DEBUG), "echo");
        assertThat(platform.sandboxes.started.getFirst().spec.environment())
                .containsEntry("AWS_LAMBDA_LOG_FORMAT", "JSON")
                .containsEntry("AWS_LAMBDA_LOG_LEVEL", "DEBUG");
    }

    @Test
    void in_text_nothing_is_left_out() {
        var lines = lines(l -> {}, "print {\"timestamp\":\"t\",\"level\":\"TRACE\"}", "echo");
        assertThat(lines).hasSize(5);
        assertThat(platform.sandboxes.started.getFirst().spec.environment())
                .doesNotContainKeys("AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL");
    }

    @Test
    void a_failed_initialisation_is_reported_before_the_invocation() {
        var lines = lines(l -> {}, "broken");
        assertThat(lines.get(1))
                .isEqualTo("INIT_REPORT Init Duration: 5.00 ms\tPhase: init\tStatus: error\tError Type:"
                        + " Runtime.ImportModuleError\n");
        assertThat(lines).anyMatch(line -> line.startsWith("START"));
        assertThat(lines.getLast())
                .startsWith("REPORT")
                .contains("\tStatus: error\tError Type: Runtime.ImportModuleError\t");
        assertThat(ReportLine.initReport(Duration.ofMillis(10_004), null))
                .isEqualTo("INIT_REPORT Init Duration: 10004.00 ms\tPhase: init\tStatus: timeout\n");
    }

    @Test
    void a_failed_initialisation_says_what_was_looked_for_and_what_is_there() {
        var lines = lines(l -> {}, "broken");
        assertThat(lines)
                .contains("PLATFORM The handler handler.handler was looked for in handler.py, handler/__init__.py."
                        + " The package has: main.\n");
    }
}
