package dev.tsumuji.lambda;

import dev.tsumuji.sandbox.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The lines that the platform itself writes to a function's log, to the letter. They are made on every invocation, so
 * numbers are written by hand.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html">Lambda's logs</a>
 */
final class ReportLine {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private ReportLine() {}

    static String start(String requestId, String version) {
        return "START RequestId: " + requestId + " Version: " + version + "\n";
    }

    static String end(String requestId) {
        return "END RequestId: " + requestId + "\n";
    }

    static String report(Report report) {
        var line = new StringBuilder(200).append("REPORT RequestId: ").append(report.requestId());
        millis(line.append("\tDuration: "), report.durationNanos()).append(" ms");
        line.append("\tBilled Duration: ").append(report.billedMillis()).append(" ms");
        line.append("\tMemory Size: ").append(report.memoryMebibytes()).append(" MB");
        line.append("\tMax Memory Used: ").append(report.memoryPeakMebibytes()).append(" MB");
        var init = report.init();
        if (init != null) {
            millis(line.append("\tInit Duration: "), init.toNanos()).append(" ms");
        }
        if (report.timedOut()) {
            line.append("\tStatus: timeout");
        } else if (report.answer() instanceof Sandbox.Answer.Failure failure && !failure.alive()) {
            line.append("\tStatus: error\tError Type: ").append(failure.errorType());
        }
        var path = report.startPath();
        if (path != null) {
            // behind all that AWS's line has, so that whoever reads that finds it
            line.append("\tStart Path: ").append(path.name().toLowerCase(Locale.ROOT));
        }
        line.append("\t\n");
        var trace = report.trace();
        if (trace != null && trace.sampled()) {
            line.append("XRAY TraceId: ").append(trace.root());
            line.append("\tSegmentId: ").append(trace.segment());
            line.append("\tSampled: true\t\n");
        }
        return line.toString();
    }

    /** @param errorType null when it was ended for the time it took */
    static String initReport(Duration took, @Nullable String errorType) {
        var line = new StringBuilder(100).append("INIT_REPORT Init Duration: ");
        millis(line, took.toNanos()).append(" ms\tPhase: init\tStatus: ");
        line.append(errorType == null ? "timeout" : "error\tError Type: " + errorType);
        return line.append('\n').toString();
    }

    static String timedOut(Instant at, String requestId, Duration timeout) {
        var line = new StringBuilder(100).append(MILLIS.format(at));
        line.append(' ').append(requestId).append(" Task timed out after ");
        return millis(line, timeout.toNanos() / 1000).append(" seconds\n\n").toString();
    }

    static String initStart(String runtime, String runtimeArn) {
        return "INIT_START Runtime Version: " + runtime + "\tRuntime Version ARN: " + runtimeArn + "\n";
    }

    /** Millionths with two digits behind the point, rounded. */
    private static StringBuilder millis(StringBuilder line, long nanos) {
        long hundredths = (nanos + 5_000) / 10_000;
        line.append(hundredths / 100).append('.');
        return line.append((char) ('0' + hundredths / 10 % 10)).append((char) ('0' + hundredths % 10));
    }
}
