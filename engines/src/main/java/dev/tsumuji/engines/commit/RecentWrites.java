package dev.tsumuji.engines.commit;

import dev.tsumuji.kernel.kv.Range;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which keys and ranges the latest commits wrote, to tell whether a transaction read something that has changed since. Used
 * by the committer's thread only.
 *
 * <p>Its size is bounded: a transaction whose snapshot is older than what is remembered counts as conflicting.
 */
final class RecentWrites {
    private static final int TRIM_ABOVE = 1_024;
    private static final int KEYS_MAX = 262_144;
    private static final long SIZE_MAX_BYTES = 32L << 20;

    private final TreeMap<byte[], Long> versions = new TreeMap<>(Arrays::compareUnsigned);
    private final ArrayDeque<Written> keys = new ArrayDeque<>();
    private final ArrayDeque<Cleared> ranges = new ArrayDeque<>();
    private long sizeBytes;
    private long forgottenVersion;

    private record Written(byte[] key, long version) {}

    private record Cleared(Range range, long version) {}

    RecentWrites(long version) {
        forgottenVersion = version;
    }

    void wrote(byte[] key, long version) {
        versions.put(key, version);
        keys.add(new Written(key, version));
        sizeBytes += key.length;
    }

    void cleared(Range range, long version) {
        ranges.add(new Cleared(range, version));
        sizeBytes += range.begin().length + range.end().length;
    }

    boolean writtenAfter(long version, byte[] key) {
        var last = versions.get(key);
        if (last != null && last > version) {
            return true;
        }
        for (var newest = ranges.descendingIterator(); newest.hasNext(); ) {
            var cleared = newest.next();
            if (cleared.version <= version) {
                return false;
            }
            if (cleared.range.contains(key)) {
                return true;
            }
        }
        return false;
    }

    boolean writtenAfter(long version, Range range) {
        for (long written : versions.subMap(range.begin(), range.end()).values()) {
            if (written > version) {
                return true;
            }
        }
        for (var newest = ranges.descendingIterator(); newest.hasNext(); ) {
            var cleared = newest.next();
            if (cleared.version <= version) {
                return false;
            }
            if (Arrays.compareUnsigned(cleared.range.begin(), range.end()) < 0
                    && Arrays.compareUnsigned(range.begin(), cleared.range.end()) < 0) {
                return true;
            }
        }
        return false;
    }

    /** What the transaction read and somebody else has written since; null when there is nothing. */
    byte @Nullable [] conflict(Transaction transaction) {
        if (transaction.readsNothing()) {
            return null;
        }
        long version = transaction.readVersion();
        if (version < forgottenVersion) {
            return Reserved.BEGIN;
        }
        for (var key : transaction.readKeys()) {
            if (writtenAfter(version, key)) {
                return key;
            }
        }
        for (var range : transaction.readRanges()) {
            if (writtenAfter(version, range)) {
                return range.begin();
            }
        }
        return null;
    }

    boolean wantsTrimming() {
        return keys.size() + ranges.size() > TRIM_ABOVE;
    }

    /** Forgets what no open snapshot can conflict with, and more when that leaves too much. */
    void trim(long oldestVersion) {
        while (!keys.isEmpty() && (keys.getFirst().version <= oldestVersion || tooLarge())) {
            var oldest = keys.removeFirst();
            sizeBytes -= oldest.key.length;
            forgottenVersion = Math.max(forgottenVersion, oldest.version);
            var last = versions.get(oldest.key);
            if (last != null && last == oldest.version) {
                versions.remove(oldest.key);
            }
        }
        while (!ranges.isEmpty() && (ranges.getFirst().version <= oldestVersion || tooLarge())) {
            var oldest = ranges.removeFirst();
            sizeBytes -= oldest.range.begin().length + oldest.range.end().length;
            forgottenVersion = Math.max(forgottenVersion, oldest.version);
        }
    }

    private boolean tooLarge() {
        return keys.size() + ranges.size() > KEYS_MAX || sizeBytes > SIZE_MAX_BYTES;
    }
}
