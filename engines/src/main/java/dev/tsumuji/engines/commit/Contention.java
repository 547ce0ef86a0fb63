package dev.tsumuji.engines.commit;

import dev.tsumuji.kernel.kv.KvException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How one transaction goes on after conflicts: at once at first, then in turn with the others that lost at the same place, so
 * that each of many writers of one key gets through. Used by one thread.
 */
final class Contention implements AutoCloseable {
    private static final int FREE_ATTEMPTS = 3;
    private static final int ATTEMPTS_MAX = 200;
    private static final long TURN_WAIT_MAX_MILLIS = 1_000;
    private static final long PAUSE_MAX_NANOS = 5_000_000;

    private final Turns turns;
    private byte[] where = {};
    private int attempts;
    private @Nullable ReentrantLock turn;

    Contention(Turns turns) {
        this.turns = turns;
    }

    void lost(byte[] lostWhere) {
        where = lostWhere;
        if (++attempts >= ATTEMPTS_MAX) {
            throw new KvException(
                    KvException.Kind.CONFLICT,
                    "gave up after " + attempts + " attempts: other transactions keep writing what this one reads",
                    null);
        }
    }

    /** Called without a snapshot: waiting holds nothing back. */
    void beforeNextAttempt() {
        if (attempts < FREE_ATTEMPTS) {
            return;
        }
        if (turn == null) {
            waitForTurn();
        } else {
            long most = Math.min(PAUSE_MAX_NANOS, 50_000L << Math.min(16, attempts - FREE_ATTEMPTS));
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(most));
        }
    }

    private void waitForTurn() {
        var lock = turns.at(where);
        try {
            if (lock.tryLock(TURN_WAIT_MAX_MILLIS, TimeUnit.MILLISECONDS)) {
                turn = lock;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (turn != null) {
            turn.unlock();
        }
    }
}
