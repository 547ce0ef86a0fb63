package dev.tsumuji.testkit;

import dev.tsumuji.kernel.time.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until a test moves it, for both who reads the clock and who waits for it. Tasks run on the thread
 * that moves time, in the order of their due times, each at its own. Thread-safe: {@code lock} guards the state.
 */
public final class VirtualTime implements InstantSource, Scheduler {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Waiting> waiting = new ArrayList<>();
    private Instant now = BEGIN;
    private long count;

    @Override
    public Instant instant() {
        lock.lock();
        try {
            return now;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Task after(Duration delay, Runnable task) {
        lock.lock();
        try {
            var asked = new Waiting(now.plus(delay.isNegative() ? Duration.ZERO : delay), count++, task);
            waiting.add(asked);
            return () -> forget(asked);
        } finally {
            lock.unlock();
        }
    }

    /** Moves time on and runs what becomes due on the way, also what those tasks ask for. */
    public void advance(Duration by) {
        var target = instant().plus(by);
        for (var due = nextUntil(target); due != null; due = nextUntil(target)) {
            due.task.run();
        }
        set(target);
    }

    /** Moves time to the next task's due time and runs what is due then; does nothing when no task waits. */
    public void advanceToNext() {
        next().ifPresent(due -> advance(Duration.between(instant(), due)));
    }

    /** When the next task is due; never in the past. */
    public Optional<Instant> next() {
        lock.lock();
        try {
            return waiting.stream()
                    .map(task -> task.due.isBefore(now) ? now : task.due)
                    .min(Comparator.naturalOrder());
        } finally {
            lock.unlock();
        }
    }

    /** How many tasks wait. */
    public int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Jumps, as a clock that is set does: no task runs on the way. */
    public void set(Instant time) {
        lock.lock();
        try {
            now = time;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Waiting nextUntil(Instant target) {
        lock.lock();
        try {
            var next = waiting.stream()
                    .filter(task -> !task.due.isAfter(target))
                    .min(Comparator.comparing(Waiting::due).thenComparingLong(Waiting::order));
            if (next.isEmpty()) {
                return null;
            }
            waiting.remove(next.get());
            now = next.get().due.isAfter(now) ? next.get().due : now;
            return next.get();
        } finally {
            lock.unlock();
        }
    }

    private void forget(Waiting asked) {
        lock.lock();
        try {
            waiting.remove(asked);
        } finally {
            lock.unlock();
        }
    }

    private record Waiting(Instant due, long order, Runnable task) {}
}
