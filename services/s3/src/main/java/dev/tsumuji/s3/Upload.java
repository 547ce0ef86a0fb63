package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Codec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An upload in parts as it is stored while it goes on.
 *
 * @param draft all of the version to come but its bytes
 * @param algorithm of the checksums that clients see; null when they asked for none, and one is kept all the same
 * @param type of the whole's checksum
 * @param initiator ARN of who began it
 */
record Upload(
        String id,
        Version draft,
        Checksums.@Nullable Algorithm algorithm,
        @Nullable String type,
        Instant initiatedAt,
        String initiator) {
    static final Codec<Upload> CODEC = Codec.of(Upload.class);

    /** The checksum that every part is given, whether clients see it or not. */
    Checksums.Algorithm kept() {
        return algorithm == null ? Checksums.Algorithm.CRC64NVME : algorithm;
    }
}
