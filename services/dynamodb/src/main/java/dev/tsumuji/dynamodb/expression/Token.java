package dev.tsumuji.dynamodb.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A word of an expression.
 *
 * @param start where it begins in the text
 */
record Token(Type type, String text, int start) {
    enum Type {
        /** A letter, then letters, digits and underscores. */
        WORD,
        /** One of the language's own words, whatever its case. */
        KEYWORD,
        /** {@code #…} */
        NAME,
        /** {@code :…} */
        VALUE,
        NUMBER,
        SYMBOL,
        END
    }

    int end() {
        return type == Type.END ? start : start + text.length();
    }

    boolean is(String symbolOrKeyword) {
        return switch (type) {
            case SYMBOL -> text.equals(symbolOrKeyword);
            case KEYWORD -> text.equalsIgnoreCase(symbolOrKeyword);
            default -> false;
        };
    }

    /** The words of a text; the last is always {@link Type#END}. A character that belongs nowhere is a symbol by itself. */
    static List<Token> of(String text) {
        var tokens = new ArrayList<Token>();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
                at++;
                continue;
            }
            var token = next(text, at);
            tokens.add(token);
            at = token.end();
        }
        tokens.add(new Token(Type.END, "<EOF>", text.length()));
        return tokens;
    }

    private static Token next(String text, int at) {
        char c = text.charAt(at);
        if (letter(c)) {
            var word = text.substring(at, wordEnd(text, at));
            return new Token(keyword(word) ? Type.KEYWORD : Type.WORD, word, at);
        }
        if (c == '#' || c == ':') {
            int end = wordEnd(text, at + 1);
            var type = end == at + 1 ? Type.SYMBOL : c == '#' ? Type.NAME : Type.VALUE;
            return new Token(type, text.substring(at, end), at);
        }
        if (digit(c)) {
            int end = at + 1;
            while (c != '0' && end < text.length() && digit(text.charAt(end))) {
                end++;
            }
            return new Token(Type.NUMBER, text.substring(at, end), at);
        }
        boolean two = text.startsWith("<>", at) || text.startsWith("<=", at) || text.startsWith(">=", at);
        return new Token(Type.SYMBOL, text.substring(at, at + (two ? 2 : 1)), at);
    }

    private static int wordEnd(String text, int from) {
        int end = from;
        while (end < text.length()
                && (letter(text.charAt(end)) || digit(text.charAt(end)) || text.charAt(end) == '_')) {
            end++;
        }
        return end;
    }

    private static boolean letter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean keyword(String word) {
        return switch (word.toUpperCase(Locale.ROOT)) {
            case "AND", "OR", "NOT", "IN", "BETWEEN", "SET", "ADD", "REMOVE", "DELETE" -> true;
            default -> false;
        };
    }
}
