package dev.tsumuji.engines.commit;

import dev.tsumuji.kernel.kv.Range;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The keys under 0xFF, which belong to the engine. */
final class Reserved {
    static final byte[] BEGIN = {(byte) 0xff};
    /** Holds the version of the last commit, eight bytes. */
    static final byte[] VERSION = {(byte) 0xff, 'v'};

    private static final byte[] IDS = {(byte) 0xff, 'i'};

    private Reserved() {}

    static boolean contains(byte[] key) {
        return key.length > 0 && key[0] == BEGIN[0];
    }

    /** What callers may see of a range. */
    static Range outside(Range range) {
        return Arrays.compareUnsigned(range.end(), BEGIN) <= 0 ? range : new Range(range.begin(), BEGIN);
    }

    /** Where the use of an idempotency id is recorded: ids of one period of time lie together and expire together. */
    static byte[] id(long period, byte[] id) {
        return ByteBuffer.allocate(IDS.length + Long.BYTES + id.length)
                .put(IDS)
                .putLong(period)
                .put(id)
                .array();
    }

    static Range idsBefore(long period) {
        return new Range(IDS, id(period, new byte[0]));
    }

    static Range ids() {
        return Range.prefix(IDS);
    }

    static long periodOf(byte[] idKey) {
        return ByteBuffer.wrap(idKey).getLong(IDS.length);
    }

    static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    static long number(byte[] value) {
        return ByteBuffer.wrap(value).getLong();
    }
}
