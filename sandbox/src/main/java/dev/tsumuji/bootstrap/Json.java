package dev.tsumuji.bootstrap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON to maps, lists, texts, numbers ({@link Integer}, {@link Long}, {@link java.math.BigInteger}, {@link Double}), booleans
 * and null, and back. One instance per text.
 */
final class Json {

    private static final int DEPTH_MAX = 1000;

    /** The text isn't JSON. */
    static final class Malformed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    private final String text;
    private int at;
    private int depth;

    private Json(String text) {
        this.text = text;
    }

    static @Nullable Object parse(String text) {
        var json = new Json(text);
        var value = json.value();
        json.space();
        if (json.at < text.length()) {
            throw json.malformed();
        }
        return value;
    }

    private Malformed malformed() {
        return new Malformed(
                at < text.length()
                        ? "Unexpected character '" + text.charAt(at) + "' at " + at
                        : "Unexpected end of input");
    }

    private void space() {
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
    }

    private char peek() {
        space();
        if (at >= text.length()) {
            throw malformed();
        }
        return text.charAt(at);
    }

    private @Nullable Object value() {
        if (++depth > DEPTH_MAX) {
            throw new Malformed("nested too deeply");
        }
        try {
            return switch (peek()) {
                case '{' -> object();
                case '[' -> array();
                case '"' -> string();
                case 't' -> word("true", Boolean.TRUE);
                case 'f' -> word("false", Boolean.FALSE);
                case 'n' -> word("null", null);
                default -> number();
            };
        } finally {
            depth--;
        }
    }

    private @Nullable Object word(String word, @Nullable Object value) {
        if (!text.startsWith(word, at)) {
            throw malformed();
        }
        at += word.length();
        return value;
    }

    private Map<String, @Nullable Object> object() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        at++;
        if (peek() == '}') {
            at++;
            return members;
        }
        while (true) {
            if (peek() != '"') {
                throw malformed();
            }
            var name = string();
            if (peek() != ':') {
                throw malformed();
            }
            at++;
            members.put(name, value());
            char c = peek();
            if (c != ',' && c != '}') {
                throw malformed();
            }
            at++;
            if (c == '}') {
                return members;
            }
        }
    }

    private List<@Nullable Object> array() {
        List<@Nullable Object> elements = new ArrayList<>();
        at++;
        if (peek() == ']') {
            at++;
            return elements;
        }
        while (true) {
            elements.add(value());
            char c = peek();
            if (c != ',' && c != ']') {
                throw malformed();
            }
            at++;
            if (c == ']') {
                return elements;
            }
        }
    }

    private Object number() {
        int start = at;
        boolean whole = true;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '.' || c == 'e' || c == 'E') {
                whole = false;
            } else if ((c < '0' || c > '9') && c != '-' && c != '+') {
                break;
            }
            at++;
        }
        var digits = text.substring(start, at);
        try {
            if (!whole) {
                return Double.valueOf(digits);
            }
            if (digits.length() > 18) {
                return big(digits);
            }
            long value = Long.parseLong(digits);
            return value == (int) value ? (Object) (int) value : (Object) value;
        } catch (NumberFormatException e) {
            at = start;
            throw malformed();
        }
    }

    private static Object big(String digits) {
        var value = new java.math.BigInteger(digits);
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    private String string() {
        int start = ++at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                return text.substring(start, at++);
            }
            if (c == '\\') {
                return escaped(start);
            }
            at++;
        }
        throw malformed();
    }

    private String escaped(int start) {
        var out = new StringBuilder().append(text, start, at);
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            if (c != '\\') {
                out.append(c);
                continue;
            }
            if (at >= text.length()) {
                break;
            }
            char e = text.charAt(at++);
            switch (e) {
                case 'n' -> out.append('\n');
                case 't' -> out.append('\t');
                case 'r' -> out.append('\r');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'u' -> out.append(unicode());
                case '"', '\\', '/' -> out.append(e);
                default -> throw malformed();
            }
        }
        throw malformed();
    }

    private char unicode() {
        try {
            int code = Integer.parseInt(text, at, at + 4, 16);
            at += 4;
            return (char) code;
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw malformed();
        }
    }

    /** Writes a value that isn't one of JSON's own. */
    interface Others {
        void write(Object value, StringBuilder out);
    }

    static void write(@Nullable Object value, StringBuilder out, Others others) {
        // Not a switch on types: its machinery would be set up at every start.
        if (value == null) {
            out.append("null");
        } else if (value instanceof String text) {
            quote(text, out);
        } else if (value instanceof Boolean b) {
            out.append(b.booleanValue());
        } else if (value instanceof Number number) {
            number(number, out);
        } else if (value instanceof Map<?, ?> map) {
            members(map, out, others);
        } else if (value instanceof Iterable<?> elements && !(value instanceof java.nio.file.Path)) {
            elements(elements, out, others);
        } else {
            others.write(value, out);
        }
    }

    private static void number(Number number, StringBuilder out) {
        double value = number.doubleValue();
        boolean strange = (number instanceof Double || number instanceof Float)
                && (Double.isNaN(value) || Double.isInfinite(value));
        if (strange) {
            quote(number.toString(), out);
        } else {
            out.append(number);
        }
    }

    /** Members that are null are left out, as AWS's runtime does. */
    private static void members(Map<?, ?> map, StringBuilder out, Others others) {
        out.append('{');
        boolean first = true;
        for (var entry : map.entrySet()) {
            if (entry.getValue() == null) {
                continue;
            }
            if (!first) {
                out.append(',');
            }
            first = false;
            quote(String.valueOf(entry.getKey()), out);
            out.append(':');
            write(entry.getValue(), out, others);
        }
        out.append('}');
    }

    private static void elements(Iterable<?> elements, StringBuilder out, Others others) {
        out.append('[');
        boolean first = true;
        for (var element : elements) {
            if (!first) {
                out.append(',');
            }
            first = false;
            write(element, out, others);
        }
        out.append(']');
    }

    static void quote(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ') {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
