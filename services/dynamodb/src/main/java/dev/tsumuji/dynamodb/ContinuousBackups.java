package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Kv;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.ContinuousBackupsDescription;
import software.amazon.awssdk.services.dynamodb.model.ContinuousBackupsStatus;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryDescription;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoverySpecification;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryStatus;

/**
 * Switches point-in-time recovery of tables on and off. A table can be restored up to the present, not only up to five minutes
 * before it. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html">Point-in-time
 *     recovery</a>
 */
final class ContinuousBackups {
    private final Kv kv;
    private final Tables tables;
    private final Histories histories;

    ContinuousBackups(Kv kv, Tables tables, Histories histories) {
        this.kv = kv;
        this.tables = tables;
        this.histories = histories;
    }

    ContinuousBackupsDescription update(String tableName, PointInTimeRecoverySpecification asked) {
        var call = Call.current();
        var name = TableName.of(tableName, call);
        boolean enable = Boolean.TRUE.equals(asked.pointInTimeRecoveryEnabled());
        var days = asked.recoveryPeriodInDays();
        if (days != null && !enable) {
            throw DynamodbErrors.invalidParameters(
                    "RecoveryPeriodInDays cannot be specified when PointInTimeRecoveryEnabled is false");
        }
        if (days != null && (days < 1 || days > DynamodbLimits.RECOVERY_DAYS_MAX)) {
            throw DynamodbErrors.invalid("1 validation error detected: Value '" + days
                    + "' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: Member must"
                    + " have value " + (days < 1 ? "greater than or equal to 1" : "less than or equal to 35"));
        }
        var changed = kv.transact(txn -> {
            var open = tables.find(txn, name);
            if (open == null) {
                throw DynamodbErrors.noTable(name.name());
            }
            var before = open.table();
            if (before.restoring()) {
                throw DynamodbErrors.backupsUnavailable(name.name());
            }
            var after = enable
                    ? histories.recoverable(txn, before, period(days, before), call.time())
                    : histories.unrecoverable(txn, before);
            if (!after.equals(before)) {
                tables.put(txn, after);
            }
            return after;
        });
        return described(changed, call.time());
    }

    /** Who names none keeps the one that there is. */
    private static int period(@Nullable Integer asked, Table table) {
        if (asked != null) {
            return asked;
        }
        var recovery = recovery(table);
        return recovery == null ? DynamodbLimits.RECOVERY_DAYS_MAX : recovery.days();
    }

    ContinuousBackupsDescription describe(String tableName) {
        var call = Call.current();
        var name = TableName.of(tableName, call);
        var open = tables.find(name);
        if (open == null) {
            throw DynamodbErrors.noTable(name.name());
        }
        return described(open.table(), call.time());
    }

    static History.@Nullable Recovery recovery(Table table) {
        return table.history() == null ? null : table.history().recovery();
    }

    private static ContinuousBackupsDescription described(Table table, Instant now) {
        var recovery = recovery(table);
        var shown = PointInTimeRecoveryDescription.builder()
                .pointInTimeRecoveryStatus(
                        recovery == null ? PointInTimeRecoveryStatus.DISABLED : PointInTimeRecoveryStatus.ENABLED);
        if (recovery != null) {
            shown.earliestRestorableDateTime(recovery.earliest(now))
                    .latestRestorableDateTime(recovery.latest(now))
                    .recoveryPeriodInDays(recovery.days());
        }
        return ContinuousBackupsDescription.builder()
                .continuousBackupsStatus(ContinuousBackupsStatus.ENABLED)
                .pointInTimeRecoveryDescription(shown.build())
                .build();
    }
}
