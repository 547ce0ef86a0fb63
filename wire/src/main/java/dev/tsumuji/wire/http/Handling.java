package dev.tsumuji.wire.http;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** The life of a request's virtual thread. */
final class Handling {
    private static final Logger LOG = System.getLogger(Handling.class.getName());
    private static final byte[] NOTHING = {};

    private Handling() {}

    static void run(HttpHandler handler, Request request, NettyReply reply, @Nullable StreamedBody body) {
        try {
            handler.handle(request, reply);
            if (!reply.started()) {
                throw new IllegalStateException("the handler gave no answer");
            }
        } catch (IOException e) {
            // The client went away or stalled; whether an answer still reaches it, the connection knows.
            failed(reply, 400);
        } catch (Throwable e) {
            LOG.log(Level.ERROR, "no answer to " + request.method() + " " + request.path(), e);
            failed(reply, 500);
        } finally {
            if (body != null) {
                body.abandon();
            }
        }
    }

    private static void failed(NettyReply reply, int status) {
        if (reply.started()) {
            reply.breakOff();
        } else {
            reply.send(status, NOTHING);
        }
    }
}
