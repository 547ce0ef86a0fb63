package dev.tsumuji.engines.commit;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One attempt at a transaction: its snapshot, what it read and what it will write. Used by the thread that runs the body,
 * then read by the committer while that thread waits.
 *
 * <p>The writes are kept as cleared ranges with single keys on top, so the order in which the body made them doesn't matter
 * any more: clearing a range also forgets earlier writes into it.
 */
final class Transaction implements Txn, AutoCloseable {
    private final Views views;
    private final Kv.Limits limits;
    private final long idPeriod;
    private final byte @Nullable [] idempotencyKey;

    private final List<byte[]> readKeys = new ArrayList<>();
    private final List<Range> readRanges = new ArrayList<>();
    private final RangeSet cleared = new RangeSet();
    /** A null value deletes. */
    private final TreeMap<byte[], byte @Nullable []> writes = new TreeMap<>(Arrays::compareUnsigned);

    private final TreeMap<byte[], Long> additions = new TreeMap<>(Arrays::compareUnsigned);
    private final List<Stamped> stamped = new ArrayList<>();
    private final List<Runnable> hints = new ArrayList<>();
    private Views.@Nullable Shared view;
    private long readSizeBytes;
    private long writeSizeBytes;
    private boolean closed;

    record Stamped(byte[] prefix, byte[] suffix, byte[] value) {}

    /** @param idempotencyKey where the commit records that it happened; null when it need not */
    Transaction(Views views, Kv.Limits limits, long idPeriod, byte @Nullable [] idempotencyKey) {
        this.views = views;
        this.limits = limits;
        this.idPeriod = idPeriod;
        this.idempotencyKey = idempotencyKey;
    }

    // ---- reading

    @Override
    public byte @Nullable [] get(byte[] key) {
        refuseReserved(key);
        refuseAdded(key);
        if (writes.containsKey(key)) {
            var own = writes.get(key);
            return own == null ? null : own.clone();
        }
        return cleared.contains(key) ? null : getCommitted(key);
    }

    /** Without this transaction's own writes, and also of reserved keys. */
    byte @Nullable [] getCommitted(byte[] key) {
        countRead(key.length);
        readKeys.add(key.clone());
        return shared().get(key);
    }

    @Override
    public List<Entry> scan(Range range, int limit) {
        return scan(range, limit, false);
    }

    @Override
    public List<Entry> scanBackwards(Range range, int limit) {
        return scan(range, limit, true);
    }

    private List<Entry> scan(Range wanted, int limit, boolean backwards) {
        var range = Reserved.outside(wanted);
        if (ReadView.isEmpty(range, limit)) {
            return List.of();
        }
        if (!additions.subMap(range.begin(), range.end()).isEmpty()) {
            throw new IllegalStateException("a counter that is added to can't be read in the same transaction");
        }
        var own = writes.subMap(range.begin(), true, range.end(), false);
        // each own write hides at most one entry, so this many entries are enough
        int enough = (int) Math.min(Integer.MAX_VALUE, (long) limit + own.size());
        var snapshot = view();
        var entries = own.isEmpty() && cleared.isEmpty()
                ? snapshot.scan(range, limit, backwards)
                : merge(committed(range, enough, backwards), backwards ? own.descendingMap() : own, limit, backwards);
        readRanges.add(covered(range, entries, limit, backwards));
        countRead(range.begin().length + range.end().length);
        return entries;
    }

    /** What the scan has seen: up to its last entry when it stopped there. */
    private static Range covered(Range range, List<Entry> entries, int limit, boolean backwards) {
        if (entries.size() < limit) {
            return range;
        }
        var last = entries.getLast().key();
        return backwards
                ? new Range(last.clone(), range.end())
                : new Range(range.begin(), range.after(last).begin());
    }

    private List<Entry> committed(Range range, int limit, boolean backwards) {
        var gaps = cleared.gaps(range);
        var entries = new ArrayList<Entry>();
        for (var gap : backwards ? gaps.reversed() : gaps) {
            if (entries.size() == limit) {
                break;
            }
            entries.addAll(view().scan(gap, limit - entries.size(), backwards));
        }
        return entries;
    }

    private static List<Entry> merge(
            List<Entry> committed, Map<byte[], byte @Nullable []> own, int limit, boolean backwards) {
        var merged = new ArrayList<Entry>();
        int next = 0;
        for (var write : own.entrySet()) {
            while (next < committed.size()
                    && merged.size() < limit
                    && isBefore(committed.get(next).key(), write.getKey(), backwards)) {
                merged.add(committed.get(next++));
            }
            if (merged.size() == limit) {
                return merged;
            }
            if (next < committed.size() && Arrays.equals(committed.get(next).key(), write.getKey())) {
                next++;
            }
            var value = write.getValue();
            if (value != null) {
                merged.add(new Entry(write.getKey().clone(), value.clone()));
            }
        }
        while (next < committed.size() && merged.size() < limit) {
            merged.add(committed.get(next++));
        }
        return merged;
    }

    private static boolean isBefore(byte[] a, byte[] b, boolean backwards) {
        int order = Arrays.compareUnsigned(a, b);
        return backwards ? order > 0 : order < 0;
    }

