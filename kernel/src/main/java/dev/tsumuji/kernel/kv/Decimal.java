package dev.tsumuji.kernel.kv;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * Decimal numbers as DynamoDB has them, exactly and in their order: up to 38 digits, from 1E-130 to 9.9…E+125, either sign.
 *
 * <p>A number is 0.DDDD × 10^e without trailing zeros. It is written as a byte for its sign; e, biased, in two bytes; then two
 * digits to a byte, plus one; then zero. Of a negative number all but the sign is complemented, which turns the order around.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html">Data
 *     types in DynamoDB</a>
 */
final class Decimal {
    private static final int DIGITS_MAX = 38;
    private static final int EXPONENT_MIN = -129;
    private static final int EXPONENT_MAX = 126;
    private static final int BIAS = 0x4000;

    private static final byte NEGATIVE = 1;
    private static final byte ZERO = 2;
    private static final byte POSITIVE = 3;

    private Decimal() {}

    /** @throws IllegalArgumentException when DynamoDB would not take the number */
    static void write(ByteArrayOutputStream out, BigDecimal number) {
        if (number.signum() == 0) {
            out.write(ZERO);
            return;
        }
        var stripped = number.abs().stripTrailingZeros();
        int exponent = stripped.precision() - stripped.scale();
        if (stripped.precision() > DIGITS_MAX || exponent < EXPONENT_MIN || exponent > EXPONENT_MAX) {
            throw new IllegalArgumentException("a number of more than 38 digits, or beyond 1E-130 to 9.9E+125");
        }
        boolean negative = number.signum() < 0;
        int flip = negative ? 0xff : 0;
        out.write(negative ? NEGATIVE : POSITIVE);
        out.write(exponent + BIAS >> 8 ^ flip);
        out.write(exponent + BIAS ^ flip);
        var digits = stripped.unscaledValue().toString();
        for (int i = 0; i < digits.length(); i += 2) {
            int tens = digits.charAt(i) - '0';
            int ones = i + 1 < digits.length() ? digits.charAt(i + 1) - '0' : 0;
            out.write(tens * 10 + ones + 1 ^ flip);
        }
        out.write(flip);
    }

    static BigDecimal read(ByteBuffer in) {
        byte sign = in.get();
        if (sign == ZERO) {
            return BigDecimal.ZERO;
        }
        if (sign != NEGATIVE && sign != POSITIVE) {
            throw new IllegalArgumentException("no number: sign byte " + sign);
        }
        int flip = sign == NEGATIVE ? 0xff : 0;
        int exponent = ((in.get() & 0xff ^ flip) << 8 | in.get() & 0xff ^ flip) - BIAS;
        var digits = new StringBuilder(DIGITS_MAX + 1);
        for (int pair = in.get() & 0xff ^ flip; pair != 0; pair = in.get() & 0xff ^ flip) {
            if (pair > 100 || digits.length() > DIGITS_MAX) {
                throw new IllegalArgumentException("no number: digits " + (pair - 1));
            }
            digits.append((char) ('0' + (pair - 1) / 10)).append((char) ('0' + (pair - 1) % 10));
        }
        if (digits.isEmpty()) {
            throw new IllegalArgumentException("no number: it has no digits");
        }
        var magnitude = new BigDecimal(new BigInteger(digits.toString()), digits.length() - exponent);
        return (sign == NEGATIVE ? magnitude.negate() : magnitude).stripTrailingZeros();
    }
}
