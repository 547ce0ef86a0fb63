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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexUpdate;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.UpdateGlobalSecondaryIndexAction;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.WarmThroughput;

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
        UpdateRules.check(request, call);
        var removed = new ArrayList<Index>();
        var changed = kv.transact(txn -> {
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
            return new Changed(before, after);
        });
        var open = tables.find(name);
        return view(request, changed, removed, open == null ? ItemCounts.Count.NONE : counts.of(open));
    }

    private record Changed(Table before, Table after) {}

    private static TableDescription view(
            UpdateTableRequest request, Changed changed, List<Index> removed, ItemCounts.Count count) {
        var table = changed.after();
        var warmed = request.globalSecondaryIndexUpdates().stream()
                .map(GlobalSecondaryIndexUpdate::update)
                .filter(update -> update != null && update.warmThroughput() != null)
                .map(UpdateGlobalSecondaryIndexAction::indexName)
                .collect(Collectors.toSet());
        if (request.warmThroughput() != null || !warmed.isEmpty()) {
            return TableViews.warming(table, changed.before(), request.warmThroughput() != null, warmed, count);
        }
        var view = TableViews.updating(table, count);
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

    private static Table settings(Table before, UpdateTableRequest request, Instant now) {
        var table = before;
        if (request.deletionProtectionEnabled() != null) {
            table = table.withDeletionProtection(request.deletionProtectionEnabled());
        }
        if (request.tableClass() != null) {
            table = table.withTableClass(request.tableClassAsString(), now);
        }
        table = switched(table, throughput(table, request, now));
        var most = request.onDemandThroughput();
        if (most != null) {
            TableCreation.checkMost(
                    most, table.throughput().isOnDemand(), "the table BillingMode is PROVISIONED", "table");
            table = table.withThroughput(table.throughput().withOnDemand(most));
        }
        var warm = request.warmThroughput();
        if (warm != null) {
            var raised =
                    table.throughput().warm().raised(warm.readUnitsPerSecond(), warm.writeUnitsPerSecond(), "table");
            table = table.withThroughput(table.throughput().withWarm(raised));
        }
        return table;
    }

    /** What the indexes had at once they keep. */
    private static Table switched(Table table, Throughput throughput) {
        boolean onDemand = table.throughput().isOnDemand();
        if (onDemand == throughput.isOnDemand()) {
            return table.withThroughput(throughput);
        }
        var indexes = table.indexes().stream()
                .map(index -> index.global() ? index.withWarm(index.warm(onDemand)) : index)
                .toList();
        return table.withIndexes(indexes, table.lastIndex(), table.definitions())
                .withThroughput(throughput);
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

    private Table stream(Txn txn, Table table, @Nullable StreamSpecification asked, Instant now) {
        if (asked == null) {
            return table;
        }
        var view = Streams.view(asked, false);
        if (view != null && table.stream() != null) {
            throw DynamodbErrors.invalid("Table already has an enabled stream: TableName: "
                    + table.name().name());
        }
        if (view == null && table.stream() == null) {
            throw DynamodbErrors.invalid(
                    "Table has no stream to disable: TableName: " + table.name().name());
        }
        return view != null ? streams.enable(txn, table, view, now) : streams.disable(txn, table, now);
    }

    // ---- indexes

    private Table indexes(Txn txn, Table before, UpdateTableRequest request, List<Index> removed) {
        if (!request.hasGlobalSecondaryIndexUpdates()) {
            return before;
        }
        var types = SchemaRules.types(request.attributeDefinitions());
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
        var name = update.delete().indexName();
        var index = global(table, name, "delete");
        if (index == null) {
            throw DynamodbErrors.notFound("Requested resource not found: Index: " + name + " not found");
        }
        removed.add(index);
        txn.delete(Range.prefix(DynamodbKeys.index(table.id(), index.number())));
        var left =
                table.indexes().stream().filter(other -> !other.equals(index)).toList();
        return table.withIndexes(left, table.lastIndex(), usedOf(known(table), table.key(), left));
    }

    private static Map<String, Kind> known(Table table) {
        var types = new LinkedHashMap<String, Kind>();
        table.definitions().forEach(part -> types.put(part.name(), part.kind()));
        return types;
    }

    /** @param types as the request defines them: those of the index's key, whether the table knows them or not */
    private Table add(Txn txn, Table table, CreateGlobalSecondaryIndexAction asked, Map<String, Kind> types) {
        if (table.index(asked.indexName()) != null) {
            throw DynamodbErrors.invalid("Attempting to create an index which already exists");
        }
        if (types.isEmpty()) {
            throw DynamodbErrors.invalidParameters(
                    "AttributeDefinitions is not specified for index: " + asked.indexName());
        }
        var key = SchemaRules.global(asked.keySchema(), types);
        SchemaRules.notRedefined(table, key);
        int number = table.lastIndex() + 1;
        var index = TableCreation.global(
                asked.indexName(),
                key,
                asked.projection(),
                asked.provisionedThroughput(),
                asked.onDemandThroughput(),
                asked.warmThroughput(),
                number,
                table.throughput().isOnDemand(),
                Index.CREATING);
        if (table.globals().size() >= DynamodbLimits.GLOBAL_INDEXES_MAX) {
            throw DynamodbErrors.limit("Subscriber limit exceeded: Number of global secondary indexes exceeds per-table"
                    + " limit of " + DynamodbLimits.GLOBAL_INDEXES_MAX);
        }
        var all = new ArrayList<>(table.indexes());
        all.add(index);
        SchemaRules.limits(all);
        work.buildIndex(txn, table, number);
        var known = known(table);
        key.attributes().forEach(part -> known.put(part.name(), part.kind()));
        return table.withIndexes(List.copyOf(all), number, usedOf(known, table.key(), all));
    }

    private static Table change(Table table, UpdateGlobalSecondaryIndexAction asked) {
        var index = global(table, asked.indexName(), "update");
        if (index == null) {
            throw DynamodbErrors.notFound("Requested resource not found: Index " + asked.indexName() + " for table "
                    + table.name().name());
        }
        boolean onDemand = table.throughput().isOnDemand();
        if (onDemand) {
            checkOnDemand(asked);
        }
        var changed = index;
        if (asked.provisionedThroughput() != null) {
            changed = withUnits(index, asked.provisionedThroughput());
        }
        if (asked.onDemandThroughput() != null) {
            if (onDemand) {
                TableCreation.checkMost(asked.onDemandThroughput(), true, "", "index : " + index.name());
            }
            changed = changed.withOnDemand(asked.onDemandThroughput());
        }
        if (asked.warmThroughput() != null) {
            changed = changed.withWarm(raised(changed, asked.warmThroughput(), onDemand));
        }
        var result = changed;
        var all = table.indexes().stream()
                .map(other -> other.equals(index) ? result : other)
                .toList();
        return table.withIndexes(all, table.lastIndex(), table.definitions());
    }

    private static void checkOnDemand(UpdateGlobalSecondaryIndexAction asked) {
        if (asked.provisionedThroughput() != null) {
            throw DynamodbErrors.invalidParameters(
                    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: " + asked.indexName()
                            + " when BillingMode is PAY_PER_REQUEST");
        }
        if (asked.onDemandThroughput() == null && asked.warmThroughput() == null) {
            throw DynamodbErrors.invalidParameters("The only Updates for index: " + asked.indexName()
                    + " when TableThroughputMode is PAY_PER_REQUEST can be to OnDemandThroughput, WarmThroughput");
        }
    }

    private static Index withUnits(Index index, ProvisionedThroughput units) {
        TableCreation.checkUnits(units);
        if (units.readCapacityUnits() == index.readUnits() && units.writeCapacityUnits() == index.writeUnits()) {
            throw unchanged("index " + index.name(), index.readUnits(), index.writeUnits(), units);
        }
        return index.withUnits(units.readCapacityUnits(), units.writeCapacityUnits());
    }

    private static Warm raised(Index index, WarmThroughput asked, boolean onDemand) {
        if (asked.readUnitsPerSecond() == null && asked.writeUnitsPerSecond() == null) {
            throw DynamodbErrors.invalidParameters(
                    "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for"
                            + " index: " + index.name());
        }
        return index.warm(onDemand)
                .raised(asked.readUnitsPerSecond(), asked.writeUnitsPerSecond(), "index " + index.name());
    }

    private static @Nullable Index global(Table table, String name, String verb) {
        var index = table.index(name);
        if (index != null && !index.global()) {
            throw DynamodbErrors.invalid("Cannot " + verb + " an index that is not a GlobalSecondaryIndex: " + name);
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
