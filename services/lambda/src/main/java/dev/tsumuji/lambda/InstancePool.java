package dev.tsumuji.lambda;

import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The idle instances of one generation of one function, most recently used first. Thread-safe without locks: an instance
 * belongs to whoever removed it from the deque.
 */
final class InstancePool {
    private final ConcurrentLinkedDeque<Instance> idle = new ConcurrentLinkedDeque<>();
    private final Set<Instance> busy = ConcurrentHashMap.newKeySet();
    /** Whether somebody will come to end idle instances. */
    final AtomicBoolean watched = new AtomicBoolean();

    /** Whether somebody comes from time to time to see that what is kept is there. */
    final AtomicBoolean lookedAfter = new AtomicBoolean();

    private volatile boolean retired;

    /** How many instances stay, however long nobody uses them. */
    volatile int kept;
    /** Why an instance that is to be kept could not be had; empty when it could. */
    volatile String failure = "";

    /** The instance that was used last, if it is good until then. */
    @Nullable
    Instance take(Instant end) {
        for (var instance = idle.pollFirst(); instance != null; instance = idle.pollFirst()) {
            if (instance.goodUntil(end)) {
                busy.add(instance);
                return instance;
            }
            instance.close();
        }
        return null;
    }

    /** Counts a new instance as busy. */
    void started(Instance instance) {
        busy.add(instance);
    }

    void putBack(Instance instance, long nowMillis) {
        busy.remove(instance);
        if (retired || !instance.sandbox.isAlive()) {
            instance.close();
            return;
        }
        instance.idleSinceMillis = nowMillis;
        idle.addFirst(instance);
        if (retired) {
            closeIdle(Long.MAX_VALUE);
        }
    }

    /** Ends the instances that have been idle since then or longer. */
    void closeIdle(long sinceMillis) {
        for (var last = idle.peekLast(); last != null && last.idleSinceMillis <= sinceMillis; last = idle.peekLast()) {
            if (!retired && size() <= kept) {
                return;
            }
            if (idle.removeLastOccurrence(last)) {
                last.close();
            }
        }
    }

    /** Ends idle instances now and busy ones when they are put back. */
    void retire() {
        retired = true;
        closeIdle(Long.MAX_VALUE);
    }

    /** Ends all instances, busy ones too. */
    void kill() {
        retire();
        busy.forEach(Instance::close);
    }

    /** Ends idle instances that an invocation until then couldn't have. */
    void closeExpiring(Instant end) {
        for (var instance : idle) {
            if (!instance.goodUntil(end) && idle.remove(instance)) {
                instance.close();
            }
        }
    }

    int size() {
        return idle.size() + busy.size();
    }

    boolean isIdle() {
        return busy.isEmpty();
    }

    boolean hasIdle() {
        return !idle.isEmpty();
    }
}
