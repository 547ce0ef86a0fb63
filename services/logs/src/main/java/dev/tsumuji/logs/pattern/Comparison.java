package dev.tsumuji.logs.pattern;

import java.math.BigDecimal;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The right side of a condition: an operator and what to compare with. */
sealed interface Comparison {
    boolean test(String value);

    default int weight() {
        return 1;
    }

    /** Reads {@code = 4*}, {@code != "a b"}, {@code >= 1e3}, {@code = %[a-z]+%}. */
    static Comparison parse(PatternReader reader, String ends) {
        var operator = Operator.parse(reader);
        var start = reader.skipSpace().peek();
        if (start == '%') {
            return new OfRegex(operator.equality(reader), reader.regex());
        }
        if (start == '"') {
            return new OfText(operator.equality(reader), new Wildcard(reader.quoted('"')));
        }
        var word = reader.word(ends);
        if (word.isEmpty()) {
            throw reader.error("compares with nothing");
        }
        var number = Numbers.parse(word);
        return number == null
                ? new OfText(operator.equality(reader), new Wildcard(word))
                : new OfNumber(operator, number, word);
    }

    /** @param equal false for {@code !=} */
    record OfText(boolean equal, Wildcard text) implements Comparison {
        @Override
        public boolean test(String value) {
            return text.matches(value) == equal;
        }
    }

    /** @param equal false for {@code !=} */
    record OfRegex(boolean equal, Regex regex) implements Comparison {
        @Override
        public boolean test(String value) {
            return regex.find(value) == equal;
        }

        @Override
        public int weight() {
            return regex.weight();
        }
    }

    /** What is no number equals only what is written alike. */
    record OfNumber(Operator operator, BigDecimal number, String written) implements Comparison {
        @Override
        public boolean test(String value) {
            var other = Numbers.parse(value);
            if (other != null) {
                return operator.holds(other.compareTo(number));
            }
            return switch (operator) {
                case EQUAL -> value.equals(written);
                case NOT_EQUAL -> !value.equals(written);
                case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> false;
            };
        }
    }

    /** In the order in which they must be tried: the longer ones first. */
    enum Operator {
        NOT_EQUAL("!="),
        LESS_OR_EQUAL("<="),
        GREATER_OR_EQUAL(">="),
        EQUAL("="),
        LESS("<"),
        GREATER(">");

        private final String sign;

        Operator(String sign) {
            this.sign = sign;
        }

        static Operator parse(PatternReader reader) {
            reader.skipSpace();
            for (var operator : values()) {
                if (reader.accept(operator.sign)) {
                    return operator;
                }
            }
            throw reader.error("lacks an operator");
        }

        static boolean startsHere(PatternReader reader) {
            return reader.peek() != 0 && "!=<>".indexOf(reader.peek()) >= 0;
        }

        /** True for equal, false for not equal; text knows no other order. */
        boolean equality(PatternReader reader) {
            return switch (this) {
                case EQUAL -> true;
                case NOT_EQUAL -> false;
                case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> throw reader.error("compares text by " + sign);
            };
        }

        boolean holds(int order) {
            return switch (this) {
                case EQUAL -> order == 0;
                case NOT_EQUAL -> order != 0;
                case LESS -> order < 0;
                case LESS_OR_EQUAL -> order <= 0;
                case GREATER -> order > 0;
                case GREATER_OR_EQUAL -> order >= 0;
            };
        }
    }

    /** Decimal numbers with an optional sign and exponent. */
    final class Numbers {
        private static final Pattern NUMBER =
                Pattern.compile("[+-]?(\\d{1,400}(\\.\\d{0,400})?|\\.\\d{1,400})([eE][+-]?\\d{1,6})?");
        private static final int LENGTH_MAX = 820;

        private Numbers() {}

        /** Null when the text is no number, or has more digits than anybody writes. */
        static @Nullable BigDecimal parse(String text) {
            return text.length() <= LENGTH_MAX && NUMBER.matcher(text).matches() ? new BigDecimal(text) : null;
        }
    }
}
