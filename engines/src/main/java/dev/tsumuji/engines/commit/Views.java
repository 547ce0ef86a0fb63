package dev.tsumuji.engines.commit;

import dev.tsumuji.kernel.kv.KvException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The views that readers hold. All readers that begin between two commits share one view, so that a reader costs no more than
 * counting itself in and out. Thread-safe: {@code making} guards the replacement of the shared view, everything else is atomic.
 */
final class Views {
    private static final int REMEMBERED_MAX = 32;
    private static final int REMEMBERED_MAX_BYTES = 4 << 10;

    private final Store store;
    private final LongSupplier committed;
    private final AtomicReference<@Nullable Shared> latest = new AtomicReference<>();
    private final Set<Shared> open = ConcurrentHashMap.newKeySet();
    private final ReentrantLock making = new ReentrantLock();
    private final Semaphore released = new Semaphore(0);
    private volatile boolean closed;

    /** @param committed the version of the last commit that has been applied */
    Views(Store store, LongSupplier committed) {
        this.store = store;
        this.committed = committed;
    }

    /** The caller releases it. */
    Shared acquire() {
        while (true) {
            var view = latest.get();
            if (view != null && view.version == committed.getAsLong() && view.retain()) {
                return view;
            }
            renew(view);
        }
    }

    private void renew(@Nullable Shared seen) {
        making.lock();
        try {
            if (closed) {
                throw new KvException(KvException.Kind.CLOSED, "the store is closed", null);
            }
            if (latest.get() != seen) {
                return;
            }
            // the version is read first: the view may hold more than it says, which costs at most a needless retry
            var made = new Shared(committed.getAsLong(), store.view());
            open.add(made);
            var stale = latest.getAndSet(made);
            if (stale != null) {
                stale.release();
            }
        } finally {
            making.unlock();
        }
    }

    /** After a commit nobody new wants the old view, and the store need not keep it. */
    void dropLatest() {
        var stale = latest.getAndSet(null);
        if (stale != null) {
            stale.release();
        }
    }

    /** No open view is older. */
    long oldestVersion() {
        long oldest = committed.getAsLong();
        for (var view : open) {
            oldest = Math.min(oldest, view.version);
        }
        return oldest;
    }

    /**
     * Lets nobody begin, and waits for those who read.
     *
     * @return false when some still read
     */
    boolean close(Duration atMost) {
        making.lock();
        try {
            closed = true;
        } finally {
            making.unlock();
        }
        dropLatest();
        long deadline = System.nanoTime() + atMost.toNanos();
        boolean interrupted = false;
        while (!open.isEmpty() && System.nanoTime() < deadline) {
            try {
                released.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return open.isEmpty();
    }

    /** A view counted by its users; {@code latest} counts as one. */
    final class Shared {
        final long version;
        final Store.View view;
        private final AtomicInteger users = new AtomicInteger(1);
        private final ConcurrentHashMap<ByteBuffer, byte[]> read = new ConcurrentHashMap<>();

        private Shared(long version, Store.View view) {
            this.version = version;
            this.view = view;
        }

        /** What many transactions read, such as the table that their items belong to, is looked up for the first of them. */
        byte @Nullable [] get(byte[] key) {
            var known = read.get(ByteBuffer.wrap(key));
            if (known != null) {
                return known.clone();
            }
            var value = view.get(key);
            if (value != null && value.length <= REMEMBERED_MAX_BYTES && read.size() < REMEMBERED_MAX) {
                read.put(ByteBuffer.wrap(key.clone()), value.clone());
            }
            return value;
        }

        private boolean retain() {
            while (true) {
                int count = users.get();
                if (count == 0) {
                    return false;
                }
                if (users.compareAndSet(count, count + 1)) {
                    return true;
                }
            }
        }

        void release() {
            if (users.decrementAndGet() == 0) {
                view.close();
                open.remove(this);
                if (closed) {
                    released.release();
                }
            }
        }
    }
}
