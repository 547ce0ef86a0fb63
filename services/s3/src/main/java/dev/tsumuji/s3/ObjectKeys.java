package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Tuple;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Objects' keys: any UTF-8 of 1 to 1,024 bytes, taken literally. */
final class ObjectKeys {
    private ObjectKeys() {}

    /** @return the key's bytes, whose order is the order of listings */
    static byte[] check(String key) {
        var bytes = S3Keys.bytes(key);
        if (bytes.length > S3Limits.KEY_SIZE_MAX_BYTES) {
            throw S3Errors.of(
                    "KeyTooLongError",
                    400,
                    "Your key is too long",
                    "Size",
                    Integer.toString(bytes.length),
                    "MaxSizeAllowed",
                    Integer.toString(S3Limits.KEY_SIZE_MAX_BYTES));
        }
        return bytes;
    }

    /** The object's key in a key of the store whose element at {@code index} it is. */
    static byte[] ofStored(byte[] stored, int index) {
        if (Tuple.unpack(stored).get(index) instanceof byte[] key) {
            return key;
        }
        throw new IllegalStateException("not a key of an object");
    }

    static String text(byte[] key) {
        return new String(key, StandardCharsets.UTF_8);
    }

    /** As listings and events write a key that is asked for URL-encoded: slashes stay, a space becomes a plus. */
    static String encoded(String key) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8).replace("%2F", "/");
    }
}
