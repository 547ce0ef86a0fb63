package dev.tsumuji.lambda;

import dev.tsumuji.sandbox.Sandbox;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The platform's lines as JSON objects, as AWS's Telemetry API forms them; each has a level, and those below the function's
 * are left out.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html">Event schema</a>
 */
record JsonSystemLog(Target target, @Nullable String level) implements SystemLog {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private enum Level {
        DEBUG,
        INFO,
        WARN
    }

    private void write(FunctionLog log, Instant at, Level of, String type, Map<String, @Nullable Object> record) {
        var least = level == null ? Level.INFO : Level.valueOf(level);
        if (of.compareTo(least) < 0) {
            return;
        }
        var event = new LinkedHashMap<String, @Nullable Object>();
        event.put("time", MILLIS.format(at));
        event.put("type", "platform." + type);
        event.put("record", record);
        log.add(at.toEpochMilli(), Json.write(event) + "\n");
    }

    @Override
    public void initStart(FunctionLog log, Instant at) {
        var configuration = target.configuration();
        var record = new LinkedHashMap<String, @Nullable Object>();
        record.put("initializationType", "on-demand");
        record.put("phase", "init");
        record.put("runtimeVersion", Runtimes.versionName(configuration.runtimeAsString()));
        record.put("runtimeVersionArn", configuration.runtimeVersionConfig().runtimeVersionArn());
        record.put("functionName", target.id().name());
        record.put("functionVersion", target.version());
        write(log, at, Level.INFO, "initStart", record);
    }

    @Override
    public void initFailed(FunctionLog log, Instant at, Duration took, @Nullable String errorType) {
        var record = new LinkedHashMap<String, @Nullable Object>();
        record.put("initializationType", "on-demand");
        record.put("phase", "init");
        record.put("status", errorType == null ? "timeout" : "error");
        if (errorType != null) {
            record.put("errorType", errorType);
        }
        write(log, at, Level.WARN, "initRuntimeDone", new LinkedHashMap<>(record));
        record.put("metrics", Map.of("durationMs", millis(took.toNanos())));
        write(log, at, Level.WARN, "initReport", record);
    }

    @Override
    public void start(FunctionLog log, Instant at, String requestId) {
        var record = new LinkedHashMap<String, @Nullable Object>();
        record.put("requestId", requestId);
        record.put("version", target.version());
        write(log, at, Level.INFO, "start", record);
    }

    @Override
    public void end(FunctionLog log, Instant at, Report report) {
        var status = status(report);
        var tracing = tracing(report.trace());
        var done = new LinkedHashMap<String, @Nullable Object>();
        done.put("requestId", report.requestId());
        done.put("metrics", Map.of("durationMs", millis(report.durationNanos())));
        finish(done, report, status, tracing);
        write(log, at, status.equals("success") ? Level.DEBUG : Level.WARN, "runtimeDone", done);

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
        finish(record, report, status, tracing);
        write(log, at, status.equals("success") ? Level.INFO : Level.WARN, "report", record);
    }

    private static void finish(
            Map<String, @Nullable Object> record,
            Report report,
            String status,
            @Nullable Map<String, @Nullable Object> tracing) {
        if (tracing != null) {
            record.put("tracing", tracing);
        }
        record.put("status", status);
        if (report.answer() instanceof Sandbox.Answer.Failure failure && !report.timedOut()) {
            record.put("errorType", failure.errorType());
        }
    }

    /** An error that the function reported, or a failure of the process itself. */
    private static String status(Report report) {
        if (report.timedOut()) {
            return "timeout";
        }
        return switch (report.answer()) {
            case Sandbox.Answer.Success success -> "success";
            case Sandbox.Answer.Failure failure -> failure.alive() ? "error" : "failure";
        };
    }

    private static @Nullable Map<String, @Nullable Object> tracing(@Nullable Trace trace) {
        if (trace == null || !trace.sampled()) {
            return null;
        }
        var tracing = new LinkedHashMap<String, @Nullable Object>();
        tracing.put("spanId", trace.segment());
        tracing.put("type", "X-Amzn-Trace-Id");
        tracing.put("value", trace.header());
        return tracing;
    }

    /** With three digits behind the point. */
    private static double millis(long nanos) {
        return BigDecimal.valueOf((nanos + 500) / 1000, 3).doubleValue();
    }
}
