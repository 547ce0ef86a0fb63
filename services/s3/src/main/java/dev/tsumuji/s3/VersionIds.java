package dev.tsumuji.s3;

import dev.tsumuji.kernel.time.Ids;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32;

/**
 * Names of versions and uploads: 32 characters, of which the first tell the place in the order, the next are random, and the
 * last are a checksum, by which an id that was never made is told from one whose version is gone.
 */
final class VersionIds {
    private static final int LENGTH = 32;
    private static final int RANDOM_BYTES = 12;
    /** Microseconds since 1970; no version is from after 2200. */
    private static final long ORDER_MAX = 7_258_118_400_000_000L;

    private VersionIds() {}

    static String make(long order, Ids ids) {
        var bytes = ByteBuffer.allocate(Long.BYTES + RANDOM_BYTES + Integer.BYTES)
                .putLong(order)
                .put(ids.bytes(RANDOM_BYTES));
        bytes.putInt(sum(bytes.array()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    private static int sum(byte[] id) {
        var sum = new CRC32();
        sum.update(id, 0, Long.BYTES + RANDOM_BYTES);
        return (int) sum.getValue();
    }

    /** @throws software.amazon.awssdk.services.s3.model.S3Exception when no version can have this id */
    static long order(String id) {
        return order(id, "versionId");
    }

    /** @param argument what the request calls it */
    static long order(String id, String argument) {
        if (id.isEmpty()) {
            throw S3Errors.invalidArgument("Version id cannot be the empty string", argument, id);
        }
        try {
            if (id.length() == LENGTH) {
                var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(id));
                long order = bytes.getLong();
                if (order > 0 && order < ORDER_MAX && bytes.getInt(Long.BYTES + RANDOM_BYTES) == sum(bytes.array())) {
                    return order;
                }
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw S3Errors.invalidArgument("Invalid version id specified", argument, id);
    }
}
