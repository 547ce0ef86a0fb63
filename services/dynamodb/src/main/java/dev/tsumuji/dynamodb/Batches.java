package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.ItemSize;
import dev.tsumuji.dynamodb.value.Values;
import dev.tsumuji.kernel.kv.Kv;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ItemCollectionMetrics;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Several items in one request. Reads come from one moment; writes are done in as few commits as they fit in, and all of them
 * are done, so nothing is ever left unprocessed but reads beyond 16 MB. Thread-safe; all state is in the store.
 */
final class Batches {
    /** What one commit of a batch writes at most; indexes and streams multiply it. */
    private static final long COMMIT_MAX_BYTES = 8 << 20;

    private final Kv kv;
    private final Tables tables;
    private final ItemChanges changes;

    Batches(Kv kv, Tables tables, ItemChanges changes) {
        this.kv = kv;
        this.tables = tables;
        this.changes = changes;
    }

    private record Wanted(TableName table, OpenTable open, String asked, KeysAndAttributes keys) {}

    private static void requireTables(Map<String, ?> requestItems, String operation) {
        if (requestItems.isEmpty()) {
            throw DynamodbErrors.invalid("The requestItems parameter is required for " + operation);
        }
    }

    BatchGetItemResponse get(BatchGetItemRequest request) {
        requireTables(request.requestItems(), "BatchGetItem");
        int count = 0;
        for (var keys : request.requestItems().values()) {
            count += keys.keys().size();
        }
        if (count > DynamodbLimits.BATCH_GET_MAX) {
            throw DynamodbErrors.invalid("Too many items requested for the BatchGetItem call");
        }
        var kinds = new Parameters();
        for (var keys : request.requestItems().values()) {
            kinds.expression("ProjectionExpression", keys.projectionExpression())
                    .legacy("AttributesToGet", keys.hasAttributesToGet());
        }
        kinds.check();
        var wanted = new ArrayList<Wanted>();
        for (var entry : request.requestItems().entrySet()) {
            Requested.projection(entry.getValue());
            var name = TableName.of(entry.getKey());
            wanted.add(new Wanted(name, tables.require(name), entry.getKey(), entry.getValue()));
        }
        var reads = new LinkedHashMap<Wanted, List<byte[]>>();
        wanted.forEach(table -> reads.put(table, keys(table)));
        return kv.read(snapshot -> {
            var found = new LinkedHashMap<String, List<Map<String, AttributeValue>>>();
            var left = new LinkedHashMap<String, KeysAndAttributes>();
            var capacities = new ArrayList<ConsumedCapacity>();
            long bytes = 0;
            for (var read : reads.entrySet()) {
                var table = read.getKey();
                var projection = Requested.projection(table.keys());
                var items = new ArrayList<Map<String, AttributeValue>>();
                var consumed = new Consumed();
                int next = 0;
                for (; next < read.getValue().size() && bytes < DynamodbLimits.BATCH_GET_MAX_BYTES; next++) {
                    var stored = snapshot.get(read.getValue().get(next));
                    int size = stored == null ? 0 : ItemCodec.size(stored);
                    consumed.read(size, Boolean.TRUE.equals(table.keys().consistentRead()));
                    bytes += size;
                    if (stored != null) {
                        var item = ItemCodec.decode(stored);
                        items.add(projection == null ? item : projection.of(item));
                    }
                }
                found.put(table.asked(), items);
                if (next < read.getValue().size()) {
                    var rest = table.keys().keys().subList(next, read.getValue().size());
                    left.put(table.asked(), table.keys().toBuilder().keys(rest).build());
                }
                var capacity = consumed.answer(request.returnConsumedCapacity(), table.table());
                if (capacity != null) {
                    capacities.add(capacity);
                }
            }
            return BatchGetItemResponse.builder()
                    .responses(found)
                    .unprocessedKeys(left)
                    .consumedCapacity(capacities.isEmpty() ? null : capacities)
                    .build();
        });
    }

    private static List<byte[]> keys(Wanted wanted) {
        var keys = new ArrayList<byte[]>();
        var seen = new HashSet<ByteBuffer>();
        for (var key : wanted.keys().keys()) {
            var checked = Values.checked(key);
            Keys.check(wanted.open().table().key(), checked);
            var bytes = wanted.open().itemKey(checked);
            if (!seen.add(ByteBuffer.wrap(bytes))) {
                throw DynamodbErrors.invalid("Provided list of item keys contains duplicates");
            }
            keys.add(bytes);
        }
        return keys;
    }

