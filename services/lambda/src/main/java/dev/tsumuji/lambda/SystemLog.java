package dev.tsumuji.lambda;

import dev.tsumuji.sandbox.Sandbox;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.LogFormat;

/**
 * What the platform itself writes to a function's log, in the format that the function has chosen.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html">Log formats</a>
 */
sealed interface SystemLog permits SystemLog.Text, JsonSystemLog {
    /** @param initType how the instance came to be started */
    static SystemLog of(Target target, String initType) {
        var logging = target.configuration().loggingConfig();
        return logging != null && logging.logFormat() == LogFormat.JSON
                ? new JsonSystemLog(new PlatformRecords(target, initType), logging.systemLogLevelAsString())
                : new Text(target);
    }

    void initStart(FunctionLog log, Instant at);

    void initialised(FunctionLog log, Instant at, Duration took);

    /** @param errorType null when it was ended for the time it took */
    void initFailed(FunctionLog log, Instant at, Duration took, @Nullable String errorType);

    void start(FunctionLog log, Instant at, String requestId, @Nullable String traceHeader);

    void end(FunctionLog log, Instant at, Report report);

    /** The error's type as {@link #initFailed} wants it. */
    static @Nullable String initError(Sandbox.Answer answer) {
        return answer instanceof Sandbox.Answer.Failure failure
                        && !failure.errorType().equals("Sandbox.Timedout")
                ? failure.errorType()
                : null;
    }

    /** Lines to read. */
    record Text(Target target) implements SystemLog {
        @Override
        public void initStart(FunctionLog log, Instant at) {
            var configuration = target.configuration();
            log.add(
                    at.toEpochMilli(),
                    ReportLine.initStart(
                            Runtimes.versionName(configuration.runtimeAsString()),
                            configuration.runtimeVersionConfig().runtimeVersionArn()));
        }

        @Override
        public void initialised(FunctionLog log, Instant at, Duration took) {
            // the first invocation's report tells it
        }

        @Override
        public void initFailed(FunctionLog log, Instant at, Duration took, @Nullable String errorType) {
            log.add(at.toEpochMilli(), ReportLine.initReport(took, errorType));
        }

        @Override
        public void start(FunctionLog log, Instant at, String requestId, @Nullable String traceHeader) {
            log.add(at.toEpochMilli(), ReportLine.start(requestId, target.version()));
        }

        @Override
        public void end(FunctionLog log, Instant at, Report report) {
            if (report.timedOut()) {
                log.add(at.toEpochMilli(), ReportLine.timedOut(at, report.requestId(), target.timeout()));
            }
            log.add(at.toEpochMilli(), ReportLine.end(report.requestId()));
            log.add(at.toEpochMilli(), ReportLine.report(report));
        }
    }
}
