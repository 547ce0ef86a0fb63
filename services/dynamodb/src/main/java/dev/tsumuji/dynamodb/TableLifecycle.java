package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.kv.Txn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableRequest;
import software.amazon.awssdk.services.dynamodb.model.ListTablesRequest;
import software.amazon.awssdk.services.dynamodb.model.ListTablesResponse;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * Makes, shows and deletes tables. A table can be used as soon as CreateTable has answered. Deleting is one commit that takes
 * everything with it but backups, so the name can be used again at once. Thread-safe; all state is in the store.
 */
final class TableLifecycle {
    private final Kv kv;
    private final Tables tables;
    private final Streams streams;
    private final ItemCounts counts;
    private final BackupStore backups;
    private final TableCreation creation;

    TableLifecycle(
            Kv kv, Tables tables, Streams streams, ItemCounts counts, BackupStore backups, TableCreation creation) {
        this.kv = kv;
        this.tables = tables;
        this.streams = streams;
        this.counts = counts;
        this.backups = backups;
        this.creation = creation;
    }

    TableDescription create(CreateTableRequest request) {
        if (request.tableName() == null) {
            throw DynamodbErrors.invalid("The parameter 'TableName' is required but was not present in the request");
        }
        var call = Call.current();
        var name = TableName.of(request.tableName(), call);
        var made = creation.table(name, request, call.time());
        var view = Streams.view(request.streamSpecification(), true);
        var table = kv.transact(txn -> {
            if (txn.get(DynamodbKeys.table(name)) != null) {
                throw DynamodbErrors.inUse("Table already exists: " + name.name());
            }
            Tables.checkRoom(txn, name);
            var full = view == null ? made : streams.enable(txn, made, view, call.time());
            tables.put(txn, full);
            return full;
        });
        return TableViews.created(table);
    }

    TableDescription describe(String tableName) {
        var name = TableName.of(tableName);
        var open = tables.find(name);
        if (open == null) {
            throw DynamodbErrors.noSuchTable(name.name());
        }
        return TableViews.described(open.table(), counts.of(open));
    }

    TableDescription delete(DeleteTableRequest request) {
        var call = Call.current();
        var name = TableName.of(request.tableName(), call);
        var count = counts.of(open(name));
        var deleted = kv.transact(txn -> {
            var table = tables.requireTable(txn, name).table();
            if (table.deletionProtected()) {
                throw DynamodbErrors.invalid("Resource cannot be deleted as it is currently protected against deletion."
                        + " Disable deletion protection first.");
            }
            if (!table.settled()) {
                throw DynamodbErrors.busy(table);
            }
            streams.disable(txn, table, call.time());
            remove(txn, table, count, call.time());
            txn.delete(DynamodbKeys.policy(name.arn()));
            txn.delete(DynamodbKeys.policies(name.arn()));
            return table;
        });
        return TableViews.deleting(deleted, count);
    }

    /** With point-in-time recovery a table doesn't go without leaving a backup. */
    private void remove(Txn txn, Table table, ItemCounts.Count count, Instant now) {
        var history = table.history();
        if (history != null && history.readers() > 0) {
            throw DynamodbErrors.inUse("Attempt to change a resource which is still in use: Table is being backed up: "
                    + table.name().name());
        }
        if (history != null) {
            Histories.forget(txn, history);
        }
        boolean kept = history != null && history.recovery() != null;
        if (kept) {
            backups.keep(txn, table, count, now);
            txn.afterCommit(streams::wake);
        }
        tables.remove(txn, table, kept);
    }

    private OpenTable open(TableName name) {
        var open = tables.find(name);
        if (open == null) {
            throw DynamodbErrors.noSuchTable(name.name());
        }
        return open;
    }

    /** In the order of their names. */
    ListTablesResponse list(ListTablesRequest request) {
        var call = Call.current();
        var limit = request.limit() == null ? DynamodbLimits.TABLES_PAGE_MAX : request.limit();
        if (limit < 1 || limit > DynamodbLimits.TABLES_PAGE_MAX) {
            throw DynamodbErrors.invalid("1 validation error detected: Value '" + limit
                    + "' at 'limit' failed to satisfy constraint: Member must have value "
                    + (limit < 1 ? "greater than or equal to 1" : "less than or equal to 100"));
        }
        var all = DynamodbKeys.tables(call.account(), call.region());
        var start = request.exclusiveStartTableName();
        Range range = start == null
                ? all
                : all.after(DynamodbKeys.table(new TableName(call.account(), call.region(), start)));
        var names = new ArrayList<String>();
        for (var entry : kv.read(snapshot -> snapshot.scan(range, limit + 1))) {
            names.add(String.valueOf(Tuple.unpack(entry.key()).getLast()));
        }
        var page = names.size() > limit ? List.copyOf(names.subList(0, limit)) : names;
        return ListTablesResponse.builder()
                .tableNames(page)
                .lastEvaluatedTableName(names.size() > limit ? page.getLast() : null)
                .build();
    }
}
