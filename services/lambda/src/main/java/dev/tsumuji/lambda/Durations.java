package dev.tsumuji.lambda;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * How long things took, as counts in buckets that grow with what they hold: every duration is known to within 1/32 of
 * itself, from a microsecond to eighteen minutes, in at most {@value #BUCKETS} counters. Two of them add up exactly. Not
 * thread-safe.
 */
final class Durations {
    /** Within each power of two. */
    private static final int STEP_BITS = 5;

    private static final int STEPS = 1 << STEP_BITS;
    private static final int VALUE_BITS = 30;
    private static final int BUCKETS = (VALUE_BITS - STEP_BITS + 1) * STEPS;
    private static final long MICROS_MAX = (1L << VALUE_BITS) - 1;

    private final long[] counts = new long[BUCKETS];
    private long count;
    private long sumMicros;

    void addNanos(long nanos) {
        long micros = Math.clamp(nanos / 1000, 0, MICROS_MAX);
        counts[bucket(micros)]++;
        count++;
        sumMicros += micros;
    }

    void add(Durations other) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        sumMicros += other.sumMicros;
    }

    long count() {
        return count;
    }

    long sumMicros() {
        return sumMicros;
    }

    /**
     * The duration that so large a part of all durations does not exceed, in microseconds, no more than 1/32 too high.
     *
     * @param part over 0, up to 1
     * @return 0 when there is none
     */
    long quantileMicros(double part) {
        long rank = Math.max(1, (long) Math.ceil(part * count));
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= rank && counts[i] > 0) {
                return last(i);
            }
        }
        return 0;
    }

    /** How many lie in buckets that end at or below a duration. */
    long countUpTo(long micros) {
        long within = 0;
        for (int i = 0; i < BUCKETS && last(i) <= micros; i++) {
            within += counts[i];
        }
        return within;
    }

    private static int bucket(long micros) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(micros);
        if (bits <= STEP_BITS) {
            return (int) micros;
        }
        int shift = bits - STEP_BITS - 1;
        return (shift + 1) * STEPS + (int) (micros >>> shift) - STEPS;
    }

    /** The largest number of microseconds that a bucket holds. */
    private static long last(int bucket) {
        if (bucket < STEPS) {
            return bucket;
        }
        int shift = bucket / STEPS - 1;
        return ((long) (bucket % STEPS + STEPS + 1) << shift) - 1;
    }

    /** The sum, then each bucket that isn't empty: how many buckets after the one before, and its count. */
    byte[] encode() {
        var out = new ByteArrayOutputStream(64);
        write(out, sumMicros);
        int before = -1;
        for (int i = 0; i < BUCKETS; i++) {
            if (counts[i] > 0) {
                write(out, i - before);
                write(out, counts[i]);
                before = i;
            }
        }
        return out.toByteArray();
    }

    /** Adds what {@link #encode} wrote; nothing for nothing. */
    void add(byte[] encoded) {
        if (encoded.length == 0) {
            return;
        }
        var in = new Reader(encoded);
        sumMicros += in.next();
        for (int i = -1; in.at < encoded.length; ) {
            i += (int) in.next();
            long n = in.next();
            counts[i] += n;
            count += n;
        }
    }

    private static void write(ByteArrayOutputStream out, long value) {
        long bits = value;
        for (; bits > 0x7f; bits >>>= 7) {
            out.write((int) (bits & 0x7f | 0x80));
        }
        out.write((int) bits);
    }

    /** Numbers of seven bits a byte, lowest first. */
    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        long next() {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = bytes[at++];
                value |= (long) (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Durations that && sumMicros == that.sumMicros && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }
}
