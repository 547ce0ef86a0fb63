package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Txn;
import java.time.Instant;
import software.amazon.awssdk.services.dynamodb.model.RestoreTableFromBackupRequest;
import software.amazon.awssdk.services.dynamodb.model.RestoreTableToPointInTimeRequest;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * Makes tables out of backups and out of earlier states of tables. The items are copied afterwards, see {@link Copies}, then the
 * indexes are built; the table can be used when all of it is there. Tags, stream, expiry, recovery and protection are not
 * restored. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableFromBackup.html">From backups</a>
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html">To a point in
 *     time</a>
 */
final class Restores {
    private final Kv kv;
    private final Tables tables;
    private final TableCreation creation;
    private final Histories histories;
    private final Copies copies;

    Restores(Kv kv, Tables tables, TableCreation creation, Histories histories, Copies copies) {
        this.kv = kv;
        this.tables = tables;
        this.creation = creation;
        this.histories = histories;
        this.copies = copies;
    }

    TableDescription fromBackup(RestoreTableFromBackupRequest request) {
        var call = Call.current();
        var address = Backup.Address.of(request.backupArn());
        var name = TableName.of(request.targetTableName(), call);
        refuseOtherAccount(address.table(), name);
        var overrides = RestoreOverrides.of(request);
        var made = kv.transact(txn -> {
            var backup = BackupStore.find(txn, address);
            if (backup == null) {
                throw DynamodbErrors.noBackup(request.backupArn());
            }
            if (!backup.available()) {
                throw DynamodbErrors.backupInUse();
            }
            checkFree(txn, name);
            var source = backup.table();
            var target = overrides.apply(
                    source,
                    creation,
                    name,
                    call.time(),
                    new Table.Restore(address.arn(), source.name().arn(), backup.createdAt(), true));
            tables.put(txn, target);
            BackupStore.put(txn, backup.withRestores(backup.restores() + 1));
            copies.begin(txn, name.account(), Copies.Copy.restoring(backup, target));
            return target;
        });
        return TableViews.created(made);
    }

    TableDescription toPointInTime(RestoreTableToPointInTimeRequest request) {
        var call = Call.current();
        var from = source(request, call);
        var name = TableName.of(request.targetTableName(), call);
        refuseOtherAccount(from, name);
        boolean latest = Boolean.TRUE.equals(request.useLatestRestorableTime());
        var time = request.restoreDateTime();
        if (latest == (time != null)) {
            throw DynamodbErrors.invalidParameters(
                    "Exactly one of RestoreDateTime and UseLatestRestorableTime must be specified");
        }
        var overrides = RestoreOverrides.of(request);
        var made = kv.transact(txn -> {
            var open = tables.find(txn, from);
            if (open == null) {
                throw DynamodbErrors.noTable(from.name());
            }
            var recovery = ContinuousBackups.recovery(open.table());
            if (recovery == null) {
                throw DynamodbErrors.recoveryUnavailable(from.name());
            }
            if (time != null) {
                checkTime(recovery, time, call.time());
            }
            checkFree(txn, name);
            var source = histories.hold(txn, open.table());
            tables.put(txn, source);
            var target = overrides.apply(
                    source,
                    creation,
                    name,
                    call.time(),
                    new Table.Restore(null, from.arn(), time == null ? call.time() : time, true));
            tables.put(txn, target);
            copies.begin(txn, name.account(), Copies.Copy.recovering(source, time, target));
            return target;
        });
        return TableViews.created(made);
    }

    private static TableName source(RestoreTableToPointInTimeRequest request, Call call) {
        var text = request.sourceTableArn() != null ? request.sourceTableArn() : request.sourceTableName();
        if (text == null) {
            throw DynamodbErrors.invalidParameters("Either SourceTableName or SourceTableArn must be specified");
        }
        return TableName.of(text, call);
    }

    private static void checkTime(History.Recovery recovery, Instant time, Instant now) {
        if (time.isBefore(recovery.earliest(now)) || time.isAfter(recovery.latest(now))) {
            throw DynamodbErrors.invalidRestoreTime();
        }
    }

    private static void refuseOtherAccount(TableName source, TableName target) {
        if (!source.account().equals(target.account())) {
            throw DynamodbErrors.invalidParameters("A table can be restored within its account only");
        }
    }

    private void checkFree(Txn txn, TableName name) {
        var other = tables.find(txn, name);
        if (other != null) {
            throw other.table().restoring()
                    ? DynamodbErrors.targetInUse(name.name())
                    : DynamodbErrors.targetExists(name.name());
        }
        Tables.checkRoom(txn, name);
    }
}
