package dev.tsumuji.engines.commit;

import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Watch;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Who waits for which range. Thread-safe: waking is done by the committer, waiting by anybody. */
final class Watches {
    private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

    Watch watch(Range range) {
        var watch = new Waiting(range);
        waiting.add(watch);
        return watch;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    void wrote(byte[] key) {
        for (var watch : waiting) {
            if (watch.range.contains(key)) {
                watch.wake();
            }
        }
    }

    void cleared(Range range) {
        for (var watch : waiting) {
            if (Arrays.compareUnsigned(watch.range.begin(), range.end()) < 0
                    && Arrays.compareUnsigned(range.begin(), watch.range.end()) < 0) {
                watch.wake();
            }
        }
    }

    /** Nobody waits for a store that is gone. */
    void wakeAll() {
        waiting.forEach(Waiting::wake);
    }

    private final class Waiting implements Watch {
        private final Range range;
        /** One permit when something was committed since the last wait. */
        private final Semaphore changed = new Semaphore(0);

        Waiting(Range range) {
            this.range = range;
        }

        void wake() {
            if (changed.availablePermits() == 0) {
                changed.release();
            }
        }

        @Override
        public boolean await(Duration atMost) throws InterruptedException {
            boolean woken = changed.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
            changed.drainPermits();
            return woken;
        }

        @Override
        public void close() {
            waiting.remove(this);
        }
    }
}
