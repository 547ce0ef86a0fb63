package dev.tsumuji.engines.rocksdb;

import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.KvException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The version of what lies in a data directory, in a file of its own: it is known before anything else is opened. */
final class DiskFormat {
    private static final int CURRENT = 1;
    private static final String FILE = "format";

    private DiskFormat() {}

    /**
     * Writes the version into a new directory.
     *
     * @throws KvException {@code ENGINE} when a newer program wrote this directory
     */
    static void check(Path directory) throws IOException {
        var file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            write(directory, file);
            return;
        }
        var text = Files.readString(file).strip();
        if (!text.matches("[0-9]{1,9}")) {
            throw new KvException(Kind.CORRUPT, file + " should hold a format version, but holds something else", null);
        }
        int found = Integer.parseInt(text);
        if (found > CURRENT) {
            throw new KvException(
                    Kind.ENGINE,
                    "the data in " + directory + " has format " + found + ", but this program knows formats up to "
                            + CURRENT + ": start the newer version that wrote it",
                    null);
        }
    }

    private static void write(Path directory, Path file) throws IOException {
        var written = directory.resolve(FILE + ".new");
        Files.writeString(written, CURRENT + "\n");
        try (var channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
