package dev.tsumuji.kernel.kv;

import java.time.Duration;

/** Waits for commits that write into a range. Close it when done. */
public interface Watch extends AutoCloseable {

    /**
     * Waits until something was committed since the last call, or since the watch was made.
     *
     * @return false when the time ran out
     */
    boolean await(Duration atMost) throws InterruptedException;

    @Override
    void close();
}
