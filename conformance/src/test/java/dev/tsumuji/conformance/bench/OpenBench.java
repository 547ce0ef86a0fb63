package dev.tsumuji.conformance.bench;

import dev.tsumuji.engines.rocksdb.RocksKv;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.testkit.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a large store takes to open: after an orderly stop, and after a kill, when what the log holds must be read again.
 * It is filled directly, without a server. Not part of the tests; run it by
 *
 * <pre>{@code ./tsumuji bench OpenBench -Ditems=10000000}</pre>
 */
class OpenBench {
    private static final int ITEMS = Integer.getInteger("items", 1_000_000);
    private static final int BATCH = 1_000;
    private static final int SIZE = 1_024;
    /** What doesn't compress of an item. */
    private static final int RANDOM = 64;

    @Test
    void opening_a_large_store(@TempDir Path store) throws Exception {
        try (var child = ChildJvm.start(Filling.class, Map.of(), store.toString(), Integer.toString(ITEMS))) {
            if (!child.awaitLines(1)) {
                throw new AssertionError("the store wasn't filled");
            }
            child.kill();
        }
        for (var how : List.of("kill", "stop")) {
            long begin = System.nanoTime();
            try (var kv = RocksKv.open(store, InstantSource.system())) {
                long opened = System.nanoTime();
                if (kv.<byte[]>read(snapshot -> snapshot.get(key(ITEMS / 2))) == null) {
                    throw new AssertionError("an item is missing");
                }
                System.out.printf(
                        "store of %d items opened after a %s: %d ms, its first read %d ms%n",
                        ITEMS, how, (opened - begin) / 1_000_000, (System.nanoTime() - opened) / 1_000_000);
            }
        }
    }

    /** Fills the store, then waits to be killed. */
    static final class Filling {
        private Filling() {}

        public static void main(String[] arguments) throws Exception {
            try (var kv = RocksKv.open(Path.of(arguments[0]), InstantSource.system())) {
                IntStream.range(0, Integer.parseInt(arguments[1]) / BATCH)
                        .parallel()
                        .forEach(batch -> fill(kv, batch));
                System.out.println("filled");
                Thread.sleep(Duration.ofHours(1));
            }
        }
    }

    private static void fill(Kv kv, int batch) {
        var random = new SplittableRandom(batch);
        kv.transact(txn -> {
            for (int i = 0; i < BATCH; i++) {
                var value = new byte[SIZE];
                for (int at = 0; at < RANDOM; at++) {
                    value[at] = (byte) random.nextInt();
                }
                txn.put(key(batch * BATCH + i), value);
            }
            return batch;
        });
    }

    /** In the order of a hash, as a table's items lie. */
    private static byte[] key(int number) {
        return Tuple.pack("bench", new SplittableRandom(number).nextLong(), number);
    }
}
