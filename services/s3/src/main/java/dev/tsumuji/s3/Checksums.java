package dev.tsumuji.s3;

import dev.tsumuji.kernel.blobs.Crc64Nvme;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;

/**
 * The checksums that S3 keeps beside objects.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html">Checking object integrity</a>
 */
final class Checksums {
    static final String FULL_OBJECT = "FULL_OBJECT";
    static final String COMPOSITE = "COMPOSITE";

    private Checksums() {}

    /** The five that S3 knows. */
    enum Algorithm {
        CRC32(4, 0xEDB88320L),
        CRC32C(4, 0x82F63B78L),
        CRC64NVME(8, Crc64Nvme.POLYNOMIAL),
        SHA1(20, 0),
        SHA256(32, 0);

        private final int length;
        private final long polynomial;

        /** @param polynomial reflected; 0 for what is no CRC */
        Algorithm(int length, long polynomial) {
            this.length = length;
            this.polynomial = polynomial;
        }

        boolean isCrc() {
            return polynomial != 0;
        }

        String header() {
            return "x-amz-checksum-" + name().toLowerCase(Locale.ROOT);
        }

        /** The member of requests and answers that carries it. */
        String member() {
            return "Checksum" + name();
        }

        Engine engine() {
            return switch (this) {
                case CRC32 -> new Crc(new CRC32(), 4);
                case CRC32C -> new Crc(new CRC32C(), 4);
                case CRC64NVME -> new Crc(new Crc64Nvme(), 8);
                case SHA1 -> new Hash(digest("SHA-1"));
                case SHA256 -> new Hash(digest("SHA-256"));
            };
        }

        static @Nullable Algorithm named(@Nullable String name) {
            for (var algorithm : values()) {
                if (algorithm.name().equalsIgnoreCase(name)) {
                    return algorithm;
                }
            }
            return null;
        }
    }

    /** A checksum being computed. Used by one thread. */
    sealed interface Engine {
        void update(byte[] bytes, int offset, int length);

        byte[] value();
    }

    private record Crc(Checksum crc, int width) implements Engine {
        @Override
        public void update(byte[] bytes, int offset, int length) {
            crc.update(bytes, offset, length);
        }

        @Override
        public byte[] value() {
            return bytes(crc.getValue(), width);
        }
    }

    private record Hash(MessageDigest digest) implements Engine {
        @Override
        public void update(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        public byte[] value() {
            return digest.digest();
        }
    }

    /**
     * A checksum of an object or a part.
     *
     * @param value Base64; of a composite one with the number of parts behind it
     * @param type {@link #FULL_OBJECT} or {@link #COMPOSITE}
     */
    record Sum(Algorithm algorithm, String value, String type) {}

    /** What a request says of the checksum of its body. */
    record Claim(@Nullable Algorithm algorithm, @Nullable String value) {
        /** @throws software.amazon.awssdk.services.s3.model.S3Exception when the body is another one than the client's */
        void verify(Algorithm computed, String sum) {
            if (value != null && computed == algorithm && !value.equals(sum)) {
                throw badDigest(computed);
            }
        }
    }

    /** @throws software.amazon.awssdk.services.s3.model.S3Exception when there are several, or one that can't be */
    static Claim claim(SdkRequest request) {
        var claim = new Claim(
                Algorithm.named(request.getValueForField("ChecksumAlgorithm", String.class)
                        .orElse(null)),
                null);
        for (var algorithm : Algorithm.values()) {
            var value =
                    request.getValueForField(algorithm.member(), String.class).orElse(null);
            if (value == null) {
                continue;
            }
            if (claim.value != null) {
                throw S3Errors.invalidRequest(
                        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
            }
            claim = new Claim(algorithm, value);
        }
        if (claim.algorithm != null && claim.value != null) {
            checkForm(claim.algorithm, claim.value);
        }
        return claim;
    }

    static void checkForm(Algorithm algorithm, String value) {
        try {
            if (Base64.getDecoder().decode(value).length == algorithm.length) {
                return;
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw S3Errors.invalidRequest("Value for " + algorithm.header() + " header is invalid.");
    }

    static RuntimeException badDigest(Algorithm algorithm) {
        return S3Errors.of(
                "BadDigest", 400, "The " + algorithm.name() + " you specified did not match the calculated checksum.");
    }

    static String text(byte[] value) {
        return Base64.getEncoder().encodeToString(value);
    }

    static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has " + name, e);
        }
    }

    // ---- of several parts

    /** A part's checksum and the number of bytes it is of. */
    record OfPart(String value, long length) {}

    /** The checksum of the parts' checksums. */
    static String composite(Algorithm algorithm, List<OfPart> parts) {
        var engine = algorithm.engine();
        for (var part : parts) {
            var raw = Base64.getDecoder().decode(part.value);
            engine.update(raw, 0, raw.length);
        }
        return text(engine.value()) + "-" + parts.size();
    }

    /** The CRC of everything, from the parts' CRCs without reading the parts again. */
    static String combined(Algorithm algorithm, List<OfPart> parts) {
        long crc = number(parts.getFirst().value);
        for (var part : parts.subList(1, parts.size())) {
            crc = shifted(algorithm, crc, part.length) ^ number(part.value);
        }
        return text(bytes(crc, algorithm.length));
    }

    private static long number(String base64) {
        var raw = Base64.getDecoder().decode(base64);
        return ByteBuffer.wrap(Arrays.copyOf(new byte[8 - raw.length], 8))
                .put(8 - raw.length, raw)
                .getLong(0);
    }

    private static byte[] bytes(long value, int width) {
        var all = ByteBuffer.allocate(8).putLong(value).array();
        return Arrays.copyOfRange(all, 8 - width, 8);
    }

    /**
     * What a CRC contributes when {@code bytes} more bytes follow: its product with x^(8·bytes) modulo the polynomial, by
     * repeated squaring. Initial value and final complement of both CRCs cancel out.
     */
    private static long shifted(Algorithm algorithm, long crc, long bytes) {
        int bits = 8 * algorithm.length;
        long one = 1L << bits - 1;
        long power = one >>> 1;
        long result = one;
        // power is x^1; after three squarings x^8
        for (int i = 0; i < 3; i++) {
            power = product(power, power, algorithm.polynomial, bits);
        }
        for (long n = bytes; n > 0; n >>>= 1) {
            if ((n & 1) != 0) {
                result = product(result, power, algorithm.polynomial, bits);
            }
            power = product(power, power, algorithm.polynomial, bits);
        }
        return product(result, crc, algorithm.polynomial, bits);
    }

    /** Of two reflected polynomials: the highest bit is x^0. */
    private static long product(long a, long b, long polynomial, int bits) {
        long sum = 0;
        long multiple = b;
        for (int i = bits - 1; i >= 0; i--) {
            if ((a >>> i & 1) != 0) {
                sum ^= multiple;
            }
            multiple = (multiple & 1) != 0 ? multiple >>> 1 ^ polynomial : multiple >>> 1;
        }
        return sum;
    }
}
