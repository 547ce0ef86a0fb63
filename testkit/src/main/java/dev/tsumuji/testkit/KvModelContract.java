package dev.tsumuji.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import dev.tsumuji.kernel.kv.Txn;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An engine does what a sorted map does, whatever the operations and their order. */
@Timeout(120)
public abstract class KvModelContract {
    private static final byte[] COUNTERS = {0x40};
    private static final byte[] STAMPED = {0x50};
    private static final Range EVERYTHING = new Range(new byte[0], new byte[] {(byte) 0xff});

    protected abstract Kv open(InstantSource clock) throws Exception;

    /** Closes and opens the store again, where that keeps what is in it. */
    protected Kv reopen(Kv kv, InstantSource clock) throws Exception {
        return kv;
    }

    @Test
    void every_sequence_of_transactions_gives_what_a_sorted_map_gives() {
        Seeded.check(Integer.getInteger("runs", 20), seeded -> {
            try {
                run(seeded);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private void run(Seeded seeded) throws Exception {
        var time = new VirtualTime();
        var kv = open(time);
        try {
            var committed = new Model();
            kv.transact(txn -> {
                txn.delete(EVERYTHING);
                return 0;
            });
            for (int i = 0; i < 60; i++) {
                committed = transaction(kv, seeded, committed);
                check(kv, seeded, committed);
                if (seeded.chance(0.03)) {
                    kv = reopen(kv, time);
                    check(kv, seeded, committed);
                }
            }
        } finally {
            kv.close();
        }
    }

    /** The state as it should be; while a transaction runs, as it should see it. */
    private static final class Model {
        private final TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
        private final TreeSet<byte[]> added = new TreeSet<>(Arrays::compareUnsigned);
        private final List<Entry> stamped = new ArrayList<>();

        Model copy() {
            var copy = new Model();
            copy.entries.putAll(entries);
            return copy;
        }

        NavigableMap<byte[], byte[]> in(Range range) {
            return Arrays.compareUnsigned(range.begin(), range.end()) >= 0
                    ? new TreeMap<>(Arrays::compareUnsigned)
                    : entries.subMap(range.begin(), true, range.end(), false);
        }

        boolean addedIn(Range range) {
            return added.stream().anyMatch(range::contains);
        }
    }

    private static Model transaction(Kv kv, Seeded seeded, Model before) {
        var after = before.copy();
        boolean fails = seeded.chance(0.1);
        int operations = seeded.below(12);
        try {
            var done = kv.run(Kv.Options.DEFAULT, txn -> {
                for (int i = 0; i < operations; i++) {
                    operation(txn, seeded, after, before);
                }
                if (fails) {
                    throw new Abandoned();
                }
                return 0;
            });
            for (int i = 0; i < after.stamped.size(); i++) {
                var entry = after.stamped.get(i);
                var key = ByteBuffer.allocate(14)
                        .put(STAMPED)
                        .putLong(done.version())
                        .putInt(i)
                        .put(entry.key())
                        .array();
                after.entries.put(key, entry.value());
            }
            return after;
        } catch (Abandoned e) {
            return before;
        }
    }

    private static final class Abandoned extends RuntimeException {}

    private static void operation(Txn txn, Seeded seeded, Model model, Model before) {
        switch (seeded.below(12)) {
            case 0, 1, 2 -> {
                var key = seeded.key();
                var value = seeded.bytes(seeded.below(20));
                txn.put(key, value);
                model.entries.put(key, value);
            }
            case 3, 4 -> {
                var key = model.entries.isEmpty() || seeded.chance(0.3)
                        ? seeded.key()
                        : seeded.oneOf(List.copyOf(model.entries.keySet()));
                if (!model.added.contains(key) && key[0] != STAMPED[0]) {
                    txn.delete(key);
                    model.entries.remove(key);
                }
            }
            case 5 -> {
                var range = range(seeded);
                txn.delete(range);
                model.in(range).clear();
                model.added.removeIf(range::contains);
            }
            case 6, 7 -> add(txn, seeded, model);
            case 8 -> {
                var entry = new Entry(seeded.bytes(1), seeded.bytes(5));
                txn.putStamped(STAMPED, entry.key(), entry.value());
                model.stamped.add(entry);
            }
            case 9 -> readUnchecked(txn.unchecked(), seeded, before);
            default -> read(txn, seeded, model);
        }
    }

    private static void add(Txn txn, Seeded seeded, Model model) {
        var key = new byte[] {COUNTERS[0], (byte) seeded.below(4)};
        long delta = seeded.below(1_000) - 500L;
        // deleted one by one in this transaction, it may not be added to
        if (!model.entries.containsKey(key) && !model.added.contains(key)) {
            var clear = new Range(key, new byte[] {key[0], (byte) (key[1] + 1)});
            if (seeded.chance(0.5)) {
                return;
            }
            txn.delete(clear);
        }
        try {
            txn.add(key, delta);
        } catch (IllegalStateException e) {
            return;
        }
        var old = model.entries.get(key);
        long sum = (old == null ? 0 : ByteBuffer.wrap(old).getLong()) + delta;
        model.entries.put(key, ByteBuffer.allocate(8).putLong(sum).array());
        model.added.add(key);
    }

    private static void read(Snapshot snapshot, Seeded seeded, Model model) {
        var range = range(seeded);
        int limit = seeded.below(10);
        boolean backwards = seeded.chance(0.5);
        if (limit > 0 && model.addedIn(range)) {
            assertThatThrownBy(() -> snapshot.scan(range, limit)).isInstanceOf(IllegalStateException.class);
            return;
        }
        compare(snapshot, model, range, limit, backwards);
        var key = seeded.key();
        if (!model.added.contains(key)) {
            assertThat(snapshot.get(key)).isEqualTo(model.entries.get(key));
        }
    }

    private static void readUnchecked(Snapshot snapshot, Seeded seeded, Model before) {
        compare(snapshot, before, range(seeded), seeded.below(10), seeded.chance(0.5));
    }

    private static void compare(Snapshot snapshot, Model model, Range range, int limit, boolean backwards) {
        var expected = backwards ? model.in(range).descendingMap() : model.in(range);
        var found = backwards ? snapshot.scanBackwards(range, limit) : snapshot.scan(range, limit);
        assertThat(found)
                .extracting(Entry::key)
                .containsExactlyElementsOf(
                        expected.keySet().stream().limit(limit).toList());
        assertThat(found)
                .extracting(Entry::value)
                .containsExactlyElementsOf(
                        expected.values().stream().limit(limit).toList());
    }

    private static void check(Kv kv, Seeded seeded, Model committed) {
        kv.read(snapshot -> {
            compare(snapshot, committed, EVERYTHING, 10_000, false);
            compare(snapshot, committed, range(seeded), seeded.below(10), true);
            return 0;
        });
    }

    private static Range range(Seeded seeded) {
        var a = seeded.chance(0.1) ? new byte[0] : seeded.key();
        var b = seeded.chance(0.1) ? new byte[] {(byte) 0xff, 1} : seeded.key();
        return Arrays.compareUnsigned(a, b) <= 0 || seeded.chance(0.05) ? new Range(a, b) : new Range(b, a);
    }
}
