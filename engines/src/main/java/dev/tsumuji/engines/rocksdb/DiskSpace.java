package dev.tsumuji.engines.rocksdb;

import dev.tsumuji.kernel.kv.KvException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Refuses commits while the disk is nearly full. RocksDB needs room to flush and to compact what it has accepted; stopping
 * before it runs out keeps it in good order, so that reads go on and writes work again as soon as there is space.
 */
final class DiskSpace {
    private final FileStore disk;
    private final Path directory;
    private final long reserveBytes;

    DiskSpace(Path directory, long reserveBytes) throws IOException {
        this.disk = Files.getFileStore(directory);
        this.directory = directory;
        this.reserveBytes = reserveBytes;
    }

    /** @throws KvException {@code FULL} when less than the reserve is left */
    void require() {
        try {
            long free = disk.getUsableSpace();
            if (free < reserveBytes) {
                throw new KvException(
                        KvException.Kind.FULL,
                        "the disk of " + directory + " is full: " + free + " bytes are left and " + reserveBytes
                                + " are kept in reserve; nothing was written",
                        null);
            }
        } catch (IOException e) {
            throw new KvException(KvException.Kind.ENGINE, "the free space of " + directory + " can't be read", e);
        }
    }
}
