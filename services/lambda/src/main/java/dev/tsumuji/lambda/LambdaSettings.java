package dev.tsumuji.lambda;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What an operator may choose about functions.
 *
 * @param packages directory for unpacked code: a cache, emptied when the platform starts; created when absent
 * @param packagesSizeMaxBytes how much unpacked code is kept that no instance uses
 * @param concurrencyMax concurrent executions per account and region
 * @param startingMax sandboxes that may be starting at once, all accounts together
 * @param idleTime after which an unused instance is ended
 * @param retryDelays how long an asynchronous event waits after its first, second, … failure; as many as there are retries
 *     by default
 * @param eventAgeMax after which an asynchronous event is given up
 * @param logDelay how long a printed line may wait to be written together with others
 */
public record LambdaSettings(
        Path packages,
        long packagesSizeMaxBytes,
        int concurrencyMax,
        int startingMax,
        Duration idleTime,
        List<Duration> retryDelays,
        Duration eventAgeMax,
        Duration logDelay) {

    /** AWS's values, and what suits the machine that this runs on. */
    public static LambdaSettings defaults(Path packages) {
        return new LambdaSettings(
                packages,
                4L << 30,
                1000,
                Math.max(4, 2 * Runtime.getRuntime().availableProcessors()),
                Duration.ofMinutes(10),
                List.of(Duration.ofMinutes(1), Duration.ofMinutes(2)),
                Duration.ofHours(6),
                Duration.ofMillis(50));
    }

    /** The file with the key that environment variables are encrypted with; beside the packages, so in the data folder. */
    Path environmentKey() {
        return packages.resolveSibling("keys").resolve("lambda-environment");
    }

    /** These settings with another idle time. */
    public LambdaSettings idleTime(Duration idleTime) {
        return new LambdaSettings(
                packages,
                packagesSizeMaxBytes,
                concurrencyMax,
                startingMax,
                idleTime,
                retryDelays,
                eventAgeMax,
                logDelay);
    }

    /** These settings with another limit of concurrent executions per account and region. */
    public LambdaSettings concurrencyMax(int concurrencyMax) {
        return new LambdaSettings(
                packages,
                packagesSizeMaxBytes,
                concurrencyMax,
                startingMax,
                idleTime,
                retryDelays,
                eventAgeMax,
                logDelay);
    }
}
