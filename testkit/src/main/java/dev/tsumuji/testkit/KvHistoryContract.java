package dev.tsumuji.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Tuple;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Concurrent transactions are strictly serialisable: there is an order of all of them, in agreement with who had ended before
 * whom began, in which each saw exactly what those before it had written. Commit versions say which order the engine claims;
 * the history is replayed in that order and compared with what was seen.
 */
@SuppressWarnings("NullAway.Init")
@Timeout(120)
public abstract class KvHistoryContract {
    private static final int THREADS = 8;

    private Kv kv;

    protected abstract Kv open(InstantSource clock) throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        kv = open(new VirtualTime());
    }

    @AfterEach
    void closeStore() {
        kv.close();
    }

    /** A transaction as its client saw it. */
    private record Seen(long version, long ackedBefore, Map<String, String> read, Map<String, String> written) {}

    /** A snapshot as its reader saw it. */
    private record Observed(long ackedBefore, Map<String, String> state) {}

    @Test
    void a_history_is_explained_by_the_order_of_its_commits() {
        Seeded.check(3, seeded -> {
            kv.transact(txn -> {
                txn.delete(all());
                return 0;
            });
            var history = new ConcurrentLinkedQueue<Seen>();
            var observed = new ConcurrentLinkedQueue<Observed>();
            var acked = new AtomicLong();
            var threads = new ArrayList<Seeded>();
            for (int i = 0; i < THREADS; i++) {
                threads.add(seeded.split());
            }
            inParallel(threads, random -> {
                for (int i = 0; i < 150; i++) {
                    if (random.chance(0.2)) {
                        long before = acked.get();
                        observed.add(new Observed(before, kv.read(KvHistoryContract::state)));
                    } else {
                        history.add(transaction(random, acked));
                    }
                }
            });
            explain(List.copyOf(history), List.copyOf(observed));
        });
    }

    private Seen transaction(Seeded random, AtomicLong acked) {
        long before = acked.get();
        var read = new TreeMap<String, String>();
        var written = new TreeMap<String, String>();
        var me = "" + random.random().nextLong();
        boolean scans = random.chance(0.3);
        boolean clears = random.chance(0.1);
        var from = name(random);
        var to = name(random);
        var single = name(random);
        var target = name(random);
        var committed = kv.run(Kv.Options.DEFAULT, txn -> {
            read.clear();
            written.clear();
            if (scans) {
                for (var key : names(from, to)) {
                    read.put(key, "");
                }
                txn.scan(range(from, to), 100).forEach(entry -> read.put(name(entry.key()), text(entry.value())));
            }
            var value = txn.get(key(single));
            read.put(single, value == null ? "" : text(value));
            if (clears) {
                txn.delete(range(from, to));
                names(from, to).forEach(key -> written.put(key, ""));
            }
            txn.put(key(target), me.getBytes(UTF_8));
            written.put(target, me);
            txn.put(key("last"), me.getBytes(UTF_8));
            written.put("last", me);
            return 0;
        });
        acked.accumulateAndGet(committed.version(), Math::max);
        return new Seen(committed.version(), before, Map.copyOf(read), Map.copyOf(written));
    }

    private static void explain(List<Seen> history, List<Observed> observed) {
        var state = new HashMap<String, String>();
        var statesByLast = new HashMap<String, Map<String, String>>();
        var versionsByLast = new HashMap<String, Long>();
        statesByLast.put("", Map.of());
        versionsByLast.put("", 0L);
        long last = 0;
        for (var seen :
                history.stream().sorted(Comparator.comparing(Seen::version)).toList()) {
            assertThat(seen.version()).as("versions are unique").isGreaterThan(last);
            assertThat(seen.version()).as("in the order of time").isGreaterThan(seen.ackedBefore());
            last = seen.version();
            seen.read()
                    .forEach((key, value) -> assertThat(value)
                            .as("%s read at %d", key, seen.version())
                            .isEqualTo(state.getOrDefault(key, "")));
            seen.written().forEach((key, value) -> {
                if (value.isEmpty()) {
                    state.remove(key);
                } else {
                    state.put(key, value);
                }
            });
            statesByLast.put(state.getOrDefault("last", ""), Map.copyOf(state));
            versionsByLast.put(state.getOrDefault("last", ""), last);
        }
        for (var snapshot : observed) {
            var by = snapshot.state().getOrDefault("last", "");
            assertThat(snapshot.state()).as("a snapshot is a state that was").isEqualTo(statesByLast.get(by));
            if (!by.isEmpty()) {
                assertThat(versionsByLast.get(by))
                        .as("and not an old one")
                        .isGreaterThanOrEqualTo(snapshot.ackedBefore());
            }
        }
    }

    @Test
    void transfers_keep_the_sum_in_every_snapshot() throws Exception {
        int accounts = 10;
        kv.transact(txn -> {
            for (int i = 0; i < accounts; i++) {
                txn.put(Tuple.pack("account", i), Tuple.pack(100));
            }
            return 0;
        });
        var threads = new ArrayList<Seeded>();
        for (int i = 0; i < THREADS; i++) {
            threads.add(new Seeded(i));
        }
        inParallel(threads, random -> {
            for (int i = 0; i < 100; i++) {
                var from = Tuple.pack("account", random.below(accounts));
                var to = Tuple.pack("account", random.below(accounts));
                long amount = random.below(30);
                kv.transact(txn -> {
                    txn.put(from, Tuple.pack(number(txn.get(from)) - amount));
                    txn.put(to, Tuple.pack(number(txn.get(to)) + amount));
                    return 0;
                });
                assertThat(kv.<Long>read(snapshot -> sum(snapshot))).isEqualTo(100L * accounts);
            }
        });
    }

    @Test
    void two_who_each_rely_on_the_other_do_not_both_leave() throws Exception {
        for (int round = 0; round < 100; round++) {
            var on = List.of(Tuple.pack("duty", round, "a"), Tuple.pack("duty", round, "b"));
            kv.transact(txn -> {
                on.forEach(key -> txn.put(key, new byte[] {1}));
                return 0;
            });
            var range = Tuple.range("duty", round);
            var left = new AtomicInteger();
            inParallel(
                    on,
                    mine -> left.addAndGet(kv.<Integer>transact(txn -> {
                        if (txn.scan(range, 10).size() < 2) {
                            return 0;
                        }
                        txn.delete(mine);
                        return 1;
                    })));
            assertThat(left).hasValue(1);
        }
    }

    @Test
    void many_writers_of_one_key_all_get_through() throws Exception {
        var threads = new ArrayList<Integer>();
        for (int i = 0; i < 64; i++) {
            threads.add(i);
        }
        var conflicts = new AtomicInteger();
        inParallel(threads, thread -> {
            for (int i = 0; i < 10; i++) {
                try {
                    kv.transact(txn -> {
                        txn.put(key("hot"), Tuple.pack(number(txn.get(key("hot"))) + 1));
                        return 0;
                    });
                } catch (KvException e) {
                    conflicts.incrementAndGet();
                }
            }
        });
        assertThat(conflicts).hasValue(0);
        assertThat(kv.<Long>read(snapshot -> number(snapshot.get(key("hot"))))).isEqualTo(640);
    }

    // ---- vocabulary

    private interface Work<T> {
        void run(T input) throws Exception;
    }

    private static <T> void inParallel(List<T> inputs, Work<T> work) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (var input : inputs) {
                all.add(threads.submit(() -> {
                    work.run(input);
                    return 0;
                }));
            }
            for (var one : all) {
                one.get();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, String> state(Snapshot snapshot) {
        var state = new HashMap<String, String>();
        snapshot.scan(all(), 1_000).forEach(entry -> state.put(name(entry.key()), text(entry.value())));
        return state;
    }

    private static Range all() {
        return Tuple.range("history");
    }

    private static Range range(String from, String to) {
        return new Range(key(from), key(to));
    }

    private static String name(Seeded random) {
        return "" + (char) ('a' + random.below(6));
    }

    private static List<String> names(String from, String to) {
        return List.of("a", "b", "c", "d", "e", "f").stream()
                .filter(name -> name.compareTo(from) >= 0 && name.compareTo(to) < 0)
                .toList();
    }

    private static byte[] key(String name) {
        return Tuple.pack("history", name);
    }

    private static String name(byte[] key) {
        return String.valueOf(Tuple.unpack(key).getLast());
    }

    private static String text(byte[] value) {
        return new String(value, UTF_8);
    }

    private static long number(byte @Nullable [] value) {
        return value == null
                ? 0
                : (Long) Objects.requireNonNull(Tuple.unpack(value).getFirst());
    }

    private static long sum(Snapshot snapshot) {
        return snapshot.scan(Tuple.range("account"), 100).stream()
                .mapToLong(entry -> number(entry.value()))
                .sum();
    }
}
