package dev.tsumuji.sandbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what extensions send and functions print: JSON to maps, lists, texts, numbers ({@link Integer} where it is one, else
 * {@link Double}), booleans and null. One instance per text; for one thread.
 */
final class JsonReader {

    private static final int DEPTH_MAX = 100;

    /** The text isn't JSON. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;
        final String problem;

        Malformed(String problem) {
            super(problem);
            this.problem = problem;
        }
    }

    private final String text;
    private int at;
    private int depth;

    private JsonReader(String text) {
        this.text = text;
    }

    static @Nullable Object read(String text) throws Malformed {
        var reader = new JsonReader(text);
        var value = reader.value();
        if (reader.peek() != 0) {
            throw reader.malformed();
        }
        return value;
    }

    private Malformed malformed() {
        return new Malformed(at < text.length() ? "unexpected character at " + at : "unexpected end");
    }

    /** The next character that isn't space; zero at the end. */
    private char peek() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }

    private boolean take(char wanted) {
        boolean there = peek() == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private void require(char wanted) throws Malformed {
        if (!take(wanted)) {
            throw malformed();
        }
    }

    private @Nullable Object value() throws Malformed {
        if (++depth > DEPTH_MAX) {
            throw new Malformed("nested too deeply");
        }
        var value = switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
        depth--;
        return value;
    }

    private Map<String, @Nullable Object> object() throws Malformed {
        var object = new LinkedHashMap<String, @Nullable Object>();
        require('{');
        if (take('}')) {
            return object;
        }
        do {
            peek();
            var name = string();
            require(':');
            object.put(name, value());
        } while (take(','));
        require('}');
        return object;
    }

    private List<@Nullable Object> array() throws Malformed {
        var array = new ArrayList<@Nullable Object>();
        require('[');
        if (take(']')) {
            return array;
        }
        do {
            array.add(value());
        } while (take(','));
        require(']');
        return array;
    }

    private String string() throws Malformed {
        require('"');
        var string = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return string.toString();
            }
            if (c < ' ') {
                break;
            }
            string.append(c == '\\' ? escaped() : c);
        }
        throw malformed();
    }

    private char escaped() throws Malformed {
        if (at == text.length()) {
            throw malformed();
        }
        char c = text.charAt(at++);
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw malformed();
        };
    }

    private char unicode() throws Malformed {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0) {
                throw malformed();
            }
            code = code * 16 + digit;
            at++;
        }
        return (char) code;
    }

    private @Nullable Object word(String word, @Nullable Object value) throws Malformed {
        if (!text.startsWith(word, at)) {
            throw malformed();
        }
        at += word.length();
        return value;
    }

    private Object number() throws Malformed {
        int begin = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        var digits = text.substring(begin, at);
        if (!digits.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
            at = begin;
            throw malformed();
        }
        double number = Double.parseDouble(digits);
        if (number == (int) number) {
            return (int) number;
        }
        return number;
    }
}
