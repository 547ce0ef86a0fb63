package dev.tsumuji.lambda;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous invocation on its way: work in the outbox.
 *
 * @param requestId the same in every attempt
 * @param failures attempts in which the function failed
 * @param delays times it was put off because the function could not be run
 * @param traceHeader of the request that it came with; null when it had none
 */
record Event(
        String account,
        String region,
        String name,
        @Nullable String qualifier,
        String requestId,
        byte[] payload,
        Instant acceptedAt,
        int failures,
        int delays,
        @Nullable String traceHeader) {

    FunctionName function() {
        return new FunctionName(new FunctionId(account, region, name), qualifier);
    }

    Event afterFailure() {
        return new Event(
                account, region, name, qualifier, requestId, payload, acceptedAt, failures + 1, delays, traceHeader);
    }

    Event afterDelay() {
        return new Event(
                account, region, name, qualifier, requestId, payload, acceptedAt, failures, delays + 1, traceHeader);
    }
}
