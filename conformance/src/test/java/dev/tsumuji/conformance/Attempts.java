package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What writers tried to do to their keys, and which of it was acknowledged, over any number of crashes. Each key belongs to one
 * writer, who numbers what it does to it; keys are safe to be used by many threads at once.
 *
 * @param <D> what was done
 */
final class Attempts<D> {
    /** @param version counts up by one for each attempt at this key, the first being 1 */
    record Attempt<D>(int version, D deed) {}

    private final Map<String, List<Attempt<D>>> all = new ConcurrentHashMap<>();
    /** The versions that were, by key; the last is the highest. */
    private final Map<String, NavigableSet<Integer>> acknowledged = new ConcurrentHashMap<>();

    private final AtomicInteger count = new AtomicInteger();

    /** To be called before the request is sent. */
    int begin(String key, D deed) {
        var attempts = all.computeIfAbsent(key, k -> new CopyOnWriteArrayList<>());
        attempts.add(new Attempt<>(attempts.size() + 1, deed));
        return attempts.size();
    }

    /** The platform has answered that it is done. */
    void acknowledge(String key, int version) {
        acknowledged.computeIfAbsent(key, k -> new ConcurrentSkipListSet<>()).add(version);
        count.incrementAndGet();
    }

    int count() {
        return count.get();
    }

    Iterable<String> keys() {
        return all.keySet();
    }

    /** In order; those that were not acknowledged too. */
    List<Attempt<D>> at(String key) {
        return all.getOrDefault(key, List.of());
    }

    /**
     * What may be stored: the last that was acknowledged, or one that was tried after it. A version of 0 stands for the time
     * before the first.
     */
    int leastVersion(String key) {
        var versions = acknowledged.get(key);
        return versions == null ? 0 : versions.last();
    }

    boolean wasAcknowledged(String key, int version) {
        var versions = acknowledged.get(key);
        return versions != null && versions.contains(version);
    }

    /** The attempts that a key's value may come from; nothing at all is possible too when {@link #leastVersion} is 0. */
    List<Attempt<D>> possible(String key) {
        return at(key).stream().filter(a -> a.version >= leastVersion(key)).toList();
    }

    /** @param removal tells the deed that leaves nothing */
    void checkAbsent(String key, D removal) {
        assertThat(leastVersion(key) == 0 || possible(key).stream().anyMatch(a -> a.deed.equals(removal)))
                .as("%s is not there, though version %s was acknowledged: %s", key, leastVersion(key), possible(key))
                .isTrue();
    }

    Optional<Attempt<D>> find(String key, int version) {
        return possible(key).stream().filter(a -> a.version == version).findFirst();
    }
}
