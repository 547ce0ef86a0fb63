package dev.tsumuji.kernel.outbox;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import dev.tsumuji.kernel.outbox.Outbox.Delivery;
import dev.tsumuji.kernel.outbox.Outbox.Outcome;
import dev.tsumuji.kernel.time.Scheduler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Delivers the work of one topic.
 *
 * <p>A cursor moves through the topic's keys, which lie in the order of due times. What lies before it is done, or
 * <em>owned</em>: read, and waiting here or being delivered. So each piece is read once, and the deleted keys at the head of
 * the queue are not walked over again and again. Work that is put before the cursor pulls the cursor back; what is owned is
 * passed over then.
 *
 * <p>{@code lock} guards the state; the pump's thread is the only one that reads the store, without the lock.
 */
final class TopicPump {
    private static final Logger LOG = System.getLogger(TopicPump.class.getName());
    private static final int PAGE_MAX = 64;
    /** Sleeping longer would be late by as much as the clock was set forward, or the machine slept, meanwhile. */
    private static final Duration SLEEP_MAX = Duration.ofMinutes(1);

    private static final Duration STORE_PAUSE = Duration.ofSeconds(5);

    private final Dispatcher dispatcher;
    private final Kv kv;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final String topic;
    private final IntSupplier concurrencyMax;
    private final Outbox.Handler handler;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Entry> ready = new ArrayDeque<>();
    private final Set<ByteBuffer> owned = new HashSet<>();
    /** Let go of while the store was being read: the snapshot may still show them. */
    private final Set<ByteBuffer> endedWhileReading = new HashSet<>();

    private final Set<Thread> deliveries = new HashSet<>();
    private byte[] cursor;
    /** Work was put here, and may lie before the cursor. */
    private byte @Nullable [] pulledBack;
    /** There may be due work behind the cursor. */
    private boolean unread = true;

    private boolean reading;
    private boolean stopped;
    private boolean started;
    /** Deliveries at once, as they were wanted last; of the pump's thread. */
    private int limit = 1;

    private @Nullable Instant wakeAt;
    private Scheduler.@Nullable Task timer;

    TopicPump(
            Dispatcher dispatcher,
            Kv kv,
            InstantSource clock,
            Scheduler scheduler,
            String topic,
            IntSupplier concurrencyMax,
            Outbox.Handler handler) {
        this.dispatcher = dispatcher;
        this.kv = kv;
        this.clock = clock;
        this.scheduler = scheduler;
        this.topic = topic;
        this.concurrencyMax = concurrencyMax;
        this.handler = handler;
        this.cursor = Work.topic(topic).begin();
    }

