package dev.tsumuji.wire.sign;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, and the keyed form that signatures are. */
final class Hash {
    private static final HexFormat HEX = HexFormat.of();
    private static final int BLOCK = 64;

    /** Copies of it cost less than asking the JDK's providers each time. */
    private static final MessageDigest SHA_256 = digest("SHA-256");

    static final String OF_NOTHING = hex(sha256(new byte[0]));

    private Hash() {}

    static MessageDigest sha256() {
        return copy(SHA_256);
    }

    static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has " + algorithm, e);
        }
    }

    static byte[] sha256(byte[] bytes) {
        return sha256().digest(bytes);
    }

    static String hexOf(String text) {
        return hex(sha256(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    /** Whether the text is a SHA-256 in hexadecimal. */
    static boolean isSha256(String text) {
        if (text.length() != 64) {
            return false;
        }
        for (int i = 0; i < 64; i++) {
            if (!HexFormat.isHexDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** In constant time for texts of equal length. */
    static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * HMAC-SHA-256 under one key. Holds the digests' states after the padded key, so that a use costs two hashes and no key
     * schedule. Immutable, thread-safe.
     */
    static final class Key {
        private final MessageDigest inner;
        private final MessageDigest outer;

        Key(byte[] key) {
            var block = new byte[BLOCK];
            var short_ = key.length > BLOCK ? sha256(key) : key;
            System.arraycopy(short_, 0, block, 0, short_.length);
            inner = padded(block, (byte) 0x36);
            outer = padded(block, (byte) 0x5c);
        }

        private static MessageDigest padded(byte[] block, byte pad) {
            var bytes = new byte[BLOCK];
            for (int i = 0; i < BLOCK; i++) {
                bytes[i] = (byte) (block[i] ^ pad);
            }
            var digest = sha256();
            digest.update(bytes);
            return digest;
        }

        byte[] mac(String text) {
            return copy(outer).digest(copy(inner).digest(text.getBytes(StandardCharsets.UTF_8)));
        }

        String hexMac(String text) {
            return HEX.formatHex(mac(text));
        }
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("the JDK's SHA-256 can be cloned", e);
        }
    }
}
