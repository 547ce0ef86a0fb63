package dev.tsumuji.engines.commit;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/** Locks for transactions that keep getting into each other's way, picked by where they met. Thread-safe. */
final class Turns {
    private static final int STRIPES = 64;

    private final ReentrantLock[] locks = new ReentrantLock[STRIPES];

    Turns() {
        Arrays.setAll(locks, i -> new ReentrantLock(true));
    }

    ReentrantLock at(byte[] where) {
        return locks[Math.floorMod(Arrays.hashCode(where), STRIPES)];
    }
}
