package dev.tsumuji.dynamodb;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;

/**
 * SHA-256 of what a request asks for, by which its repetition is known. The order in which a client writes the members of a map
 * is nothing that it asks for: most languages' maps have none. Used by one thread.
 */
final class RequestDigest {
    private final MessageDigest digest;

    private RequestDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    static byte[] of(SdkPojo request) {
        var made = new RequestDigest();
        made.add(request);
        return made.digest.digest();
    }

    /** Everything is preceded by its kind and length, so that two requests never look the same. */
    private void add(@Nullable Object value) {
        switch (value) {
            case null -> begin('-', 0);
            case SdkPojo structure -> {
                begin('S', structure.sdkFields().size());
                structure.sdkFields().forEach(field -> add(field.getValueOrDefault(structure)));
            }
            case Map<?, ?> entries -> {
                begin('M', entries.size());
                var sorted = new TreeMap<String, @Nullable Object>();
                entries.forEach((key, entry) -> sorted.put(String.valueOf(key), entry));
                sorted.forEach((key, entry) -> {
                    add(key);
                    add(entry);
                });
            }
            case List<?> items -> {
                begin('L', items.size());
                items.forEach(this::add);
            }
            case SdkBytes bytes -> bytes('B', bytes.asByteArrayUnsafe());
            default -> bytes('T', value.toString().getBytes(UTF_8));
        }
    }

    private void bytes(char kind, byte[] bytes) {
        begin(kind, bytes.length);
        digest.update(bytes);
    }

    private void begin(char kind, int length) {
        digest.update(ByteBuffer.allocate(Character.BYTES + Integer.BYTES)
                .putChar(kind)
                .putInt(length)
                .flip());
    }
}
