package dev.tsumuji.logs;

import dev.tsumuji.kernel.kv.KvException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The stored value of a log event: a format byte, the time of ingestion, the message, a CRC-32C of what stands before it.
 * Laid out by hand because every line that a function prints becomes one.
 *
 * @param ingestedAt milliseconds
 */
record Event(long ingestedAt, String message) {
    private static final byte FORMAT = 1;
    private static final int HEAD = 1 + Long.BYTES;

    static byte[] encode(long ingestedAt, byte[] message) {
        var value = ByteBuffer.allocate(HEAD + message.length + Integer.BYTES)
                .put(FORMAT)
                .putLong(ingestedAt)
                .put(message);
        value.putInt(crc(value.array()));
        return value.array();
    }

    /** @throws KvException {@code CORRUPT} when the checksum is wrong */
    static Event decode(byte[] stored) {
        var value = ByteBuffer.wrap(stored);
        int end = stored.length - Integer.BYTES;
        if (end < HEAD || value.getInt(end) != crc(stored) || stored[0] != FORMAT) {
            throw new KvException(KvException.Kind.CORRUPT, "a stored log event fails its checksum", null);
        }
        return new Event(value.getLong(1), new String(stored, HEAD, end - HEAD, StandardCharsets.UTF_8));
    }

    private static int crc(byte[] value) {
        var crc = new CRC32C();
        crc.update(value, 0, value.length - Integer.BYTES);
        return (int) crc.getValue();
    }
}
