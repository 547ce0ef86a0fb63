package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.KvException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * How an item is stored: a format byte, its size by DynamoDB's rules, its attributes, a CRC-32C of what stands before it. Laid
 * out by hand, because every read and write of every item goes through it. Numbers are kept in the text in which they are
 * answered. Stateless.
 */
final class ItemCodec {
    private static final byte FORMAT = 1;
    private static final int CRC_BYTES = Integer.BYTES;
    private static final int SIZE_AT = 1;

    private static final byte S = 1;
    private static final byte N = 2;
    private static final byte B = 3;
    private static final byte SS = 4;
    private static final byte NS = 5;
    private static final byte BS = 6;
    private static final byte M = 7;
    private static final byte L = 8;
    private static final byte NULL = 9;
    private static final byte TRUE = 10;
    private static final byte FALSE = 11;

    private ItemCodec() {}

    /** @param size the item's, in bytes, as DynamoDB counts */
    static byte[] encode(Map<String, AttributeValue> item, int size) {
        var out = new Writer(size + 16 + 2 * item.size());
        out.put(FORMAT);
        out.number(size);
        out.map(item);
        return out.sealed();
    }

    /** @throws KvException {@code CORRUPT} when the checksum is wrong */
    static Map<String, AttributeValue> decode(byte[] stored) {
        int end = stored.length - CRC_BYTES;
        if (end < SIZE_AT + 1 || stored[0] != FORMAT || crc(stored, end) != readInt(stored, end)) {
            throw new KvException(KvException.Kind.CORRUPT, "a stored item fails its checksum", null);
        }
        var in = new Reader(stored);
        in.number();
        return in.map();
    }

    /** An item's size, without looking at its attributes. */
    static int size(byte[] stored) {
        return new Reader(stored).number();
    }

    private static int crc(byte[] bytes, int end) {
        var crc = new CRC32C();
        crc.update(bytes, 0, end);
        return (int) crc.getValue();
    }

    private static int readInt(byte[] bytes, int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff;
    }

    /** A growing array; used by one thread. */
    private static final class Writer {
        private byte[] bytes;
        private int length;

        Writer(int expected) {
            bytes = new byte[expected];
        }

        void put(byte b) {
            room(1);
            bytes[length++] = b;
        }

        /** Seven bits to a byte. */
        void number(int value) {
            room(5);
            int rest = value;
            while ((rest & ~0x7f) != 0) {
                bytes[length++] = (byte) (rest & 0x7f | 0x80);
                rest >>>= 7;
            }
            bytes[length++] = (byte) rest;
        }

        void bytes(byte[] value) {
            number(value.length);
            room(value.length);
            System.arraycopy(value, 0, bytes, length, value.length);
            length += value.length;
        }

        void text(String text) {
            bytes(text.getBytes(StandardCharsets.UTF_8));
        }

        void texts(byte tag, List<String> texts) {
            put(tag);
            number(texts.size());
            for (var text : texts) {
                text(text);
            }
        }

        void map(Map<String, AttributeValue> attributes) {
            number(attributes.size());
            for (var attribute : attributes.entrySet()) {
                text(attribute.getKey());
                value(attribute.getValue());
            }
        }

        void value(AttributeValue value) {
            switch (value.type()) {
                case S -> {
                    put(S);
                    text(value.s());
                }
                case N -> {
                    put(N);
                    text(value.n());
                }
                case B -> {
                    put(B);
                    bytes(value.b().asByteArrayUnsafe());
                }
                case SS -> texts(SS, value.ss());
                case NS -> texts(NS, value.ns());
                case BS -> {
                    put(BS);
                    number(value.bs().size());
                    for (var item : value.bs()) {
                        bytes(item.asByteArrayUnsafe());
                    }
                }
                case M -> {
                    put(M);
                    map(value.m());
                }
                case L -> {
                    put(L);
                    number(value.l().size());
                    for (var item : value.l()) {
                        value(item);
                    }
                }
                case BOOL -> put(value.bool() ? TRUE : FALSE);
                case NUL -> put(NULL);
                case UNKNOWN_TO_SDK_VERSION ->
                    throw new IllegalArgumentException("a value without a type passed the checks");
            }
        }

        byte[] sealed() {
            int crc = crc(bytes, length);
            room(CRC_BYTES);
            bytes[length++] = (byte) (crc >>> 24);
            bytes[length++] = (byte) (crc >>> 16);
            bytes[length++] = (byte) (crc >>> 8);
            bytes[length++] = (byte) crc;
            return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        }

        private void room(int more) {
            if (length + more > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
            }
        }
    }

    /** Reads what the checksum vouches for; used by one thread. */
    private static final class Reader {
        private final byte[] bytes;
        private int at = SIZE_AT;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        int number() {
            int value = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = bytes[at++];
                value |= (b & 0x7f) << shift;
                if (b >= 0) {
                    return value;
                }
            }
        }

        byte[] bytes() {
            int length = number();
            var value = Arrays.copyOfRange(bytes, at, at + length);
            at += length;
            return value;
        }

        String text() {
            int length = number();
            var text = new String(bytes, at, length, StandardCharsets.UTF_8);
            at += length;
            return text;
        }

        List<String> texts() {
            int count = number();
            var texts = new ArrayList<String>(count);
            for (int i = 0; i < count; i++) {
                texts.add(text());
            }
            return texts;
        }

        Map<String, AttributeValue> map() {
            int count = number();
            var map = LinkedHashMap.<String, AttributeValue>newLinkedHashMap(count);
            for (int i = 0; i < count; i++) {
                var name = text();
                map.put(name, value());
            }
            return map;
        }

        AttributeValue value() {
            byte tag = bytes[at++];
            return switch (tag) {
                case S -> AttributeValue.fromS(text());
                case N -> AttributeValue.fromN(text());
                case B -> AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(bytes()));
                case SS -> AttributeValue.fromSs(texts());
                case NS -> AttributeValue.fromNs(texts());
                case BS -> {
                    int count = number();
                    var set = new ArrayList<SdkBytes>(count);
                    for (int i = 0; i < count; i++) {
                        set.add(SdkBytes.fromByteArrayUnsafe(bytes()));
                    }
                    yield AttributeValue.fromBs(set);
                }
                case M -> AttributeValue.fromM(map());
                case L -> {
                    int count = number();
                    var list = new ArrayList<AttributeValue>(count);
                    for (int i = 0; i < count; i++) {
                        list.add(value());
                    }
                    yield AttributeValue.fromL(list);
                }
                case NULL -> AttributeValue.fromNul(true);
                case TRUE -> AttributeValue.fromBool(true);
                case FALSE -> AttributeValue.fromBool(false);
                default -> throw new KvException(KvException.Kind.CORRUPT, "unknown value tag " + tag, null);
            };
        }
    }
}
