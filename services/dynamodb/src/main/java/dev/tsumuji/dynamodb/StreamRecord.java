package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.KvException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * One change of an item in a stream, as it is stored: a format byte, a byte for the event, one for who made it, the time, then
 * key, old and new image, each as {@link ItemCodec} writes it and with its own checksum.
 *
 * @param event {@code INSERT}, {@code MODIFY} or {@code REMOVE}
 * @param expired whether the item was removed because its time had come
 * @param at milliseconds
 */
record StreamRecord(
        String event,
        boolean expired,
        long at,
        Map<String, AttributeValue> keys,
        @Nullable Map<String, AttributeValue> before,
        @Nullable Map<String, AttributeValue> now,
        long sizeBytes) {
    private static final byte FORMAT = 1;
    private static final String[] EVENTS = {"INSERT", "MODIFY", "REMOVE"};

    /** @param before, now the images that the stream shows, null where there is none */
    static byte[] encode(
            boolean insert,
            boolean remove,
            boolean expired,
            long at,
            byte[] keys,
            byte @Nullable [] before,
            byte @Nullable [] now) {
        return ByteBuffer.allocate(3 + Long.BYTES + 3 * Integer.BYTES + keys.length + length(before) + length(now))
                .put(FORMAT)
                .put((byte) (insert ? 0 : remove ? 2 : 1))
                .put((byte) (expired ? 1 : 0))
                .putLong(at)
                .putInt(keys.length)
                .put(keys)
                .putInt(length(before))
                .put(before == null ? new byte[0] : before)
                .putInt(length(now))
                .put(now == null ? new byte[0] : now)
                .array();
    }

    private static int length(byte @Nullable [] image) {
        return image == null ? 0 : image.length;
    }

    static StreamRecord decode(byte[] stored) {
        try {
            var in = ByteBuffer.wrap(stored);
            if (in.get() != FORMAT) {
                throw corrupt();
            }
            var event = EVENTS[in.get()];
            boolean expired = in.get() == 1;
            long at = in.getLong();
            var keys = image(in);
            var before = image(in);
            var now = image(in);
            if (keys == null) {
                throw corrupt();
            }
            return new StreamRecord(
                    event,
                    expired,
                    at,
                    ItemCodec.decode(keys),
                    before == null ? null : ItemCodec.decode(before),
                    now == null ? null : ItemCodec.decode(now),
                    ItemCodec.size(keys)
                            + (before == null ? 0 : ItemCodec.size(before))
                            + (now == null ? 0 : ItemCodec.size(now)));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new KvException(KvException.Kind.CORRUPT, "a stored stream record is cut off", e);
        }
    }

    /** When a stored record was written. */
    static long at(byte[] stored) {
        return ByteBuffer.wrap(stored).getLong(3);
    }

    private static byte @Nullable [] image(ByteBuffer in) {
        int length = in.getInt();
        if (length == 0) {
            return null;
        }
        var image = new byte[length];
        in.get(image);
        return image;
    }

    private static KvException corrupt() {
        return new KvException(KvException.Kind.CORRUPT, "a stored stream record can't be read", null);
    }
}
