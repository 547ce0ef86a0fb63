package dev.tsumuji.sandbox;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks after sandboxes that are awake: ends those past their deadline, freezes those that have been idle. One platform thread
 * that looks every few milliseconds, and sleeps when all sandboxes do. Thread-safe.
 */
final class Watch implements AutoCloseable {

    private static final long TICK_NANOS = 4_000_000;

    private final Set<NativeSandbox> awake = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean parked;
    private volatile boolean closed;

    Watch() {
        thread = Thread.ofPlatform().daemon().name("sandbox-watch").start(this::run);
    }

    /** From now on the sandbox is looked after until it is asleep or dead. */
    void add(NativeSandbox sandbox) {
        awake.add(sandbox);
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            if (awake.isEmpty()) {
                parked = true;
                if (awake.isEmpty()) {
                    LockSupport.park(this);
                }
                parked = false;
                continue;
            }
            LockSupport.parkNanos(this, TICK_NANOS);
            var now = System.nanoTime();
            for (var sandbox : awake) {
                sandbox.lookAfter(now, () -> awake.remove(sandbox));
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
