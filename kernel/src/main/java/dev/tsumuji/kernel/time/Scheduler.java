package dev.tsumuji.kernel.time;

import java.time.Duration;

/**
 * Runs tasks later, each on a virtual thread of its own. Nothing runs while nothing is due. Tasks are lost when the process
 * ends: what must survive goes to the {@link dev.tsumuji.kernel.outbox.Outbox}.
 */
public interface Scheduler extends AutoCloseable {

    Task after(Duration delay, Runnable task);

    @Override
    void close();

    /** A task that was asked for. */
    interface Task {
        /** Does nothing when the task has started. */
        void cancel();
    }
}
