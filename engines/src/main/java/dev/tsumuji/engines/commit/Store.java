package dev.tsumuji.engines.commit;

import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ordered map of bytes that can be looked at as it was at one moment and changed by atomic batches: all that
 * {@link OptimisticKv} needs. Views are made and read by many threads, batches are applied by one.
 */
public interface Store extends AutoCloseable {

    /** The store as it is now, with all batches that were applied. */
    View view();

    /**
     * Makes the changes, in their order, all or none. On return they are on disk.
     *
     * @throws KvException {@code FULL} when there was no space, and nothing was written
     */
    void apply(List<Change> changes) throws KvException;

    /** Called when no view is open. */
    @Override
    void close();

    /** Thread-safe, except that nothing may be read after closing. */
    interface View extends AutoCloseable {
        byte @Nullable [] get(byte[] key);

        /** At most {@code limit} entries from the range's begin, or backwards from its end. */
        List<Entry> scan(Range range, int limit, boolean backwards);

        @Override
        void close();
    }

    /** One change. */
    sealed interface Change {
        record Put(byte[] key, byte[] value) implements Change {}

        record Delete(byte[] key) implements Change {}

        record Clear(Range range) implements Change {}
    }
}
