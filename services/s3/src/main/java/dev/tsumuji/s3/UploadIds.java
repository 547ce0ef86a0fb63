package dev.tsumuji.s3;

import dev.tsumuji.kernel.time.Ids;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Locale;
import java.util.zip.CRC32;

/** Ids of uploads in parts: in the order of their beginnings, and each bound to its key, which a marker of a listing has to fit. */
final class UploadIds {
    private static final int RANDOM_DIGITS = 24;
    private static final int SUM_DIGITS = 8;

    private UploadIds() {}

    static String make(Instant now, long bucket, byte[] key, Ids ids) {
        var begun = VersionIds.make(now.toEpochMilli() * 1000, ids) + ids.hex(RANDOM_DIGITS);
        return begun + sum(begun, bucket, key);
    }

    /** Whether the id may have been made for an upload to this key, which may be over. */
    static boolean fits(String id, long bucket, byte[] key) {
        int begun = id.length() - SUM_DIGITS;
        return begun > 0 && id.substring(begun).equals(sum(id.substring(0, begun), bucket, key));
    }

    private static String sum(String begun, long bucket, byte[] key) {
        var sum = new CRC32();
        sum.update(S3Keys.bytes(begun));
        sum.update(ByteBuffer.allocate(Long.BYTES).putLong(0, bucket));
        sum.update(key);
        return String.format(Locale.ROOT, "%08x", sum.getValue());
    }
}
