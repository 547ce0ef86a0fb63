package dev.tsumuji.kernel.kv;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An ordered map of byte strings with transactions: all of the platform's state.
 *
 * <p>Keys are ordered as unsigned bytes. A transaction reads one snapshot, sees its own writes, and is validated
 * optimistically when it commits: if a key or range that it read was written by a transaction that committed after its
 * snapshot, its body is run again on a new snapshot. So bodies must have no effect outside the transaction. Transactions
 * are strictly serialisable. When {@link #run} returns, the commit is on disk.
 *
 * <p>The reserved prefix 0xFF belongs to the engine. Thread-safe.
 */
public interface Kv extends AutoCloseable {

    /**
     * Runs a transaction and commits it.
     *
     * @throws KvException {@code Kind.CONFLICT} after too many attempts, {@code Kind.LIMIT} when it is too large,
     *     {@code Kind.FULL} when the disk is full (nothing was written, reads go on), {@code Kind.CLOSED}
     * @throws RuntimeException whatever the body throws; nothing is written then
     */
    <T extends @Nullable Object> Committed<T> run(Options options, Function<? super Txn, T> body);

    /** Runs a transaction with the default options and returns what its body returned. */
    default <T extends @Nullable Object> T transact(Function<? super Txn, T> body) {
        return run(Options.DEFAULT, body).value();
    }

    /** Reads from one snapshot. The body should end within seconds: a snapshot holds back compaction. */
    <T extends @Nullable Object> T read(Function<? super Snapshot, T> body);

    /**
     * Wakes whoever waits for a range. A hint only: it may wake without cause, and after a restart knows nothing; the data is
     * the truth.
     */
    Watch watch(Range range);

    Limits limits();

    @Override
    void close();

    /**
     * @param idempotencyId when not null, the transaction commits at most once: a later run with the same id within ten
     *     minutes does not run its body and returns {@code replayed}
     */
    record Options(byte @Nullable [] idempotencyId) {
        public static final Options DEFAULT = new Options(null);
    }

    /**
     * @param value what the body returned, null when replayed
     * @param version the commit's place in the order of all commits; 0 for a transaction that wrote nothing
     * @param replayed true when the idempotency id had been used, and nothing was done
     */
    record Committed<T extends @Nullable Object>(T value, long version, boolean replayed) {}

    /**
     * What one engine can take; the same for all engines where callers would notice.
     *
     * @param keySizeMaxBytes longest key
     * @param valueSizeMaxBytes longest value
     * @param transactionSizeMaxBytes keys and values written by one transaction
     */
    record Limits(int keySizeMaxBytes, int valueSizeMaxBytes, long transactionSizeMaxBytes) {
        public static final Limits DEFAULT = new Limits(8 << 10, 8 << 20, 32L << 20);
    }
}
