package dev.tsumuji.sandbox;

import java.io.IOException;
import java.util.BitSet;

/**
 * User numbers, one per living sandbox. They are taken from a range that belongs to this process alone and that no user database
 * uses, so that sandboxes of two platforms on one machine differ too. Thread-safe, guarded by its lock.
 */
final class Users {

    private static final int RANGE = 4096;
    private static final int LOWEST = 0x4000_0000;
    /** For what isn't a function. */
    static final int TRIAL = LOWEST - 1;

    private static final int PROCESS_MASK = 0x3_ffff;

    private final int first = LOWEST + (int) (ProcessHandle.current().pid() & PROCESS_MASK) * RANGE;
    private final BitSet taken = new BitSet(RANGE);
    private int next;

    synchronized int take() throws IOException {
        int free = taken.nextClearBit(next);
        if (free >= RANGE) {
            free = taken.nextClearBit(0);
        }
        if (free >= RANGE) {
            throw new IOException(RANGE + " sandboxes are running: no more fit");
        }
        taken.set(free);
        next = free + 1; // a number rests as long as it can before it is used again
        return first + free;
    }

    synchronized void give(int user) {
        taken.clear(user - first);
    }
}
