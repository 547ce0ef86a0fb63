package dev.tsumuji.kernel.blobs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.Checksum;

/**
 * CRC-64/NVME: reflected polynomial 9A6C9329AC4BC9B5, all ones in and out. Eight tables, eight bytes a step.
 *
 * <p>Each step waits for the one before, and a processor can do several such chains at once. So of every {@value #BLOCK} bytes
 * the four quarters are computed side by side, and put together by what a quarter's zeros would make of a remainder, which
 * is eight look-ups in tables of their own. Used by one thread.
 */
public final class Crc64Nvme implements Checksum {
    public static final long POLYNOMIAL = 0x9A6C9329AC4BC9B5L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int QUARTER = 1 << 10;
    private static final int BLOCK = 4 * QUARTER;
    private static final long[] BYTES = bytes();
    private static final long[] ZEROS = zeros();

    private long value = -1;

    /** What eight bytes do, each in a table of 256 entries, the last byte first. */
    private static long[] bytes() {
        var tables = new long[8 * 256];
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
            }
            tables[i] = crc;
        }
        for (int i = 256; i < tables.length; i++) {
            long before = tables[i - 256];
            tables[i] = before >>> 8 ^ tables[(int) before & 0xff];
        }
        return tables;
    }

    /** What a quarter of zeros makes of each byte of a remainder, the highest byte first, as in {@link #step}. */
    private static long[] zeros() {
        var tables = new long[8 * 256];
        for (int i = 0; i < tables.length; i++) {
            long remainder = (long) (i & 0xff) << 8 * (7 - (i >> 8));
            for (int n = 0; n < QUARTER; n += 8) {
                remainder = step(BYTES, remainder);
            }
            tables[i] = remainder;
        }
        return tables;
    }

    private static long step(long[] tables, long x) {
        return tables[7 * 256 + ((int) x & 0xff)]
                ^ tables[6 * 256 + ((int) (x >>> 8) & 0xff)]
                ^ tables[5 * 256 + ((int) (x >>> 16) & 0xff)]
                ^ tables[4 * 256 + ((int) (x >>> 24) & 0xff)]
                ^ tables[3 * 256 + ((int) (x >>> 32) & 0xff)]
                ^ tables[2 * 256 + ((int) (x >>> 40) & 0xff)]
                ^ tables[256 + ((int) (x >>> 48) & 0xff)]
                ^ tables[(int) (x >>> 56)];
    }

    private static long at(byte[] bytes, int offset) {
        return (long) LONGS.get(bytes, offset);
    }

    @Override
    public void update(int b) {
        value = value >>> 8 ^ BYTES[(int) (value ^ b) & 0xff];
    }

    @Override
    public void update(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int i = offset;
        for (; i + BLOCK <= end; i += BLOCK) {
            value = block(value, bytes, i);
        }
        for (; i + 8 <= end; i += 8) {
            value = step(BYTES, value ^ at(bytes, i));
        }
        for (; i < end; i++) {
            update(bytes[i]);
        }
    }

    private static long block(long before, byte[] bytes, int offset) {
        long first = before;
        long second = 0;
        long third = 0;
        long fourth = 0;
        for (int i = offset; i < offset + QUARTER; i += 8) {
            first = step(BYTES, first ^ at(bytes, i));
            second = step(BYTES, second ^ at(bytes, i + QUARTER));
            third = step(BYTES, third ^ at(bytes, i + 2 * QUARTER));
            fourth = step(BYTES, fourth ^ at(bytes, i + 3 * QUARTER));
        }
        return step(ZEROS, step(ZEROS, step(ZEROS, first) ^ second) ^ third) ^ fourth;
    }

    @Override
    public long getValue() {
        return ~value;
    }

    @Override
    public void reset() {
        value = -1;
    }
}
