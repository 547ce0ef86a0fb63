package dev.tsumuji.wire.http;

import java.io.IOException;

/** Answers requests, each on a virtual thread of its own, blocking as it likes. */
@FunctionalInterface
public interface HttpHandler {

    /**
     * Answers one request. Whatever it throws is logged and answered 500 without details; when the answer had begun, the
     * connection is broken off.
     */
    void handle(Request request, Reply reply) throws IOException;
}
