package dev.tsumuji.wire.http;

import java.io.IOException;

/**
 * Answers requests, each on a virtual thread of its own. It may wait as it likes; before it computes for long, or uses files, it
 * leaves the event loop that it may still be on ({@link dev.tsumuji.kernel.call.EventLoop#leave}).
 */
@FunctionalInterface
public interface HttpHandler {

    /**
     * Answers one request. Whatever it throws is logged and answered 500 without details; when the answer had begun, the
     * connection is broken off.
     */
    void handle(Request request, Reply reply) throws IOException;
}
