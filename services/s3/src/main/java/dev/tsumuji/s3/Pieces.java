package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Codec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts that an object is made of, in order. Completing an upload writes this list, and no byte of the parts. */
record Pieces(List<Piece> list) {
    static final Codec<Pieces> CODEC = Codec.of(Pieces.class);

    /**
     * One part.
     *
     * @param n its number in the upload
     * @param sum its checksum, Base64; null when the upload has none that clients see
     */
    record Piece(
            int n,
            String id,
            long size,
            @Nullable String blob,
            @Nullable String sum) {
        Body body() {
            return new Body(id, size, blob, false);
        }
    }
}
