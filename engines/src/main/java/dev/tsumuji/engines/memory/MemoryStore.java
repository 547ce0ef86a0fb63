package dev.tsumuji.engines.memory;

import dev.tsumuji.engines.commit.Store;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link Treap}'s root that one thread replaces. */
final class MemoryStore implements Store {
    private volatile @Nullable Treap root;

    @Override
    public View view() {
        return new RootView(root);
    }

    @Override
    public void apply(List<Change> changes) {
        var changed = root;
        for (var change : changes) {
            changed = switch (change) {
                case Change.Put put -> Treap.put(changed, put.key(), put.value());
                case Change.Delete delete -> Treap.remove(changed, delete.key());
                case Change.Clear clear -> Treap.clear(changed, clear.range());
            };
        }
        root = changed;
    }

    @Override
    public void close() {
        root = null;
    }

    private record RootView(@Nullable Treap root) implements View {
        @Override
        public byte @Nullable [] get(byte[] key) {
            var value = Treap.get(root, key);
            return value == null ? null : value.clone();
        }

        @Override
        public List<Entry> scan(Range range, int limit, boolean backwards) {
            var found = new ArrayList<Entry>();
            Treap.scan(root, range, limit, backwards, found);
            return found;
        }

        @Override
        public void close() {
            // the garbage collector knows
        }
    }
}
