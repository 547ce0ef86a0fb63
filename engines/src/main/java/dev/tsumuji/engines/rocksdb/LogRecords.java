package dev.tsumuji.engines.rocksdb;

import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.KvException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Looks over the store's logs and manifests before RocksDB reads them. RocksDB takes a record with one certain bit changed for one
 * of a file that was used before, and reads it over and over: opening would never end. Such records are not written here, since
 * no log is used twice. All other damage is left to RocksDB, which checks every record's checksum.
 *
 * <p>The format: <a href="https://github.com/facebook/rocksdb/wiki/Write-Ahead-Log-File-Format">blocks of records</a>, each a
 * checksum (4 bytes), a length (2 bytes) and a type (1 byte) before its content.
 */
final class LogRecords {

    private static final Pattern FILES = Pattern.compile("MANIFEST-\\d+|\\d+\\.log");
    private static final int BLOCK_BYTES = 32 * 1024;
    private static final int HEAD_BYTES = 7;
    private static final int LENGTH_AT = 4;
    private static final int TYPE_AT = 6;
    private static final int FIRST_OF_USED_FILE = 5;
    private static final int LAST_OF_USED_FILE = 8;

    private LogRecords() {}

    /** @throws KvException {@code CORRUPT} when a file has a record that this store doesn't write */
    static void check(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (var files = Files.list(directory)) {
            for (var file : files.filter(
                            f -> FILES.matcher(f.getFileName().toString()).matches())
                    .toList()) {
                checkFile(file);
            }
        }
    }

    private static void checkFile(Path file) throws IOException {
        var block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (var channel = FileChannel.open(file)) {
            for (long from = 0; from < channel.size(); from += BLOCK_BYTES) {
                block.clear();
                while (block.hasRemaining() && channel.read(block) >= 0) {
                    // until the block is full or the file is over
                }
                int at = wrongRecord(block.flip());
                if (at >= 0) {
                    throw new KvException(
                            Kind.CORRUPT, file + " has a record of no known kind at byte " + (from + at), null);
                }
            }
        }
    }

    /** Where it begins; negative for none. What follows a record that can't be is not looked at, as RocksDB doesn't. */
    private static int wrongRecord(ByteBuffer block) {
        int at = 0;
        while (at + HEAD_BYTES <= block.limit()) {
            int type = block.get(at + TYPE_AT) & 0xff;
            int length = block.getShort(at + LENGTH_AT) & 0xffff;
            if (type >= FIRST_OF_USED_FILE && type <= LAST_OF_USED_FILE) {
                return at;
            }
            if (type == 0 && length == 0) {
                break;
            }
            at += HEAD_BYTES + length;
        }
        return -1;
    }
}
