package dev.tsumuji.kernel.kv;

import java.util.Arrays;

/** Keys from {@code begin}, inclusive, to {@code end}, exclusive, as unsigned bytes. */
public record Range(byte[] begin, byte[] end) {

    /** All keys that begin with these bytes, which must not all be 0xFF. */
    public static Range prefix(byte[] prefix) {
        return new Range(prefix, successor(prefix));
    }

    /** One key and nothing else. */
    public static Range only(byte[] key) {
        return new Range(key, next(key));
    }

    /** Whether nothing but {@code begin} can lie in this range. */
    public boolean isOnlyBegin() {
        int length = begin.length;
        return end.length == length + 1 && end[length] == 0 && Arrays.equals(begin, 0, length, end, 0, length);
    }

    /** What is left of this range behind a key. */
    public Range after(byte[] key) {
        return new Range(next(key), end);
    }

    /** What is left of this range before a key. */
    public Range before(byte[] key) {
        return new Range(begin, key);
    }

    public boolean contains(byte[] key) {
        return Arrays.compareUnsigned(begin, key) <= 0 && Arrays.compareUnsigned(key, end) < 0;
    }

    /** The first key behind this one. */
    private static byte[] next(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }

    /** The first key behind all those with this prefix. */
    static byte[] successor(byte[] prefix) {
        for (int i = prefix.length - 1; i >= 0; i--) {
            if (prefix[i] != (byte) 0xff) {
                var next = Arrays.copyOf(prefix, i + 1);
                next[i]++;
                return next;
            }
        }
        throw new IllegalArgumentException("nothing lies behind this prefix");
    }
}
