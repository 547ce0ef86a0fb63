package dev.tsumuji.dynamodb.value;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * DynamoDB's numbers: decimal, exact, up to 38 significant digits, from 1E-130 to 9.9…E+125 on either side of zero.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html#HowItWorks.DataTypes.Number">Number</a>
 */
public final class Numbers {
    private static final int DIGITS_MAX = 38;
    private static final int EXPONENT_MAX = 125;
    private static final int EXPONENT_MIN = -130;
    /** Longer ones are refused before anything is computed from them. */
    private static final int TEXT_MAX = 1_000;

    private static final long EXPONENT_BOUND = 1L << 40;

    private Numbers() {}

    /**
     * @return without trailing zeros, whose scale may be negative
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException when it is no number, or beyond the limits
     */
    public static BigDecimal parse(String text) {
        if (text.isEmpty()) {
            throw Refusal.validation("The parameter cannot be converted to a numeric value");
        }
        int split = mantissaEnd(text);
        var mantissa = text.substring(0, split);
        long exponent = split == text.length() ? 0 : exponent(text, split + 1);
        if (mantissa.length() > TEXT_MAX) {
            throw tooPrecise();
        }
        var digits = new BigDecimal(mantissa);
        if (digits.signum() == 0) {
            // also of nothing it counts how large it is written
            limited(BigInteger.ZERO, digits.scale() - exponent);
            return BigDecimal.ZERO;
        }
        digits = digits.stripTrailingZeros();
        return limited(digits.unscaledValue(), digits.scale() - exponent);
    }

    /** Where the exponent's letter stands, or the text's end. */
    private static int mantissaEnd(String text) {
        int at = 0;
        int digits = 0;
        if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
            at++;
        }
        boolean point = false;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c >= '0' && c <= '9') {
                digits++;
            } else if (c == '.' && !point) {
                point = true;
            } else {
                break;
            }
        }
        boolean exponent = at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E');
        if (digits == 0 || at < text.length() && !exponent) {
            throw notANumber(text);
        }
        return at;
    }

    private static long exponent(String text, int from) {
        int start = from < text.length() && (text.charAt(from) == '+' || text.charAt(from) == '-') ? from + 1 : from;
        if (start == text.length()) {
            throw notANumber(text);
        }
        long exponent = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                throw notANumber(text);
            }
            if (exponent > (Long.MAX_VALUE - (c - '0')) / 10) {
                throw notANumber(text);
            }
            exponent = exponent * 10 + c - '0';
        }
        // beyond any limit, and far from where computing with it would overflow
        long bounded = Math.min(exponent, EXPONENT_BOUND);
        return text.charAt(from) == '-' ? -bounded : bounded;
    }

    public static BigDecimal add(BigDecimal left, BigDecimal right) {
        return computed(left.add(right));
    }

    public static BigDecimal subtract(BigDecimal left, BigDecimal right) {
        return computed(left.subtract(right));
    }

    /** A result with too many digits is refused as one that is too large. */
    private static BigDecimal computed(BigDecimal number) {
        var stripped = number.stripTrailingZeros();
        if (stripped.precision() > DIGITS_MAX) {
            throw overflow();
        }
        return limited(stripped);
    }

    private static BigDecimal limited(BigDecimal number) {
        var stripped = number.stripTrailingZeros();
        return stripped.signum() == 0 ? BigDecimal.ZERO : limited(stripped.unscaledValue(), stripped.scale());
    }

    private static BigDecimal limited(BigInteger unscaled, long scale) {
        var digits = new BigDecimal(unscaled);
        long magnitude = digits.precision() - 1 - scale;
        if (magnitude > EXPONENT_MAX) {
            throw overflow();
        } else if (magnitude < EXPONENT_MIN) {
            throw Refusal.validation(
                    "Number underflow. Attempting to store a number with magnitude smaller than supported range");
        } else if (digits.precision() > DIGITS_MAX) {
            throw tooPrecise();
        }
        return new BigDecimal(unscaled, (int) scale);
    }

    /** As DynamoDB writes it: no exponent, no sign of plus, no zeros that say nothing. */
    public static String text(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private static RuntimeException overflow() {
        return Refusal.validation(
                "Number overflow. Attempting to store a number with magnitude larger than supported range");
    }

    private static RuntimeException tooPrecise() {
        return Refusal.validation("Attempting to store more than 38 significant digits in a Number");
    }

    private static RuntimeException notANumber(String text) {
        return Refusal.validation("The parameter cannot be converted to a numeric value: " + text);
    }
}
