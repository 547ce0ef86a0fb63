package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Txn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexUpdate;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.UpdateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableRequest;

/**
 * UpdateTable. Everything but a new index is done when it has answered; a new index is filled in the background by
 * {@link TableWork}, and maintained by every write from the commit on that adds it. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html">UpdateTable</a>
 */
final class TableUpdate {
    private final Kv kv;
    private final Tables tables;
    private final Streams streams;
    private final ItemCounts counts;
    private final TableWork work;

    TableUpdate(Kv kv, Tables tables, Streams streams, ItemCounts counts, TableWork work) {
        this.kv = kv;
        this.tables = tables;
        this.streams = streams;
        this.counts = counts;
        this.work = work;
    }

    TableDescription update(UpdateTableRequest request) {
        var call = Call.current();
        var name = TableName.of(request.tableName(), call);
        checkRequest(request);
        var removed = new ArrayList<Index>();
        var table = kv.transact(txn -> {
            removed.clear();
            var before = tables.requireTable(txn, name).table();
            if (!before.settled()) {
                throw DynamodbErrors.busy(before);
            }
            var after = settings(before, request, call.time());
            after = indexes(txn, after, request, removed);
            after = stream(txn, after, request.streamSpecification(), call.time());
            if (!after.equals(before)) {
                tables.put(txn, after);
            }
            return after;
        });
        var open = tables.find(name);
        var view = TableViews.updating(table, open == null ? ItemCounts.Count.NONE : counts.of(open));
        return removed.isEmpty() ? view : withRemoved(view, table, removed);
    }

    /** An index that is gone is shown a last time. */
    private static TableDescription withRemoved(TableDescription view, Table table, List<Index> removed) {
        var shown = new ArrayList<>(view.globalSecondaryIndexes());
        for (var index : removed) {
            var last = TableViews.updating(
                    table.withIndexes(List.of(index), table.lastIndex(), table.definitions()), ItemCounts.Count.NONE);
            last.globalSecondaryIndexes()
                    .forEach(
                            description -> shown.add(description.toBuilder()
                                    .indexStatus(IndexStatus.DELETING)
                                    .warmThroughput((software.amazon.awssdk.services.dynamodb.model
                                                    .GlobalSecondaryIndexWarmThroughputDescription)
                                            null)
                                    .build()));
        }
        return view.toBuilder().globalSecondaryIndexes(shown).build();
    }

    private static void checkRequest(UpdateTableRequest request) {
        if (!request.replicaUpdates().isEmpty()
                || !request.globalTableWitnessUpdates().isEmpty()) {
            throw new UnsupportedOperationException("UpdateTable with replicas");
        }
        TableCreation.refuseKeys(request.sseSpecification());
        boolean something = request.billingMode() != null
                || request.provisionedThroughput() != null
                || request.hasGlobalSecondaryIndexUpdates()
                || request.streamSpecification() != null
                || request.sseSpecification() != null
                || request.tableClass() != null
                || request.deletionProtectionEnabled() != null
                || request.onDemandThroughput() != null
                || request.warmThroughput() != null;
        if (!something) {
            throw DynamodbErrors.invalid("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,"
                    + " GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required");
        }
    }

    private static Table settings(Table before, UpdateTableRequest request, Instant now) {
        var table = before;
        if (request.deletionProtectionEnabled() != null) {
            table = table.withDeletionProtection(request.deletionProtectionEnabled());
        }
        if (request.tableClass() != null) {
            table = table.withTableClass(request.tableClassAsString());
        }
        if (request.onDemandThroughput() != null) {
            table = table.withThroughput(table.throughput().withOnDemand(request.onDemandThroughput()));
        }
        var warm = request.warmThroughput();
        if (warm != null) {
            var old = table.throughput();
            table = table.withThroughput(old.withWarm(
                    warm.readUnitsPerSecond() == null ? old.warmReads() : warm.readUnitsPerSecond(),
                    warm.writeUnitsPerSecond() == null ? old.warmWrites() : warm.writeUnitsPerSecond()));
        }
        return table.withThroughput(throughput(table, request, now));
    }

    private static Throughput throughput(Table table, UpdateTableRequest request, Instant now) {
        var old = table.throughput();
        var units = request.provisionedThroughput();
        boolean onDemand =
                request.billingMode() == null ? old.isOnDemand() : request.billingMode() == BillingMode.PAY_PER_REQUEST;
        if (onDemand) {
            TableCreation.checkThroughput(units, true);
            return old.isOnDemand() ? old : old.switchedToOnDemand(now);
        }
        if (units == null && !old.isOnDemand()) {
            return old;
        }
        TableCreation.checkThroughput(units, false);
        if (units == null) {
            return old;
        }
        if (!old.isOnDemand()
                && units.readCapacityUnits() == old.readUnits()
                && units.writeCapacityUnits() == old.writeUnits()) {
            throw unchanged("table", old.readUnits(), old.writeUnits(), units);
        }
        return old.withUnits(units.readCapacityUnits(), units.writeCapacityUnits(), now);
    }

    private static RuntimeException unchanged(String what, long reads, long writes, ProvisionedThroughput asked) {
        return DynamodbErrors.invalid(
                "The provisioned throughput for the " + what
                        + " will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned"
                        + " for the " + what + ": " + reads + ". Requested ReadCapacityUnits: "
                        + asked.readCapacityUnits()
                        + ". Current WriteCapacityUnits provisioned for the " + what + ": " + writes
                        + ". Requested WriteCapacityUnits: " + asked.writeCapacityUnits()
                        + ". Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.");
    }

