package dev.tsumuji.s3;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Texts that headers can't carry, as encoded words of RFC 2047: S3 reads them in users' metadata, and writes what isn't
 * ASCII so.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata">User-defined object metadata</a>
 */
final class EncodedWords {
    private static final Pattern WORD = Pattern.compile("=\\?([A-Za-z0-9_-]+)\\?([BbQq])\\?([^? ]*)\\?=");
    private static final Pattern BETWEEN = Pattern.compile("(?<=\\?=)\\s+(?==\\?)");
    /** Without the marks around it. */
    private static final int WORD_MAX = 75 - "=?UTF-8?Q??=".length();

    private EncodedWords() {}

    /** The text that is meant; words that can't be read stay as they are. */
    static String read(String text) {
        if (!text.contains("=?")) {
            return text;
        }
        var words = WORD.matcher(BETWEEN.matcher(text).replaceAll(""));
        var out = new StringBuilder();
        while (words.find()) {
            var meant = meant(words.group(1), words.group(2), words.group(3));
            words.appendReplacement(out, "");
            out.append(meant == null ? words.group() : meant);
        }
        return words.appendTail(out).toString();
    }

    private static @Nullable String meant(String charset, String encoding, String content) {
        try {
            var bytes = encoding.equalsIgnoreCase("B") ? Base64.getDecoder().decode(content) : unquoted(content);
            return new String(bytes, Charset.forName(charset));
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    private static byte[] unquoted(String content) {
        var bytes = new ByteArrayOutputStream(content.length());
        for (int i = 0; i < content.length(); i++) {
            char c = content.charAt(i);
            if (c == '=') {
                if (i + 2 >= content.length()) {
                    throw new IllegalArgumentException("an escape is cut off");
                }
                bytes.write(Integer.parseInt(content, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c == '_' ? ' ' : c);
            }
        }
        return bytes.toByteArray();
    }

    /** As a header carries it: mostly ASCII is quoted, the rest is Base64. */
    static String write(String text) {
        long ascii = text.chars().filter(c -> c < 128).count();
        return ascii == text.length() ? text : words(text, ascii > text.length() - ascii);
    }

    private static String words(String text, boolean quoted) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        var content = quoted ? quoted(bytes) : Base64.getEncoder().encodeToString(bytes);
        if (content.length() <= WORD_MAX || text.length() < 2) {
            return "=?UTF-8?" + (quoted ? 'Q' : 'B') + '?' + content + "?=";
        }
        // no character is cut in two
        int half = text.offsetByCodePoints(0, Math.max(1, text.codePointCount(0, text.length()) / 2));
        return half == text.length()
                ? "=?UTF-8?" + (quoted ? 'Q' : 'B') + '?' + content + "?="
                : words(text.substring(0, half), quoted) + " " + words(text.substring(half), quoted);
    }

    private static String quoted(byte[] bytes) {
        var out = new StringBuilder(bytes.length + 16);
        for (byte b : bytes) {
            if (b == ' ') {
                out.append('_');
            } else if (b > ' ' && b < 127 && "=_?".indexOf(b) < 0) {
                out.append((char) b);
            } else {
                out.append('=').append(String.format(Locale.ROOT, "%02X", b));
            }
        }
        return out.toString();
    }
}
