package dev.tsumuji.lambda;

import dev.tsumuji.sandbox.Sandbox;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is reported of an invocation at its end.
 *
 * @param durationNanos of the handler; no longer than the timeout when it timed out
 * @param startPath how the instance came to be, in its first invocation only
 * @param init how long initialisation took, in an instance's first invocation only
 */
record Report(
        String requestId,
        long durationNanos,
        @Nullable Duration init,
        int memoryMebibytes,
        int memoryPeakMebibytes,
        Sandbox.Answer answer,
        Sandbox.@Nullable StartPath startPath,
        @Nullable Trace trace) {

    /** Initialisation is billed as the handler is. */
    long billedMillis() {
        return Math.ceilDiv(durationNanos + (init == null ? 0 : init.toNanos()), 1_000_000);
    }

    boolean timedOut() {
        return answer instanceof Sandbox.Answer.Failure failure
                && failure.errorType().equals("Sandbox.Timedout");
    }
}
