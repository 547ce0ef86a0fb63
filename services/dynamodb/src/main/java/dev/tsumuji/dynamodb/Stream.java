package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.kernel.kv.Codec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A table's stream as it is stored. It outlives its table, and what the table's stream is switched to.
 *
 * @param id random; names the stream's records
 * @param label the time at which it was made, to the millisecond
 * @param disabledAt null while records are written to it; it is forgotten when the last of these has expired
 */
record Stream(
        long id,
        TableName table,
        String label,
        String viewType,
        KeySchema key,
        Instant createdAt,
        @Nullable Instant disabledAt) {
    static final Codec<Stream> CODEC = Codec.of(Stream.class);

    /** A stream is one shard: all changes of a table in one order. */
    String shardId() {
        return "shardId-" + zeros(createdAt.toEpochMilli(), 20) + "-"
                + zeros(id & 0xffffffffL, 10).substring(2);
    }

    private static String zeros(long number, int digits) {
        var text = Long.toString(number);
        return "0".repeat(Math.max(0, digits - text.length())) + text;
    }

    String arn() {
        return table.streamArn(label);
    }

    Stream disabled(Instant at) {
        return new Stream(id, table, label, viewType, key, createdAt, at);
    }

    boolean shows(boolean oldImage) {
        return viewType.equals("NEW_AND_OLD_IMAGES") || viewType.equals(oldImage ? "OLD_IMAGE" : "NEW_IMAGE");
    }
}
