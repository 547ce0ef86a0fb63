package dev.tsumuji.kernel.outbox;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import java.time.Instant;
import java.util.Arrays;

/**
 * A piece of work as it is stored, under (topic, due time) and the stamp of the commit that put it there.
 *
 * @param attempt the number that the next attempt has
 */
record Work(String id, byte[] body, int attempt, Instant createdAt) {
    static final Codec<Work> CODEC = Codec.of(Work.class);

    private static final String SUBSPACE = "outbox";
    private static final int STAMP_LENGTH_BYTES = 12;

    /** All work due at this time begins with it, all work due earlier lies before it. */
    static byte[] prefix(String topic, Instant due) {
        return Tuple.pack(SUBSPACE, topic, due);
    }

    static Range topic(String topic) {
        return Tuple.range(SUBSPACE, topic);
    }

    static Instant due(byte[] key) {
        var elements = Tuple.unpack(Arrays.copyOf(key, key.length - STAMP_LENGTH_BYTES));
        if (elements.size() == 3 && elements.get(2) instanceof Instant due) {
            return due;
        }
        throw new IllegalArgumentException("not a key of the outbox: " + elements);
    }
}
