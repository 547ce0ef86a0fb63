package dev.tsumuji.engines.rocksdb;

import java.nio.ByteBuffer;
import org.rocksdb.DirectSlice;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/**
 * An iterator over a snapshot whose bounds can be moved, so that it serves one range after the other: making one costs as much
 * as a short scan does. RocksDB looks at the bounds, which lie here, whenever it seeks or steps, and goes into nothing behind
 * them. Used by one thread at a time.
 */
final class BoundedIterator implements AutoCloseable {
    private final Bound lower;
    private final Bound upper;
    private final ReadOptions reading;
    final RocksIterator iterator;

    /**
     * @param boundSizeMaxBytes of the ranges that it can serve
     * @param within whether it serves only ranges whose keys all begin with the same {@link RocksSettings#BEGINNING_BYTES}
     */
    BoundedIterator(RocksDB db, Snapshot snapshot, int boundSizeMaxBytes, boolean within) {
        lower = Bound.of(boundSizeMaxBytes);
        upper = Bound.of(boundSizeMaxBytes);
        reading = new ReadOptions()
                .setSnapshot(snapshot)
                .setVerifyChecksums(true)
                .setTotalOrderSeek(!within)
                .setPrefixSameAsStart(within)
                .setIterateLowerBound(lower.slice)
                .setIterateUpperBound(upper.slice);
        iterator = db.newIterator(reading);
    }

    /** Where the range begins or, backwards, ends. */
    void seek(byte[] begin, byte[] end, boolean backwards) {
        lower.set(begin);
        upper.set(end);
        if (backwards) {
            iterator.seekToLast();
        } else {
            iterator.seekToFirst();
        }
    }

    @Override
    public void close() {
        iterator.close();
        reading.close();
        upper.slice.close();
        lower.slice.close();
    }

    /** Bytes outside the heap, and RocksDB's reference to as many of them as are in use. */
    private record Bound(ByteBuffer bytes, DirectSlice slice) {
        static Bound of(int sizeMaxBytes) {
            var bytes = ByteBuffer.allocateDirect(sizeMaxBytes);
            return new Bound(bytes, new DirectSlice(bytes));
        }

        void set(byte[] bound) {
            bytes.put(0, bound);
            slice.setLength(bound.length);
        }
    }
}
