package dev.tsumuji.iam;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Remembers what was read from the store for as long as nothing was written: an entry of another generation is read again.
 * Bounded: when full, it forgets everything. Thread-safe.
 */
final class Recall<K, V> {
    private final Directory directory;
    private final int sizeMax;
    private final Map<K, Entry<V>> entries = new ConcurrentHashMap<>();

    Recall(Directory directory, int sizeMax) {
        this.directory = directory;
        this.sizeMax = sizeMax;
    }

    private record Entry<V>(long generation, V value) {}

    V get(K key, Supplier<V> read) {
        long generation = directory.generation();
        var known = entries.get(key);
        if (known != null && known.generation() == generation) {
            return known.value();
        }
        // a write between here and the read only makes the entry look older than it is
        var value = read.get();
        if (entries.size() >= sizeMax) {
            entries.clear();
        }
        entries.put(key, new Entry<>(generation, value));
        return value;
    }
}
