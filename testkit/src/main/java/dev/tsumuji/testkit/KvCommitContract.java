package dev.tsumuji.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.KvException.Kind;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import dev.tsumuji.kernel.kv.Txn;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every engine of {@link Kv} promises about commits: versions, counters, ids, limits, hints, and the end. */
public abstract class KvCommitContract extends KvFixture {
    // ---- versions, stamps, counters

    @Test
    void commit_versions_grow() {
        long last = 0;
        for (int i = 0; i < 50; i++) {
            long version = kv.run(Kv.Options.DEFAULT, txn -> {
                        txn.put(key("a"), key("1"));
                        return null;
                    })
                    .version();
            assertThat(version).isGreaterThan(last);
            last = version;
        }
    }

    @Test
    void a_transaction_that_writes_nothing_has_no_version() {
        var committed = kv.<@Nullable String>run(Kv.Options.DEFAULT, txn -> text(txn.get(key("a"))));
        assertThat(committed.version()).isZero();
        assertThat(committed.value()).isNull();
    }

    @Test
    void stamped_keys_lie_in_commit_order() throws Exception {
        var order = new ArrayList<String>();
        for (int i = 0; i < 20; i++) {
            var first = "x" + (i * 7 % 20);
            write(txn -> {
                txn.putStamped(key("log"), key("s"), key(first));
                txn.putStamped(key("log"), key("s"), key(first + "'"));
            });
            order.add(first);
            order.add(first + "'");
        }
        var entries = kv.<List<Entry>>read(snapshot -> snapshot.scan(Range.prefix(key("log")), 100));
        assertThat(entries).extracting(entry -> text(entry.value())).containsExactlyElementsOf(order);
        assertThat(entries).allSatisfy(entry -> assertThat(entry.key()).hasSize(3 + 12 + 1));
    }

    @Test
    void a_stamp_is_the_version_of_its_commit() {
        long version = kv.run(Kv.Options.DEFAULT, txn -> {
                    txn.putStamped(key("log"), new byte[0], key("1"));
                    return null;
                })
                .version();
        var key = kv.<List<Entry>>read(snapshot -> snapshot.scan(Range.prefix(key("log")), 1))
                .getFirst()
                .key();
        assertThat(ByteBuffer.wrap(key, 3, 8).getLong()).isEqualTo(version);
    }

    @Test
    void additions_do_not_conflict_and_none_is_lost() throws Exception {
        concurrently(
                8,
                50,
                i -> write(txn -> {
                    txn.add(key("n"), i);
                    txn.add(key("n"), 1);
                }));
        assertThat(counter("n")).isEqualTo(8 * (50 * 51 / 2) + 8 * 50);
    }

    @Test
    void additions_follow_puts_and_deletes() throws Exception {
        concurrently(8, 30, i -> {
            switch (i % 4) {
                case 0 -> write(txn -> txn.put(key("n"), number(1_000_000)));
                case 1 -> write(txn -> txn.delete(range("m", "o")));
                default -> write(txn -> txn.add(key("n"), 1));
            }
        });
        write(txn -> txn.put(key("n"), number(5)));
        write(txn -> txn.add(key("n"), -7));
        assertThat(counter("n")).isEqualTo(-2);
        write(txn -> {
            txn.delete(range("m", "o"));
            txn.add(key("n"), 3);
        });
        assertThat(counter("n")).isEqualTo(3);
    }

    @Test
    void who_reads_a_counter_sees_additions_as_changes() {
        assertThat(runsWhenInterrupted(txn -> txn.get(key("n")), () -> write(txn -> txn.add(key("n"), 1))))
                .isEqualTo(2);
    }

