package dev.tsumuji.iam;

import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.kv.Txn;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Values of one type under keys that begin alike. Immutable. */
final class Table<T> {
    private static final int BATCH = 200;

    private final String name;
    private final Codec<T> codec;

    Table(String name, Class<T> type) {
        this.name = name;
        this.codec = Codec.of(type);
    }

    /**
     * Some of a list, and where to go on.
     *
     * @param marker null when there is no more
     */
    record Page<T>(List<T> items, @Nullable String marker) {
        boolean truncated() {
            return marker != null;
        }
    }

    Optional<T> get(Snapshot snapshot, Object... parts) {
        return Optional.ofNullable(codec.decodeNullable(snapshot.get(key(parts))));
    }

    void put(Txn txn, T value, Object... parts) {
        txn.put(key(parts), codec.encode(value));
    }

    void delete(Txn txn, Object... parts) {
        txn.delete(key(parts));
    }

    void deleteAll(Txn txn, Object... parts) {
        txn.delete(range(parts));
    }

    boolean isEmpty(Snapshot snapshot, Object... parts) {
        return snapshot.scan(range(parts), 1).isEmpty();
    }

    List<T> all(Snapshot snapshot, Object... parts) {
        var items = new ArrayList<T>();
        var range = range(parts);
        while (true) {
            var batch = snapshot.scan(range, BATCH);
            batch.forEach(entry -> items.add(codec.decode(entry.value())));
            if (batch.size() < BATCH) {
                return items;
            }
            range = range.after(batch.getLast().key());
        }
    }

    /**
     * The next of a list, in the order of the keys.
     *
     * @param marker of the page before
     * @param maxItems 100 when not given
     */
    Page<T> page(
            Snapshot snapshot,
            @Nullable String marker,
            @Nullable Integer maxItems,
            Predicate<? super T> filter,
            Object... parts) {
        int wanted = maxItems == null ? 100 : Math.clamp(maxItems, 1, 1000);
        var items = new ArrayList<T>();
        var range = marker == null ? range(parts) : resume(range(parts), marker);
        byte @Nullable [] last = null;
        while (true) {
            var batch = snapshot.scan(range, BATCH);
            for (var entry : batch) {
                var item = codec.decode(entry.value());
                if (filter.test(item)) {
                    if (items.size() == wanted && last != null) {
                        return new Page<>(items, Base64.getUrlEncoder().encodeToString(last));
                    }
                    items.add(item);
                    last = entry.key();
                }
            }
            if (batch.size() < BATCH) {
                return new Page<>(items, null);
            }
            range = range.after(batch.getLast().key());
        }
    }

    private static Range resume(Range range, String marker) {
        try {
            var last = Base64.getUrlDecoder().decode(marker);
            if (range.contains(last)) {
                return range.after(last);
            }
        } catch (IllegalArgumentException e) {
            throw invalidMarker();
        }
        throw invalidMarker();
    }

    private static RuntimeException invalidMarker() {
        return Failures.of("ValidationError", 400, "Invalid Marker.");
    }

    private byte[] key(Object... parts) {
        return Tuple.pack(elements(parts));
    }

    private Range range(Object... parts) {
        return Tuple.range(elements(parts));
    }

    private Object[] elements(Object... parts) {
        return Stream.concat(Stream.of("iam", name), Stream.of(parts)).toArray();
    }
}
