package dev.tsumuji.wire.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.EventLoop;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LoopThreadTest {
    /** Runs things on one thread, and counts them. */
    private static final class Loop implements Executor, AutoCloseable {
        private final java.util.concurrent.ExecutorService thread = Executors.newSingleThreadExecutor();
        private final AtomicInteger turns = new AtomicInteger();

        @Override
        public void execute(Runnable task) {
            thread.execute(() -> {
                turns.incrementAndGet();
                task.run();
            });
        }

        @Override
        public void close() {
            thread.shutdownNow();
        }
    }

    private final List<String> log = new CopyOnWriteArrayList<>();
    private final CountDownLatch done = new CountDownLatch(1);

    private void awaitDone() throws InterruptedException {
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void runs_on_the_loop_and_comes_back_to_it_after_waiting() throws Exception {
        try (var loop = new Loop()) {
            LoopThread.start(loop, () -> {
                log.add("virtual " + Thread.currentThread().isVirtual());
                LockSupport.parkNanos(1_000_000);
                log.add("turns " + loop.turns.get());
                done.countDown();
            });
            awaitDone();
            assertThat(log).containsExactly("virtual true", "turns 2");
        }
    }

    @Test
    void goes_on_elsewhere_once_it_has_left() throws Exception {
        try (var loop = new Loop()) {
            var busy = new CountDownLatch(1);
            LoopThread.start(loop, () -> {
                EventLoop.leave();
                // the loop is held by somebody else, and this goes on all the same
                loop.execute(() -> {
                    try {
                        busy.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                LockSupport.parkNanos(1_000_000);
                EventLoop.leave();
                done.countDown();
            });
            awaitDone();
            busy.countDown();
        }
    }

    @Test
    void what_it_starts_runs_elsewhere() throws Exception {
        try (var loop = new Loop()) {
            LoopThread.start(loop, () -> {
                var started = Thread.ofVirtual().start(() -> {
                    LockSupport.parkNanos(1_000_000);
                    EventLoop.leave();
                    log.add("turns " + loop.turns.get());
                });
                // holds the loop until the other has ended, which it couldn't if it needed the loop
                while (started.isAlive()) {
                    Thread.onSpinWait();
                }
                done.countDown();
            });
            awaitDone();
            assertThat(log).containsExactly("turns 1");
        }
    }

    @Test
    void ends_elsewhere_when_the_loop_has_ended() throws Exception {
        var loop = new Loop();
        var waits = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        LoopThread.start(loop, () -> {
            waits.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            done.countDown();
        });
        waits.await();
        loop.close();
        assertThat(loop.thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        go.countDown();
        awaitDone();
    }

    @Test
    void begins_elsewhere_when_the_loop_takes_nothing() throws Exception {
        LoopThread.start(
                task -> {
                    throw new RejectedExecutionException();
                },
                done::countDown);
        awaitDone();
    }
}
