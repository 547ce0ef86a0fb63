package dev.tsumuji.dynamodb.partiql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A word of a statement.
 *
 * @param text without quotes
 * @param line from 1
 * @param column from 1
 * @param length in the statement, with quotes
 */
record Word(Type type, String text, int line, int column, int length) {
    enum Type {
        /** A name without quotes that is no keyword. */
        NAME,
        /** A name in double quotes. */
        QUOTED,
        KEYWORD,
        STRING,
        NUMBER,
        /** A literal of Ion, in backquotes, which DynamoDB does not take. */
        ION,
        SYMBOL,
        END
    }

    private static final Set<String> KEYWORDS = Set.of("""
            absolute action add all allocate alter and any are as asc assertion at authorization avg bag begin between
            bit blob boolean by cascade cascaded case cast catalog char char_length character check clob close coalesce
            collate collation column commit conflict connect connection constraint constraints continue convert
            corresponding count create cross current current_user cursor date date_add deallocate dec decimal declare
            default deferrable deferred delete desc describe descriptor diagnostics disconnect distinct do domain double
            drop else end escape except exception exec execute exists external extract fetch first float for foreign
            found from full get global go goto grant group having identity immediate in index indicator initially inner
            input insensitive insert int integer intersect interval into is isolation join key language last left let
            level like limit list local lower match max min modified module names national natural nchar new next no not
            nothing nullif numeric of old on only open option or order outer output overlaps pad partial pivot position
            precision prepare preserve primary prior privileges procedure public read real references relative remove
            restrict returning revoke right rollback rows schema scroll section select session session_user set sexp
            size smallint some space sql sqlcode sqlerror sqlstate string struct substring sum system_user table
            temporary then time timestamp to transaction translate translation trim tuple union unique unknown unpivot
            update upper usage user using value values varchar varying view when whenever where with work write zone
            true false null missing
            """.strip().split("\\s+"));

    boolean is(String symbolOrKeyword) {
        return switch (type) {
            case SYMBOL -> text.equals(symbolOrKeyword);
            case KEYWORD -> text.equalsIgnoreCase(symbolOrKeyword);
            default -> false;
        };
    }

    /** As DynamoDB's messages show where something stands. */
    String place() {
        return " at " + line + ":" + column + ":" + length;
    }

    /** The words of a statement, the last of which is {@link Type#END}; null when it cannot be taken apart. */
    static @Nullable List<Word> of(String statement) {
        var words = new ArrayList<Word>();
        var reader = new Reader(statement);
        while (reader.skipToWord()) {
            var word = reader.next();
            if (word == null) {
                return null;
            }
            words.add(word);
        }
        if (reader.broken) {
            return null;
        }
        words.add(new Word(Type.END, "", reader.line, reader.at - reader.lineStart + 1, 0));
        return words;
    }

    /** Goes through the statement once. */
    private static final class Reader {
        private final String text;
        private int at;
        private int line = 1;
        private int lineStart;
        private boolean broken;

        Reader(String text) {
            this.text = text;
        }

        boolean skipToWord() {
            while (at < text.length()) {
                if (text.charAt(at) == '\n') {
                    line++;
                    lineStart = ++at;
                } else if (Character.isWhitespace(text.charAt(at))) {
                    at++;
                } else if (text.startsWith("--", at)) {
                    int end = text.indexOf('\n', at);
                    at = end < 0 ? text.length() : end;
                } else if (text.startsWith("/*", at)) {
                    int end = text.indexOf("*/", at + 2);
                    broken = end < 0;
                    at = end < 0 ? text.length() : end + 2;
                } else {
                    return true;
                }
            }
            return false;
        }

        @Nullable
        Word next() {
            char c = text.charAt(at);
            if (c == '\'' || c == '"' || c == '`') {
                return quoted(c);
            } else if (Character.isLetter(c) || c == '_' || c == '$') {
                int end = at + 1;
                while (end < text.length() && nameGoesOn(text.charAt(end))) {
                    end++;
                }
                boolean keyword = KEYWORDS.contains(text.substring(at, end).toLowerCase(Locale.ROOT));
                return word(keyword ? Type.KEYWORD : Type.NAME, end);
            } else if (digit(at) || c == '.' && digit(at + 1)) {
                return word(Type.NUMBER, numberEnd());
            }
            for (var symbol : List.of("<<", ">>", "<=", ">=", "<>", "!=", "||")) {
                if (text.startsWith(symbol, at)) {
                    return word(Type.SYMBOL, at + 2);
                }
            }
            return "()[]{},.:;*+-/%<>=?".indexOf(c) < 0 ? null : word(Type.SYMBOL, at + 1);
        }

        private @Nullable Word quoted(char quote) {
            var value = new StringBuilder();
            int i = at + 1;
            while (i < text.length()) {
                if (text.charAt(i) != quote) {
                    value.append(text.charAt(i++));
                } else if (i + 1 < text.length() && text.charAt(i + 1) == quote) {
                    value.append(quote);
                    i += 2;
                } else {
                    var type = quote == '\'' ? Type.STRING : quote == '"' ? Type.QUOTED : Type.ION;
                    var word = new Word(type, value.toString(), line, at - lineStart + 1, i + 1 - at);
                    at = i + 1;
                    return word;
                }
            }
            return null;
        }

        private int numberEnd() {
            int end = at;
            while (digit(end)) {
                end++;
            }
            if (end < text.length() && text.charAt(end) == '.') {
                end++;
                while (digit(end)) {
                    end++;
                }
            }
            if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
                boolean sign = end + 1 < text.length() && "+-".indexOf(text.charAt(end + 1)) >= 0;
                int digits = end + (sign ? 2 : 1);
                while (digit(digits)) {
                    digits++;
                    end = digits;
                }
            }
            return end;
        }

        private boolean digit(int i) {
            return i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }

        private static boolean nameGoesOn(char c) {
            return Character.isLetterOrDigit(c) || c == '_' || c == '$';
        }

        private Word word(Type type, int end) {
            var word = new Word(type, text.substring(at, end), line, at - lineStart + 1, end - at);
            at = end;
            return word;
        }
    }
}
