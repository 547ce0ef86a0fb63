package dev.tsumuji.engines.commit;

import dev.tsumuji.engines.commit.Store.Change;
import dev.tsumuji.kernel.kv.KvException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Commits transactions: one platform thread takes all that wait, validates each against what was committed since its
 * snapshot, merges the valid ones into one batch, applies it with a single sync, and wakes those who wait.
 *
 * <p>While one batch is being synced the next one gathers, so throughput grows with the number of writers while a single
 * writer waits for its own sync only. Writers who come again as soon as they are answered would fall into groups that wait for
 * each other's syncs; so the next batch is held open until they are back, for as long as a sync takes at most. Transactions of
 * one batch are ordered: each is validated against those before it. The thread sleeps when nothing waits.
 */
final class Committer implements AutoCloseable {
    private static final int BATCH_TRANSACTIONS_MAX = 1_024;
    private static final long BATCH_SIZE_MAX_BYTES = 8L << 20;
    private static final long SYNC_NANOS_MAX = 2_000_000;

    private final Store store;
    private final Watches watches;
    private final Views views;
    private final Inbox<Request> inbox = new Inbox<>();
    private final RecentWrites recent;
    private final Request stop = new Request(null);
    private final Thread thread;
    /** Written by the committer's thread: everything up to this version is on disk and in view. */
    private volatile long committedVersion;

    /** Used by the committer's thread: how many transactions were committed together last. */
    private int lastBatch;
    /** Used by the committer's thread: how long a batch takes to be on disk, smoothed. */
    private long syncNanos;

    private volatile long idPeriod;
    private volatile boolean closed;

    /** What became of a transaction. */
    sealed interface Outcome {
        record Committed(long version) implements Outcome {}

        /** @param where a key, or the begin of a range, that somebody else wrote */
        record Conflict(byte[] where) implements Outcome {}

        record Failed(KvException reason) implements Outcome {}
    }

    Committer(Store store, Watches watches, String name) {
        this.store = store;
        this.watches = watches;
        try (var view = store.view()) {
            var version = view.get(Reserved.VERSION);
            committedVersion = version == null ? 0 : Reserved.number(version);
            var newestId = view.scan(Reserved.ids(), 1, true);
            idPeriod = newestId.isEmpty()
                    ? 0
                    : Reserved.periodOf(newestId.getFirst().key());
        }
        recent = new RecentWrites(committedVersion);
        views = new Views(store, () -> committedVersion);
        thread = Thread.ofPlatform().name("committer-" + name).daemon().start(this::run);
    }

    Views views() {
        return views;
    }

    /** The latest period in which an idempotency id was used. */
    long idPeriod() {
        return idPeriod;
    }

    /** Waits, also when interrupted, until it is known what became of the transaction. */
    Outcome commit(Transaction transaction) {
        var request = new Request(transaction);
        inbox.add(request);
        if (closed && inbox.remove(request)) {
            return new Outcome.Failed(closedException());
        }
        return request.await();
    }

    private static KvException broken(Throwable cause) {
        return new KvException(
                KvException.Kind.ENGINE, "the committer met a defect and stopped; restart the platform", cause);
    }

    private static KvException closedException() {
        return new KvException(KvException.Kind.CLOSED, "the store is closed", null);
    }

    // ---- on the committer's thread

    private void run() {
        var waiting = new ArrayDeque<Request>();
        boolean stopping = false;
        try {
            while (!stopping || !waiting.isEmpty()) {
                inbox.drainTo(waiting, BATCH_TRANSACTIONS_MAX);
                if (!stopping) {
                    awaitThoseExpected(waiting);
                }
                stopping |= waiting.remove(stop);
                if (!waiting.isEmpty()) {
                    commitBatch(waiting);
                }
            }
        } finally {
            closed = true;
            for (var late = inbox.poll(); late != null; late = inbox.poll()) {
                late.complete(new Outcome.Failed(closedException()));
            }
        }
    }

