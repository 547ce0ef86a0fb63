package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Scheduler;
import dev.tsumuji.sandbox.Sandbox;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts what every function uses. An invocation adds to memory only; sums are written a few seconds later, in one commit
 * for all functions, and at the end, so that a crash loses the counts of at most {@link #DELAY}. (The REPORT lines of those
 * invocations are in the functions' logs, unless the crash took these too.) While nothing runs, nothing is written.
 *
 * <p>Thread-safe: an entry of {@code pending} is touched only within its map's own atomic operations; {@code writing} keeps
 * readers from seeing counts between memory and store, or twice.
 */
final class Meter implements AutoCloseable {
    /** How long counts may be in memory only. */
    static final Duration DELAY = Duration.ofSeconds(5);

    /** Hours that are kept. */
    static final long KEPT_HOURS = 400 * 24;

    private static final Logger LOG = System.getLogger(Meter.class.getName());
    private static final int COMMIT_MAX = 200;
    private static final int PAGE = 500;

    private final Kv kv;
    private final Scheduler scheduler;
    private final InstantSource clock;
    private final ConcurrentHashMap<Hourly, Metered.Sum> pending = new ConcurrentHashMap<>();
    private final AtomicBoolean due = new AtomicBoolean();
    private final ReentrantLock writing = new ReentrantLock();
    /** The hour in which an account's old hours were dropped last; guarded by {@code writing}. */
    private final Map<String, Long> dropped = new HashMap<>();

    Meter(Kv kv, Scheduler scheduler, InstantSource clock) {
        this.kv = kv;
        this.scheduler = scheduler;
        this.clock = clock;
    }

    /** Of which function what is counted; a function that changes its runtime is counted anew. */
    record Slot(FunctionId id, String runtime, String architecture) {
        static Slot of(Target target) {
            var configuration = target.configuration();
            var architectures = configuration.architecturesAsStrings();
            return new Slot(
                    target.id(),
                    String.valueOf(configuration.runtimeAsString()),
                    architectures.isEmpty() ? "x86_64" : architectures.getFirst());
        }
    }

    /** @param hour since 1970 */
    private record Hourly(long hour, Slot slot) {}

    /**
     * Counts an invocation that ran, well or badly.
     *
     * @param init of the instance, when this invocation is the first to report it
     * @param start how that instance was started
     */
    void invoked(
            Target target,
            long durationNanos,
            @Nullable Duration init,
            Sandbox.StartPath start,
            Sandbox.Answer answer) {
        long initNanos = init == null ? 0 : init.toNanos();
        add(Slot.of(target), sum -> {
            sum.invocations++;
            if (answer instanceof Sandbox.Answer.Failure failure) {
                sum.errors++;
                if (failure.errorType().equals("Sandbox.Timedout")) {
                    sum.timeouts++;
                }
            }
            sum.billed(target.configuration().memorySize(), durationNanos, initNanos);
            if (init == null) {
                sum.warm.addNanos(durationNanos);
            } else {
                sum.starts.merge(start.name().toLowerCase(Locale.ROOT), 1L, Long::sum);
                sum.cold.addNanos(durationNanos + initNanos);
            }
        });
    }

    /** Counts an invocation that was refused because too many ran already. */
    void throttled(Target target) {
        add(Slot.of(target), sum -> sum.throttles++);
    }

    /**
     * Counts memory that is kept ready by provisioned instances of a version, whether they are used or not.
     *
     * @param time that was begun: as on AWS, five minutes at once
     */
    void provisioned(Target target, int instances, Duration time) {
        long megabytes = (long) instances * target.configuration().memorySize();
        add(Slot.of(target), sum -> sum.provisionedMegabyteMillis += megabytes * time.toMillis());
    }

    private void add(Slot slot, Consumer<Metered.Sum> change) {
        long hour = hour(clock.instant());
        pending.compute(new Hourly(hour, slot), (key, known) -> {
            var sum = known == null ? new Metered.Sum() : known;
            sum.lastHour = hour;
            change.accept(sum);
            return sum;
        });
        if (!due.get() && due.compareAndSet(false, true)) {
            scheduler.after(DELAY, this::flush);
        }
    }

    static long hour(Instant instant) {
        return Math.floorDiv(instant.getEpochSecond(), 3600);
    }

    /** Writes what was counted. What can't be written now is tried again later. */
    void flush() {
        writing.lock();
        try {
            due.set(false);
            var taken = new ArrayList<Map.Entry<Hourly, Metered.Sum>>();
            for (var key : List.copyOf(pending.keySet())) {
                var sum = pending.remove(key);
                if (sum != null) {
                    taken.add(Map.entry(key, sum));
                }
            }
            for (int from = 0; from < taken.size(); from += COMMIT_MAX) {
                write(taken.subList(from, Math.min(taken.size(), from + COMMIT_MAX)));
            }
        } finally {
            writing.unlock();
        }
    }

    private void write(List<Map.Entry<Hourly, Metered.Sum>> part) {
        try {
            kv.<@Nullable Object>transact(txn -> {
                for (var entry : part) {
                    var slot = entry.getKey().slot();
                    merge(txn, LambdaKeys.metered(entry.getKey().hour(), slot), entry.getValue());
                    merge(txn, LambdaKeys.meteredInAll(slot), entry.getValue());
                    dropOld(txn, slot.id().account(), entry.getKey().hour());
                }
                return null;
            });
            part.forEach(entry -> dropped.put(
                    entry.getKey().slot().id().account(), entry.getKey().hour()));
        } catch (KvException e) {
            LOG.log(Level.WARNING, "what functions used is not written yet: " + e.getMessage(), e);
            for (var entry : part) {
                pending.merge(entry.getKey(), entry.getValue(), (newer, older) -> {
                    newer.add(older);
                    return newer;
                });
            }
            if (due.compareAndSet(false, true)) {
                scheduler.after(DELAY, this::flush);
            }
        }
    }

    private static void merge(Txn txn, byte[] key, Metered.Sum more) {
        var sum = new Metered.Sum();
        var stored = LambdaKeys.METERED.decodeNullable(txn.get(key));
        if (stored != null) {
            sum.add(stored);
        }
        sum.add(more);
        txn.put(key, LambdaKeys.METERED.encode(sum.metered()));
    }

    /** Once an hour at most: hours that are too old, and functions that nobody has used for as long. */
    private void dropOld(Txn txn, String account, long hour) {
        if (dropped.getOrDefault(account, 0L) >= hour) {
            return;
        }
        txn.delete(LambdaKeys.meteredHours(account, 0, hour - KEPT_HOURS));
        for (var entry : txn.unchecked().scan(LambdaKeys.meteredInAll(account), PAGE)) {
            if (LambdaKeys.METERED.decode(entry.value()).lastHour() < hour - KEPT_HOURS) {
                txn.delete(entry.key());
            }
        }
    }

    /**
     * What an account's functions used from an hour on, sum by sum of function and month.
     *
     * @param month since year 0, so that prices that depend on the use of a month can be applied
     */
    Map<Monthly, Metered.Sum> since(String account, Instant from, @Nullable String function) {
        var sums = new HashMap<Monthly, Metered.Sum>();
        long firstHour = hour(from);
        read(LambdaKeys.meteredHours(account, firstHour, Long.MAX_VALUE), LambdaKeys::meteredHour, firstHour, sums);
        sums.keySet()
                .removeIf(key -> !key.slot().id().account().equals(account)
                        || function != null && !key.slot().id().name().equals(function));
        return sums;
    }

    /** A function's use in a month. */
    record Monthly(long month, Slot slot) {
        static Monthly of(long hour, Slot slot) {
            var day = Instant.ofEpochSecond(hour * 3600).atOffset(java.time.ZoneOffset.UTC);
            return new Monthly(day.getYear() * 12L + day.getMonthValue() - 1, slot);
        }
    }

    /**
     * What was used since ever, by all functions that were used lately.
     *
     * @param account null for all accounts
     */
    Map<Slot, Metered.Sum> inAll(@Nullable String account) {
        long now = hour(clock.instant());
        var sums = new HashMap<Monthly, Metered.Sum>();
        var range = account == null ? LambdaKeys.meteredInAll() : LambdaKeys.meteredInAll(account);
        read(range, key -> Map.entry(0L, LambdaKeys.meteredSlot(key)), Long.MIN_VALUE, sums);
        var all = new HashMap<Slot, Metered.Sum>();
        sums.forEach((key, sum) -> {
            boolean asked = account == null || key.slot().id().account().equals(account);
            if (asked && sum.lastHour >= now - 31 * 24) {
                all.computeIfAbsent(key.slot(), absent -> new Metered.Sum()).add(sum);
            }
        });
        return all;
    }

    private interface KeyReader {
        Map.Entry<Long, Slot> read(byte[] key);
    }

    private void read(Range range, KeyReader keys, long firstHour, Map<Monthly, Metered.Sum> sums) {
        writing.lock();
        try {
            Range rest = range;
            while (true) {
                var from = rest;
                var page = kv.read(snapshot -> snapshot.scan(from, PAGE));
                for (var entry : page) {
                    var key = keys.read(entry.key());
                    sums.computeIfAbsent(Monthly.of(key.getKey(), key.getValue()), absent -> new Metered.Sum())
                            .add(LambdaKeys.METERED.decode(entry.value()));
                }
                if (page.size() < PAGE) {
                    break;
                }
                rest = rest.after(page.getLast().key());
            }
            for (var key : List.copyOf(pending.keySet())) {
                if (key.hour() >= firstHour) {
                    var sum = sums.computeIfAbsent(
                            Monthly.of(firstHour == Long.MIN_VALUE ? 0 : key.hour(), key.slot()),
                            absent -> new Metered.Sum());
                    pending.computeIfPresent(key, (same, waiting) -> {
                        sum.add(waiting);
                        return waiting;
                    });
                }
            }
        } finally {
            writing.unlock();
        }
    }

    /** Writes what was counted until now. */
    @Override
    public void close() {
        flush();
    }
}
