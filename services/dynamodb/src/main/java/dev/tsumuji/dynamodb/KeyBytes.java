package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.kernel.kv.Tuple;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A key in the making: bytes whose order is DynamoDB's order of the values in it. Values are written as {@link Tuple} writes
 * them, so none is a prefix of another. Used by one thread.
 */
final class KeyBytes {
    private static final byte BINARY = 0x01;
    private static final byte STRING = 0x02;
    private static final byte ESCAPE = (byte) 0xff;

    private byte[] bytes;
    private int length;

    /** @param expected how many bytes more than the beginning's */
    KeyBytes(byte[] beginning, int expected) {
        bytes = Arrays.copyOf(beginning, beginning.length + expected);
        length = beginning.length;
    }

    KeyBytes octet(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    KeyBytes raw(byte[] more) {
        return raw(more, 0);
    }

    KeyBytes raw(byte[] more, int from) {
        int count = more.length - from;
        room(count);
        System.arraycopy(more, from, bytes, length, count);
        length += count;
        return this;
    }

    /** The hash of a partition's attributes, then these. */
    KeyBytes partition(List<KeyAttribute> parts, Map<String, AttributeValue> item) {
        room(2);
        length += 2;
        int begin = length;
        values(parts, item);
        hash(begin);
        return this;
    }

    /** As {@link #partition(List, Map)}, of values alone. */
    KeyBytes partition(List<AttributeValue> values) {
        room(2);
        length += 2;
        int begin = length;
        values.forEach(this::value);
        hash(begin);
        return this;
    }

    private void hash(int begin) {
        var crc = new CRC32C();
        crc.update(bytes, begin, length - begin);
        int hash = (int) crc.getValue();
        bytes[begin - 2] = (byte) (hash >>> 24);
        bytes[begin - 1] = (byte) (hash >>> 16);
    }

    KeyBytes values(List<KeyAttribute> parts, Map<String, AttributeValue> item) {
        for (var part : parts) {
            value(Objects.requireNonNull(item.get(part.name()), "an attribute of the key"));
        }
        return this;
    }

    KeyBytes value(AttributeValue value) {
        beginning(value);
        if (value.type() != AttributeValue.Type.N) {
            octet(0);
        }
        return this;
    }

    /** A string or bytes without their end: what all longer ones begin with. */
    KeyBytes beginning(AttributeValue value) {
        switch (value.type()) {
            case S -> escaped(STRING, value.s().getBytes(StandardCharsets.UTF_8));
            case B -> escaped(BINARY, value.b().asByteArrayUnsafe());
            case N -> raw(Tuple.pack(new BigDecimal(value.n())));
            default -> throw new IllegalArgumentException("no key: " + value.type());
        }
        return this;
    }

    private void escaped(byte type, byte[] content) {
        room(1 + content.length * 2);
        bytes[length++] = type;
        for (byte b : content) {
            bytes[length++] = b;
            if (b == 0) {
                bytes[length++] = ESCAPE;
            }
        }
    }

    byte[] toArray() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
