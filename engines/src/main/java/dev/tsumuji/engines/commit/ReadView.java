package dev.tsumuji.engines.commit;

import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What callers see of a view: everything but the reserved keys. */
record ReadView(Store.View view) implements Snapshot {

    @Override
    public byte @Nullable [] get(byte[] key) {
        if (Reserved.contains(key)) {
            throw new IllegalArgumentException("keys that begin with 0xFF belong to the engine");
        }
        return view.get(key);
    }

    @Override
    public List<Entry> scan(Range range, int limit) {
        return scan(Reserved.outside(range), limit, false);
    }

    @Override
    public List<Entry> scanBackwards(Range range, int limit) {
        return scan(Reserved.outside(range), limit, true);
    }

    private List<Entry> scan(Range range, int limit, boolean backwards) {
        return isEmpty(range, limit) ? List.of() : view.scan(range, limit, backwards);
    }

    /** Whether a scan has nothing to look for. */
    static boolean isEmpty(Range range, int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a scan's limit is negative: " + limit);
        }
        return limit == 0 || Arrays.compareUnsigned(range.begin(), range.end()) >= 0;
    }
}
