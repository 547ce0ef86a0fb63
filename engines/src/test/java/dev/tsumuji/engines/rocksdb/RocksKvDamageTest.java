package dev.tsumuji.engines.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.KvException.Kind;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.testkit.ChildJvm;
import dev.tsumuji.testkit.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Directories that aren't as the store left them. */
class RocksKvDamageTest {
    private static final int ENTRIES = 3_000;

    @TempDir
    Path directory;

    @Test
    void a_bit_that_flips_in_a_table_or_in_the_manifest_is_never_served() throws Exception {
        fill();
        open().close(); // recovering has moved the log into a table
        var files = files("[0-9]+\\.sst|MANIFEST-[0-9]+");
        assertThat(files).hasSizeGreaterThan(1);
        var detected = new ArrayList<String>();
        var seeded = new Seeded(Long.getLong("seed", System.nanoTime()));
        for (int i = 0; i < 40; i++) {
            detected.addAll(flipAndRead(seeded, seeded.oneOf(files)));
        }
        assertThat(detected).as("some flips hit what is read").isNotEmpty();
    }

    @Test
    void a_bit_that_flips_in_the_log_is_never_served() throws Exception {
        fill();
        var log = files("[0-9]+\\.log");
        var detected = new ArrayList<String>();
        var seeded = new Seeded(Long.getLong("seed", System.nanoTime()));
        for (int i = 0; i < 40; i++) {
            detected.addAll(flipAndRead(seeded, seeded.oneOf(log)));
        }
        assertThat(detected).hasSizeGreaterThan(30);
    }

    @Test
    @Timeout(60)
    void a_bit_that_makes_a_record_one_of_another_file_is_found_before_it_is_read_for_ever() throws Exception {
        fill();
        open().close();
        fill();
        for (var file : files("MANIFEST-[0-9]+|[0-9]+\\.log")) {
            var bytes = Files.readAllBytes(file);
            int records = 0;
            for (int at = 0; at + 7 <= Math.min(bytes.length, 32 << 10) && bytes[at + 6] != 0; records++) {
                bytes[at + 6] ^= 4;
                Files.write(file, bytes);
                assertThatThrownBy(this::open)
                        .isInstanceOfSatisfying(
                                KvException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
                        .hasMessageContaining("no known kind at byte " + at);
                bytes[at + 6] ^= 4;
                at += 7 + (bytes[at + 4] & 0xff) + ((bytes[at + 5] & 0xff) << 8);
            }
            assertThat(records).isPositive();
            Files.write(file, bytes);
        }
        open().close();
    }

    /** Flips one bit in a copy of the directory, and reads all of it. */
    private List<String> flipAndRead(Seeded seeded, Path file) throws IOException {
        var copy = Files.createTempDirectory(directory.getParent(), "copy");
        copy(directory, copy);
        var damaged = copy.resolve(directory.relativize(file));
        var bytes = Files.readAllBytes(damaged);
        // the last block of a log may be torn by a crash, so that its end is not known to be missing
        int length = file.toString().endsWith(".log") ? bytes.length - (32 << 10) : bytes.length;
        int at = seeded.below(length);
        bytes[at] ^= (byte) (1 << seeded.below(8));
        Files.write(damaged, bytes);
        try (var kv = RocksKv.open(copy, InstantSource.system())) {
            for (int i = 0; i < ENTRIES; i++) {
                int n = i;
                assertThat(kv.<byte[]>read(snapshot -> snapshot.get(key(n))))
                        .as("entry %d with byte %d of %s flipped", n, at, file)
                        .isEqualTo(value(n));
            }
            assertThat(kv.<Integer>read(
                            snapshot -> snapshot.scan(Tuple.range("k"), 10_000).size()))
                    .isEqualTo(ENTRIES);
            return List.of();
        } catch (KvException e) {
            assertThat(e.kind()).as(e.getMessage()).isEqualTo(Kind.CORRUPT);
            return List.of(String.valueOf(e.getMessage()));
        } finally {
            delete(copy);
        }
    }

    @Test
    void a_newer_format_is_refused() throws Exception {
        open().close();
        Files.writeString(directory.resolve("format"), "2\n");
        assertThatThrownBy(this::open)
                .isInstanceOf(KvException.class)
                .hasMessageContaining("format 2")
                .hasMessageContaining("start the newer version");
        Files.writeString(directory.resolve("format"), "garbage");
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        KvException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
    }

    @Test
    void a_directory_in_use_is_refused() throws Exception {
        try (var child = ChildJvm.start(Holder.class, Map.of(), directory.toString())) {
            assertThat(child.awaitLines(1)).isTrue();
            assertThatThrownBy(this::open)
                    .isInstanceOf(KvException.class)
                    .hasMessageContaining("in use by another process");
            child.kill();
        }
        open().close();
        try (var kv = open()) {
            assertThatThrownBy(this::open).isInstanceOf(KvException.class).hasMessageContaining("in use");
            assertThat(kv.<byte[]>read(snapshot -> snapshot.get(key(1)))).isNull();
        }
    }

    /** Opens the store and keeps it. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            try (var kv = RocksKv.open(Path.of(arguments[0]), InstantSource.system())) {
                System.out.println(kv.limits());
                Thread.sleep(60_000);
            }
        }
    }

    private RocksKv open() {
        return RocksKv.open(directory, InstantSource.system());
    }

    private void fill() {
        try (var kv = open()) {
            for (int i = 0; i < ENTRIES; i += 100) {
                int from = i;
                kv.transact(txn -> {
                    for (int n = from; n < from + 100; n++) {
                        txn.put(key(n), value(n));
                    }
                    return 0;
                });
            }
        }
    }

    private static byte[] key(int n) {
        return Tuple.pack("k", n);
    }

    private static byte[] value(int n) {
        return new Seeded(n).bytes(100);
    }

    private List<Path> files(String name) throws IOException {
        try (var files = Files.list(directory.resolve("kv"))) {
            return files.filter(file -> file.getFileName().toString().matches(name))
                    .filter(file -> file.toFile().length() > 0)
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                var target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (!file.toString().endsWith(".so")) {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