    /** Those who wait, and as many more as were answered by the last batch. */
    private void awaitThoseExpected(ArrayDeque<Request> waiting) {
        int expected = Math.min(BATCH_TRANSACTIONS_MAX, waiting.size() + lastBatch);
        if (waiting.isEmpty()) {
            inbox.await(1, Long.MAX_VALUE);
        }
        inbox.await(expected - waiting.size(), syncNanos);
        inbox.drainTo(waiting, BATCH_TRANSACTIONS_MAX);
    }

    /** Takes from the front what fits into one batch; the rest stays for the next. */
    private void commitBatch(ArrayDeque<Request> waiting) {
        var accepted = new ArrayList<Request>();
        lastBatch = 0;
        try (var batch = new Batch(store, recent, committedVersion)) {
            gather(waiting, batch, accepted);
            if (accepted.isEmpty()) {
                return;
            }
            try {
                apply(batch.finish());
            } catch (KvException e) {
                // nobody got these versions, but `recent` holds them: no later snapshot may look older than they are
                committedVersion = batch.version();
                accepted.forEach(request -> request.complete(new Outcome.Failed(e)));
                return;
            }
            publish(batch, accepted);
        } catch (RuntimeException | Error e) {
            waiting.forEach(request -> request.complete(new Outcome.Failed(broken(e))));
            accepted.forEach(request -> request.complete(new Outcome.Failed(broken(e))));
            throw e;
        }
    }

    private void apply(List<Change> changes) {
        long begin = System.nanoTime();
        store.apply(changes);
        long took = Math.min(SYNC_NANOS_MAX, System.nanoTime() - begin);
        syncNanos += (took - syncNanos) / 8;
    }

    private void gather(ArrayDeque<Request> waiting, Batch batch, List<Request> accepted) {
        while (!waiting.isEmpty() && batch.sizeBytes() < BATCH_SIZE_MAX_BYTES) {
            var request = waiting.getFirst();
            var transaction = request.transaction();
            var conflict = recent.conflict(transaction);
            if (conflict != null) {
                waiting.removeFirst().complete(new Outcome.Conflict(conflict));
                continue;
            }
            try {
                if (!batch.accept(transaction)) {
                    return;
                }
                request.version = batch.version();
                accepted.add(waiting.removeFirst());
                expireIds(transaction, batch);
            } catch (KvException e) {
                waiting.removeFirst().complete(new Outcome.Failed(e));
            }
        }
    }

    private void publish(Batch batch, List<Request> accepted) {
        committedVersion = batch.version();
        lastBatch = accepted.size();
        views.dropLatest();
        accepted.forEach(request -> request.complete(new Outcome.Committed(request.version)));
        if (!watches.isEmpty()) {
            for (var change : batch.changes()) {
                switch (change) {
                    case Change.Put put -> watches.wrote(put.key());
                    case Change.Delete delete -> watches.wrote(delete.key());
                    case Change.Clear clear -> watches.cleared(clear.range());
                }
            }
        }
        if (recent.wantsTrimming()) {
            recent.trim(views.oldestVersion());
        }
    }

    /** Ids of the running and of the last period are kept; a new period's first id clears those before. */
    private void expireIds(Transaction transaction, Batch batch) {
        if (transaction.idempotencyKey() != null && transaction.idPeriod() > idPeriod) {
            idPeriod = transaction.idPeriod();
            batch.clearReserved(Reserved.idsBefore(idPeriod - 1));
        }
    }

    /** Commits what waits, then ends. */
    @Override
    public void close() {
        if (!closed) {
            inbox.add(stop);
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A transaction and the thread that waits for it. */
    private static final class Request {
        private final @Nullable Transaction transaction;
        private final Thread waiter = Thread.currentThread();
        private volatile @Nullable Outcome outcome;
        private long version;

        Request(@Nullable Transaction transaction) {
            this.transaction = transaction;
        }

        Transaction transaction() {
            if (transaction == null) {
                throw new IllegalStateException("the stop request is no transaction");
            }
            return transaction;
        }

        void complete(Outcome result) {
            outcome = result;
            LockSupport.unpark(waiter);
        }

        Outcome await() {
            boolean interrupted = false;
            while (true) {
                var result = outcome;
                if (result != null) {
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                    return result;
                }
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        }
    }
}
