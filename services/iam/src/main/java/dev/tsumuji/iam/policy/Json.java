package dev.tsumuji.iam.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as policy documents use it, with the place where each object stood, which simulations report. Strict: nothing but
 * RFC 8259, no member twice, no nesting deeper than {@value #DEPTH_MAX}.
 */
sealed interface Json {
    int DEPTH_MAX = 32;

    /**
     * @param begin offset of the opening brace
     * @param end offset of the closing brace
     */
    record Obj(Map<String, Json> members, int begin, int end) implements Json {}

    record Arr(List<Json> items) implements Json {}

    record Text(String value) implements Json {}

    /** A number, as it was written. */
    record Num(String literal) implements Json {}

    record Bool(boolean value) implements Json {}

    record Null() implements Json {}

    /** @throws MalformedPolicy when the text is not one JSON value */
    static Json parse(String text) {
        var reader = new Reader(text);
        var value = reader.value(0);
        reader.space();
        if (reader.at != text.length()) {
            throw reader.broken();
        }
        return value;
    }

    /** Reads one text from its beginning to its end. */
    final class Reader {
        private final String text;
        private int at;

        private Reader(String text) {
            this.text = text;
        }

        private Json value(int depth) {
            space();
            if (depth > DEPTH_MAX || at >= text.length()) {
                throw broken();
            }
            return switch (text.charAt(at)) {
                case '{' -> object(depth);
                case '[' -> array(depth);
                case '"' -> new Text(string());
                case 't' -> literal("true", new Bool(true));
                case 'f' -> literal("false", new Bool(false));
                case 'n' -> literal("null", new Null());
                default -> number();
            };
        }

        private Json object(int depth) {
            int begin = at++;
            var members = new LinkedHashMap<String, Json>();
            space();
            if (!take('}')) {
                do {
                    space();
                    if (at >= text.length() || text.charAt(at) != '"') {
                        throw broken();
                    }
                    var name = string();
                    space();
                    expect(':');
                    if (members.put(name, value(depth + 1)) != null) {
                        throw broken();
                    }
                    space();
                } while (take(','));
                expect('}');
            }
            return new Obj(members, begin, at - 1);
        }

        private Json array(int depth) {
            at++;
            var items = new ArrayList<Json>();
            space();
            if (!take(']')) {
                do {
                    items.add(value(depth + 1));
                    space();
                } while (take(','));
                expect(']');
            }
            return new Arr(items);
        }

        private String string() {
            at++;
            var out = new StringBuilder();
            while (at < text.length()) {
                char c = text.charAt(at++);
                switch (c) {
                    case '"' -> {
                        return out.toString();
                    }
                    case '\\' -> out.append(escaped());
                    default -> {
                        if (c < ' ') {
                            throw broken();
                        }
                        out.append(c);
                    }
                }
            }
            throw broken();
        }

        private char escaped() {
            if (at >= text.length()) {
                throw broken();
            }
            char c = text.charAt(at++);
            return switch (c) {
                case '"', '\\', '/' -> c;
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> {
                    if (at + 4 > text.length()) {
                        throw broken();
                    }
                    int code = 0;
                    for (int i = 0; i < 4; i++) {
                        int digit = Character.digit(text.charAt(at++), 16);
                        if (digit < 0) {
                            throw broken();
                        }
                        code = code << 4 | digit;
                    }
                    yield (char) code;
                }
                default -> throw broken();
            };
        }

        private Json number() {
            int begin = at;
            take('-');
            int whole = digits();
            if (whole == 0 || whole > 1 && text.charAt(at - whole) == '0') {
                throw broken();
            }
            if (take('.') && digits() == 0) {
                throw broken();
            }
            if (take('e') || take('E')) {
                if (!take('+')) {
                    take('-');
                }
                if (digits() == 0) {
                    throw broken();
                }
            }
            return new Num(text.substring(begin, at));
        }

        private int digits() {
            int begin = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            return at - begin;
        }

        private Json literal(String word, Json value) {
            if (!text.startsWith(word, at)) {
                throw broken();
            }
            at += word.length();
            return value;
        }

        private void space() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private boolean take(char c) {
            boolean there = at < text.length() && text.charAt(at) == c;
            if (there) {
                at++;
            }
            return there;
        }

        private void expect(char c) {
            if (!take(c)) {
                throw broken();
            }
        }

        private MalformedPolicy broken() {
            return new MalformedPolicy("Syntax errors in policy.");
        }
    }
}
