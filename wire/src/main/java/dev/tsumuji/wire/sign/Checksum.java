package dev.tsumuji.wire.sign;

import dev.tsumuji.kernel.blobs.Crc64Nvme;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A checksum that a client sends after its body. Used by one thread.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html">Checking object integrity</a>
 */
final class Checksum {
    private static final String PREFIX = "x-amz-checksum-";

    private sealed interface Engine {
        void update(byte[] bytes, int offset, int length);

        byte[] value();
    }

    private record Crc(java.util.zip.Checksum crc, int width) implements Engine {
        @Override
        public void update(byte[] bytes, int offset, int length) {
            crc.update(bytes, offset, length);
        }

        @Override
        public byte[] value() {
            var all = ByteBuffer.allocate(8).putLong(crc.getValue()).array();
            return Arrays.copyOfRange(all, 8 - width, 8);
        }
    }

    private record Digest(MessageDigest digest) implements Engine {
        @Override
        public void update(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        public byte[] value() {
            return digest.digest();
        }
    }

    private final String header;
    private final String algorithm;
    private final Engine engine;

    private Checksum(String header, String algorithm, Engine engine) {
        this.header = header;
        this.algorithm = algorithm;
        this.engine = engine;
    }

    /**
     * @param trailer as {@code x-amz-trailer} names it; null for none
     * @return null for none
     * @throws Refusal when it isn't one of the five that S3 knows
     */
    static @Nullable Checksum named(@Nullable String trailer, Refusals refusals) {
        if (trailer == null) {
            return null;
        }
        var header = trailer.strip().toLowerCase(Locale.ROOT);
        var algorithm =
                header.startsWith(PREFIX) ? header.substring(PREFIX.length()).toUpperCase(Locale.ROOT) : "";
        return switch (algorithm) {
            case "CRC32" -> new Checksum(header, algorithm, new Crc(new CRC32(), 4));
            case "CRC32C" -> new Checksum(header, algorithm, new Crc(new CRC32C(), 4));
            case "CRC64NVME" -> new Checksum(header, algorithm, new Crc(new Crc64Nvme(), 8));
            case "SHA1" -> new Checksum(header, algorithm, new Digest(Hash.digest("SHA-1")));
            case "SHA256" -> new Checksum(header, algorithm, new Digest(Hash.sha256()));
            default ->
                throw new Refusal(
                        "InvalidRequest", 400, "The value specified in the x-amz-trailer header is not supported");
        };
    }

    /** The name of the trailer that carries it. */
    String header() {
        return header;
    }

    void update(byte[] bytes, int offset, int length) {
        engine.update(bytes, offset, length);
    }

    void check(String claimed, Refusals refusals) {
        if (!Base64.getEncoder().encodeToString(engine.value()).equals(claimed)) {
            throw refusals.badChecksum(algorithm);
        }
    }

    /** For our own clients and tests. */
    String value() {
        return Base64.getEncoder().encodeToString(engine.value());
    }
}
