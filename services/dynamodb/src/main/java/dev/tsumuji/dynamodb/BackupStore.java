package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.kv.Txn;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Backups in the store, and the removal of those whose time has come. Thread-safe. */
final class BackupStore {
    private static final int CHUNK = 100;

    private final Kv kv;
    private final InstantSource clock;
    private final TableCreation ids;

    BackupStore(Kv kv, InstantSource clock, TableCreation ids) {
        this.kv = kv;
        this.clock = clock;
        this.ids = ids;
    }

    static @Nullable Backup find(Snapshot snapshot, Backup.Address address) {
        return Backup.CODEC.decodeNullable(snapshot.get(DynamodbKeys.backup(address)));
    }

    static void put(Txn txn, Backup backup) {
        txn.put(DynamodbKeys.backup(backup.address()), Backup.CODEC.encode(backup));
    }

    static void remove(Txn txn, Backup backup) {
        txn.delete(DynamodbKeys.backup(backup.address()));
        txn.delete(DynamodbKeys.data(backup.id()));
        if (backup.expiresAt() != null) {
            txn.delete(DynamodbKeys.backupExpiry(backup.expiresAt(), backup.address()));
        }
    }

    /** A backup without items, which are still to be copied. */
    Backup begun(Table table, String name, ItemCounts.Count count, Instant now) {
        return new Backup(
                ids.id(),
                ids.label(now),
                name,
                Backup.USER,
                false,
                now,
                null,
                count.items(),
                count.bytes(),
                0,
                bare(table));
    }

    /** Keeps the items of a table that is being deleted: they stay where they are. */
    void keep(Txn txn, Table table, ItemCounts.Count count, Instant now) {
        var expiresAt = now.plus(DynamodbLimits.SYSTEM_BACKUP_LIFE);
        var backup = new Backup(
                table.id(),
                ids.label(now),
                table.name().name() + "$DeletedTableBackup",
                Backup.SYSTEM,
                true,
                now,
                expiresAt,
                count.items(),
                count.bytes(),
                0,
                bare(table));
        put(txn, backup);
        txn.put(DynamodbKeys.backupExpiry(expiresAt, backup.address()), new byte[0]);
    }

    private static Table bare(Table table) {
        return table.withTags(Map.of()).withHistory(null);
    }

    /**
     * Removes backups whose time has come, but for those that are being restored.
     *
     * @return whether there is anything left to remove later
     */
    boolean trim() {
        var range = DynamodbKeys.backupExpiriesUntil(clock.instant());
        while (true) {
            var rest = range;
            var found = kv.read(snapshot -> snapshot.scan(rest, CHUNK));
            for (var entry : found) {
                kv.transact(txn -> {
                    var backup = find(txn, address(entry.key()));
                    if (backup != null && !backup.inUse()) {
                        remove(txn, backup);
                    }
                    return null;
                });
            }
            if (found.size() < CHUNK) {
                break;
            }
            range = range.after(found.getLast().key());
        }
        return !kv.read(snapshot -> snapshot.scan(DynamodbKeys.backupExpiries(), 1))
                .isEmpty();
    }

    private static Backup.Address address(byte[] expiryKey) {
        var parts = Tuple.unpack(expiryKey);
        int last = parts.size() - 1;
        return new Backup.Address(
                new TableName(
                        String.valueOf(parts.get(last - 3)),
                        String.valueOf(parts.get(last - 2)),
                        String.valueOf(parts.get(last - 1))),
                String.valueOf(parts.get(last)));
    }
}
