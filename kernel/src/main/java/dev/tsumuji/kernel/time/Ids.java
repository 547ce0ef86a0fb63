package dev.tsumuji.kernel.time;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Random identifiers. Thread-safe when its source is. */
public final class Ids {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private final RandomGenerator random;

    /** @param random a secure one in production; a seeded one makes a test repeatable */
    public Ids(RandomGenerator random) {
        this.random = random;
    }

    public static Ids secure() {
        return new Ids(new SecureRandom());
    }

    public byte[] bytes(int count) {
        var bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A version 4 UUID in its usual form. */
    public String uuid() {
        var b = bytes(16);
        b[6] = (byte) (b[6] & 0x0f | 0x40);
        b[8] = (byte) (b[8] & 0x3f | 0x80);
        var hex = HexFormat.of().formatHex(b);
        return hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-" + hex.substring(12, 16) + "-"
                + hex.substring(16, 20) + "-" + hex.substring(20);
    }

    public String hex(int chars) {
        return HexFormat.of().formatHex(bytes((chars + 1) / 2)).substring(0, chars);
    }

    /** Capital letters and digits, as in {@code AKIA…} and {@code AROA…}. */
    public String base32(int chars) {
        return from(BASE32, chars);
    }

    /** Characters of an alphabet of at most 256 characters, each equally likely. */
    public String from(String alphabet, int chars) {
        // a byte at or above this would favour the alphabet's beginning
        int end = 256 - 256 % alphabet.length();
        var text = new StringBuilder(chars);
        while (text.length() < chars) {
            // a secure source has its price by the call
            for (byte b : bytes(chars - text.length())) {
                if ((b & 0xff) < end) {
                    text.append(alphabet.charAt((b & 0xff) % alphabet.length()));
                }
            }
        }
        return text.toString();
    }

    public double fraction() {
        return random.nextDouble();
    }
}