    @Override
    public Snapshot unchecked() {
        return new ReadView(view());
    }

    private Store.View view() {
        return shared().view;
    }

    private Views.Shared shared() {
        if (closed) {
            throw new IllegalStateException("the transaction is over");
        }
        var shared = view;
        if (shared == null) {
            shared = views.acquire();
            view = shared;
        }
        return shared;
    }

    // ---- writing

    @Override
    public void put(byte[] key, byte[] value) {
        refuseReserved(key);
        refuseAdded(key);
        checkKey(key.length);
        checkValue(value);
        countWrite(key.length + value.length);
        writes.put(key.clone(), value.clone());
    }

    @Override
    public void delete(byte[] key) {
        refuseReserved(key);
        refuseAdded(key);
        checkKey(key.length);
        countWrite(key.length);
        writes.put(key.clone(), null);
    }

    @Override
    public void delete(Range wanted) {
        var range = Reserved.outside(wanted);
        if (ReadView.isEmpty(range, 1)) {
            return;
        }
        countWrite(range.begin().length + range.end().length);
        range = new Range(range.begin().clone(), range.end().clone());
        writes.subMap(range.begin(), range.end()).clear();
        additions.subMap(range.begin(), range.end()).clear();
        cleared.add(range);
    }

    @Override
    public void add(byte[] key, long delta) {
        refuseReserved(key);
        checkKey(key.length);
        if (writes.containsKey(key)) {
            throw new IllegalStateException("a key that was put or deleted can't be added to in the same transaction");
        }
        countWrite(key.length + Long.BYTES);
        additions.merge(key.clone(), delta, Long::sum);
    }

    @Override
    public void putStamped(byte[] prefix, byte[] suffix, byte[] value) {
        refuseReserved(prefix);
        if (prefix.length == 0) {
            throw new IllegalArgumentException("a stamped key needs a prefix");
        }
        int keyLength = prefix.length + Long.BYTES + Integer.BYTES + suffix.length;
        checkKey(keyLength);
        checkValue(value);
        countWrite(keyLength + value.length);
        stamped.add(new Stamped(prefix.clone(), suffix.clone(), value.clone()));
    }

    @Override
    public void afterCommit(Runnable hint) {
        hints.add(hint);
    }

    private static void refuseReserved(byte[] key) {
        if (Reserved.contains(key)) {
            throw new IllegalArgumentException("keys that begin with 0xFF belong to the engine");
        }
    }

    private void refuseAdded(byte[] key) {
        if (!additions.isEmpty() && additions.containsKey(key)) {
            throw new IllegalStateException("a counter that is added to can't be read or put in the same transaction");
        }
    }

    private void checkKey(int length) {
        if (length > limits.keySizeMaxBytes()) {
            throw tooLarge("a key of " + length + " bytes is longer than", limits.keySizeMaxBytes());
        }
    }

    private void checkValue(byte[] value) {
        if (value.length > limits.valueSizeMaxBytes()) {
            throw tooLarge("a value of " + value.length + " bytes is longer than", limits.valueSizeMaxBytes());
        }
    }

    private void countWrite(long bytes) {
        if (closed) {
            throw new IllegalStateException("the transaction is over");
        }
        writeSizeBytes += bytes;
        if (writeSizeBytes > limits.transactionSizeMaxBytes()) {
            throw tooLarge("a transaction writes more than", limits.transactionSizeMaxBytes());
        }
    }

    private void countRead(long bytes) {
        readSizeBytes += bytes;
        if (readSizeBytes > limits.transactionSizeMaxBytes()) {
            throw tooLarge("the keys that a transaction read are more than", limits.transactionSizeMaxBytes());
        }
    }

    private static KvException tooLarge(String what, long limitBytes) {
        return new KvException(KvException.Kind.LIMIT, what + " " + limitBytes + " bytes", null);
    }

    // ---- for the committer

    boolean readsNothing() {
        return readKeys.isEmpty() && readRanges.isEmpty();
    }

    boolean writesNothing() {
        return writes.isEmpty()
                && cleared.isEmpty()
                && additions.isEmpty()
                && stamped.isEmpty()
                && idempotencyKey == null;
    }

    /** Only of a transaction that has read something. */
    long readVersion() {
        var shared = view;
        if (shared == null) {
            throw new IllegalStateException("nothing was read");
        }
        return shared.version;
    }

    List<byte[]> readKeys() {
        return readKeys;
    }

    List<Range> readRanges() {
        return readRanges;
    }

    RangeSet cleared() {
        return cleared;
    }

    Map<byte[], byte @Nullable []> writes() {
        return Collections.unmodifiableMap(writes);
    }

    Map<byte[], Long> additions() {
        return Collections.unmodifiableMap(additions);
    }

    List<Stamped> stamped() {
        return stamped;
    }

    List<Runnable> hints() {
        return hints;
    }

    byte @Nullable [] idempotencyKey() {
        return idempotencyKey;
    }

    long idPeriod() {
        return idPeriod;
    }

    long writeSizeBytes() {
        return writeSizeBytes;
    }

    /** Lets go of the snapshot. */
    @Override
    public void close() {
        closed = true;
        if (view != null) {
            view.release();
            view = null;
        }
    }
}
