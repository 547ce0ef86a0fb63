package dev.tsumuji.engines.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.engines.rocksdb.RocksKv;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.outbox.Dispatcher;
import dev.tsumuji.kernel.outbox.Outbox.Delivery;
import dev.tsumuji.kernel.outbox.Outbox.Outcome;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.SystemScheduler;
import dev.tsumuji.testkit.ChildJvm;
import dev.tsumuji.testkit.Seeded;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Work that was acknowledged is delivered, whenever the process is killed, and what a delivery does inside the store is done
 * once. {@code -Dkills=200} for more than CI has time for.
 */
@Timeout(1_200)
class DispatcherCrashTest {
    @TempDir
    Path directory;

    /** Puts work for ever and delivers it; told to drain, it only delivers, and ends when nothing is left. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws Exception {
            LogManager.getLogManager().getLogger("").setLevel(Level.OFF);
            var clock = InstantSource.system();
            var kv = RocksKv.open(Path.of(arguments[0]), clock);
            var outbox = new Dispatcher(kv, clock, new SystemScheduler(), Ids.secure());
            outbox.handle("work", 8, delivery -> deliver(delivery, clock));
            outbox.start();
            if (arguments[1].equals("drain")) {
                while (!kv.<Boolean>read(
                        snapshot -> snapshot.scan(Tuple.range("outbox"), 1).isEmpty())) {
                    Thread.sleep(20);
                }
                outbox.close();
                kv.close();
                System.out.println("drained");
                System.exit(0);
            }
            for (int i = 0; i < 4; i++) {
                var thread = arguments[1] + "-" + i;
                Thread.ofVirtual().start(() -> {
                    for (int n = 0; ; n++) {
                        put(kv, outbox, clock, thread + "-" + n);
                    }
                });
            }
            Thread.currentThread().join();
        }

        private static void put(Kv kv, Dispatcher outbox, InstantSource clock, String name) {
            kv.transact(txn -> {
                var due = clock.instant().plusMillis(Math.floorMod(name.hashCode(), 40) - 10);
                outbox.put(txn, "work", due, name.getBytes(StandardCharsets.UTF_8));
                return 0;
            });
            System.out.println("put " + name);
        }

        private static Outcome deliver(Delivery delivery, InstantSource clock) {
            var name = new String(delivery.work(), StandardCharsets.UTF_8);
            return switch (Math.floorMod(name.hashCode() + delivery.attempt() * 31, 5)) {
                case 0 -> new Outcome.Retry(clock.instant().plusMillis(5), delivery.work());
                case 1 -> {
                    if (delivery.attempt() == 1) {
                        throw new IllegalStateException("a first attempt that fails");
                    }
                    yield done(name);
                }
                default -> done(name);
            };
        }

        private static Outcome done(String name) {
            return new Outcome.DoneWith(txn -> txn.add(Tuple.pack("done", name), 1));
        }
    }

    @Test
    void acknowledged_work_is_delivered_and_its_effect_happens_once() throws Exception {
        int kills = Integer.getInteger("kills", 4);
        var seeded = new Seeded(Long.getLong("seed", System.nanoTime()));
        var acknowledged = new HashSet<String>();
        for (int round = 0; round < kills; round++) {
            try (var child = ChildJvm.start(Worker.class, Map.of(), directory.toString(), "r" + round)) {
                assertThat(child.awaitLines(1 + seeded.below(800))).isTrue();
                child.kill();
                for (var line : child.lines()) {
                    acknowledged.add(line.substring(line.indexOf(' ') + 1));
                }
            }
        }
        try (var child = ChildJvm.start(Worker.class, Map.of(), directory.toString(), "drain")) {
            assertThat(child.awaitExit()).isZero();
            assertThat(child.lines()).containsExactly("drained");
        }
        try (var kv = RocksKv.open(directory, InstantSource.system())) {
            var done = kv.read(snapshot -> snapshot.scan(Tuple.range("done"), Integer.MAX_VALUE));
            var names = new HashSet<String>();
            for (var entry : done) {
                names.add((String) Tuple.unpack(entry.key()).get(1));
                assertThat(ByteBuffer.wrap(entry.value()).getLong()).isEqualTo(1);
            }
            assertThat(names).containsAll(acknowledged);
        }
    }
}
