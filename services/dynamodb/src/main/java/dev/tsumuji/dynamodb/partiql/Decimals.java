package dev.tsumuji.dynamodb.partiql;

import java.util.regex.Pattern;

/** What of numbers DynamoDB's reading of statements finds wrong by itself: it holds exponents and scales in 32 bits. */
final class Decimals {
    private static final Pattern EXPONENT = Pattern.compile("[eE]([+-]?)0*(\\d+)$");
    /** An exponent of more digits doesn't fit in 32 bits, one of so many fits at least in 64. */
    private static final int DIGITS_MAX = 10;

    private Decimals() {}

    /** Whether exponent and scale fit. */
    static boolean readable(String number) {
        var exponent = EXPONENT.matcher(number);
        if (!exponent.find()) {
            return true;
        } else if (exponent.group(2).length() > DIGITS_MAX) {
            return false;
        }
        long power = Long.parseLong(exponent.group(1) + exponent.group(2));
        int point = number.indexOf('.');
        long scale = (point < 0 ? 0 : exponent.start() - point - 1) - power;
        return power == (int) power && scale == (int) scale;
    }

    /**
     * Refuses a number among the parameters.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException {@code ValidationException}
     */
    static void requireReadable(String number) {
        if (!readable(number)) {
            throw Words.refused("The parameter cannot be converted to a numeric value: " + number);
        }
    }
}
