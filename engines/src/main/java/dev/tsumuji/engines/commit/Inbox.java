package dev.tsumuji.engines.commit;

import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What many threads bring and one takes, in the order in which it came. The one sleeps until as much is there as it waits for,
 * and isn't woken for less. Thread-safe without locks: {@code size} is raised after an element is in and lowered after it is
 * out; {@code wanted} is set before the taker looks at {@code size} a last time.
 */
final class Inbox<T> {
    private final ConcurrentLinkedQueue<T> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private volatile int wanted = Integer.MAX_VALUE;
    private volatile @Nullable Thread taker;

    void add(T element) {
        queue.add(element);
        if (size.incrementAndGet() >= wanted) {
            LockSupport.unpark(taker);
        }
    }

    /** @return whether it was still here */
    boolean remove(T element) {
        boolean removed = queue.remove(element);
        if (removed) {
            size.decrementAndGet();
        }
        return removed;
    }

    @Nullable
    T poll() {
        var element = queue.poll();
        if (element != null) {
            size.decrementAndGet();
        }
        return element;
    }

    /** Takes what is here, until there are as many as may be. */
    void drainTo(Collection<T> taken, int sizeMax) {
        while (taken.size() < sizeMax) {
            var element = poll();
            if (element == null) {
                return;
            }
            taken.add(element);
        }
    }

    /** Waits, also when interrupted, until so many are here or the time is over. */
    void await(int count, long nanos) {
        long begin = System.nanoTime();
        taker = Thread.currentThread();
        wanted = count;
        for (long left = nanos; size.get() < count && left > 0; left = nanos - (System.nanoTime() - begin)) {
            LockSupport.parkNanos(this, left);
            Thread.interrupted();
        }
        wanted = Integer.MAX_VALUE;
    }
}
