package dev.tsumuji.lambda;

import dev.tsumuji.sandbox.Sandbox;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The platform's records of what happens to a function, as AWS's Telemetry API forms them: extensions and logs in JSON have the
 * same ones.
 *
 * @param initType how the instance came to be started, {@code on-demand} for one
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html">Event schema</a>
 */
record PlatformRecords(Target target, String initType) implements Sandbox.Records {

    @Override
    public String initStart() {
        return Json.write(ofInitStart());
    }

    @Override
    public String initRuntimeDone(Sandbox.Answer.@Nullable Failure failure) {
        return Json.write(ofInitRuntimeDone(initStatus(failure), errorType(failure)));
    }

    @Override
    public String initReport(Duration took, Sandbox.Answer.@Nullable Failure failure) {
        return Json.write(ofInitReport(took, initStatus(failure), errorType(failure)));
    }

    @Override
    public String start(Sandbox.Invocation invocation) {
        return Json.write(ofStart(invocation.requestId(), invocation.traceId()));
    }

    @Override
    public String runtimeDone(Sandbox.Invocation invocation, Duration took, Sandbox.Answer answer) {
        return Json.write(ofRuntimeDone(invocation.requestId(), took.toNanos(), answer, invocation.traceId()));
    }

    Map<String, @Nullable Object> ofInitStart() {
        var configuration = target.configuration();
        var record = init();
        record.put("runtimeVersion", Runtimes.versionName(configuration.runtimeAsString()));
        record.put("runtimeVersionArn", configuration.runtimeVersionConfig().runtimeVersionArn());
        record.put("functionName", target.id().name());
        record.put("functionVersion", target.version());
        return record;
    }

    Map<String, @Nullable Object> ofInitRuntimeDone(String status, @Nullable String errorType) {
        var record = init();
        record.put("status", status);
        if (errorType != null) {
            record.put("errorType", errorType);
        }
        return record;
    }

    Map<String, @Nullable Object> ofInitReport(Duration took, String status, @Nullable String errorType) {
        var record = ofInitRuntimeDone(status, errorType);
        record.put("metrics", Map.of("durationMs", millis(took.toNanos())));
        return record;
    }

    private Map<String, @Nullable Object> init() {
        var record = new LinkedHashMap<String, @Nullable Object>();
        record.put("initializationType", initType);
        record.put("phase", "init");
        return record;
    }

    Map<String, @Nullable Object> ofStart(String requestId, @Nullable String traceHeader) {
        var record = new LinkedHashMap<String, @Nullable Object>();
        record.put("requestId", requestId);
        record.put("version", target.version());
        putTracing(record, traceHeader);
        return record;
    }

    Map<String, @Nullable Object> ofRuntimeDone(
            String requestId, long durationNanos, Sandbox.Answer answer, @Nullable String traceHeader) {
        var metrics = new LinkedHashMap<String, @Nullable Object>();
        metrics.put("durationMs", millis(durationNanos));
        if (answer instanceof Sandbox.Answer.Success success) {
            metrics.put("producedBytes", success.payload().length);
        }
        var record = new LinkedHashMap<String, @Nullable Object>();
        record.put("requestId", requestId);
        record.put("metrics", metrics);
        finish(record, answer, traceHeader);
        return record;
    }

    Map<String, @Nullable Object> ofReport(Report report) {
        var metrics = new LinkedHashMap<String, @Nullable Object>();
        metrics.put("durationMs", millis(report.durationNanos()));
        metrics.put("billedDurationMs", report.billedMillis());
        metrics.put("memorySizeMB", report.memoryMebibytes());
        metrics.put("maxMemoryUsedMB", report.memoryPeakMebibytes());
        var init = report.init();
        if (init != null) {
            metrics.put("initDurationMs", millis(init.toNanos()));
        }
        var record = new LinkedHashMap<String, @Nullable Object>();
        record.put("requestId", report.requestId());
        record.put("metrics", metrics);
        var trace = report.trace();
        finish(record, report.answer(), trace == null ? null : trace.header());
        return record;
    }

    private static void finish(
            Map<String, @Nullable Object> record, Sandbox.Answer answer, @Nullable String traceHeader) {
        putTracing(record, traceHeader);
        var status = status(answer);
        record.put("status", status);
        if (answer instanceof Sandbox.Answer.Failure failure && !status.equals("timeout")) {
            record.put("errorType", failure.errorType());
        }
    }

    /** An error that the function reported, or a failure of the process itself. */
    static String status(Sandbox.Answer answer) {
        return switch (answer) {
            case Sandbox.Answer.Failure failure when failure.errorType().equals("Sandbox.Timedout") -> "timeout";
            case Sandbox.Answer.Failure failure -> failure.alive() ? "error" : "failure";
            case Sandbox.Answer.Success success -> "success";
        };
    }

    /** What initialisation ended with is an error, however it ended. */
    private static String initStatus(Sandbox.Answer.@Nullable Failure failure) {
        if (failure == null) {
            return "success";
        }
        return failure.errorType().equals("Sandbox.Timedout") ? "timeout" : "error";
    }

    private static @Nullable String errorType(Sandbox.Answer.@Nullable Failure failure) {
        return failure == null || failure.errorType().equals("Sandbox.Timedout") ? null : failure.errorType();
    }

    private static void putTracing(Map<String, @Nullable Object> record, @Nullable String header) {
        if (header != null && "1".equals(Trace.member(header, "Sampled"))) {
            var tracing = new LinkedHashMap<String, @Nullable Object>();
            tracing.put("spanId", Trace.member(header, "Parent"));
            tracing.put("type", "X-Amzn-Trace-Id");
            tracing.put("value", header);
            record.put("tracing", tracing);
        }
    }

    /** With three digits behind the point. */
    private static double millis(long nanos) {
        return BigDecimal.valueOf((nanos + 500) / 1000, 3).doubleValue();
    }
}
