package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import java.nio.ByteBuffer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Logs whose entries lie in the order of commits and know their times: behind the log's prefix a key has the commit's number in
 * eight bytes, then the entry's in four. Stateless.
 */
final class CommitOrder {
    /** The numbers of commit and entry. */
    static final int STAMP_BYTES = Long.BYTES + Integer.BYTES;

    private CommitOrder() {}

    static long commitOf(byte[] prefix, byte[] key) {
        return ByteBuffer.wrap(key).getLong(prefix.length);
    }

    /** Where the entries of a commit begin. */
    static byte[] at(byte[] prefix, long commit) {
        return ByteBuffer.allocate(prefix.length + Long.BYTES)
                .put(prefix)
                .putLong(commit)
                .array();
    }

    /**
     * Where the entries not older than a time begin; null when there are none. Bisects the commits' numbers, so it doesn't read
     * what it passes over. What was under way at the time may lie on either side, but no commit on both.
     *
     * @param log the log with this prefix, or its beginning up to some commit
     * @param time an entry's, in milliseconds
     */
    static byte @Nullable [] firstSince(
            Snapshot snapshot, byte[] prefix, Range log, long millis, ToLongFunction<byte[]> time) {
        var first = snapshot.scan(log, 1);
        if (first.isEmpty()) {
            return null;
        }
        var last = snapshot.scanBackwards(log, 1);
        if (time.applyAsLong(last.getFirst().value()) < millis) {
            return null;
        }
        if (time.applyAsLong(first.getFirst().value()) >= millis) {
            return first.getFirst().key();
        }
        // low is too old, high is kept
        long low = commitOf(prefix, first.getFirst().key());
        long high = commitOf(prefix, last.getFirst().key());
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            var found = snapshot.scan(new Range(at(prefix, middle), log.end()), 1);
            if (found.isEmpty() || time.applyAsLong(found.getFirst().value()) >= millis) {
                high = middle;
            } else {
                low = Math.max(middle, commitOf(prefix, found.getFirst().key()));
                if (low >= high) {
                    break;
                }
            }
        }
        return at(prefix, high);
    }
}
