package dev.tsumuji.wire.http;

import java.io.OutputStream;

/**
 * The answer to one {@link Request}: headers first, then exactly one of {@link #send} and {@link #stream}. Used by the
 * thread that handles the request. A client that has gone away surfaces as {@link java.io.IOException} from the stream's
 * writes and is ignored by {@code send}.
 */
public interface Reply {

    /**
     * Adds a field; a repeated name makes a repeated field. {@code Content-Length}, {@code Transfer-Encoding},
     * {@code Connection} and {@code Date} are the server's business and are ignored.
     *
     * @throws IllegalArgumentException when the name or the value can't stand in a header, line breaks for instance
     */
    void header(String name, String value);

    /** Sends a whole body at once. */
    void send(int status, byte[] body);

    /**
     * Sends a body in pieces. Writes block while the client is slower than the writer; nothing is sent before the first
     * write, flush or close. Closing early, before {@code length} bytes, breaks the connection so that the client can tell.
     *
     * @param length bytes that will be written, or -1 when not known
     */
    OutputStream stream(int status, long length);

    /** Whether {@link #send} or {@link #stream} was called, so that it is too late for another answer. */
    boolean started();
}
