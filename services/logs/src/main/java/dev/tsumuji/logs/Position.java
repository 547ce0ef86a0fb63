package dev.tsumuji.logs;

import java.math.BigInteger;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The place of an event among all events of a region: by time, then in the order in which they were committed. Written as
 * 56 decimal digits it is the event's id and the middle of a page token, as on AWS.
 *
 * @param value time in milliseconds, then twelve bytes of commit order
 */
record Position(BigInteger value) implements Comparable<Position> {
    static final int BYTES = 20;
    private static final int STAMP_BITS = 96;
    private static final int DIGITS = 56;

    /** Before everything. */
    static final Position FIRST = new Position(BigInteger.ZERO);

    /** Behind everything. */
    static final Position LAST =
            new Position(BigInteger.ONE.shiftLeft(8 * BYTES).subtract(BigInteger.ONE));

    static Position of(byte[] bytes) {
        return new Position(new BigInteger(1, bytes));
    }

    /** Before all events of a millisecond. */
    static Position at(long timestamp) {
        return new Position(BigInteger.valueOf(Math.max(0, timestamp)).shiftLeft(STAMP_BITS));
    }

    /** Null when the text is not the 56 digits of a position. */
    static @Nullable Position parse(String digits) {
        if (digits.length() != DIGITS || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        var value = new BigInteger(digits);
        return value.bitLength() < 8 * BYTES ? new Position(value) : null;
    }

    Position next() {
        return new Position(value.add(BigInteger.ONE));
    }

    /** Stays at the first when there is none before it. */
    Position previous() {
        return value.signum() == 0 ? this : new Position(value.subtract(BigInteger.ONE));
    }

    long timestamp() {
        return value.shiftRight(STAMP_BITS).longValue();
    }

    byte[] bytes() {
        var number = value.toByteArray();
        var bytes = new byte[BYTES];
        int length = Math.min(number.length, BYTES);
        System.arraycopy(number, number.length - length, bytes, BYTES - length, length);
        return bytes;
    }

    static Position later(Position a, Position b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    static Position earlier(Position a, Position b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    @Override
    public int compareTo(Position other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        var digits = value.toString();
        var zeros = new char[DIGITS - digits.length()];
        Arrays.fill(zeros, '0');
        return new String(zeros) + digits;
    }
}
