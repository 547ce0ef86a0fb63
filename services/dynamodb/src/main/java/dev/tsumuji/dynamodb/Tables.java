package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Finds tables and changes what is stored about them.
 *
 * <p>Whoever writes items reads the table's record in the same transaction, so no write slips past a new index or into a
 * deleted table. Whoever reads items takes the table as this process knows it, and the gate its policy, which saves that
 * read: a change is known before it is acknowledged. Thread-safe: {@code lock} guards what goes into {@code known}.
 */
final class Tables {
    private final Kv kv;
    private final ReentrantLock lock = new ReentrantLock();
    /** Tables as of the last change. */
    private final ConcurrentHashMap<TableName, Known> known = new ConcurrentHashMap<>();
    /** Tables as they were decoded last; good for whoever compares with what is stored. */
    private final ConcurrentHashMap<TableName, OpenTable> decoded = new ConcurrentHashMap<>();

    private volatile long changes;

    private record Known(OpenTable table, ResourcePolicies.@Nullable Stored policy) {}

    Tables(Kv kv) {
        this.kv = kv;
    }

    /** The table for reading its items, or null. */
    @Nullable
    OpenTable find(TableName name) {
        var found = known(name);
        return found == null ? null : found.table;
    }

    /** The policy of a table, or null. */
    ResourcePolicies.@Nullable Stored policy(TableName name) {
        var found = known(name);
        return found == null ? null : found.policy;
    }

    private @Nullable Known known(TableName name) {
        var found = known.get(name);
        return found != null ? found : load(name);
    }

    /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException as item operations say it */
    OpenTable require(TableName name) {
        return usable(find(name));
    }

    /** The table for writing its items: the transaction fails when the table changes meanwhile. */
    OpenTable require(Snapshot snapshot, TableName name) {
        return usable(find(snapshot, name));
    }

    private static OpenTable usable(@Nullable OpenTable table) {
        if (table == null || table.table().restoring()) {
            throw DynamodbErrors.notFound();
        }
        return table;
    }

    /** As operations on tables say it. */
    OpenTable requireTable(Snapshot snapshot, TableName name) {
        var table = find(snapshot, name);
        if (table == null) {
            throw DynamodbErrors.noSuchTable(name.name());
        }
        return table;
    }

    Table describe(TableName name) {
        var table = find(name);
        if (table == null) {
            throw DynamodbErrors.noSuchTable(name.name());
        }
        return table.table();
    }

    @Nullable
    OpenTable find(Snapshot snapshot, TableName name) {
        var stored = snapshot.get(DynamodbKeys.table(name));
        if (stored == null) {
            return null;
        }
        var last = decoded.get(name);
        if (last != null && Arrays.equals(last.stored(), stored)) {
            return last;
        }
        var table = OpenTable.of(stored);
        decoded.put(name, table);
        return table;
    }

    private @Nullable Known load(TableName name) {
        long before = changes;
        var read = kv.read(snapshot -> {
            var table = find(snapshot, name);
            return table == null
                    ? null
                    : new Known(
                            table,
                            ResourcePolicies.Stored.CODEC.decodeNullable(
                                    snapshot.get(DynamodbKeys.policy(name.arn()))));
        });
        if (read != null) {
            lock.lock();
            try {
                // a change since then may not be in what was read
                if (before == changes) {
                    known.put(name, read);
                }
            } finally {
                lock.unlock();
            }
        }
        return read;
    }

    /** Stores a table. */
    void put(Txn txn, Table table) {
        txn.put(DynamodbKeys.table(table.name()), Table.CODEC.encode(table));
        changes(txn, table.name());
    }

    /** For whoever writes something that is known about a table. */
    void changes(Txn txn, TableName name) {
        txn.afterCommit(() -> forget(name));
    }

    /** @param keepItems whether they are somebody else's from now on */
    void remove(Txn txn, Table table, boolean keepItems) {
        txn.delete(DynamodbKeys.table(table.name()));
        txn.delete(keepItems ? DynamodbKeys.derived(table.id()) : DynamodbKeys.data(table.id()));
        txn.delete(DynamodbKeys.expiring(table.id()));
        txn.delete(DynamodbKeys.counted(table.id()));
        txn.afterCommit(() -> {
            forget(table.name());
            decoded.remove(table.name());
        });
    }

    /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException when the account has as many as it may */
    static void checkRoom(Txn txn, TableName name) {
        var all = DynamodbKeys.tables(name.account(), name.region());
        if (txn.unchecked().scan(all, DynamodbLimits.TABLES_MAX).size() >= DynamodbLimits.TABLES_MAX) {
            throw DynamodbErrors.limit("Subscriber limit exceeded: Maximum number of tables for this account: "
                    + DynamodbLimits.TABLES_MAX);
        }
    }

    /** Changes a table that must be there; one that stays as it is isn't written. */
    Table change(TableName name, UnaryOperator<Table> change) {
        return kv.transact(txn -> {
            var table = requireTable(txn, name).table();
            var changed = change.apply(table);
            if (!changed.equals(table)) {
                put(txn, changed);
            }
            return changed;
        });
    }

    private void forget(TableName name) {
        lock.lock();
        try {
            changes++;
            known.remove(name);
        } finally {
            lock.unlock();
        }
    }
}
