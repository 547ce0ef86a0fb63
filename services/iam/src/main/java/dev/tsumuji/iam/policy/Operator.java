package dev.tsumuji.iam.policy;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How a condition compares. A negated operator is the same comparison with the opposite answer.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html">Condition operators</a>
 */
enum Operator {
    STRING_EQUALS("StringEquals", false, Operator::equal),
    STRING_NOT_EQUALS("StringNotEquals", true, Operator::equal),
    STRING_EQUALS_IGNORE_CASE("StringEqualsIgnoreCase", false, Operator::equalIgnoringCase),
    STRING_NOT_EQUALS_IGNORE_CASE("StringNotEqualsIgnoreCase", true, Operator::equalIgnoringCase),
    STRING_LIKE("StringLike", false, Operator::like),
    STRING_NOT_LIKE("StringNotLike", true, Operator::like),
    NUMERIC_EQUALS("NumericEquals", false, numeric(order -> order == 0)),
    NUMERIC_NOT_EQUALS("NumericNotEquals", true, numeric(order -> order == 0)),
    NUMERIC_LESS_THAN("NumericLessThan", false, numeric(order -> order < 0)),
    NUMERIC_LESS_THAN_EQUALS("NumericLessThanEquals", false, numeric(order -> order <= 0)),
    NUMERIC_GREATER_THAN("NumericGreaterThan", false, numeric(order -> order > 0)),
    NUMERIC_GREATER_THAN_EQUALS("NumericGreaterThanEquals", false, numeric(order -> order >= 0)),
    DATE_EQUALS("DateEquals", false, date(order -> order == 0)),
    DATE_NOT_EQUALS("DateNotEquals", true, date(order -> order == 0)),
    DATE_LESS_THAN("DateLessThan", false, date(order -> order < 0)),
    DATE_LESS_THAN_EQUALS("DateLessThanEquals", false, date(order -> order <= 0)),
    DATE_GREATER_THAN("DateGreaterThan", false, date(order -> order > 0)),
    DATE_GREATER_THAN_EQUALS("DateGreaterThanEquals", false, date(order -> order >= 0)),
    BOOL("Bool", false, Operator::equalIgnoringCase),
    BINARY_EQUALS("BinaryEquals", false, Operator::sameBytes),
    IP_ADDRESS("IpAddress", false, Operator::inNetwork),
    NOT_IP_ADDRESS("NotIpAddress", true, Operator::inNetwork),
    ARN_EQUALS("ArnEquals", false, Operator::arnLike),
    ARN_LIKE("ArnLike", false, Operator::arnLike),
    ARN_NOT_EQUALS("ArnNotEquals", true, Operator::arnLike),
    ARN_NOT_LIKE("ArnNotLike", true, Operator::arnLike),
    /** Asks whether the key is there at all; {@link Condition} answers it. */
    NULL("Null", false, (actual, wanted, context) -> Match.UNKNOWN);

    private final String name;
    private final boolean negated;
    private final Comparison comparison;

    Operator(String name, boolean negated, Comparison comparison) {
        this.name = name;
        this.negated = negated;
        this.comparison = comparison;
    }

    /** What comparing gave. */
    enum Match {
        YES,
        NO,
        /** The two can't be compared: a number that is none, a variable without a value. */
        UNKNOWN;

        static Match of(boolean holds) {
            return holds ? YES : NO;
        }
    }

    /** Compares a value of the request with one of the policy. */
    private interface Comparison {
        Match compare(String actual, Template wanted, Context context);
    }

    private interface Order {
        boolean accepts(int order);
    }

    static Optional<Operator> named(String name) {
        return Arrays.stream(values())
                .filter(operator -> operator.name.equals(name))
                .findFirst();
    }

    boolean negated() {
        return negated;
    }

    /** Without regard to negation. */
    Match compare(String actual, Template wanted, Context context) {
        return comparison.compare(actual, wanted, context);
    }

    private static Match equal(String actual, Template wanted, Context context) {
        return compareText(wanted, context, actual::equals);
    }

    private static Match equalIgnoringCase(String actual, Template wanted, Context context) {
        return compareText(wanted, context, actual::equalsIgnoreCase);
    }

    private static Match like(String actual, Template wanted, Context context) {
        return wanted.glob(context).map(glob -> Match.of(glob.matches(actual))).orElse(Match.UNKNOWN);
    }

    private static Match arnLike(String actual, Template wanted, Context context) {
        return wanted.arnMatches(actual, context).map(Match::of).orElse(Match.UNKNOWN);
    }

    private static Match compareText(Template wanted, Context context, Predicate<String> test) {
        return wanted.text(context).map(text -> Match.of(test.test(text))).orElse(Match.UNKNOWN);
    }

    private static Comparison numeric(Order order) {
        return (actual, wanted, context) -> {
            try {
                var left = number(actual);
                return compareText(wanted, context, right -> order.accepts(left.compareTo(number(right))));
            } catch (NumberFormatException e) {
                return Match.UNKNOWN;
            }
        };
    }

    /** Bounded, because comparing 1e999999999 with 1 would take for ever. */
    private static BigDecimal number(String text) {
        if (text.length() > 64) {
            throw new NumberFormatException("too long");
        }
        var number = new BigDecimal(text.strip());
        if (Math.abs((long) number.scale()) > 400) {
            throw new NumberFormatException("out of range");
        }
        return number;
    }

    private static Comparison date(Order order) {
        return (actual, wanted, context) -> {
            try {
                var left = time(actual);
                return compareText(wanted, context, right -> order.accepts(left.compareTo(time(right))));
            } catch (DateTimeException | NumberFormatException e) {
                return Match.UNKNOWN;
            }
        };
    }

    /** ISO 8601, whole days too, or seconds since 1970. */
    private static Instant time(String text) {
        if (text.length() > 64) {
            throw new DateTimeException("too long");
        }
        if (text.indexOf('-') < 1) {
            return Instant.ofEpochSecond(Long.parseLong(text.strip()));
        }
        if (text.indexOf('T') < 0) {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        return OffsetDateTime.parse(text).toInstant();
    }

    private static Match sameBytes(String actual, Template wanted, Context context) {
        try {
            var left = Base64.getDecoder().decode(actual);
            return compareText(
                    wanted,
                    context,
                    right -> Arrays.equals(left, Base64.getDecoder().decode(right)));
        } catch (IllegalArgumentException e) {
            return Match.UNKNOWN;
        }
    }

    private static Match inNetwork(String actual, Template wanted, Context context) {
        var address = Network.parse(actual);
        var network = wanted.text(context).flatMap(Network::parse);
        return address.isPresent() && network.isPresent()
                ? Match.of(network.get().contains(address.get()))
                : Match.UNKNOWN;
    }
}
