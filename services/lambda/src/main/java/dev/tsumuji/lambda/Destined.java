package dev.tsumuji.lambda;

import org.jspecify.annotations.Nullable;

/**
 * What became of an asynchronous event, on its way to who wants to know: work in the outbox.
 *
 * @param role of the function, under which it is told
 * @param target ARN of a function, queue, topic or event bus
 * @param succeeded whether the function did what it was asked to
 * @param deadLetter whether the target is told the event itself, as dead-letter queues are, rather than a record about it
 * @param traceHeader of the event
 */
record Destined(
        String account,
        String region,
        String name,
        String qualifier,
        String role,
        String target,
        boolean succeeded,
        boolean deadLetter,
        String requestId,
        String errorMessage,
        byte[] body,
        @Nullable String traceHeader) {

    FunctionId function() {
        return new FunctionId(account, region, name);
    }
}
