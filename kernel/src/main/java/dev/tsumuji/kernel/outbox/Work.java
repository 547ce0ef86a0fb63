package dev.tsumuji.kernel.outbox;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A piece of work as it is stored, under (topic, due time) and the stamp of the commit that put it there.
 *
 * @param attempt the number that the next attempt has
 */
record Work(String id, byte[] body, int attempt, Instant createdAt) {
    static final Codec<Work> CODEC = Codec.of(Work.class);

    private static final String SUBSPACE = "outbox";
    private static final int STAMP_LENGTH_BYTES = 12;
    private static final char FAMILY_END = '/';

    /** All work due at this time begins with it, all work due earlier lies before it. */
    static byte[] prefix(String topic, Instant due) {
        return Tuple.pack(SUBSPACE, topic, due);
    }

    static Range topic(String topic) {
        return Tuple.range(SUBSPACE, topic);
    }

    /** All topics {@code family/…}. */
    static Range family(String family) {
        return new Range(
                topic(family + FAMILY_END).begin(),
                topic(family + (char) (FAMILY_END + 1)).begin());
    }

    /** @return the family, null when the topic is of none */
    static @Nullable String familyOf(String topic) {
        int end = topic.indexOf(FAMILY_END);
        return end < 0 ? null : topic.substring(0, end);
    }

    static Instant due(byte[] key) {
        return element(key, 2, Instant.class);
    }

    static String topicOf(byte[] key) {
        return element(key, 1, String.class);
    }

    private static <T> T element(byte[] key, int index, Class<T> type) {
        var elements = Tuple.unpack(Arrays.copyOf(key, key.length - STAMP_LENGTH_BYTES));
        if (elements.size() == 3 && type.isInstance(elements.get(index))) {
            return type.cast(elements.get(index));
        }
        throw new IllegalArgumentException("not a key of the outbox: " + elements);
    }
}
