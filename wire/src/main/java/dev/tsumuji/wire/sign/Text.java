package dev.tsumuji.wire.sign;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Percent-encoding as signatures want it. Lenient readers, strict writers. */
final class Text {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    private Text() {}

    /** Appends with all but the unreserved characters percent-encoded, as UTF-8. */
    static void encode(StringBuilder out, String text, boolean keepSlash) {
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c < 0x80) {
                encode(out, c, keepSlash);
            } else {
                encodeBytes(out, text.substring(i).getBytes(StandardCharsets.UTF_8), keepSlash);
                return;
            }
        }
    }

    static String encode(String text) {
        var out = new StringBuilder(text.length() + 16);
        encode(out, text, false);
        return out.toString();
    }

    private static void encodeBytes(StringBuilder out, byte[] bytes, boolean keepSlash) {
        for (var b : bytes) {
            encode(out, (char) (b & 0xff), keepSlash);
        }
    }

    private static void encode(StringBuilder out, char c, boolean keepSlash) {
        if (unreserved(c) || keepSlash && c == '/') {
            out.append(c);
        } else {
            out.append('%').append(HEX[c >> 4]).append(HEX[c & 15]);
        }
    }

    private static boolean unreserved(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '_'
                || c == '.'
                || c == '~';
    }

    /**
     * Undoes percent-encoding and writes it anew, so that {@code %7e}, {@code %7E} and {@code ~} come out alike. A percent
     * sign that introduces nothing stands for itself.
     */
    static void reencode(StringBuilder out, String text, int from, int to, boolean plusIsSpace, boolean keepSlash) {
        for (int i = from; i < to; i++) {
            var c = text.charAt(i);
            if (c == '%' && i + 2 < to && hex(text.charAt(i + 1)) >= 0 && hex(text.charAt(i + 2)) >= 0) {
                encode(out, (char) (hex(text.charAt(i + 1)) << 4 | hex(text.charAt(i + 2))), keepSlash);
                i += 2;
            } else if (c == '+' && plusIsSpace) {
                out.append("%20");
            } else if (c < 0x80) {
                encode(out, c, keepSlash);
            } else {
                int end = i + (Character.isHighSurrogate(c) && i + 1 < to ? 2 : 1);
                encodeBytes(out, text.substring(i, end).getBytes(StandardCharsets.UTF_8), keepSlash);
                i = end - 1;
            }
        }
    }

    /** Percent-decoded as UTF-8. */
    static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var bytes = new byte[text.length() * 3];
        int n = 0;
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '%' && i + 2 < text.length() && hex(text.charAt(i + 1)) >= 0 && hex(text.charAt(i + 2)) >= 0) {
                bytes[n++] = (byte) (hex(text.charAt(i + 1)) << 4 | hex(text.charAt(i + 2)));
                i += 2;
            } else {
                for (var b : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
                    bytes[n++] = b;
                }
            }
        }
        return new String(bytes, 0, n, StandardCharsets.UTF_8);
    }

    static String spacedHex(String text) {
        return SPACED.formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
