package dev.tsumuji.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.KvException.Kind;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import dev.tsumuji.kernel.kv.Txn;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A store for each test of a contract, and words to speak about it. */
@SuppressWarnings("NullAway.Init")
@Timeout(60)
public abstract class KvFixture {
    protected final VirtualTime time = new VirtualTime();
    protected Kv kv;

    /** An empty store. */
    protected abstract Kv open(InstantSource clock) throws Exception;

    @BeforeEach
    void openStore() throws Exception {
        kv = open(time);
    }

    @AfterEach
    void closeStore() {
        kv.close();
    }

    // ---- vocabulary

    /** How often a transaction's body runs when something else commits between its reads and its commit. */
    protected int runsWhenInterrupted(Consumer<Txn> body, Runnable meanwhile) {
        var runs = new AtomicInteger();
        write(txn -> {
            body.accept(txn);
            if (runs.incrementAndGet() == 1) {
                inAnotherThread(meanwhile);
            }
            txn.put(key("~other"), key("1"));
        });
        return runs.get();
    }

    protected void assertRefused(Consumer<Txn> body) {
        assertThatThrownBy(() -> write(body))
                .isInstanceOfSatisfying(
                        KvException.class, e -> assertThat(e.kind()).isEqualTo(Kind.LIMIT));
    }

    protected long versionNow() {
        return kv.run(Kv.Options.DEFAULT, txn -> {
                    txn.put(key("version"), key("1"));
                    txn.delete(key("version"));
                    return null;
                })
                .version();
    }

    /** Runs an action in several threads at once, some times in each, counting from 1. */
    protected static void concurrently(int threads, int times, IntConsumer action) throws Exception {
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<?>>();
            for (int t = 0; t < threads; t++) {
                all.add(pool.submit(() -> {
                    for (int i = 1; i <= times; i++) {
                        action.accept(i);
                    }
                }));
            }
            for (var one : all) {
                one.get();
            }
        }
    }

    protected static void inAnotherThread(Runnable action) {
        try {
            concurrently(1, 1, i -> action.run());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    protected static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    protected void write(Consumer<Txn> body) {
        kv.<@Nullable Object>transact(txn -> {
            body.accept(txn);
            return null;
        });
    }

    protected void put(String key, String value) {
        write(txn -> txn.put(key(key), key(value)));
    }

    protected @Nullable String get(String key) {
        return kv.<@Nullable String>read(snapshot -> text(snapshot.get(key(key))));
    }

    protected long counter(String key) {
        return kv.<Long>read(snapshot -> {
            var value = snapshot.get(key(key));
            return value == null ? 0 : ByteBuffer.wrap(value).getLong();
        });
    }

    protected List<String> keys(Range range) {
        return kv.read((Snapshot snapshot) -> names(snapshot.scan(range, 1_000)));
    }

    protected static byte[] present(byte @Nullable [] value) {
        return Objects.requireNonNull(value);
    }

    protected static List<String> names(List<Entry> entries) {
        return entries.stream().map(entry -> new String(entry.key(), UTF_8)).toList();
    }

    protected static byte[] number(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    protected static byte[] key(String text) {
        return text.getBytes(UTF_8);
    }

    protected static Range range(String begin, String end) {
        return new Range(key(begin), key(end));
    }

    protected static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }
}
