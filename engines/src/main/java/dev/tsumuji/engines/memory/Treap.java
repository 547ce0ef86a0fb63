package dev.tsumuji.engines.memory;

import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map: every change makes a new root that shares the untouched part of the tree, so keeping an old root is
 * keeping a snapshot. A treap whose priorities are mixed hashes of the keys: balanced whatever the order of insertion. Null is
 * the empty map.
 */
record Treap(
        byte[] key,
        byte[] value,
        int priority,
        @Nullable Treap left,
        @Nullable Treap right) {

    static byte @Nullable [] get(@Nullable Treap root, byte[] key) {
        var at = root;
        while (at != null) {
            int order = Arrays.compareUnsigned(key, at.key);
            if (order == 0) {
                return at.value;
            }
            at = order < 0 ? at.left : at.right;
        }
        return null;
    }

    static Treap put(@Nullable Treap root, byte[] key, byte[] value) {
        var without = remove(root, key);
        var added = new Treap(key, value, mix(Arrays.hashCode(key)), null, null);
        return Objects.requireNonNull(joined(joined(below(without, key), added), from(without, key)));
    }

    static @Nullable Treap remove(@Nullable Treap root, byte[] key) {
        if (get(root, key) == null) {
            return root;
        }
        return clear(root, new Range(key, Arrays.copyOf(key, key.length + 1)));
    }

    static @Nullable Treap clear(@Nullable Treap root, Range range) {
        return joined(below(root, range.begin()), from(root, range.end()));
    }

    /** Adds entries to {@code found} until it holds {@code limit}. */
    static void scan(@Nullable Treap root, Range range, int limit, boolean backwards, List<Entry> found) {
        if (root == null || found.size() >= limit) {
            return;
        }
        boolean afterBegin = Arrays.compareUnsigned(range.begin(), root.key) <= 0;
        boolean beforeEnd = Arrays.compareUnsigned(root.key, range.end()) < 0;
        if (backwards ? beforeEnd : afterBegin) {
            scan(backwards ? root.right : root.left, range, limit, backwards, found);
        } else {
            scan(backwards ? root.left : root.right, range, limit, backwards, found);
            return;
        }
        if (afterBegin && beforeEnd && found.size() < limit) {
            found.add(new Entry(root.key.clone(), root.value.clone()));
        }
        if (backwards ? afterBegin : beforeEnd) {
            scan(backwards ? root.left : root.right, range, limit, backwards, found);
        }
    }

    /** The keys before this one. */
    private static @Nullable Treap below(@Nullable Treap root, byte[] key) {
        if (root == null) {
            return null;
        }
        return Arrays.compareUnsigned(root.key, key) < 0
                ? root.with(root.left, below(root.right, key))
                : below(root.left, key);
    }

    /** This key and those behind it. */
    private static @Nullable Treap from(@Nullable Treap root, byte[] key) {
        if (root == null) {
            return null;
        }
        return Arrays.compareUnsigned(root.key, key) < 0
                ? from(root.right, key)
                : root.with(from(root.left, key), root.right);
    }

    /** All keys of the first are before all of the second. */
    private static @Nullable Treap joined(@Nullable Treap first, @Nullable Treap second) {
        if (first == null) {
            return second;
        }
        if (second == null) {
            return first;
        }
        return first.priority >= second.priority
                ? first.with(first.left, joined(first.right, second))
                : second.with(joined(first, second.left), second.right);
    }

    private Treap with(@Nullable Treap newLeft, @Nullable Treap newRight) {
        return new Treap(key, value, priority, newLeft, newRight);
    }

    private static int mix(int hash) {
        int mixed = (hash ^ hash >>> 16) * 0x85ebca6b;
        mixed = (mixed ^ mixed >>> 13) * 0xc2b2ae35;
        return mixed ^ mixed >>> 16;
    }
}
