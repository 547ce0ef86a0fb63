package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Codec;
import java.time.Instant;

/**
 * A part of an upload as it is stored.
 *
 * @param etag MD5, lower-case hexadecimal; of a part sealed with a customer's key a random text
 * @param sum of the upload's algorithm, Base64
 */
record Part(int number, Body body, String etag, String sum, Instant modifiedAt) {
    static final Codec<Part> CODEC = Codec.of(Part.class);
}
