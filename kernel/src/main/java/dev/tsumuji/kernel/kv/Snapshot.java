package dev.tsumuji.kernel.kv;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The store as it was at one moment. Used by one thread, and only while the body that it was given to runs. */
public interface Snapshot {

    byte @Nullable [] get(byte[] key);

    /**
     * The first entries of a range in order, at most {@code limit}. To page, scan again from the last key's successor
     * ({@link Range#after}).
     */
    List<Entry> scan(Range range, int limit);

    /** The last entries of a range, in descending order, at most {@code limit}. */
    List<Entry> scanBackwards(Range range, int limit);

    /** One key and its value. The arrays are the caller's own. */
    record Entry(byte[] key, byte[] value) {}
}