    private Table stream(
            Txn txn, Table table, @org.jspecify.annotations.Nullable StreamSpecification asked, Instant now) {
        if (asked == null) {
            return table;
        }
        var view = Streams.view(asked);
        if (view != null && table.stream() != null) {
            throw DynamodbErrors.invalid("Table already has an enabled stream: TableName: "
                    + table.name().name());
        }
        if (view == null && table.stream() == null) {
            throw DynamodbErrors.invalid("Table is already in the state of having no stream: TableName: "
                    + table.name().name());
        }
        return view != null ? streams.enable(txn, table, view, now) : streams.disable(txn, table, now);
    }

    // ---- indexes

    private Table indexes(Txn txn, Table before, UpdateTableRequest request, List<Index> removed) {
        if (!request.hasGlobalSecondaryIndexUpdates()) {
            return before;
        }
        long structural = request.globalSecondaryIndexUpdates().stream()
                .filter(update -> update.create() != null || update.delete() != null)
                .count();
        if (structural > 1) {
            throw DynamodbErrors.limit("Subscriber limit exceeded: Only 1 online index can be created or deleted"
                    + " simultaneously per table");
        }
        var types = new LinkedHashMap<String, Kind>();
        before.definitions().forEach(part -> types.put(part.name(), part.kind()));
        SchemaRules.types(request.attributeDefinitions()).forEach((attribute, type) -> {
            var earlier = types.put(attribute, type);
            if (earlier != null && !earlier.equals(type)) {
                throw DynamodbErrors.invalidParameters("Attribute type mismatch: " + attribute + " is defined as "
                        + earlier + " and can't be redefined as " + type);
            }
        });
        var table = before;
        for (var update : request.globalSecondaryIndexUpdates()) {
            table = apply(txn, table, update, types, removed);
        }
        return table;
    }

    private Table apply(
            Txn txn, Table table, GlobalSecondaryIndexUpdate update, Map<String, Kind> types, List<Index> removed) {
        if (update.create() != null) {
            return add(txn, table, update.create(), types);
        }
        if (update.update() != null) {
            return change(table, update.update());
        }
        if (update.delete() == null) {
            throw DynamodbErrors.invalidParameters(
                    "One of GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Update,"
                            + " GlobalSecondaryIndexUpdate.Delete must not be null");
        }
        var index = require(table, update.delete().indexName());
        removed.add(index);
        txn.delete(Range.prefix(DynamodbKeys.index(table.id(), index.number())));
        var left =
                table.indexes().stream().filter(other -> !other.equals(index)).toList();
        return table.withIndexes(left, table.lastIndex(), usedOf(types, table.key(), left));
    }

    private Table add(Txn txn, Table table, CreateGlobalSecondaryIndexAction asked, Map<String, Kind> types) {
        if (table.index(asked.indexName()) != null) {
            throw DynamodbErrors.invalid("Attempting to create an index which already exists");
        }
        int number = table.lastIndex() + 1;
        var index = TableCreation.global(
                asked.indexName(),
                SchemaRules.global(asked.keySchema(), types),
                asked.projection(),
                asked.provisionedThroughput(),
                asked.onDemandThroughput(),
                number,
                table.throughput().isOnDemand(),
                Index.CREATING);
        var all = new ArrayList<>(table.indexes());
        all.add(index);
        SchemaRules.limits(all);
        work.buildIndex(txn, table, number);
        return table.withIndexes(List.copyOf(all), number, usedOf(types, table.key(), all));
    }

    private static Table change(Table table, UpdateGlobalSecondaryIndexAction asked) {
        var index = require(table, asked.indexName());
        var units = asked.provisionedThroughput();
        var changed = index;
        if (units != null) {
            TableCreation.checkUnits(units);
            if (units.readCapacityUnits() == index.readUnits() && units.writeCapacityUnits() == index.writeUnits()) {
                throw unchanged("index " + index.name(), index.readUnits(), index.writeUnits(), units);
            }
            changed = index.withUnits(units.readCapacityUnits(), units.writeCapacityUnits());
        }
        if (asked.onDemandThroughput() != null) {
            changed = changed.withOnDemand(asked.onDemandThroughput());
        }
        var result = changed;
        var all = table.indexes().stream()
                .map(other -> other.equals(index) ? result : other)
                .toList();
        return table.withIndexes(all, table.lastIndex(), table.definitions());
    }

    private static Index require(Table table, String name) {
        var index = table.index(name);
        if (index == null || !index.global()) {
            throw DynamodbErrors.notFound("Requested resource not found: Index: " + name + " not found");
        }
        return index;
    }

    private static List<KeyAttribute> usedOf(Map<String, Kind> types, KeySchema key, List<Index> indexes) {
        var used = new LinkedHashSet<String>();
        key.attributes().forEach(part -> used.add(part.name()));
        indexes.forEach(index -> index.key().attributes().forEach(part -> used.add(part.name())));
        return types.entrySet().stream()
                .filter(type -> used.contains(type.getKey()))
                .map(type -> new KeyAttribute(type.getKey(), type.getValue()))
                .toList();
    }
}
