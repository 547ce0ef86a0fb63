package dev.tsumuji.sandbox;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Processes that were started before a function wants them, with nothing of anybody's inside.
 *
 * <p><b>How many.</b> Demand is counted per kind: each start, and each hint that one may come, adds one, and half of it is
 * forgotten every {@link #HALF_LIFE}. So many stems are kept, rounded up, as demand says, at least one and at most
 * {@link #STEMS_PER_KIND_MAX}, until a kind has had no demand for the idle time: then none. All kinds share one budget of
 * memory; when it is full, the kind that was wanted longest ago gives way.
 *
 * <p><b>When.</b> One platform thread starts them, one after the other, and lets functions that start now go first. It sleeps
 * when there is nothing to do; nothing runs while nothing is wanted.
 *
 * <p><b>Never twice.</b> A stem leaves the pool by {@link #take} or by ending; there is no way back. One that can't be started
 * makes its kind rest, longer each time.
 *
 * <p>Thread-safe; guarded by {@code lock}.
 */
final class Stems implements AutoCloseable {

    static final int STEMS_PER_KIND_MAX = 16;

    private static final System.Logger LOG = System.getLogger(Stems.class.getName());
    private static final Duration HALF_LIFE = Duration.ofSeconds(30);
    private static final Duration REST_MAX = Duration.ofMinutes(5);

    /** A kind whose cost isn't known yet is counted as so many. */
    private static final long GUESS_BYTES = 32L << 20;

    private static final long QUIET_PATIENCE_NANOS = Duration.ofMillis(500).toNanos();

    private final Grower grower;
    private final long budgetBytes;
    private final long idleNanos;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Kind, Bed> beds = new HashMap<>();
    private final Thread thread;
    private int functionsStarting;
    private boolean closed;
    /**
     * What a stem can become: any function of this language, with this memory and {@code /tmp}, and these ways out.
     *
     * @param layer what it has loaded, a {@link JavaCaches layer} of jars or a {@link SdkLayers layer} of an SDK; empty for none
     */
    record Kind(
            Runtimes.Language language,
            int memoryMebibytes,
            int tmpMebibytes,
            Map<Integer, InetSocketAddress> ways,
            String layer) {
        static Kind of(Runtimes.Language language, Sandbox.Spec spec) {
            return new Kind(language, spec.memoryMebibytes(), spec.tmpMebibytes(), spec.endpoints(), "");
        }

        Kind withLayer(String id) {
            return new Kind(language, memoryMebibytes, tmpMebibytes, ways, id);
        }
    }

    /** Starts a stem. */
    @FunctionalInterface
    interface Grower {
        NativeSandbox grow(Kind kind) throws IOException;
    }

    /** The stems of one kind. Guarded by the pool's lock. */
    private static final class Bed {
        private final ArrayDeque<Stem> ripe = new ArrayDeque<>();
        private int growing;
        private double demand;
        private long wantedNanos = System.nanoTime();
        private long costBytes = GUESS_BYTES;
        private int failures;
        private long restUntilNanos = wantedNanos;

        void want(long now) {
            demand = demandAt(now) + 1;
            wantedNanos = now;
        }

        double demandAt(long now) {
            return demand * Math.pow(0.5, (double) (now - wantedNanos) / HALF_LIFE.toNanos());
        }

        int missing(long now) {
            var kept = Math.clamp((long) Math.ceil(demandAt(now)), 1, STEMS_PER_KIND_MAX);
            return kept - ripe.size() - growing;
        }
    }

    private record Stem(NativeSandbox sandbox, long bytes) {}

    Stems(Grower grower, long budgetBytes, Duration idleTime) {
        this.grower = grower;
        this.budgetBytes = budgetBytes;
        this.idleNanos = idleTime.toNanos();
        this.thread = Thread.ofPlatform().daemon().name("sandbox-stems").start(this::run);
    }

    /** Notes that a function of this kind may start soon. */
    void expect(Kind kind) {
        lock.lock();
        try {
            want(kind);
        } finally {
            lock.unlock();
        }
    }

    private Bed want(Kind kind) {
        var bed = beds.computeIfAbsent(kind, absent -> new Bed());
        bed.want(System.nanoTime());
        changed.signalAll();
        return bed;
    }

    /** A stem that lives, for the caller alone; empty when there is none now. */
    Optional<NativeSandbox> take(Kind kind) {
        lock.lock();
        try {
            var bed = want(kind);
            for (var stem = bed.ripe.poll(); stem != null; stem = bed.ripe.poll()) {
                if (stem.sandbox.isAlive()) {
                    return Optional.of(stem.sandbox);
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /** A function is being started; stems wait until {@link #functionStarted}, when it has answered, though not for long. */
    void functionStarts() {
        lock.lock();
        try {
            functionsStarting++;
        } finally {
            lock.unlock();
        }
    }

    void functionStarted() {
        lock.lock();
        try {
            functionsStarting--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many wait for a function. */
    int waiting() {
        lock.lock();
        try {
            return beds.values().stream().mapToInt(bed -> bed.ripe.size()).sum();
        } finally {
            lock.unlock();
        }
    }

    /** What those that wait take of the budget, and those that are being started. */
    long takenBytes() {
        lock.lock();
        try {
            return taken();
        } finally {
            lock.unlock();
        }
    }

    int waiting(Kind kind) {
        lock.lock();
        try {
            var bed = beds.get(kind);
            return bed == null ? 0 : bed.ripe.size();
        } finally {
            lock.unlock();
        }
    }

    // ---- the thread

    private void run() {
        try {
            for (var kind = next(); kind != null; kind = next()) {
                grow(kind);
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /** Waits for something to do; null at the end. */
    private @Nullable Kind next() throws InterruptedException {
        lock.lock();
        try {
            while (!closed) {
                var now = System.nanoTime();
                forgetIdle(now);
                var kind = neediest(now);
                if (kind != null && isQuiet() && hasRoom(kind)) {
                    bed(kind).growing++;
                    return kind;
                }
                var nanos = untilNextChange(now);
                if (nanos == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    nanos = changed.awaitNanos(nanos);
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private Bed bed(Kind kind) {
        return beds.computeIfAbsent(kind, absent -> new Bed());
    }

    private void forgetIdle(long now) {
        beds.values().removeIf(bed -> {
            if (now - bed.wantedNanos < idleNanos || bed.growing > 0) {
                return false;
            }
            bed.ripe.forEach(stem -> end(stem.sandbox));
            return true;
        });
    }

    /** Not under the lock's eyes: ending a process takes a while. */
    private static void end(NativeSandbox stem) {
        Thread.ofVirtual().name("sandbox-stem-end").start(stem::close);
    }

    /** One for each kind comes before more for any. */
    private @Nullable Kind neediest(long now) {
        for (var bed : beds.values()) {
            bed.ripe.removeIf(stem -> !stem.sandbox.isAlive());
        }
        return beds.entrySet().stream()
                .filter(entry -> entry.getValue().missing(now) > 0 && now - entry.getValue().restUntilNanos >= 0)
                .max(Comparator.<Map.Entry<Kind, Bed>, Boolean>comparing(
                                entry -> entry.getValue().ripe.isEmpty())
                        .thenComparing(entry -> entry.getValue().missing(now)))
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    /** Lets functions that are starting go first. */
    private boolean isQuiet() throws InterruptedException {
        var patience = QUIET_PATIENCE_NANOS;
        while (functionsStarting > 0 && patience > 0 && !closed) {
            patience = changed.awaitNanos(patience);
        }
        return !closed;
    }

    /** Makes room in the budget by ending stems of kinds that were wanted longer ago. */
    private boolean hasRoom(Kind kind) {
        var bed = bed(kind);
        while (taken() + bed.costBytes > budgetBytes) {
            var oldest = beds.values().stream()
                    .filter(other -> other != bed && !other.ripe.isEmpty() && other.wantedNanos < bed.wantedNanos)
                    .min(Comparator.comparingLong(other -> other.wantedNanos))
                    .orElse(null);
            if (oldest == null) {
                return false;
            }
            end(oldest.ripe.remove().sandbox);
        }
        return true;
    }

    private long taken() {
        return beds.values().stream()
                .mapToLong(bed -> bed.growing * bed.costBytes
                        + bed.ripe.stream().mapToLong(Stem::bytes).sum())
                .sum();
    }

    private long untilNextChange(long now) {
        long least = Long.MAX_VALUE;
        for (var bed : beds.values()) {
            least = Math.min(least, bed.wantedNanos + idleNanos - now);
            if (bed.restUntilNanos - now > 0) {
                least = Math.min(least, bed.restUntilNanos - now);
            }
        }
        return least == Long.MAX_VALUE ? least : Math.max(least, TimeUnit.MILLISECONDS.toNanos(1));
    }

    private void grow(Kind kind) {
        NativeSandbox stem = null;
        try {
            stem = grower.grow(kind);
            if (!stem.awaitRipe()) {
                throw new IOException("it ended before it was ready");
            }
            keep(kind, stem);
        } catch (IOException | RuntimeException e) {
            if (stem != null) {
                end(stem);
            }
            if (rest(kind)) {
                LOG.log(Level.WARNING, "no process can be started ahead for " + kind + "; functions start without", e);
            }
        }
    }

    private void keep(Kind kind, NativeSandbox stem) {
        var bytes = stem.ownBytes();
        lock.lock();
        try {
            var bed = bed(kind);
            bed.growing--;
            bed.failures = 0;
            bed.costBytes = bytes > 0 ? bytes : GUESS_BYTES;
            if (closed) {
                end(stem);
            } else {
                bed.ripe.add(new Stem(stem, bed.costBytes));
            }
        } finally {
            lock.unlock();
        }
    }

    /** @return whether that matters to anybody */
    private boolean rest(Kind kind) {
        lock.lock();
        try {
            var bed = bed(kind);
            bed.growing--;
            bed.failures++;
            var rest = Math.min(REST_MAX.toNanos(), TimeUnit.SECONDS.toNanos(1L << Math.min(bed.failures, 20)));
            bed.restUntilNanos = System.nanoTime() + rest;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Ends all that wait, and starts no more. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            beds.values().forEach(bed -> bed.ripe.forEach(stem -> end(stem.sandbox)));
            beds.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        thread.interrupt();
    }
}
