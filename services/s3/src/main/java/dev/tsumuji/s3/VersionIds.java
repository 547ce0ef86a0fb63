package dev.tsumuji.s3;

import dev.tsumuji.kernel.time.Ids;
import java.nio.ByteBuffer;
import java.util.Base64;

/** Names of versions and uploads: 32 characters, of which the first tell the place in the order and the rest are random. */
final class VersionIds {
    private static final int LENGTH = 32;
    private static final int RANDOM_BYTES = 16;
    /** Microseconds since 1970; no version is from after 2200. */
    private static final long ORDER_MAX = 7_258_118_400_000_000L;

    private VersionIds() {}

    static String make(long order, Ids ids) {
        var bytes = ByteBuffer.allocate(Long.BYTES + RANDOM_BYTES)
                .putLong(order)
                .put(ids.bytes(RANDOM_BYTES))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** @throws software.amazon.awssdk.services.s3.model.S3Exception when no version can have this id */
    static long order(String id) {
        try {
            if (id.length() == LENGTH) {
                long order = ByteBuffer.wrap(Base64.getUrlDecoder().decode(id)).getLong();
                if (order > 0 && order < ORDER_MAX) {
                    return order;
                }
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw S3Errors.invalidArgument("Invalid version id specified", "versionId", id);
    }
}