    @Test
    void a_counter_that_is_added_to_can_not_be_read_or_put_in_the_same_transaction() {
        for (var use : List.<Consumer<Txn>>of(
                txn -> txn.get(key("n")),
                txn -> txn.put(key("n"), number(1)),
                txn -> txn.delete(key("n")),
                txn -> txn.scan(range("a", "z"), 10))) {
            assertThatThrownBy(() -> write(txn -> {
                        txn.add(key("n"), 1);
                        use.accept(txn);
                    }))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void only_a_counter_can_be_added_to_and_the_store_lives_on() {
        put("a", "text");
        assertThatThrownBy(() -> write(txn -> txn.add(key("a"), 1)))
                .isInstanceOfSatisfying(
                        KvException.class, e -> assertThat(e.kind()).isEqualTo(Kind.ENGINE));
        put("b", "1");
        assertThat(get("a")).isEqualTo("text");
    }

    // ---- idempotency

    @Test
    void a_transaction_with_an_id_commits_once() {
        var id = new Kv.Options(key("id-1"));
        var first = kv.run(id, txn -> {
            txn.add(key("n"), 1);
            return "value";
        });
        assertThat(first.value()).isEqualTo("value");
        assertThat(first.replayed()).isFalse();
        time.advance(Duration.ofMinutes(9).plusSeconds(59));
        var second = kv.<String>run(id, txn -> {
            throw new AssertionError("the body runs once");
        });
        assertThat(second.replayed()).isTrue();
        assertThat(second.value()).isNull();
        assertThat(second.version()).isEqualTo(first.version());
        assertThat(counter("n")).isEqualTo(1);
    }

    @Test
    void an_id_is_forgotten_in_the_end() {
        var id = new Kv.Options(key("id-1"));
        for (int i = 0; i < 3; i++) {
            kv.run(id, txn -> {
                txn.add(key("n"), 1);
                return null;
            });
            time.advance(Duration.ofMinutes(21));
        }
        assertThat(counter("n")).isEqualTo(3);
    }

    @Test
    void an_id_is_kept_when_the_clock_goes_backwards() {
        var id = new Kv.Options(key("id-1"));
        var before = time.instant();
        time.advance(Duration.ofHours(5));
        kv.run(id, txn -> {
            txn.add(key("n"), 1);
            return null;
        });
        time.set(before);
        assertThat(kv.run(id, txn -> null).replayed()).isTrue();
    }

    @Test
    void concurrent_transactions_with_one_id_commit_once() throws Exception {
        var replays = new AtomicInteger();
        concurrently(8, 1, i -> {
            var committed = kv.run(new Kv.Options(key("same")), txn -> {
                txn.add(key("n"), 1);
                return null;
            });
            replays.addAndGet(committed.replayed() ? 1 : 0);
        });
        assertThat(counter("n")).isEqualTo(1);
        assertThat(replays).hasValue(7);
    }

    @Test
    void a_failed_transaction_does_not_use_its_id() {
        var id = new Kv.Options(key("id-1"));
        assertThatThrownBy(() -> kv.run(id, txn -> {
                    throw new IllegalArgumentException();
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(kv.run(id, txn -> "done").value()).isEqualTo("done");
    }

    // ---- limits and large values

    @Test
    void the_largest_key_and_value_fit_and_larger_ones_are_refused() {
        var key = new byte[kv.limits().keySizeMaxBytes()];
        var value = new Seeded(1).bytes(kv.limits().valueSizeMaxBytes());
        write(txn -> txn.put(key, value));
        assertThat(kv.<byte @Nullable []>read(snapshot -> snapshot.get(key))).isEqualTo(value);
        assertRefused(txn -> txn.put(Arrays.copyOf(key, key.length + 1), new byte[0]));
        assertRefused(txn -> txn.put(key("a"), Arrays.copyOf(value, value.length + 1)));
        assertRefused(txn -> txn.delete(Arrays.copyOf(key, key.length + 1)));
        assertRefused(txn -> txn.putStamped(Arrays.copyOf(key, key.length - 11), new byte[0], new byte[0]));
    }

    @Test
    void a_transaction_that_is_too_large_is_refused_whole() {
        var value = new byte[kv.limits().valueSizeMaxBytes()];
        long tooMany = kv.limits().transactionSizeMaxBytes() / value.length + 1;
        assertRefused(txn -> {
            for (int i = 0; i < tooMany; i++) {
                txn.put(key("a" + i), value);
            }
        });
        assertThat(keys(range("a", "b"))).isEmpty();
    }

    @Test
    void keys_of_the_engine_are_out_of_reach() {
        put("a", "1");
        var reserved = new byte[] {(byte) 0xff, 'v'};
        for (var use : List.<Consumer<Txn>>of(
                txn -> txn.get(reserved),
                txn -> txn.put(reserved, new byte[8]),
                txn -> txn.delete(reserved),
                txn -> txn.add(reserved, 1),
                txn -> txn.putStamped(reserved, new byte[0], new byte[0]))) {
            assertThatThrownBy(() -> write(use)).isInstanceOf(IllegalArgumentException.class);
        }
        var everything = new Range(new byte[0], new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff});
        assertThat(keys(everything)).containsExactly("a");
        long before = versionNow();
        write(txn -> txn.delete(everything));
        assertThat(keys(everything)).isEmpty();
        assertThat(versionNow()).isGreaterThan(before);
    }

    // ---- watches, hints, closing

    @Test
    void a_watch_wakes_for_its_range_only() throws Exception {
        try (var watch = kv.watch(range("b", "d"))) {
            put("a", "1");
            put("d", "1");
            assertThat(watch.await(Duration.ZERO)).isFalse();
            put("b", "1");
            assertThat(watch.await(Duration.ofSeconds(10))).isTrue();
            assertThat(watch.await(Duration.ZERO)).isFalse();
            write(txn -> txn.delete(range("a", "c")));
            assertThat(watch.await(Duration.ofSeconds(10))).isTrue();
            write(txn -> txn.putStamped(key("c"), new byte[0], key("1")));
            assertThat(watch.await(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void a_watch_wakes_who_already_waits() throws Exception {
        try (var watch = kv.watch(range("a", "z"));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var woken = threads.submit(() -> watch.await(Duration.ofSeconds(30)));
            Thread.sleep(20);
            put("k", "1");
            assertThat(woken.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_hint_runs_after_its_commit_once() {
        var hints = new ArrayList<String>();
        write(txn -> {
            txn.put(key("a"), key("1"));
            txn.afterCommit(() -> hints.add(get("a")));
            txn.afterCommit(() -> {
                throw new IllegalStateException("a failing hint does no harm");
            });
            assertThat(hints).isEmpty();
        });
        assertThat(hints).containsExactly("1");
        assertThatThrownBy(() -> write(txn -> {
                    txn.afterCommit(() -> hints.add("never"));
                    throw new IllegalArgumentException();
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(hints).hasSize(1);
    }

    @Test
    void a_closed_store_says_so() {
        kv.close();
        for (var use : List.<Runnable>of(() -> put("a", "1"), () -> get("a"), () -> keys(range("a", "b")))) {
            assertThatThrownBy(use::run)
                    .isInstanceOfSatisfying(
                            KvException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CLOSED));
        }
    }

    @Test
    void closing_waits_for_who_reads_and_commits_what_waits() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var reading = new CountDownLatch(1);
            var mayEnd = new CountDownLatch(1);
            put("a", "1");
            var read = threads.submit(() -> kv.<@Nullable String>read(snapshot -> {
                reading.countDown();
                await(mayEnd);
                return text(snapshot.get(key("a")));
            }));
            reading.await();
            var closing = threads.submit(kv::close);
            Thread.sleep(20);
            assertThat(closing.isDone()).isFalse();
            mayEnd.countDown();
            assertThat(read.get()).isEqualTo("1");
            closing.get();
        }
    }

    @Test
    void an_interrupted_thread_still_learns_what_became_of_its_commit() {
        Thread.currentThread().interrupt();
        put("a", "1");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(get("a")).isEqualTo("1");
    }
}
