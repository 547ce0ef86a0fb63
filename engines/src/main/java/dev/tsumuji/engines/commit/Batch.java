package dev.tsumuji.engines.commit;

import dev.tsumuji.engines.commit.Store.Change;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Transactions that are written together, one after the other. Used by the committer's thread only. */
final class Batch implements AutoCloseable {
    private final Store store;
    private final RecentWrites recent;
    private final long versionBefore;
    private final List<Change> changes = new ArrayList<>();
    /** Counters as they will be when what was accepted so far is on disk. */
    private final TreeMap<byte[], Long> counters = new TreeMap<>(Arrays::compareUnsigned);

    private Store.@Nullable View view;
    private long version;
    private long sizeBytes;

    Batch(Store store, RecentWrites recent, long versionBefore) {
        this.store = store;
        this.recent = recent;
        this.versionBefore = versionBefore;
        this.version = versionBefore;
    }

    /** The version of the transaction accepted last. */
    long version() {
        return version;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    List<Change> changes() {
        return changes;
    }

    /**
     * @return false when the transaction adds to a counter that this batch sets: it must wait until that can be read
     * @throws KvException when a counter can't be read; the batch is as it was
     */
    boolean accept(Transaction transaction) {
        var sums = new ArrayList<Long>();
        for (var addition : transaction.additions().entrySet()) {
            var key = addition.getKey();
            var known = counters.get(key);
            if (transaction.cleared().contains(key)) {
                sums.add(addition.getValue());
            } else if (known != null) {
                sums.add(known + addition.getValue());
            } else if (recent.writtenAfter(versionBefore, key)) {
                return false;
            } else {
                sums.add(stored(key) + addition.getValue());
            }
        }
        version++;
        sizeBytes += transaction.writeSizeBytes();
        transaction.cleared().ranges().forEach(this::clear);
        transaction.writes().forEach(this::write);
        int next = 0;
        for (var key : transaction.additions().keySet()) {
            set(key, sums.get(next++));
        }
        stamp(transaction.stamped());
        var idempotencyKey = transaction.idempotencyKey();
        if (idempotencyKey != null) {
            put(idempotencyKey, Reserved.number(version));
        }
        return true;
    }

    private long stored(byte[] key) {
        if (view == null) {
            view = store.view();
        }
        var value = view.get(key);
        if (value != null && value.length != Long.BYTES) {
            throw new KvException(
                    KvException.Kind.ENGINE,
                    "a key of " + value.length + " bytes is no counter: nothing can be added",
                    null);
        }
        return value == null ? 0 : Reserved.number(value);
    }

    private void clear(Range range) {
        counters.subMap(range.begin(), range.end()).clear();
        changes.add(new Change.Clear(range));
        recent.cleared(range, version);
    }

    private void write(byte[] key, byte @Nullable [] value) {
        counters.remove(key);
        if (value == null) {
            changes.add(new Change.Delete(key));
            recent.wrote(key, version);
        } else {
            put(key, value);
        }
    }

    private void set(byte[] key, long sum) {
        put(key, Reserved.number(sum));
        counters.put(key, sum);
    }

    private void stamp(List<Transaction.Stamped> entries) {
        int index = 0;
        for (var entry : entries) {
            var key = ByteBuffer.allocate(entry.prefix().length + Long.BYTES + Integer.BYTES + entry.suffix().length)
                    .put(entry.prefix())
                    .putLong(version)
                    .putInt(index++)
                    .put(entry.suffix())
                    .array();
            put(key, entry.value());
        }
    }

    private void put(byte[] key, byte[] value) {
        changes.add(new Change.Put(key, value));
        recent.wrote(key, version);
    }

    void clearReserved(Range range) {
        changes.add(new Change.Clear(range));
    }

    /** The changes with the new version among them. */
    List<Change> finish() {
        changes.add(new Change.Put(Reserved.VERSION, Reserved.number(version)));
        return changes;
    }

    @Override
    public void close() {
        if (view != null) {
            view.close();
        }
    }
}
