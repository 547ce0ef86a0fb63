package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks over entries in the order of objects' keys, and leaps over any number of them at the cost of one. Reads few at first, because the
 * next step may be a leap, and more as long as none comes. Used by one thread.
 */
final class Cursor {
    private static final int CHUNK_FIRST = 8;
    private static final int CHUNK_MAX = 512;
    /** Where an object's key stands in a key of the store. */
    private static final int KEY_ELEMENT = 4;

    private final Snapshot snapshot;
    private final byte[] base;
    private Range rest;
    private int chunkSize = CHUNK_FIRST;
    private List<Snapshot.Entry> chunk = List.of();
    private int at;
    private boolean last;
    private byte @Nullable [] key;

    /** @param base what all keys of the range begin with, up to the object's */
    Cursor(Snapshot snapshot, byte[] base, Range range) {
        this.snapshot = snapshot;
        this.base = base;
        this.rest = range;
    }

    /** The object's key of the entry that the cursor stands before; null at the end. */
    byte @Nullable [] key() {
        if (key == null && load()) {
            key = ObjectKeys.ofStored(chunk.get(at).key(), KEY_ELEMENT);
        }
        return key;
    }

    private boolean load() {
        if (at == chunk.size() && !last && rest.begin().length > 0) {
            if (java.util.Arrays.compareUnsigned(rest.begin(), rest.end()) >= 0) {
                last = true;
                return false;
            }
            chunk = snapshot.scan(rest, chunkSize);
            last = chunk.size() < chunkSize;
            at = 0;
            if (!chunk.isEmpty()) {
                rest = rest.after(chunk.getLast().key());
            }
            chunkSize = Math.min(CHUNK_MAX, chunkSize * 2);
        }
        return at < chunk.size();
    }

    /** To be called only when {@link #key} is not null. */
    Snapshot.Entry entry() {
        return chunk.get(at);
    }

    void forward() {
        at++;
        key = null;
    }

    /** Passes over all keys with this prefix. */
    void leap(byte[] prefix) {
        while (at < chunk.size()) {
            var here = key();
            if (here == null || !Listings.startsWith(here, prefix)) {
                return;
            }
            forward();
        }
        if (!last) {
            var behind = S3Keys.behind(rest, base, prefix);
            if (java.util.Arrays.compareUnsigned(behind.begin(), rest.begin()) > 0) {
                rest = behind;
            }
            chunkSize = CHUNK_FIRST;
        }
    }
}