    void start() {
        lock.lock();
        try {
            if (started) {
                return;
            }
            started = true;
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("outbox-" + topic).start(this::run);
    }

    /** Called after a commit that put work. */
    void added(Instant due) {
        lock.lock();
        try {
            var prefix = Work.prefix(topic, due);
            if (reading || Arrays.compareUnsigned(prefix, cursor) < 0) {
                pullBackTo(prefix);
            } else {
                wakeAt(due);
            }
        } finally {
            lock.unlock();
        }
    }

    private void pullBackTo(byte[] key) {
        if (pulledBack == null || Arrays.compareUnsigned(key, pulledBack) < 0) {
            pulledBack = key;
        }
        unread = true;
        changed.signal();
    }

    private void wakeAt(Instant due) {
        var sleep = Duration.between(clock.instant(), due);
        if (!sleep.isPositive()) {
            unread = true;
            changed.signal();
            return;
        }
        if (stopped || wakeAt != null && !due.isBefore(wakeAt)) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        wakeAt = due;
        timer = scheduler.after(sleep.compareTo(SLEEP_MAX) < 0 ? sleep : SLEEP_MAX, this::wake);
    }

    private void wake() {
        lock.lock();
        try {
            wakeAt = null;
            timer = null;
            unread = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    // ---- on the pump's thread

    private void run() {
        while (awaitWork()) {
            try {
                limit = Math.max(1, concurrencyMax.getAsInt());
                if (!deliverNext()) {
                    readMore(Math.min(PAGE_MAX, 2 * limit));
                }
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "the outbox's topic " + topic + " can't be read; trying again later", e);
                scheduler.after(STORE_PAUSE, this::wake);
            }
        }
    }

    /** @return false when stopped */
    private boolean awaitWork() {
        lock.lock();
        try {
            while (!stopped && (deliveries.size() >= limit || ready.isEmpty() && !unread)) {
                changed.awaitUninterruptibly();
            }
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    private boolean deliverNext() {
        lock.lock();
        try {
            var next = ready.poll();
            if (next == null) {
                return false;
            }
            var thread =
                    Thread.ofVirtual().name("outbox-" + topic + "-delivery").unstarted(() -> deliver(next));
            deliveries.add(thread);
            thread.start();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void readMore(int page) {
        byte[] from;
        lock.lock();
        try {
            from = pulledBack != null && Arrays.compareUnsigned(pulledBack, cursor) < 0 ? pulledBack : cursor;
            cursor = from;
            pulledBack = null;
            unread = false;
            reading = true;
        } finally {
            lock.unlock();
        }
        var dueEnd = Work.prefix(topic, clock.instant().plusNanos(1));
        List<Entry> due = List.of();
        List<Entry> later = List.of();
        try {
            due = kv.read(snapshot -> snapshot.scan(new Range(from, dueEnd), page));
            if (due.size() < page) {
                later = kv.read(snapshot ->
                        snapshot.scan(new Range(dueEnd, Work.topic(topic).end()), 1));
            }
        } finally {
            finishReading(due, due.size() == page, later, dueEnd);
        }
    }

    private void finishReading(List<Entry> due, boolean more, List<Entry> later, byte[] dueEnd) {
        lock.lock();
        try {
            reading = false;
            for (var entry : due) {
                var key = ByteBuffer.wrap(entry.key());
                if (!endedWhileReading.contains(key) && owned.add(key)) {
                    ready.add(entry);
                }
            }
            endedWhileReading.clear();
            if (more) {
                cursor = new Range(due.getLast().key(), dueEnd)
                        .after(due.getLast().key())
                        .begin();
                unread = true;
            } else if (Arrays.compareUnsigned(cursor, dueEnd) < 0) {
                cursor = dueEnd;
            }
            if (!later.isEmpty()) {
                wakeAt(Work.due(later.getFirst().key()));
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- on a delivery's own thread

    private void deliver(Entry entry) {
        var key = entry.key();
        try {
            var work = Work.CODEC.decode(entry.value());
            if (end(key, work, attempt(work))) {
                letGo(key);
            } else {
                scheduler.after(STORE_PAUSE, () -> repeat(key));
            }
        } catch (KvException e) {
            LOG.log(Level.ERROR, "work of the outbox's topic " + topic + " can't be read; it stays where it is", e);
        } finally {
            finished();
        }
    }

    private Outcome attempt(Work work) {
        try {
            return handler.deliver(new Delivery(topic, work.id(), work.body(), work.attempt(), work.createdAt()));
        } catch (Throwable e) {
            return failed(work, e);
        }
    }

    private Outcome failed(Work work, Throwable e) {
        var pause = dispatcher.backOff(work.attempt());
        LOG.log(
                Level.WARNING,
                "attempt " + work.attempt() + " of " + topic + " " + work.id() + " failed; again in " + pause,
                e);
        return new Outcome.Retry(clock.instant().plus(pause), work.body());
    }

    /** @return whether the store knows what became of the attempt */
    private boolean end(byte[] key, Work work, Outcome outcome) {
        try {
            commit(key, work, outcome);
            return true;
        } catch (RuntimeException | Error e) {
            if (outcome instanceof Outcome.DoneWith && !(e instanceof KvException)) {
                return end(key, work, failed(work, e));
            }
            LOG.log(Level.ERROR, "the end of " + topic + " " + work.id() + " can't be written; it will be repeated", e);
            return false;
        }
    }

    private void commit(byte[] key, Work work, Outcome outcome) {
        kv.<@Nullable Object>transact(txn -> {
            txn.delete(key);
            switch (outcome) {
                case Outcome.Done() -> {}
                case Outcome.DoneWith(var effect) -> effect.accept(txn);
                case Outcome.Retry(var due, var body) ->
                    dispatcher.put(txn, topic, due, new Work(work.id(), body, work.attempt() + 1, work.createdAt()));
            }
            return null;
        });
    }

    private void finished() {
        lock.lock();
        try {
            deliveries.remove(Thread.currentThread());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void letGo(byte[] key) {
        lock.lock();
        try {
            owned.remove(ByteBuffer.wrap(key));
            if (reading) {
                endedWhileReading.add(ByteBuffer.wrap(key));
            }
        } finally {
            lock.unlock();
        }
    }

    private void repeat(byte[] key) {
        lock.lock();
        try {
            owned.remove(ByteBuffer.wrap(key));
            pullBackTo(key);
        } finally {
            lock.unlock();
        }
    }

    // ---- stopping

    void stop() {
        lock.lock();
        try {
            stopped = true;
            if (timer != null) {
                timer.cancel();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no delivery is under way, and interrupts those that are when the deadline comes. */
    void drain(long deadlineNanos) {
        lock.lock();
        try {
            while (!deliveries.isEmpty()) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0 || !changed.await(left, TimeUnit.NANOSECONDS)) {
                    deliveries.forEach(Thread::interrupt);
                    return;
                }
            }
        } catch (InterruptedException e) {
            deliveries.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
