package dev.tsumuji.kernel.kv;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys made of elements, in an encoding whose byte order is the order of the elements: first by the first element, then by
 * the second. Elements are null, {@code byte[]}, {@link String}, {@link Integer} and {@link Long} (read back as Long),
 * {@link BigDecimal} (DynamoDB's numbers, read back without trailing zeros), {@link Instant} (to the nanosecond) and
 * {@link List} of these. No tuple is a prefix of another unless its elements are,
 * so {@link #range} of a tuple holds exactly the tuples that extend it.
 *
 * <p>Types sort as listed: null, bytes, string, list, integer, decimal, instant. The rules follow FoundationDB's tuple layer.
 *
 * @see <a href="https://github.com/apple/foundationdb/blob/main/design/tuple.md">FoundationDB's tuple encoding</a>
 */
public final class Tuple {
    private static final byte NULL = 0x00;
    private static final byte BYTES = 0x01;
    private static final byte STRING = 0x02;
    private static final byte LIST = 0x05;
    private static final byte INTEGER_ZERO = 0x14;
    private static final byte DECIMAL = 0x23;
    private static final byte INSTANT = 0x34;
    private static final byte ESCAPE = (byte) 0xff;

    private Tuple() {}

    public static byte[] pack(@Nullable Object... elements) {
        var out = new ByteArrayOutputStream(64);
        for (var element : elements) {
            write(out, element, false);
        }
        return out.toByteArray();
    }

    /** All tuples that begin with these elements and have at least one more. */
    public static Range range(@Nullable Object... elements) {
        var prefix = pack(elements);
        var begin = Arrays.copyOf(prefix, prefix.length + 1);
        var end = Arrays.copyOf(prefix, prefix.length + 1);
        end[prefix.length] = ESCAPE;
        return new Range(begin, end);
    }

    /** All tuples that begin with these elements and whose next element is a string with this prefix. */
    public static Range rangeOfPrefix(String prefix, @Nullable Object... elements) {
        var packed = pack(Arrays.asList(elements).toArray());
        var text = pack(prefix);
        var begin = Arrays.copyOf(packed, packed.length + text.length - 1);
        System.arraycopy(text, 0, begin, packed.length, text.length - 1);
        return Range.prefix(begin);
    }

    /** @throws IllegalArgumentException when the bytes are no tuple */
    public static List<@Nullable Object> unpack(byte[] packed) {
        var in = ByteBuffer.wrap(packed);
        var elements = new ArrayList<@Nullable Object>();
        try {
            while (in.hasRemaining()) {
                elements.add(read(in));
            }
        } catch (BufferUnderflowException | IndexOutOfBoundsException | DateTimeException e) {
            throw new IllegalArgumentException("no tuple: it ends or continues in the middle of an element", e);
        }
        return elements;
    }

    private static void write(ByteArrayOutputStream out, @Nullable Object element, boolean nested) {
        switch (element) {
            case null -> {
                out.write(NULL);
                if (nested) {
                    out.write(ESCAPE);
                }
            }
            case byte[] bytes -> {
                out.write(BYTES);
                escape(out, bytes);
            }
            case String text -> {
                out.write(STRING);
                escape(out, text.getBytes(StandardCharsets.UTF_8));
            }
            case Integer number -> integer(out, number);
            case Long number -> integer(out, number);
            case BigDecimal number -> {
                out.write(DECIMAL);
                Decimal.write(out, number);
            }
            case Instant time -> {
                out.write(INSTANT);
                out.writeBytes(ByteBuffer.allocate(12)
                        .putLong(time.getEpochSecond() ^ Long.MIN_VALUE)
                        .putInt(time.getNano())
                        .array());
            }
            case List<?> list -> {
                out.write(LIST);
                for (var item : list) {
                    write(out, item, true);
                }
                out.write(NULL);
            }
            default ->
                throw new IllegalArgumentException(
                        "a key can't hold a " + element.getClass().getName());
        }
    }

    private static void escape(ByteArrayOutputStream out, byte[] bytes) {
        for (byte b : bytes) {
            out.write(b);
            if (b == 0) {
                out.write(ESCAPE);
            }
        }
        out.write(NULL);
    }

    /** Type byte says sign and length, so that longer numbers sort behind shorter ones; negatives are complemented. */
    private static void integer(ByteArrayOutputStream out, long value) {
        if (value == 0) {
            out.write(INTEGER_ZERO);
            return;
        }
        // ~(-value) == value - 1 in two's complement, also for Long.MIN_VALUE
        long bits = value > 0 ? value : value - 1;
        long magnitude = value > 0 ? value : -value;
        int bytes = (64 - Long.numberOfLeadingZeros(magnitude) + 7) / 8;
        out.write(value > 0 ? INTEGER_ZERO + bytes : INTEGER_ZERO - bytes);
        for (int i = bytes - 1; i >= 0; i--) {
            out.write((int) (bits >>> 8 * i) & 0xff);
        }
    }

    private static @Nullable Object read(ByteBuffer in) {
        byte type = in.get();
        return switch (type) {
            case NULL -> null;
            case BYTES -> unescape(in);
            case STRING -> new String(unescape(in), StandardCharsets.UTF_8);
            case LIST -> readList(in);
            case DECIMAL -> Decimal.read(in);
            case INSTANT -> Instant.ofEpochSecond(in.getLong() ^ Long.MIN_VALUE, in.getInt());
            default -> {
                int bytes = type - INTEGER_ZERO;
                if (bytes < -8 || bytes > 8) {
                    throw new IllegalArgumentException("no tuple: type byte " + type);
                }
                yield readInteger(in, bytes);
            }
        };
    }

    private static List<@Nullable Object> readList(ByteBuffer in) {
        var items = new ArrayList<@Nullable Object>();
        while (true) {
            if (in.get(in.position()) == NULL) {
                in.get();
                if (!in.hasRemaining() || in.get(in.position()) != ESCAPE) {
                    return items;
                }
                in.get();
                items.add(null);
            } else {
                items.add(read(in));
            }
        }
    }

    private static long readInteger(ByteBuffer in, int bytes) {
        long bits = bytes < 0 ? -1 : 0;
        for (int i = Math.abs(bytes); i > 0; i--) {
            bits = bits << 8 | in.get() & 0xff;
        }
        return bytes < 0 ? bits + 1 : bits;
    }

    private static byte[] unescape(ByteBuffer in) {
        var out = new ByteArrayOutputStream();
        while (true) {
            byte b = in.get();
            if (b == NULL) {
                if (!in.hasRemaining() || in.get(in.position()) != ESCAPE) {
                    return out.toByteArray();
                }
                in.get();
            }
            out.write(b);
        }
    }
}
