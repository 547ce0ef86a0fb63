package dev.tsumuji.engines.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.KvException.Kind;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.testkit.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A full disk stops writing and nothing else. Needs a small file system of its own, so that only root can run it. */
@Timeout(120)
class FullDiskTest {
    private static final int VALUE_LENGTH = 100_000;

    @TempDir
    Path directory;

    private final List<String> fatal = new ArrayList<>();
    private boolean mounted;

    /** A library that was loaded from the small disk would keep it from being unmounted until the process ends. */
    @BeforeAll
    static void loadLibraryFromElsewhere(@TempDir Path elsewhere) {
        NativeLibrary.load(elsewhere);
    }

    @BeforeEach
    void mount() throws Exception {
        mounted = run("mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", directory.toString());
        assumeTrue(mounted, "a file system can't be mounted here");
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(run("umount", directory.toString()))
                    .as("nothing holds the disk any more")
                    .isTrue();
        }
    }

    @Test
    void with_a_reserve_the_store_never_meets_the_end_of_the_disk() throws Exception {
        fillAndFree(20 << 20);
    }

    @Test
    void without_a_reserve_the_store_survives_the_end_of_the_disk() throws Exception {
        fillAndFree(0);
    }

    private void fillAndFree(long reserveBytes) throws Exception {
        var settings = new RocksSettings(8 << 20, 2 << 20, reserveBytes);
        int written = 0;
        try (var kv = RocksKv.open(
                directory.resolve("data"), InstantSource.system(), settings, (what, cause) -> fatal.add(what))) {
            for (; written < 20; written++) {
                put(kv, written);
            }
            var ballast = directory.resolve("ballast");
            fill(ballast, reserveBytes / 2);
            written = putUntilFull(kv, written);
            assertAll(kv, written);
            assertFull(kv, written);
            Files.delete(ballast);
            putWhenPossible(kv, written++);
            for (int i = 0; i < 50; i++) {
                put(kv, written++);
            }
            assertAll(kv, written);
        }
        try (var kv = RocksKv.open(
                directory.resolve("data"), InstantSource.system(), settings, (what, cause) -> fatal.add(what))) {
            assertAll(kv, written);
        }
        assertThat(fatal).isEmpty();
    }

    private static int putUntilFull(RocksKv kv, int from) {
        for (int n = from; n < from + 2_000; n++) {
            try {
                put(kv, n);
            } catch (KvException e) {
                assertThat(e.kind()).as(String.valueOf(e.getCause())).isEqualTo(Kind.FULL);
                return n;
            }
        }
        return fail("the disk did not become full");
    }

    private static void assertFull(RocksKv kv, int n) {
        for (int i = 0; i < 3; i++) {
            try {
                put(kv, n + 1_000_000);
                fail("the disk is full");
            } catch (KvException e) {
                assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.FULL);
            }
        }
    }

    /** Space may be noticed a little later than it is there. */
    private static void putWhenPossible(RocksKv kv, int n) throws InterruptedException {
        for (int i = 0; ; i++) {
            try {
                put(kv, n);
                return;
            } catch (KvException e) {
                assertThat(e.kind()).isEqualTo(Kind.FULL);
                assertThat(i).as("writing works again soon").isLessThan(300);
                Thread.sleep(100);
            }
        }
    }

    private static void put(RocksKv kv, int n) {
        kv.transact(txn -> {
            txn.put(Tuple.pack("k", n), value(n));
            txn.put(Tuple.pack("twin", n), new byte[] {1});
            return 0;
        });
    }

    private static void assertAll(RocksKv kv, int count) {
        for (int i = 0; i < count; i++) {
            int n = i;
            assertThat(kv.<byte[]>read(snapshot -> snapshot.get(Tuple.pack("k", n))))
                    .isEqualTo(value(n));
        }
        assertThat(kv.<Integer>read(snapshot ->
                        snapshot.scan(Tuple.range("twin"), 1_000_000).size()))
                .isEqualTo(count);
    }

    private static byte[] value(int n) {
        return new Seeded(n).bytes(VALUE_LENGTH);
    }

    private void fill(Path ballast, long leaveBytes) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace() - leaveBytes - (4 << 20);
        try (var out = Files.newOutputStream(ballast)) {
            var chunk = new byte[1 << 20];
            for (long left = free; left > 0; left -= chunk.length) {
                out.write(chunk);
            }
        }
    }

    private static boolean run(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    }
}
