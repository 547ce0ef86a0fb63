package dev.tsumuji.wire.sign;

import dev.tsumuji.wire.http.Headers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one text to which all spellings of the same request come down; what is signed is its hash.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Create a signed AWS API request</a>
 */
final class Canonical {
    private Canonical() {}

    /**
     * @param path already canonical, see {@link #path} and {@link #objectPath}
     * @param signedHeaders as the signature lists them, separated by semicolons
     * @param host the value to use for {@code host}
     */
    static String request(
            String method,
            Headers headers,
            String path,
            String query,
            String signedHeaders,
            String host,
            String payloadHash) {
        var text = new StringBuilder(512);
        text.append(method).append('\n').append(path).append('\n').append(query).append('\n');
        for (int from = 0, to; from <= signedHeaders.length(); from = to + 1) {
            to = signedHeaders.indexOf(';', from);
            to = to < 0 ? signedHeaders.length() : to;
            header(text, headers, signedHeaders.substring(from, to), host);
        }
        return text.append('\n')
                .append(signedHeaders)
                .append('\n')
                .append(payloadHash)
                .toString();
    }

    private static void header(StringBuilder text, Headers headers, String name, String host) {
        text.append(name).append(':');
        if (name.equals("host")) {
            trimmed(text, host);
        } else {
            var values = headers.all(name);
            for (int i = 0; i < values.size(); i++) {
                trimmed(i == 0 ? text : text.append(','), values.get(i));
            }
        }
        text.append('\n');
    }

    /** Without spaces at the ends, runs of spaces inside made one. */
    private static void trimmed(StringBuilder text, String value) {
        int to = value.length();
        while (to > 0 && blank(value.charAt(to - 1))) {
            to--;
        }
        var space = true;
        for (int i = 0; i < to; i++) {
            var c = value.charAt(i);
            if (!blank(c)) {
                text.append(c);
                space = false;
            } else if (!space) {
                text.append(' ');
                space = true;
            }
        }
    }

    private static boolean blank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Every service but S3: repeated slashes and dot segments resolved, then encoded once more. */
    static String path(String rawPath) {
        var path = normalised(rawPath);
        var text = new StringBuilder(path.length() + 32);
        Text.encode(text, path, true);
        return text.toString();
    }

    /** S3: the key byte for byte, encoded once. */
    static String objectPath(String rawPath) {
        var text = new StringBuilder(rawPath.length() + 32);
        Text.reencode(text, rawPath, 0, rawPath.length(), false, true);
        return text.toString();
    }

    /** RFC 3986, 5.2.4, and repeated slashes made one. */
    static String normalised(String path) {
        if (!path.contains("//") && !path.contains("/.")) {
            return path.isEmpty() ? "/" : path;
        }
        var kept = new ArrayList<String>();
        for (var segment : path.split("/", -1)) {
            switch (segment) {
                case "", "." -> {}
                case ".." -> {
                    if (!kept.isEmpty()) {
                        kept.removeLast();
                    }
                }
                default -> kept.add(segment);
            }
        }
        var open = path.endsWith("/") || path.endsWith("/.") || path.endsWith("/..");
        return kept.isEmpty() ? "/" : "/" + String.join("/", kept) + (open ? "/" : "");
    }

    /**
     * Encoded and sorted by name, then value.
     *
     * @param without names of parameters to leave out, the signature itself
     */
    static String query(@Nullable String rawQuery, String... without) {
        if (rawQuery == null || rawQuery.isEmpty()) {
            return "";
        }
        List<String> pairs = new ArrayList<>();
        for (int from = 0, to; from <= rawQuery.length(); from = to + 1) {
            to = rawQuery.indexOf('&', from);
            to = to < 0 ? rawQuery.length() : to;
            if (to > from) {
                var pair = pair(rawQuery, from, to);
                if (!leftOut(pair, without)) {
                    pairs.add(pair);
                }
            }
        }
        var sorted = pairs.toArray(String[]::new);
        Arrays.sort(sorted);
        return String.join("&", sorted).replace('\0', '=');
    }

    private static boolean leftOut(String pair, String[] names) {
        for (var name : names) {
            if (pair.length() > name.length() && pair.startsWith(name) && pair.charAt(name.length()) == 0) {
                return true;
            }
        }
        return false;
    }

    /** A zero between name and value, because it sorts before every character of a longer name, as {@code =} does not. */
    private static String pair(String query, int from, int to) {
        int equals = query.indexOf('=', from, to);
        var text = new StringBuilder(to - from + 16);
        var named = equals >= 0 && equals < to;
        Text.reencode(text, query, from, named ? equals : to, true, false);
        text.append('\0');
        if (named) {
            Text.reencode(text, query, equals + 1, to, true, false);
        }
        return text.toString();
    }
}
