package dev.tsumuji.engines.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.engines.commit.Store;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import dev.tsumuji.testkit.Seeded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Scans of one view find what a sorted map finds, one after another and on several threads, in a store of many small files. */
class RocksStoreScanTest {
    private static final RocksSettings SMALL = new RocksSettings(1 << 20, 64 << 10, 0);
    private static final int FILE_BYTES = 16 << 10;
    private static final int BATCHES = 200;
    private static final int SCANS = 400;

    @TempDir
    Path directory;

    @Test
    void scans_of_one_view_know_nothing_of_each_other() {
        Seeded.check(3, seeded -> {
            var model = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
            try (var store = open(seeded)) {
                for (int i = 0; i < BATCHES; i++) {
                    store.apply(changes(seeded, model));
                }
                try (var view = store.view()) {
                    var expected = new TreeMap<>(model);
                    store.apply(changes(seeded, model));
                    var reader = seeded.split();
                    var other = CompletableFuture.runAsync(() -> scans(view, expected, reader));
                    scans(view, expected, seeded);
                    other.join();
                }
            }
        });
    }

    private Store open(Seeded seeded) {
        try {
            var folder = directory.resolve(Integer.toString(seeded.below(Integer.MAX_VALUE)));
            Files.createDirectories(folder);
            NativeLibrary.load(directory.resolve("native"));
            var options = SMALL.open();
            options.options().setTargetFileSizeBase(FILE_BYTES);
            var db = RocksDB.open(options.options(), folder.toString());
            return new RocksStore(db, options, new DiskSpace(folder, 0), FatalError.haltProcess());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RocksDBException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Store.Change> changes(Seeded seeded, NavigableMap<byte[], byte[]> model) {
        var changes = new ArrayList<Store.Change>();
        for (int i = 0; i < 20; i++) {
            var key = key(seeded);
            if (seeded.chance(0.2)) {
                model.remove(key);
                changes.add(new Store.Change.Delete(key));
            } else {
                var value = seeded.bytes(seeded.below(300));
                model.put(key, value);
                changes.add(new Store.Change.Put(key, value));
            }
        }
        if (seeded.chance(0.05)) {
            var range = range(seeded);
            model.subMap(range.begin(), range.end()).clear();
            changes.add(new Store.Change.Clear(range));
        }
        return changes;
    }

    private static void scans(Store.View view, NavigableMap<byte[], byte[]> model, Seeded seeded) {
        for (int i = 0; i < SCANS; i++) {
            var range = seeded.chance(0.2) ? Range.only(key(seeded)) : range(seeded);
            int limit = 1 + seeded.below(seeded.chance(0.5) ? 4 : 2_000);
            boolean backwards = seeded.chance(0.5);
            var within = model.subMap(range.begin(), true, range.end(), false);
            var expected = (backwards ? within.descendingMap() : within)
                    .entrySet().stream().limit(limit).toList();
            var found = view.scan(range, limit, backwards);
            assertThat(found)
                    .extracting(Entry::key)
                    .containsExactlyElementsOf(
                            expected.stream().map(entry -> entry.getKey()).toList());
            assertThat(found)
                    .extracting(Entry::value)
                    .containsExactlyElementsOf(
                            expected.stream().map(entry -> entry.getValue()).toList());
        }
    }

    /** Short ones, ones that have a beginning in common with others, and some that are longer than bounds usually are. */
    private static byte[] key(Seeded seeded) {
        if (seeded.chance(0.5)) {
            var key = new byte[RocksSettings.BEGINNING_BYTES + 1 + seeded.below(2)];
            key[0] = (byte) seeded.below(10);
            key[RocksSettings.BEGINNING_BYTES - 1] = (byte) seeded.below(3);
            key[RocksSettings.BEGINNING_BYTES] = (byte) seeded.below(40);
            return key;
        }
        return Arrays.copyOf(
                new byte[] {(byte) seeded.below(40), (byte) seeded.below(40)},
                seeded.chance(0.05) ? 600 + seeded.below(2) : 2 + seeded.below(2));
    }

    /** Half of them end a little behind where they begin. */
    private static Range range(Seeded seeded) {
        var one = key(seeded);
        var other = key(seeded);
        if (seeded.chance(0.5)) {
            int last = one.length > RocksSettings.BEGINNING_BYTES ? RocksSettings.BEGINNING_BYTES : 1;
            other = Arrays.copyOf(one, last + 1);
            other[last] += (byte) (1 + seeded.below(3));
        }
        return Arrays.compareUnsigned(one, other) <= 0 ? new Range(one, other) : new Range(other, one);
    }
}
