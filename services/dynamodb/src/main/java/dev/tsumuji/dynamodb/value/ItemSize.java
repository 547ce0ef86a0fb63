package dev.tsumuji.dynamodb.value;

import java.math.BigDecimal;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How many bytes an item counts: against the limit of 400 KB, for capacity units and for a page's 1 MB.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html">Item sizes and
 *     formats</a>
 */
public final class ItemSize {
    private static final int CONTAINER = 3;
    private static final int ELEMENT = 1;

    private ItemSize() {}

    /** The size in bytes of all attributes with their names. */
    public static int of(Map<String, AttributeValue> item) {
        long size = 0;
        for (var attribute : item.entrySet()) {
            size += utf8(attribute.getKey()) + (long) of(attribute.getValue());
        }
        return clamped(size);
    }

    /** The size in bytes of a checked value without its name. */
    public static int of(AttributeValue value) {
        long size = switch (Kind.of(value)) {
            case S -> utf8(value.s());
            case N -> number(value.n());
            case B -> value.b().asByteArrayUnsafe().length;
            case SS -> value.ss().stream().mapToLong(ItemSize::utf8).sum();
            case NS -> value.ns().stream().mapToLong(ItemSize::number).sum();
            case BS ->
                value.bs().stream()
                        .mapToLong(bytes -> bytes.asByteArrayUnsafe().length)
                        .sum();
            case BOOL, NULL -> 1;
            case L -> {
                long sum = CONTAINER;
                for (var element : value.l()) {
                    sum += ELEMENT + of(element);
                }
                yield sum;
            }
            case M -> CONTAINER + (long) ELEMENT * value.m().size() + of(value.m());
        };
        return clamped(size);
    }

    /** A byte for two digits, counted from pairs around the decimal point; one more for the exponent and one for a minus. */
    private static int number(String text) {
        var number = new BigDecimal(text).stripTrailingZeros();
        if (number.signum() == 0) {
            return 1;
        }
        int digits = number.precision();
        boolean odd = Math.floorMod(number.scale(), 2) != 0;
        int pairs = (digits + (odd ? 1 : 0) + 1) / 2;
        return pairs + 1 + (number.signum() < 0 ? 1 : 0);
    }

    private static int utf8(String text) {
        int size = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                size++;
            } else if (c < 0x800) {
                size += 2;
            } else if (Character.isHighSurrogate(c)) {
                size += 4;
                i++;
            } else {
                size += 3;
            }
        }
        return size;
    }

    private static int clamped(long size) {
        return (int) Math.min(size, Integer.MAX_VALUE);
    }
}
