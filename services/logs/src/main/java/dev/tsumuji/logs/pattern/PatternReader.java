package dev.tsumuji.logs.pattern;

/** Reads a pattern's text from left to right. Used by one thread. */
final class PatternReader {
    private final String text;
    private int at;
    private int regexes;

    PatternReader(String text) {
        this.text = text;
    }

    boolean atEnd() {
        return at >= text.length();
    }

    /** The next character, or 0 at the end. */
    char peek() {
        return atEnd() ? 0 : text.charAt(at);
    }

    char take() {
        if (atEnd()) {
            throw error("ends too early");
        }
        return text.charAt(at++);
    }

    PatternReader skipSpace() {
        while (!atEnd() && Character.isWhitespace(peek())) {
            at++;
        }
        return this;
    }

    boolean accept(String expected) {
        if (!text.startsWith(expected, at)) {
            return false;
        }
        at += expected.length();
        return true;
    }

    /** Accepts a whole word, in any case. */
    boolean acceptWord(String word) {
        int end = at + word.length();
        boolean there = text.regionMatches(true, at, word, 0, word.length())
                && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)));
        at = there ? end : at;
        return there;
    }

    void expect(String expected) {
        if (!accept(expected)) {
            throw error("has no '" + expected + "' at position " + at);
        }
    }

    void expectEnd() {
        if (!skipSpace().atEnd()) {
            throw error("goes on behind its end at position " + at);
        }
    }

    /** Everything up to white space or one of these. */
    String word(String ends) {
        int start = at;
        while (!atEnd() && !Character.isWhitespace(peek()) && ends.indexOf(peek()) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    /** A quoted string; a backslash takes a quote or a backslash literally. */
    String quoted(char quote) {
        expect(String.valueOf(quote));
        var value = new StringBuilder();
        for (char c = take(); c != quote; c = take()) {
            boolean escape = c == '\\' && (peek() == quote || peek() == '\\');
            value.append(escape ? take() : c);
        }
        return value.toString();
    }

    /** What stands between two percent signs. */
    Regex regex() {
        expect("%");
        int start = at;
        while (take() != '%') {
            // up to the closing sign
        }
        if (++regexes > FilterPattern.REGEXES_MAX) {
            throw error("has more than " + FilterPattern.REGEXES_MAX + " regular expressions");
        }
        return Regex.parse(text.substring(start, at - 1));
    }

    IllegalArgumentException error(String what) {
        return new IllegalArgumentException("the pattern " + what);
    }
}