    BatchWriteItemResponse write(BatchWriteItemRequest request) {
        requireTables(request.requestItems(), "BatchWriteItem");
        int count = 0;
        for (var writes : request.requestItems().values()) {
            count += writes.size();
        }
        if (count > DynamodbLimits.BATCH_WRITE_MAX) {
            throw DynamodbErrors.invalid("Too many items requested for the BatchWriteItem call");
        }
        var all = new ArrayList<Change>();
        for (var entry : request.requestItems().entrySet()) {
            var name = TableName.of(entry.getKey());
            for (var write : entry.getValue()) {
                all.add(change(name, write));
            }
        }
        refuseRepetitions(all);
        boolean counted = Consumed.asked(request.returnConsumedCapacity());
        var consumed = new LinkedHashMap<TableName, Consumed>();
        var metrics = new LinkedHashMap<String, List<ItemCollectionMetrics>>();
        for (int from = 0; from < all.size(); ) {
            int to = commitEnd(all, from);
            var part = all.subList(from, to);
            var counters = kv.transact(txn -> {
                var counts = new LinkedHashMap<TableName, Consumed>();
                for (var change : part) {
                    var counter = counted ? counts.computeIfAbsent(change.table(), name -> new Consumed()) : null;
                    changes.apply(txn, change, false, counter);
                }
                return counts;
            });
            counters.forEach((name, counter) -> consumed.merge(name, counter, Consumed::plus));
            from = to;
        }
        for (var change : all) {
            var metric = Items.collection(
                    request.returnItemCollectionMetrics(), tables.require(change.table()), change.keys());
            if (metric != null) {
                metrics.computeIfAbsent(change.table().name(), name -> new ArrayList<>())
                        .add(metric);
            }
        }
        var answer = BatchWriteItemResponse.builder().unprocessedItems(Map.of());
        if (counted) {
            var capacities = new ArrayList<ConsumedCapacity>();
            consumed.forEach((name, counter) -> {
                var capacity = counter.answer(request.returnConsumedCapacity(), name);
                if (capacity != null) {
                    capacities.add(capacity);
                }
            });
            answer.consumedCapacity(capacities);
        }
        return metrics.isEmpty()
                ? answer.build()
                : answer.itemCollectionMetrics(metrics).build();
    }

    private static Change change(TableName name, WriteRequest write) {
        if ((write.putRequest() == null) == (write.deleteRequest() == null)) {
            throw DynamodbErrors.invalid(
                    write.putRequest() == null
                            ? "Supplied WriteRequest is empty, must contain exactly one of the supported request types"
                            : "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the"
                                    + " supported datatypes");
        }
        return write.putRequest() != null
                ? Change.Put.of(name, Values.checked(write.putRequest().item()), null)
                : new Change.Delete(name, Values.checked(write.deleteRequest().key()), null);
    }

    private void refuseRepetitions(List<Change> all) {
        var seen = new HashSet<ByteBuffer>();
        for (var change : all) {
            var open = tables.require(change.table());
            if (change instanceof Change.Put put) {
                if (!Keys.complete(open.table().key(), put.item())) {
                    // a batch says it as reads do, where a single put names the missing attribute
                    throw DynamodbErrors.keyMismatch();
                }
                Keys.checkItem(open.table(), put.item());
            } else {
                Keys.check(open.table().key(), change.keys());
            }
            if (!seen.add(ByteBuffer.wrap(open.itemKey(change.keys())))) {
                throw DynamodbErrors.invalid("Provided list of item keys contains duplicates");
            }
        }
    }

    /** Where the commit that begins with a change ends. */
    private int commitEnd(List<Change> all, int from) {
        long bytes = 0;
        int to = from;
        while (to < all.size()) {
            var change = all.get(to);
            var table = tables.require(change.table()).table();
            long times = 1 + table.indexes().size() + (table.stream() == null ? 0 : 2);
            bytes += times * (change instanceof Change.Put put ? put.size() : ItemSize.of(change.keys()));
            if (to > from && bytes > COMMIT_MAX_BYTES) {
                break;
            }
            to++;
        }
        return to;
    }
}
