package dev.tsumuji.engines.rocksdb;

import dev.tsumuji.kernel.kv.KvException;
import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * Loads RocksDB's native part once per process. It is unpacked from its jar beside the data on the first start and kept:
 * unpacking 16 MB at each start costs time, and a killed process would leave a copy in the temporary directory every time.
 */
final class NativeLibrary {
    private static boolean loaded;

    private NativeLibrary() {}

    /** @param directory where the library is kept */
    static synchronized void load(Path directory) {
        if (loaded) {
            return;
        }
        try {
            var packed = RocksDB.class.getClassLoader().getResource(Environment.getJniLibraryFileName("rocksdb"));
            if (!installed() && packed != null && packed.openConnection() instanceof JarURLConnection jar) {
                RocksDB.loadLibrary(List.of(unpacked(jar, directory).toString()));
            } else {
                RocksDB.loadLibrary();
            }
            loaded = true;
        } catch (IOException e) {
            throw new KvException(KvException.Kind.ENGINE, "RocksDB's library can't be unpacked to " + directory, e);
        }
    }

    /** Whether the build, or a package, put the library where the JVM looks for libraries. */
    private static boolean installed() {
        var name = Environment.getJniLibraryFileName("rocksdb");
        var directories = System.getProperty("java.library.path", "").split(File.pathSeparator, -1);
        return Arrays.stream(directories)
                .anyMatch(directory -> !directory.isEmpty() && Files.exists(Path.of(directory, name)));
    }

    /** The directory that holds the library; it is named after the library's checksum. */
    private static Path unpacked(JarURLConnection jar, Path directory) throws IOException {
        var entry = jar.getJarEntry();
        var home = directory.toAbsolutePath().resolve("rocksdb-" + Long.toHexString(entry.getCrc()));
        // RocksDB looks for it by this name, not by the one that it has in the jar
        var library = home.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
        if (!Files.exists(library) || Files.size(library) != entry.getSize()) {
            Files.createDirectories(home);
            var written = Files.createTempFile(home, "unpacking", ".so");
            try (var packed = jar.getInputStream()) {
                Files.copy(packed, written, StandardCopyOption.REPLACE_EXISTING);
            }
            try (var channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(written, library, StandardCopyOption.ATOMIC_MOVE);
        }
        return home;
    }
}
