package dev.tsumuji.s3;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.CRC32;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * What a listing gives its client to go on with: the last name on the page behind a checksum of it, so that what was never
 * given is refused, as on AWS, rather than taken for a name.
 */
final class PageTokens {
    private PageTokens() {}

    static String of(byte[] last) {
        return Base64.getEncoder()
                .encodeToString(ByteBuffer.allocate(Integer.BYTES + last.length)
                        .putInt(sum(last))
                        .put(last)
                        .array());
    }

    /** @throws S3Exception when no listing gave this token */
    static String last(String token) {
        try {
            var bytes = Base64.getDecoder().decode(token);
            if (bytes.length >= Integer.BYTES) {
                var last = Arrays.copyOfRange(bytes, Integer.BYTES, bytes.length);
                if (ByteBuffer.wrap(bytes).getInt() == sum(last)) {
                    return new String(last, StandardCharsets.UTF_8);
                }
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw S3Errors.invalidArgument("The continuation token provided is incorrect", "continuation-token");
    }

    private static int sum(byte[] bytes) {
        var sum = new CRC32();
        sum.update(bytes, 0, bytes.length);
        return (int) sum.getValue();
    }
}
