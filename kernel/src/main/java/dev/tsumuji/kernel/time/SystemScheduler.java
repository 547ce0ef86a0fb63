package dev.tsumuji.kernel.time;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Real time: one platform thread waits, virtual threads work. Thread-safe. */
public final class SystemScheduler implements Scheduler {
    private final ScheduledThreadPoolExecutor timer;

    public SystemScheduler() {
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("scheduler").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public Task after(Duration delay, Runnable task) {
        var future = timer.schedule(
                () -> {
                    Thread.startVirtualThread(task);
                },
                Math.max(0, delay.toNanos()),
                TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
