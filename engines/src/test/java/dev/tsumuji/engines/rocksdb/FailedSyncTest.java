package dev.tsumuji.engines.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A sync that fails ends the process: nothing is acknowledged after it. */
@Timeout(60)
class FailedSyncTest {
    private static final String FAILING_SYNC = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <errno.h>
            #include <stdlib.h>
            #include <unistd.h>
            static int failing(void) {
                return access(getenv("FAIL_SYNC_WHEN"), F_OK) == 0;
            }
            int fdatasync(int fd) {
                if (failing()) { errno = EIO; return -1; }
                return ((int (*)(int)) dlsym(RTLD_NEXT, "fdatasync"))(fd);
            }
            int fsync(int fd) {
                if (failing()) { errno = EIO; return -1; }
                return ((int (*)(int)) dlsym(RTLD_NEXT, "fsync"))(fd);
            }
            """;

    @TempDir
    Path directory;

    /** Commits one by one, and asks for failing syncs on the way. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            var kv = RocksKv.open(Path.of(arguments[0]), InstantSource.system());
            for (int n = 0; n < 5; n++) {
                put(kv, n);
                System.out.println(n);
            }
            Files.createFile(Path.of(arguments[1]));
            put(kv, 5);
            System.out.println(5);
        }

        private static void put(Kv kv, int n) {
            kv.transact(txn -> {
                txn.put(Tuple.pack("k", n), new byte[1]);
                return 0;
            });
        }
    }

    @Test
    void a_failed_sync_ends_the_process_and_acknowledges_nothing() throws Exception {
        var library = compile();
        var trigger = directory.resolve("fail-now");
        var environment = Map.of("LD_PRELOAD", library.toString(), "FAIL_SYNC_WHEN", trigger.toString());
        try (var child = ChildJvm.start(
                Writer.class, environment, directory.resolve("data").toString(), trigger.toString())) {
            assertThat(child.awaitExit()).isEqualTo(74);
            assertThat(child.lines()).containsExactly("0", "1", "2", "3", "4");
        }
        try (var kv = RocksKv.open(directory.resolve("data"), InstantSource.system())) {
            for (int n = 0; n < 5; n++) {
                var key = Tuple.pack("k", n);
                assertThat(kv.<byte[]>read(snapshot -> snapshot.get(key))).isNotNull();
            }
        }
    }

    private Path compile() throws Exception {
        var source = directory.resolve("failsync.c");
        var library = directory.resolve("failsync.so");
        Files.writeString(source, FAILING_SYNC);
        var command = List.of("cc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl");
        boolean compiled;
        try {
            compiled = new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (java.io.IOException e) {
            compiled = false;
        }
        assumeTrue(compiled, "there is no C compiler here");
        return library;
    }
}
