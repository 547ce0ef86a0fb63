package dev.tsumuji.engines.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.outbox.Dispatcher;
import dev.tsumuji.kernel.outbox.Outbox.Delivery;
import dev.tsumuji.kernel.outbox.Outbox.Handler;
import dev.tsumuji.kernel.outbox.Outbox.Outcome;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.testkit.Seeded;
import dev.tsumuji.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DispatcherTest {
    private static final Logger LOG = Logger.getLogger("dev.tsumuji.kernel.outbox");

    private final VirtualTime time = new VirtualTime();
    private final MemoryKv kv = new MemoryKv(time);
    private final ConcurrentLinkedQueue<Delivery> delivered = new ConcurrentLinkedQueue<>();
    private Dispatcher outbox = dispatcher();

    private Dispatcher dispatcher() {
        return new Dispatcher(kv, time, time, new Ids(new SplittableRandom(1)));
    }

    @BeforeEach
    void quiet() {
        LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void close() {
        outbox.close();
        kv.close();
    }

    @Test
    void work_is_delivered_once_and_forgotten() {
        handle(1, delivery -> new Outcome.Done());
        outbox.start();
        put("a", time.instant());
        eventually(() -> storeIsEmpty());
        assertThat(delivered).singleElement().satisfies(delivery -> {
            assertThat(delivery.topic()).isEqualTo("topic");
            assertThat(delivery.work()).isEqualTo(bytes("a"));
            assertThat(delivery.attempt()).isEqualTo(1);
            assertThat(delivery.createdAt()).isEqualTo(time.instant());
        });
    }

    @Test
    void work_put_before_the_start_and_before_its_handler_is_delivered() {
        put("a", time.instant());
        outbox.start();
        put("b", time.instant());
        handle(1, delivery -> new Outcome.Done());
        eventually(() -> delivered.size() == 2);
        assertThat(texts()).containsExactly("a", "b");
    }

    @Test
    void a_transaction_that_fails_puts_nothing() {
        handle(1, delivery -> new Outcome.Done());
        outbox.start();
        assertThatThrownBy(() -> kv.transact(txn -> {
                    outbox.put(txn, "topic", time.instant(), bytes("a"));
                    throw new IllegalArgumentException();
                }))
                .isInstanceOf(IllegalArgumentException.class);
        put("b", time.instant());
        eventually(() -> storeIsEmpty());
        assertThat(texts()).containsExactly("b");
    }

    @Test
    void work_waits_until_it_is_due() {
        handle(4, delivery -> new Outcome.Done());
        outbox.start();
        var begin = time.instant();
        put("late", time.instant().plus(Duration.ofHours(3)));
        put("soon", time.instant().plusSeconds(5));
        put("now", time.instant());
        eventually(() -> delivered.size() == 1);
        time.advance(Duration.ofMillis(4_999));
        settle();
        assertThat(texts()).containsExactly("now");
        eventuallyInVirtualTime(() -> delivered.size() == 2);
        assertThat(time.instant()).isEqualTo(begin.plusSeconds(5));
        eventuallyInVirtualTime(() -> delivered.size() == 3);
        assertThat(time.instant()).isEqualTo(begin.plus(Duration.ofHours(3)));
        assertThat(texts()).containsExactly("now", "soon", "late");
    }

    @Test
    void work_is_begun_in_the_order_of_due_times_then_of_commits() {
        put("3", time.instant().plusSeconds(2));
        put("1", time.instant());
        put("2", time.instant());
        time.advance(Duration.ofSeconds(3));
        handle(1, delivery -> new Outcome.Done());
        outbox.start();
        eventually(() -> delivered.size() == 3);
        assertThat(texts()).containsExactly("1", "2", "3");
    }

    @Test
    void work_due_before_what_was_done_last_is_not_overlooked() {
        handle(2, delivery -> new Outcome.Done());
        outbox.start();
        for (int i = 0; i < 50; i++) {
            put("x" + i, time.instant().minusSeconds(i * 37L % 50));
        }
        eventually(() -> delivered.size() == 50);
        eventually(this::storeIsEmpty);
    }

    @Test
    void a_failed_attempt_is_repeated_later_and_later() {
        var times = new ConcurrentLinkedQueue<Instant>();
        handle(1, delivery -> {
            times.add(time.instant());
            if (delivery.attempt() < 14) {
                throw new IllegalStateException("not yet");
            }
            return new Outcome.Done();
        });
        outbox.start();
        put("a", time.instant());
        eventuallyInVirtualTime(() -> times.size() == 14);
        eventually(this::storeIsEmpty);
        var all = List.copyOf(times);
        for (int i = 1; i < all.size(); i++) {
            var most = Math.min(300_000, 1_000L << (i - 1));
            assertThat(Duration.between(all.get(i - 1), all.get(i)).toMillis()).isBetween(most / 2, most);
        }
        assertThat(delivered)
                .extracting(Delivery::id)
                .containsOnly(delivered.peek().id());
        assertThat(delivered)
                .extracting(Delivery::attempt)
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    }

    @Test
    void an_error_is_a_failed_attempt_too() {
        handle(1, delivery -> {
            if (delivery.attempt() == 1) {
                throw new StackOverflowError();
            }
            return new Outcome.Done();
        });
        outbox.start();
        put("a", time.instant());
        eventually(() -> delivered.size() == 1 && time.waiting() > 0);
        eventuallyInVirtualTime(this::storeIsEmpty);
    }

    @Test
    void a_handler_may_replace_its_work_and_choose_the_time() {
        handle(
                1,
                delivery -> delivery.attempt() == 1
                        ? new Outcome.Retry(time.instant().plusSeconds(30), bytes("a2"))
                        : new Outcome.Done());
        outbox.start();
        var begin = time.instant();
        put("a", begin);
        eventuallyInVirtualTime(this::storeIsEmpty);
        assertThat(texts()).containsExactly("a", "a2");
        assertThat(time.instant()).isEqualTo(begin.plusSeconds(30));
    }

    @Test
    void a_repeat_that_is_due_at_once_comes_at_once() {
        handle(
                1,
                delivery -> delivery.attempt() < 10
                        ? new Outcome.Retry(Instant.EPOCH, delivery.work())
                        : new Outcome.Done());
        outbox.start();
        put("a", time.instant());
        eventually(this::storeIsEmpty);
        assertThat(delivered).hasSize(10);
    }

    @Test
    void an_effect_is_committed_with_the_end_of_the_work() {
        handle(1, delivery -> new Outcome.DoneWith(txn -> txn.add(bytes("effects"), 1)));
        outbox.start();
        put("a", time.instant());
        eventually(this::storeIsEmpty);
        assertThat(kv.<byte[]>read(snapshot -> snapshot.get(bytes("effects")))).endsWith(1);
    }

    @Test
    void an_effect_that_fails_is_a_failed_attempt() {
        handle(
                1,
                delivery -> delivery.attempt() == 1
                        ? new Outcome.DoneWith(txn -> {
                            txn.put(bytes("effect"), bytes("1"));
                            throw new IllegalStateException();
                        })
                        : new Outcome.Done());
        outbox.start();
        put("a", time.instant());
        eventually(() -> delivered.size() == 1 && time.waiting() > 0);
        assertThat(kv.<byte[]>read(snapshot -> snapshot.get(bytes("effect")))).isNull();
        eventuallyInVirtualTime(this::storeIsEmpty);
        assertThat(delivered).extracting(Delivery::attempt).containsExactly(1, 2);
    }

    @Test
    void no_more_than_the_given_number_are_under_way_and_a_stuck_topic_holds_up_no_other() throws Exception {
        var under = new AtomicInteger();
        var most = new AtomicInteger();
        var gate = new Semaphore(0);
        handle(3, delivery -> {
            most.accumulateAndGet(under.incrementAndGet(), Math::max);
            gate.acquire();
            under.decrementAndGet();
            return new Outcome.Done();
        });
        var other = new CountDownLatch(1);
        outbox.handle("other", 1, delivery -> {
            other.countDown();
            return new Outcome.Done();
        });
        outbox.start();
        for (int i = 0; i < 200; i++) {
            put("w" + i, time.instant());
        }
        eventually(() -> delivered.size() == 3);
        kv.transact(txn -> {
            outbox.put(txn, "other", time.instant(), new byte[0]);
            return 0;
        });
        other.await();
        settle();
        assertThat(delivered).hasSize(3);
        gate.release(200);
        eventually(this::storeIsEmpty);
        assertThat(most).hasValue(3);
        assertThat(new HashSet<>(texts())).hasSize(200);
    }

    @Test
    void closing_waits_for_deliveries_and_the_rest_is_delivered_after_the_next_start() throws Exception {
        var begun = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        handle(1, delivery -> {
            begun.countDown();
            mayEnd.await();
            return new Outcome.Done();
        });
        outbox.start();
        put("a", time.instant());
        put("b", time.instant());
        begun.await();
        var closing = Thread.ofVirtual().start(outbox::close);
        settle();
        assertThat(closing.isAlive()).isTrue();
        mayEnd.countDown();
        closing.join();
        assertThat(texts()).containsExactly("a");
        delivered.clear();
        outbox = dispatcher();
        handle(1, delivery -> new Outcome.Done());
        outbox.start();
        eventually(this::storeIsEmpty);
        assertThat(texts()).containsExactly("b");
    }

    @Test
    void topics_of_a_family_are_delivered_apart_each_with_its_own_concurrency() {
        var under = new ConcurrentHashMap<String, AtomicInteger>();
        var go = new Semaphore(0);
        put("each/before", "work");
        outbox.handleEach("each", name -> name.equals("wide") ? 3 : 0, delivery -> {
            under.computeIfAbsent(delivery.topic(), topic -> new AtomicInteger())
                    .incrementAndGet();
            go.acquire();
            return new Outcome.Done();
        });
        outbox.start();
        for (int i = 0; i < 10; i++) {
            put("each/wide", "work " + i);
            put("each/narrow", "work " + i);
        }
        eventually(() -> under.size() == 3 && under.get("each/wide").get() == 3);
        settle();
        assertThat(under.get("each/before")).hasValue(1);
        assertThat(under.get("each/narrow")).hasValue(1);
        assertThat(under.get("each/wide")).hasValue(3);
        go.release(21);
        eventually(this::storeIsEmpty);
    }

    @Test
    void work_that_can_not_be_read_stays_and_holds_up_nothing() {
        put("a", time.instant());
        kv.transact(txn -> {
            var broken = txn.scan(outboxKeys(), 1).getFirst();
            broken.value()[5] ^= 1;
            txn.put(broken.key(), broken.value());
            return 0;
        });
        handle(1, delivery -> new Outcome.Done());
        outbox.start();
        put("b", time.instant());
        eventually(() -> delivered.size() == 1);
        assertThat(texts()).containsExactly("b");
        assertThat(storeIsEmpty()).isFalse();
    }

    @Test
    void random_work_is_delivered_in_spite_of_failures_and_none_twice_at_once() {
        Seeded.check(3, seeded -> {
            var wanted = ConcurrentHashMap.<String>newKeySet();
            var under = ConcurrentHashMap.<String>newKeySet();
            var done = ConcurrentHashMap.<String>newKeySet();
            var twice = ConcurrentHashMap.<String>newKeySet();
            var failures = seeded.split();
            var dispatcher = dispatcher();
            dispatcher.handle("random", 1 + seeded.below(8), delivery -> {
                var name = new String(delivery.work(), UTF_8);
                if (!under.add(delivery.id()) || done.contains(name)) {
                    twice.add(name);
                }
                try {
                    Thread.yield();
                    synchronized (failures) {
                        if (failures.chance(0.2)) {
                            throw new IllegalStateException();
                        }
                        if (failures.chance(0.2)) {
                            return new Outcome.Retry(
                                    time.instant().plusMillis(failures.below(50) - 10), delivery.work());
                        }
                    }
                    done.add(name);
                    return new Outcome.Done();
                } finally {
                    under.remove(delivery.id());
                }
            });
            dispatcher.start();
            for (int i = 0; i < 300; i++) {
                var name = "w" + i;
                wanted.add(name);
                var due = time.instant().plusMillis(seeded.below(200) - 100);
                kv.transact(txn -> {
                    dispatcher.put(txn, "random", due, bytes(name));
                    return 0;
                });
                if (seeded.chance(0.1)) {
                    time.advance(Duration.ofMillis(seeded.below(30)));
                }
            }
            for (int i = 0; i < 20_000 && !storeIsEmpty(); i++) {
                time.advance(Duration.ofSeconds(1));
                settle(1);
            }
            dispatcher.close();
            assertThat(done).isEqualTo(wanted);
            assertThat(twice).isEmpty();
        });
    }

    // ---- vocabulary

    private void handle(int concurrencyMax, Handler handler) {
        outbox.handle("topic", concurrencyMax, delivery -> {
            delivered.add(delivery);
            return handler.deliver(delivery);
        });
    }

    private void put(String work, Instant due) {
        put("topic", work, due);
    }

    private void put(String topic, String work) {
        put(topic, work, time.instant());
    }

    private void put(String topic, String work, Instant due) {
        kv.transact(txn -> {
            outbox.put(txn, topic, due, bytes(work));
            return 0;
        });
    }

    /** Whenever all threads wait, the next task's time comes. */
    private void eventuallyInVirtualTime(BooleanSupplier condition) {
        eventually(() -> {
            if (!condition.getAsBoolean() && stays(time.next().orElse(null))) {
                time.advanceToNext();
            }
            return condition.getAsBoolean();
        });
    }

    private boolean stays(@Nullable Instant next) {
        for (int i = 0; i < 3; i++) {
            settle(1);
            if (next == null || !next.equals(time.next().orElse(null))) {
                return false;
            }
        }
        return true;
    }

    private boolean storeIsEmpty() {
        return kv.<Boolean>read(snapshot -> snapshot.scan(outboxKeys(), 1).isEmpty());
    }

    private static Range outboxKeys() {
        return Tuple.range("outbox");
    }

    private List<String> texts() {
        return delivered.stream()
                .map(delivery -> new String(delivery.work(), UTF_8))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Real time for threads to do what they would do, when a test asserts that they don't. */
    private static void settle() {
        settle(30);
    }

    private static void settle(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void eventually(BooleanSupplier condition) {
        for (int i = 0; i < 10_000 && !condition.getAsBoolean(); i++) {
            settle(1);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
