package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.BackupDescription;
import software.amazon.awssdk.services.dynamodb.model.BackupDetails;
import software.amazon.awssdk.services.dynamodb.model.BackupSummary;
import software.amazon.awssdk.services.dynamodb.model.BackupTypeFilter;
import software.amazon.awssdk.services.dynamodb.model.CreateBackupRequest;
import software.amazon.awssdk.services.dynamodb.model.ListBackupsRequest;
import software.amazon.awssdk.services.dynamodb.model.ListBackupsResponse;

/**
 * Makes, shows and deletes backups. A backup is the table as it was at the commit that asked for it; its items are copied
 * afterwards, see {@link Copies}. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CreateBackup.html">Backups of DynamoDB</a>
 */
final class Backups {
    private static final int CHUNK = 100;

    private final Kv kv;
    private final Tables tables;
    private final ItemCounts counts;
    private final Histories histories;
    private final BackupStore store;
    private final Copies copies;

    Backups(Kv kv, Tables tables, ItemCounts counts, Histories histories, BackupStore store, Copies copies) {
        this.kv = kv;
        this.tables = tables;
        this.counts = counts;
        this.histories = histories;
        this.store = store;
        this.copies = copies;
    }

    BackupDetails create(CreateBackupRequest request) {
        var call = Call.current();
        var name = TableName.of(request.tableName(), call);
        var seen = tables.find(name);
        var count = seen == null ? ItemCounts.Count.NONE : counts.of(seen);
        var backup = kv.transact(txn -> {
            var open = tables.find(txn, name);
            if (open == null) {
                throw DynamodbErrors.noTable(name.name());
            }
            if (open.table().restoring()) {
                throw DynamodbErrors.targetInUse(name.name());
            }
            var held = histories.hold(txn, open.table());
            tables.put(txn, held);
            var begun = store.begun(held, request.backupName(), count, call.time());
            BackupStore.put(txn, begun);
            copies.begin(txn, name.account(), Copies.Copy.backingUp(held, begun));
            return begun;
        });
        return BackupViews.details(backup).build();
    }

    BackupDescription describe(String arn) {
        var address = Backup.Address.of(arn);
        var backup = kv.read(snapshot -> BackupStore.find(snapshot, address));
        if (backup == null) {
            throw DynamodbErrors.noBackup(arn);
        }
        return BackupViews.described(backup);
    }

    BackupDescription delete(String arn) {
        var address = Backup.Address.of(arn);
        var deleted = kv.transact(txn -> {
            var backup = BackupStore.find(txn, address);
            if (backup == null) {
                throw DynamodbErrors.noBackup(arn);
            }
            if (backup.inUse()) {
                throw DynamodbErrors.backupInUse();
            }
            BackupStore.remove(txn, backup);
            return backup;
        });
        return BackupViews.deleted(deleted);
    }

    /** In the order of their tables' names, each table's in the order in which they were asked for. */
    ListBackupsResponse list(ListBackupsRequest request) {
        var call = Call.current();
        int limit = request.limit() == null
                ? DynamodbLimits.BACKUPS_PAGE_MAX
                : Math.clamp(request.limit(), 1, DynamodbLimits.BACKUPS_PAGE_MAX);
        var range = request.tableName() == null
                ? DynamodbKeys.backups(call.account(), call.region())
                : DynamodbKeys.backups(TableName.of(request.tableName(), call));
        var start = request.exclusiveStartBackupArn();
        if (start != null) {
            range = behind(range, DynamodbKeys.backup(Backup.Address.of(start)));
        }
        var page = new ArrayList<BackupSummary>();
        String last = null;
        while (true) {
            var rest = range;
            var found = kv.read(snapshot -> snapshot.scan(rest, CHUNK));
            for (var entry : found) {
                var backup = Backup.CODEC.decode(entry.value());
                if (!wanted(backup, request)) {
                    continue;
                }
                if (page.size() == limit) {
                    return answer(page, last);
                }
                page.add(BackupViews.summary(backup));
                last = backup.arn();
            }
            if (found.size() < CHUNK) {
                return answer(page, null);
            }
            range = range.after(found.getLast().key());
        }
    }

    /** What is left of a range behind a key that may be anybody's. */
    private static Range behind(Range range, byte[] key) {
        if (Arrays.compareUnsigned(key, range.begin()) < 0) {
            return range;
        }
        return range.contains(key) ? range.after(key) : new Range(range.end(), range.end());
    }

    private static ListBackupsResponse answer(List<BackupSummary> page, @Nullable String last) {
        return ListBackupsResponse.builder()
                .backupSummaries(page)
                .lastEvaluatedBackupArn(last)
                .build();
    }

    private static boolean wanted(Backup backup, ListBackupsRequest request) {
        var type = request.backupTypeAsString() == null ? Backup.USER : request.backupTypeAsString();
        var from = request.timeRangeLowerBound();
        var to = request.timeRangeUpperBound();
        return (type.equals(BackupTypeFilter.ALL.toString()) || type.equals(backup.type()))
                && (from == null || !backup.createdAt().isBefore(from))
                && (to == null || backup.createdAt().isBefore(to));
    }
}
