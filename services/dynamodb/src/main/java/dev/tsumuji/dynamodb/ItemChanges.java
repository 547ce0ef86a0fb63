package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.Expressions;
import dev.tsumuji.dynamodb.value.ItemSize;
import dev.tsumuji.kernel.kv.Txn;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Makes changes of items within a transaction: reads what is there if anybody needs to know, holds it against the condition,
 * writes what comes out. Thread-safe.
 */
final class ItemChanges {
    private final Tables tables;
    private final ItemWriter writer;

    ItemChanges(Tables tables, ItemWriter writer) {
        this.tables = tables;
        this.writer = writer;
    }

    /**
     * What became of a change.
     *
     * @param passed false when the condition did not hold, and nothing was written
     * @param before null when nothing was there, or nobody needed to know
     * @param now null when nothing is there now
     */
    record Outcome(
            OpenTable open,
            boolean passed,
            @Nullable Map<String, AttributeValue> before,
            @Nullable Map<String, AttributeValue> now) {}

    /**
     * Makes a change.
     *
     * @param wantsBefore whether the caller must know what was there
     * @param consumed counts what it takes; null when nobody asked
     */
    Outcome apply(Txn txn, Change change, boolean wantsBefore, @Nullable Consumed consumed) {
        var open = tables.require(txn, change.table());
        var table = open.table();
        check(table, change);
        var key = open.itemKey(change.keys());
        boolean reads = wantsBefore
                || consumed != null
                || change.condition() != null
                || !(change instanceof Change.Put || change instanceof Change.Delete)
                || ItemWriter.needsOld(table);
        var stored = reads ? txn.get(key) : null;
        var before = stored == null ? null : ItemCodec.decode(stored);
        var condition = change.condition();
        if (condition != null && !condition.holds(before == null ? Map.of() : before)) {
            return new Outcome(open, false, before, before);
        }
        return switch (change) {
            case Change.Put put -> {
                writer.write(txn, open, key, before, stored, put.item(), put.encoded(), consumed);
                count(consumed, stored, put.size());
                yield new Outcome(open, true, before, put.item());
            }
            case Change.Alter alter -> alter(txn, open, key, alter, stored, before, consumed);
            case Change.Delete delete -> {
                if (before != null || !reads) {
                    writer.write(txn, open, key, before, stored, null, null, consumed);
                }
                count(consumed, stored, 0);
                yield new Outcome(open, true, before, null);
            }
            case Change.Check check -> {
                count(consumed, stored, 0);
                yield new Outcome(open, true, before, before);
            }
        };
    }

    /**
     * Refuses a change that the table's key alone shows to be wrong, whatever item is there.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException {@code ValidationException}
     */
    static void check(Table table, Change change) {
        if (change instanceof Change.Put put) {
            Keys.checkItem(table, put.item());
        } else {
            Keys.check(table.key(), change.keys());
        }
        if (change instanceof Change.Alter alter && alter.update() != null) {
            Expressions.refuseKeyUpdates(alter.update(), table.key());
            Keys.refuseNested(table, alter.update().allPaths());
        }
        if (change.condition() != null) {
            Keys.refuseNested(table, change.condition().paths());
        }
    }

    private Outcome alter(
            Txn txn,
            OpenTable open,
            byte[] key,
            Change.Alter alter,
            byte @Nullable [] stored,
            @Nullable Map<String, AttributeValue> before,
            @Nullable Consumed consumed) {
        var base = before == null ? alter.keys() : before;
        var update = alter.update();
        if (before == null && update != null && update.onlyRemoves()) {
            count(consumed, null, 0);
            return new Outcome(open, true, null, null);
        }
        var now = update == null ? base : update.apply(base);
        int size = ItemSize.of(now);
        long written = update == null || !alter.measured() ? 0 : update.writtenBytes(now);
        if (Math.max(size, written) > DynamodbLimits.ITEM_MAX_BYTES) {
            throw DynamodbErrors.invalid("Item size to update has exceeded the maximum allowed size");
        }
        if (update != null) {
            Keys.checkUpdated(open.table(), now, update, before == null);
        }
        writer.write(txn, open, key, before, stored, now, ItemCodec.encode(now, size), consumed);
        count(consumed, stored, size);
        return new Outcome(open, true, before, now);
    }

    private static void count(@Nullable Consumed consumed, byte @Nullable [] before, int size) {
        if (consumed != null) {
            consumed.write(Math.max(size, before == null ? 0 : ItemCodec.size(before)));
        }
    }
}
