package dev.tsumuji.engines.rocksdb;

import dev.tsumuji.engines.commit.Store;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.KvException.Kind;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB as a {@link Store}: a view is one of its snapshots, a batch one synced write. Reads are short calls on the reader's
 * thread; checksums are verified by RocksDB on each block that it reads from disk.
 */
final class RocksStore implements Store {
    /** A view keeps as many iterators as scans usually run at once: those on the cores. */
    private static final int IDLE_MAX = 8;

    private static final int BOUND_MAX_BYTES = 512;

    private final RocksDB db;
    private final RocksSettings.Opened options;
    private final DiskSpace space;
    private final FatalError fatal;
    private final WriteOptions synced = new WriteOptions().setSync(true);

    RocksStore(RocksDB db, RocksSettings.Opened options, DiskSpace space, FatalError fatal) {
        this.db = db;
        this.options = options;
        this.space = space;
        this.fatal = fatal;
    }

    @Override
    public View view() {
        return new SnapshotView(db, db.getSnapshot());
    }

    @Override
    public void apply(List<Change> changes) {
        space.require();
        try (var batch = new WriteBatch()) {
            for (var change : changes) {
                switch (change) {
                    case Change.Put put -> batch.put(put.key(), put.value());
                    case Change.Delete delete -> batch.delete(delete.key());
                    case Change.Clear clear ->
                        batch.deleteRange(clear.range().begin(), clear.range().end());
                }
            }
            db.write(synced, batch);
        } catch (RocksDBException e) {
            throw failedWrite(e);
        }
    }

    private KvException failedWrite(RocksDBException e) {
        var status = e.getStatus();
        boolean io = status != null && status.getCode() == Status.Code.IOError;
        boolean noSpace = status != null && status.getSubCode() == Status.SubCode.NoSpace;
        boolean inSync = String.valueOf(e.getMessage()).contains("sync");
        if (noSpace && !inSync) {
            return new KvException(Kind.FULL, "the disk is full: nothing was written", e);
        }
        if (io) {
            fatal.halt("the disk failed while a commit was being written", e);
        }
        return translated(e);
    }

    static KvException translated(RocksDBException e) {
        var status = e.getStatus();
        return status != null && status.getCode() == Status.Code.Corruption
                ? new KvException(Kind.CORRUPT, "stored data fails its checksum: " + e.getMessage(), e)
                : new KvException(Kind.ENGINE, "RocksDB failed: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        synced.close();
        db.close();
        options.close();
    }

    private static final class SnapshotView implements View {
        private final RocksDB db;
        private final Snapshot snapshot;
        private final ReadOptions reading;
        /** Iterators that wait for their next scan: any, and those within one beginning. */
        private final ArrayBlockingQueue<BoundedIterator> idle = new ArrayBlockingQueue<>(IDLE_MAX);

        private final ArrayBlockingQueue<BoundedIterator> idleWithin = new ArrayBlockingQueue<>(IDLE_MAX);

        SnapshotView(RocksDB db, Snapshot snapshot) {
            this.db = db;
            this.snapshot = snapshot;
            this.reading = new ReadOptions().setSnapshot(snapshot).setVerifyChecksums(true);
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            try {
                return db.get(reading, key);
            } catch (RocksDBException e) {
                throw translated(e);
            }
        }

        @Override
        public List<Entry> scan(Range range, int limit, boolean backwards) {
            if (range.isOnlyBegin()) {
                var value = get(range.begin());
                return value == null
                        ? List.of()
                        : List.of(new Entry(range.begin().clone(), value));
            }
            int bound = Math.max(range.begin().length, range.end().length);
            boolean within = withinOneBeginning(range);
            var idle = within ? idleWithin : this.idle;
            var bounded = bound <= BOUND_MAX_BYTES ? idle.poll() : null;
            if (bounded == null) {
                bounded = new BoundedIterator(db, snapshot, Math.max(bound, BOUND_MAX_BYTES), within);
            }
            boolean kept = false;
            try {
                var found = new ArrayList<Entry>(Math.min(limit, 64));
                bounded.seek(range.begin(), range.end(), backwards);
                collect(bounded.iterator, limit, backwards, found);
                bounded.iterator.status();
                kept = bound <= BOUND_MAX_BYTES && idle.offer(bounded);
                return found;
            } catch (RocksDBException e) {
                throw translated(e);
            } finally {
                if (!kept) {
                    bounded.close();
                }
            }
        }

        private static boolean withinOneBeginning(Range range) {
            int length = RocksSettings.BEGINNING_BYTES;
            return range.begin().length >= length
                    && range.end().length >= length
                    && Arrays.equals(range.begin(), 0, length, range.end(), 0, length);
        }

        private static void collect(RocksIterator iterator, int limit, boolean backwards, List<Entry> found) {
            while (iterator.isValid()) {
                found.add(new Entry(iterator.key(), iterator.value()));
                if (found.size() == limit) {
                    return;
                }
                if (backwards) {
                    iterator.prev();
                } else {
                    iterator.next();
                }
            }
        }

        @Override
        public void close() {
            idle.forEach(BoundedIterator::close);
            idleWithin.forEach(BoundedIterator::close);
            reading.close();
            db.releaseSnapshot(snapshot);
            snapshot.close();
        }
    }
}
