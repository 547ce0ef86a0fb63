package dev.tsumuji.engines.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.testkit.ChildJvm;
import dev.tsumuji.testkit.Seeded;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was acknowledged survives a kill at any moment, and what wasn't is there as a whole or not at all. {@code -Dkills=200}
 * for more than CI has time for.
 */
class RocksKvCrashTest {
    private static final int PARTS = 4;

    @TempDir
    Path directory;

    /** Writes groups of entries for ever, each group in one transaction, and prints its name when it is acknowledged. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            var kv = RocksKv.open(Path.of(arguments[0]), InstantSource.system());
            for (int i = 0; i < 16; i++) {
                var thread = arguments[1] + "-" + i;
                Thread.ofVirtual().start(() -> {
                    for (int n = 0; ; n++) {
                        write(kv, thread + "-" + n);
                    }
                });
            }
            Thread.currentThread().join();
        }

        private static void write(Kv kv, String group) {
            long version = kv.run(Kv.Options.DEFAULT, txn -> {
                        for (int part = 0; part < PARTS; part++) {
                            txn.put(Tuple.pack("group", group, part), new byte[300]);
                        }
                        txn.putStamped(Tuple.pack("log"), new byte[0], Tuple.pack(group));
                        txn.add(Tuple.pack("count"), 1);
                        return 0;
                    })
                    .version();
            System.out.println(group + " " + version);
        }
    }

    @Test
    void acknowledged_is_there_and_unacknowledged_is_whole_or_absent() throws Exception {
        int kills = Integer.getInteger("kills", 5);
        var seeded = new Seeded(Long.getLong("seed", System.nanoTime()));
        var acknowledged = new HashSet<String>();
        long newest = 0;
        for (int round = 0; round < kills; round++) {
            try (var child = ChildJvm.start(Writer.class, Map.of(), directory.toString(), "r" + round)) {
                assertThat(child.awaitLines(1 + seeded.below(2_000))).isTrue();
                child.kill();
                for (var line : child.lines()) {
                    var words = line.split(" ");
                    // the last line may have been cut off by the kill
                    if (words.length == 2) {
                        assertThat(Long.parseLong(words[1])).isGreaterThan(newest);
                        acknowledged.add(words[0]);
                    }
                }
            }
            try (var kv = RocksKv.open(directory, InstantSource.system())) {
                newest = kv.<Long>read(snapshot -> check(snapshot, acknowledged));
            }
        }
        assertThat(acknowledged).hasSizeGreaterThan(kills);
    }

    /** @return the newest version in the log */
    private static long check(Snapshot snapshot, Set<String> acknowledged) {
        var prefix = Tuple.pack("log");
        var log = snapshot.scan(Range.prefix(prefix), Integer.MAX_VALUE);
        var logged = new HashSet<String>();
        for (var entry : log) {
            logged.add((String) Tuple.unpack(entry.value()).getFirst());
        }
        assertThat(logged).hasSize(log.size()).containsAll(acknowledged);
        var parts = snapshot.scan(Tuple.range("group"), Integer.MAX_VALUE);
        var written = new HashSet<String>();
        for (Entry part : parts) {
            written.add((String) Tuple.unpack(part.key()).get(1));
        }
        assertThat(parts).hasSize(PARTS * written.size());
        assertThat(written).isEqualTo(logged);
        var count = snapshot.get(Tuple.pack("count"));
        assertThat(ByteBuffer.wrap(count).getLong()).isEqualTo(log.size());
        return ByteBuffer.wrap(log.getLast().key(), prefix.length, 8).getLong();
    }
}
