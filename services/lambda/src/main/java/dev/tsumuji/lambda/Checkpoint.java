package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Codec;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * How far a lane of a shard has come: what is before it was processed or given up.
 *
 * @param sequence of the last record behind which to go on; null when the lane has none yet
 * @param iterator where to begin as long as {@code sequence} is null; kept, so that a mapping which begins at the latest
 *     record loses nothing when the platform ends before the first one comes
 * @param ended the shard was read to its end
 * @param windowStart seconds since 1970 at which the open tumbling window began; null when none is open
 * @param windowState what the function returned for that window last, as JSON
 */
record Checkpoint(
        @Nullable String sequence,
        @Nullable String iterator,
        boolean ended,
        @Nullable Long windowStart,
        @Nullable String windowState) {
    static final Codec<Checkpoint> CODEC = Codec.of(Checkpoint.class);

    static Checkpoint at(String iterator) {
        return new Checkpoint(null, iterator, false, null, null);
    }

    Checkpoint after(String sequence) {
        return new Checkpoint(sequence, null, ended, windowStart, windowState);
    }

    Checkpoint end() {
        return new Checkpoint(sequence, iterator, true, null, null);
    }

    Checkpoint window(@Nullable Long start, @Nullable String state) {
        return new Checkpoint(sequence, iterator, ended, start, state);
    }

    /** The one of two lanes that has come less far, for when the number of lanes changes: nothing is skipped. */
    static Checkpoint earlier(Checkpoint a, Checkpoint b) {
        if (a.sequence == null || b.sequence == null) {
            return a.sequence == null ? a : b;
        }
        var earlier = new BigInteger(a.sequence).compareTo(new BigInteger(b.sequence)) <= 0 ? a : b;
        return new Checkpoint(earlier.sequence, null, a.ended && b.ended, null, null);
    }
}
