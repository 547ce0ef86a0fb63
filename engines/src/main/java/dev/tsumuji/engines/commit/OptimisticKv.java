package dev.tsumuji.engines.commit;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.kv.Watch;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@link Kv} over any {@link Store}: optimistic transactions as FoundationDB's, in one process.
 *
 * <p>A transaction reads from one view of the store and remembers what it read. Its commit goes to the {@link Committer},
 * which refuses it when any of that has been written since; then the body runs again. Reading happens on the caller's own
 * thread, without locks; writing on the committer's. Transactions that keep losing take turns ({@link Contention}).
 * Thread-safe.
 */
public final class OptimisticKv implements Kv {
    private static final Logger LOG = System.getLogger(OptimisticKv.class.getName());
    private static final Duration READERS_END_MAX = Duration.ofSeconds(30);
    /** An id is kept for this long at least, and for twice this long at most. */
    private static final Duration ID_PERIOD = Duration.ofMinutes(10);

    private final Store store;
    private final InstantSource clock;
    private final Watches watches = new Watches();
    private final Turns turns = new Turns();
    private final Committer committer;
    private final Views views;

    /**
     * @param store closed with this
     * @param name appears in thread names
     */
    public OptimisticKv(Store store, String name, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        committer = new Committer(store, watches, name);
        views = committer.views();
    }

    @Override
    public <T extends @Nullable Object> Committed<T> run(Options options, Function<? super Txn, T> body) {
        try (var contention = new Contention(turns)) {
            while (true) {
                try (var transaction = begin(options)) {
                    var replayed = replayed(options, transaction);
                    if (replayed != null) {
                        return replay(replayed);
                    }
                    T value = body.apply(transaction);
                    switch (commit(transaction)) {
                        case Committer.Outcome.Committed done -> {
                            transaction.hints().forEach(OptimisticKv::give);
                            return new Committed<>(value, done.version(), false);
                        }
                        case Committer.Outcome.Conflict conflict -> contention.lost(conflict.where());
                        case Committer.Outcome.Failed failed ->
                            throw new KvException(failed.reason().kind(), message(failed.reason()), failed.reason());
                    }
                }
                contention.beforeNextAttempt();
            }
        }
    }

    @SuppressWarnings("NullAway") // as the contract says: the value is null when replayed
    private static <T extends @Nullable Object> Committed<T> replay(long version) {
        return new Committed<>(null, version, true);
    }

    private static String message(KvException reason) {
        var message = reason.getMessage();
        return message == null ? "the commit failed" : message;
    }

    private Transaction begin(Options options) {
        var id = options.idempotencyId();
        // never behind the newest id that is known, should the clock go backwards
        long period = Math.max(clock.millis() / ID_PERIOD.toMillis(), committer.idPeriod());
        return new Transaction(views, limits(), period, id == null ? null : Reserved.id(period, id));
    }

    /** The version of the commit that used the id; null when there is none. */
    private static @Nullable Long replayed(Options options, Transaction transaction) {
        var id = options.idempotencyId();
        if (id == null) {
            return null;
        }
        for (long period = transaction.idPeriod(); period >= transaction.idPeriod() - 1; period--) {
            var version = transaction.getCommitted(Reserved.id(period, id));
            if (version != null) {
                return Reserved.number(version);
            }
        }
        return null;
    }

    private Committer.Outcome commit(Transaction transaction) {
        // reading one snapshot is serialisable by itself
        return transaction.writesNothing() ? new Committer.Outcome.Committed(0) : committer.commit(transaction);
    }

    private static void give(Runnable hint) {
        try {
            hint.run();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "a hint after a commit failed; the commit stands", e);
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<? super Snapshot, T> body) {
        var shared = views.acquire();
        try {
            return body.apply(new ReadView(shared.view));
        } finally {
            shared.release();
        }
    }

    @Override
    public Watch watch(Range range) {
        return watches.watch(range);
    }

    @Override
    public Limits limits() {
        return Limits.DEFAULT;
    }

    /** Commits what waits, waits for readers, then closes the store. */
    @Override
    public void close() {
        committer.close();
        watches.wakeAll();
        if (views.close(READERS_END_MAX)) {
            store.close();
        } else {
            LOG.log(Level.WARNING, "the store stays open: somebody has been reading from one snapshot for very long");
        }
    }
}
