package dev.tsumuji.kernel.call;

/**
 * The event loop that a request's virtual thread begins on: that of its connection, so that a request which computes little
 * and otherwise waits is answered without any change of threads. Everything else on that loop stands still while such a
 * thread runs. Who is about to hold it for long, by files, by native calls or by much computing, leaves it first.
 */
public final class EventLoop {
    private static final ScopedValue<Runnable> WAY_OUT = ScopedValue.newInstance();

    private EventLoop() {}

    /**
     * Runs a request that has begun on an event loop.
     *
     * @param leave makes the current thread go on elsewhere; may be run again
     */
    public static void during(Runnable leave, Runnable request) {
        ScopedValue.where(WAY_OUT, leave).run(request);
    }

    /** Goes on elsewhere, if the current thread is a request's that is still on its event loop. */
    public static void leave() {
        if (WAY_OUT.isBound()) {
            WAY_OUT.get().run();
        }
    }
}
