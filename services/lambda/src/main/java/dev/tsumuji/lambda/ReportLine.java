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

    /**
     * @param init how long initialisation took, in the first invocation only
     * @param startPath how the instance came to be, in the first invocation only; behind all that AWS's line has, so that
     *     whoever reads that finds it
     */
    static String report(
            String requestId,
            long durationNanos,
            @Nullable Duration init,
            Sandbox.@Nullable StartPath startPath,
            int memoryMebibytes,
            int memoryPeakMebibytes,
            Sandbox.Answer answer) {
        var line = new StringBuilder(200).append("REPORT RequestId: ").append(requestId);
        millis(line.append("\tDuration: "), durationNanos).append(" ms");
        long billedNanos = durationNanos + (init == null ? 0 : init.toNanos());
        line.append("\tBilled Duration: ")
                .append((billedNanos + 999_999) / 1_000_000)
                .append(" ms");
        line.append("\tMemory Size: ").append(memoryMebibytes).append(" MB");
        line.append("\tMax Memory Used: ").append(memoryPeakMebibytes).append(" MB");
        if (init != null) {
            millis(line.append("\tInit Duration: "), init.toNanos()).append(" ms");
        }
        switch (answer) {
            case Sandbox.Answer.Success success -> {}
            case Sandbox.Answer.Failure failure
            when failure.errorType().equals("Sandbox.Timedout") -> line.append("\tStatus: timeout");
            case Sandbox.Answer.Failure failure
            when !failure.alive() ->
                line.append("\tStatus: error\tError Type: ").append(failure.errorType());
            case Sandbox.Answer.Failure failure -> {}
        }
        if (startPath != null) {
            line.append("\tStart Path: ").append(startPath.name().toLowerCase(Locale.ROOT));
        }
        return line.append("\t\n").toString();
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
