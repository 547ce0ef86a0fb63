package dev.tsumuji.engines.rocksdb;

import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.KvException.Kind;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * How far the store had come when it was last opened or closed, in a file of its own. RocksDB takes a damaged end of its
 * manifest for a write that a crash cut short, and opens without what stood there; a store that has gone back behind its
 * watermark has lost data, and says so.
 */
final class Watermark {
    private static final System.Logger LOG = System.getLogger(Watermark.class.getName());

    private final Path file;

    Watermark(Path directory) {
        file = directory.resolve("watermark");
    }

    /**
     * @param sequence of the last write that the store has
     * @throws KvException {@code CORRUPT} when it had more before
     */
    void check(long sequence) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        var text = Files.readString(file).strip();
        if (!text.matches("[0-9]{1,19}")) {
            throw new KvException(Kind.CORRUPT, file + " should hold a number, but holds something else", null);
        }
        if (sequence < Long.parseLong(text)) {
            throw new KvException(
                    Kind.CORRUPT,
                    "the store has lost writes: it ends at " + sequence + " and had come to " + text
                            + "; its manifest or log is damaged",
                    null);
        }
    }

    /** Where it can't be written, on a full disk for instance, the former mark stays: lower, and still true. */
    void raise(long sequence) {
        var written = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(written, sequence + "\n");
            try (var channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0} stays as it was: {1}", file, e.toString());
        }
    }
}
