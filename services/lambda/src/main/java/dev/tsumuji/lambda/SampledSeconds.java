package dev.tsumuji.lambda;

import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.lambda.model.TracingMode;

/** Knows of functions with active tracing which invocation is the first of its second. Thread-safe. */
final class SampledSeconds {
    private static final int FUNCTIONS_MAX = 20_000;

    private final ConcurrentHashMap<FunctionId, Long> seconds = new ConcurrentHashMap<>();

    boolean isFirst(Target target, Instant at) {
        var tracing = target.configuration().tracingConfig();
        if (tracing == null || tracing.mode() != TracingMode.ACTIVE) {
            return false;
        }
        if (seconds.size() > FUNCTIONS_MAX) {
            seconds.clear();
        }
        Long second = at.getEpochSecond();
        return !second.equals(seconds.put(target.id(), second));
    }
}
