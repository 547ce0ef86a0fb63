package dev.tsumuji.kernel.call;

import org.jspecify.annotations.Nullable;

/**
 * The trace that a request belongs to: its {@code X-Amzn-Trace-Id} header, bound at the front door for the length of the
 * request, so that calls between services on the same thread belong to it too.
 *
 * @see <a href="https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader">Tracing
 *     header</a>
 */
public final class TraceHeader {
    private static final ScopedValue<String> CURRENT = ScopedValue.newInstance();
    private static final int LENGTH_MAX = 256;

    private TraceHeader() {}

    /** What may fail with an exception of a certain kind. */
    @FunctionalInterface
    public interface Body<X extends Exception> {
        void run() throws X;
    }

    /** @param header as the client sent it; one that is too long is left out, null for none */
    public static <X extends Exception> void during(@Nullable String header, Body<X> body) throws X {
        if (header == null || header.isEmpty() || header.length() > LENGTH_MAX) {
            body.run();
            return;
        }
        ScopedValue.where(CURRENT, header).<@Nullable Object, X>call(() -> {
            body.run();
            return null;
        });
    }

    /** Null when the request named none, and outside of requests. */
    public static @Nullable String current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }
}
