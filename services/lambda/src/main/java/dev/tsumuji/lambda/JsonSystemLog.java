package dev.tsumuji.lambda;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The platform's lines as JSON objects; each has a level, and those below the function's are left out.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html">Log levels</a>
 */
record JsonSystemLog(PlatformRecords records, @Nullable String level) implements SystemLog {
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
        write(log, at, Level.INFO, "initStart", records.ofInitStart());
    }

    @Override
    public void initialised(FunctionLog log, Instant at, Duration took) {
        var done = records.ofInitRuntimeDone("success", null);
        write(log, at, Level.DEBUG, "initRuntimeDone", done);
        // who waits for an instance that was wanted ahead has no other way to know how long it took
        var of = records.initType().equals(Instances.ON_DEMAND) ? Level.DEBUG : Level.INFO;
        write(log, at, of, "initReport", records.ofInitReport(took, "success", null));
    }

    @Override
    public void initFailed(FunctionLog log, Instant at, Duration took, @Nullable String errorType) {
        var status = errorType == null ? "timeout" : "error";
        write(log, at, Level.WARN, "initRuntimeDone", records.ofInitRuntimeDone(status, errorType));
        write(log, at, Level.WARN, "initReport", records.ofInitReport(took, status, errorType));
    }

    @Override
    public void start(FunctionLog log, Instant at, String requestId, @Nullable String traceHeader) {
        write(log, at, Level.INFO, "start", records.ofStart(requestId, traceHeader));
    }

    @Override
    public void end(FunctionLog log, Instant at, Report report) {
        boolean well = PlatformRecords.status(report.answer()).equals("success");
        var trace = report.trace();
        var done = records.ofRuntimeDone(
                report.requestId(), report.durationNanos(), report.answer(), trace == null ? null : trace.header());
        write(log, at, well ? Level.DEBUG : Level.WARN, "runtimeDone", done);
        write(log, at, well ? Level.INFO : Level.WARN, "report", records.ofReport(report));
    }
}
