package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.ItemSize;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Txn;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Writes one item and, in the same commit, all that follows from it: entries of the table's indexes, the time of expiry, the
 * record in the stream, what the table's history must keep of it. Stateless and thread-safe.
 */
final class ItemWriter {
    private final Consumer<Long> expires;
    private final Consumer<String> recorded;
    private final Runnable logged;

    /**
     * @param expires hears the second in which a written item will expire
     * @param recorded hears the ARN of a stream that got a record
     * @param logged hears that the log of a table's history got longer
     */
    ItemWriter(Consumer<Long> expires, Consumer<String> recorded, Runnable logged) {
        this.expires = expires;
        this.recorded = recorded;
        this.logged = logged;
    }

    /** Whether a write must know the item that it replaces. */
    static boolean needsOld(Table table) {
        return !table.indexes().isEmpty()
                || table.stream() != null
                || table.expiry() != null
                || table.history() != null;
    }

    /**
     * Replaces an item.
     *
     * @param before what lies there; null when nothing does, or when {@link #needsOld} says that nobody wants to know
     * @param beforeBytes the same as it is stored
     * @param now null to remove it
     * @param nowBytes the new item, encoded; null to remove it
     * @param consumed counts what the indexes take, when anybody asked
     */
    void write(
            Txn txn,
            OpenTable open,
            byte[] key,
            @Nullable Map<String, AttributeValue> before,
            byte @Nullable [] beforeBytes,
            @Nullable Map<String, AttributeValue> now,
            byte @Nullable [] nowBytes,
            @Nullable Consumed consumed) {
        if (nowBytes == null) {
            txn.delete(key);
        } else {
            txn.put(key, nowBytes);
        }
        follow(txn, open, key, before, beforeBytes, now, nowBytes, consumed, null);
    }

    /** Removes an item whose time has come. */
    void expire(
            Txn txn, OpenTable open, byte[] key, Map<String, AttributeValue> before, byte[] beforeBytes, Instant at) {
        txn.delete(key);
        follow(txn, open, key, before, beforeBytes, null, null, null, at);
    }

    private void follow(
            Txn txn,
            OpenTable open,
            byte[] key,
            @Nullable Map<String, AttributeValue> before,
            byte @Nullable [] beforeBytes,
            @Nullable Map<String, AttributeValue> now,
            byte @Nullable [] nowBytes,
            @Nullable Consumed consumed,
            @Nullable Instant expiredAt) {
        var table = open.table();
        if (!needsOld(table)) {
            return;
        }
        for (int i = 0; i < table.indexes().size(); i++) {
            index(txn, open, i, key, before, now, nowBytes, consumed);
        }
        if (table.expiry() != null) {
            expiry(txn, open, table.expiry(), key, before, now);
        }
        var stream = table.stream();
        if (stream != null && !java.util.Objects.equals(before, now)) {
            record(txn, table, stream, before, beforeBytes, now, nowBytes, expiredAt);
        }
        var history = table.history();
        if (history != null && !Arrays.equals(beforeBytes, nowBytes)) {
            Histories.log(
                    txn, history, Arrays.copyOfRange(key, open.items().length, key.length), beforeBytes, at(expiredAt));
            txn.afterCommit(logged);
        }
    }

    private static Instant at(@Nullable Instant expiredAt) {
        return expiredAt != null ? expiredAt : Call.current().time();
    }

    private static void index(
            Txn txn,
            OpenTable open,
            int number,
            byte[] key,
            @Nullable Map<String, AttributeValue> before,
            @Nullable Map<String, AttributeValue> now,
            byte @Nullable [] nowBytes,
            @Nullable Consumed consumed) {
        var index = open.table().indexes().get(number);
        var oldKey = before != null && index.holds(before) ? open.entryKey(number, before, key) : null;
        var newKey = now != null && index.holds(now) ? open.entryKey(number, now, key) : null;
        var schema = open.table().key();
        var oldEntry = oldKey == null || before == null ? null : index.projected(before, schema);
        var newEntry = newKey == null || now == null ? null : index.projected(now, schema);
        if (Arrays.equals(oldKey, newKey) && java.util.Objects.equals(oldEntry, newEntry)) {
            return;
        }
        boolean moved = false;
        if (oldKey != null && !Arrays.equals(oldKey, newKey)) {
            txn.delete(oldKey);
            moved = true;
        }
        if (newKey != null && newEntry != null && nowBytes != null) {
            txn.put(newKey, index.projectsAll() ? nowBytes : ItemCodec.encode(newEntry, ItemSize.of(newEntry)));
        }
        if (consumed != null) {
            count(index, oldEntry, newEntry, moved, consumed);
        }
    }

    /** An entry that moves is removed and put; one that changes in its place is written once, at the larger size. */
    private static void count(
            Index index,
            @Nullable Map<String, AttributeValue> before,
            @Nullable Map<String, AttributeValue> now,
            boolean moved,
            Consumed consumed) {
        int oldSize = before == null ? 0 : ItemSize.of(before);
        int newSize = now == null ? 0 : ItemSize.of(now);
        if (moved) {
            consumed.write(index, oldSize);
            if (now != null) {
                consumed.write(index, newSize);
            }
        } else {
            consumed.write(index, Math.max(oldSize, newSize));
        }
    }

    private void expiry(
            Txn txn,
            OpenTable open,
            Table.Expiry expiry,
            byte[] key,
            @Nullable Map<String, AttributeValue> before,
            @Nullable Map<String, AttributeValue> now) {
        long oldSecond = before == null ? Expiries.NEVER : Expiries.of(expiry, before);
        long newSecond = now == null ? Expiries.NEVER : Expiries.of(expiry, now);
        if (oldSecond == newSecond) {
            return;
        }
        if (oldSecond != Expiries.NEVER) {
            txn.delete(open.expiryKey(oldSecond, key));
        }
        if (newSecond != Expiries.NEVER) {
            txn.put(open.expiryKey(newSecond, key), new byte[0]);
            txn.afterCommit(() -> expires.accept(newSecond));
        }
    }

    private void record(
            Txn txn,
            Table table,
            Table.Streaming stream,
            @Nullable Map<String, AttributeValue> before,
            byte @Nullable [] beforeBytes,
            @Nullable Map<String, AttributeValue> now,
            byte @Nullable [] nowBytes,
            @Nullable Instant expiredAt) {
        var item = now != null ? now : before;
        if (item == null) {
            return;
        }
        var keys = Keys.of(table.key(), item);
        boolean oldImage = stream.viewType().equals("NEW_AND_OLD_IMAGES")
                || stream.viewType().equals("OLD_IMAGE");
        boolean newImage = stream.viewType().equals("NEW_AND_OLD_IMAGES")
                || stream.viewType().equals("NEW_IMAGE");
        txn.putStamped(
                DynamodbKeys.records(stream.id()),
                new byte[0],
                StreamRecord.encode(
                        before == null,
                        now == null,
                        expiredAt != null,
                        at(expiredAt).toEpochMilli(),
                        ItemCodec.encode(keys, ItemSize.of(keys)),
                        oldImage ? beforeBytes : null,
                        newImage ? nowBytes : null));
        txn.afterCommit(() -> recorded.accept(table.name().streamArn(stream.label())));
    }
}
