package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.TABLE;
import static dev.tsumuji.dynamodb.Fixture.fails;
import static dev.tsumuji.dynamodb.Fixture.item;
import static dev.tsumuji.dynamodb.Fixture.key;
import static dev.tsumuji.dynamodb.Fixture.s;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.kv.Range;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.BackupStatus;
import software.amazon.awssdk.services.dynamodb.model.BackupTypeFilter;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** Point-in-time recovery. */
class RecoveryTest extends BackupSteps {

    @Test
    void recovery_is_off_until_it_is_switched_on() {
        it.withTable(r -> {});
        assertThat(recovery().pointInTimeRecoveryStatus()).isEqualTo(PointInTimeRecoveryStatus.DISABLED);
        assertThat(recovery().earliestRestorableDateTime()).isNull();
        fails(
                "PointInTimeRecoveryUnavailableException",
                "Point in time recovery is not enabled for table 'orders'",
                () -> recover("copy", r -> r.useLatestRestorableTime(true)));
        var begin = it.time.instant();
        var on = recovery(true, null);
        assertThat(on.pointInTimeRecoveryStatus()).isEqualTo(PointInTimeRecoveryStatus.ENABLED);
        assertThat(on.recoveryPeriodInDays()).isEqualTo(35);
        assertThat(on.earliestRestorableDateTime()).isEqualTo(begin);
        pass(Duration.ofDays(40));
        assertThat(recovery().latestRestorableDateTime()).isEqualTo(it.time.instant());
        assertThat(recovery().earliestRestorableDateTime())
                .isEqualTo(it.time.instant().minus(Duration.ofDays(35)));
        recovery(false, null);
        assertThat(recovery().pointInTimeRecoveryStatus()).isEqualTo(PointInTimeRecoveryStatus.DISABLED);
        assertThat(stored(TABLE).history()).isNull();
        fails(
                "TableNotFoundException",
                "Table not found: nothing",
                () -> it.call(() -> it.dynamodb.describeContinuousBackups(r -> r.tableName("nothing"))));
    }

    @Test
    void the_recovery_period_can_be_changed_but_what_is_gone_is_gone() {
        it.withTable(r -> {});
        recovery(true, 7);
        pass(Duration.ofDays(10));
        var earliest = it.time.instant().minus(Duration.ofDays(7));
        assertThat(recovery().earliestRestorableDateTime()).isEqualTo(earliest);
        assertThat(recovery(true, 35).earliestRestorableDateTime()).isEqualTo(earliest);
        pass(Duration.ofDays(1));
        assertThat(recovery().earliestRestorableDateTime()).isEqualTo(earliest);
        assertThat(recovery(true, 1).earliestRestorableDateTime())
                .isEqualTo(it.time.instant().minus(Duration.ofDays(1)));
        assertThat(recovery(true, null).recoveryPeriodInDays()).isEqualTo(1);
        fails(
                "ValidationException",
                "1 validation error detected: Value '36' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to"
                        + " satisfy constraint: Member must have value less than or equal to 35",
                () -> recovery(true, 36));
    }

    @Test
    void a_table_is_restored_to_a_time_and_only_within_the_period() {
        it.withTable(r -> {});
        it.put(item("a", 1, "x", 1));
        recovery(true, null);
        var begin = it.time.instant();
        pass(Duration.ofMinutes(1));
        it.put(item("a", 1, "x", 2));
        it.put(item("b", 1));
        var middle = it.time.instant();
        pass(Duration.ofMinutes(1));
        it.delete("a", 1);
        it.put(item("a", 1, "x", 3));
        recover("begin", r -> r.restoreDateTime(begin));
        recover("middle", r -> r.restoreDateTime(middle));
        recover("later", r -> r.restoreDateTime(middle.plusSeconds(59)));
        recover("now", r -> r.useLatestRestorableTime(true));
        assertThat(items("begin")).containsExactly(item("a", 1, "x", 1));
        assertThat(items("middle")).containsExactlyInAnyOrder(item("a", 1, "x", 2), item("b", 1));
        assertThat(items("later")).isEqualTo(items("middle"));
        assertThat(items("now")).containsExactlyInAnyOrder(item("a", 1, "x", 3), item("b", 1));
        assertThat(table("middle").restoreSummary().restoreDateTime()).isEqualTo(middle);
        assertThat(table("middle").restoreSummary().sourceBackupArn()).isNull();
        var outside =
                "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and"
                        + " LatestRestorableDateTime.";
        fails(
                "InvalidRestoreTimeException",
                outside,
                () -> recover("copy", r -> r.restoreDateTime(begin.minusMillis(1))));
        fails(
                "InvalidRestoreTimeException",
                outside,
                () -> recover("copy", r -> r.restoreDateTime(it.time.instant().plusMillis(1))));
        fails(
                "TableNotFoundException",
                "Table not found: nothing",
                () -> recover("copy", r -> r.sourceTableName("nothing").useLatestRestorableTime(true)));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Exactly one of RestoreDateTime and UseLatestRestorableTime must"
                        + " be specified",
                () -> recover("copy", r -> {}));
        fails(
                "TableAlreadyExistsException",
                "Table already exists: begin",
                () -> recover("begin", r -> r.useLatestRestorableTime(true)));
    }

    @Test
    void what_no_recovery_can_reach_is_removed() {
        it.withTable(r -> {});
        recovery(true, 1);
        long log = stored(TABLE).history().log();
        it.put(item("a", 1, "x", 1));
        pass(Duration.ofHours(20));
        it.put(item("a", 1, "x", 2));
        var kept = it.time.instant();
        assertThat(stored(Range.prefix(DynamodbKeys.log(log)))).isEqualTo(2);
        pass(Duration.ofHours(6));
        assertThat(stored(Range.prefix(DynamodbKeys.log(log)))).isEqualTo(1);
        it.put(item("a", 1, "x", 3));
        recover("copy", r -> r.restoreDateTime(kept));
        assertThat(items("copy")).containsExactly(item("a", 1, "x", 2));
        pass(Duration.ofDays(2));
        assertThat(stored(Range.prefix(DynamodbKeys.log(log)))).isZero();
        assertThat(it.time.waiting()).as("tasks that wait").isZero();
    }

    @Test
    void what_is_being_copied_is_not_removed_and_outlives_recovery() {
        it.withTable(r -> {});
        recovery(true, 1);
        var begin = it.time.instant();
        pass(Duration.ofHours(1));
        it.put(item("a", 1));
        pass(Duration.ofHours(22));
        it.reborn();
        it.call(() -> it.dynamodb.restoreTableToPointInTime(
                r -> r.sourceTableName(TABLE).targetTableName("copy").restoreDateTime(begin)));
        pass(Duration.ofHours(6));
        recovery(false, null);
        assertThat(recovery().pointInTimeRecoveryStatus()).isEqualTo(PointInTimeRecoveryStatus.DISABLED);
        it.put(item("b", 1));
        it.outbox.start();
        settled("copy");
        assertThat(items("copy")).isEmpty();
        assertThat(stored(TABLE).history()).isNull();
    }

    @Test
    void a_deleted_table_with_recovery_leaves_a_backup_for_35_days() {
        indexedTable();
        it.put(item("a", 1, "kind", "x", "rank", 1));
        recovery(true, null);
        it.put(item("b", 1, "kind", "x", "rank", 2));
        var id = stored(TABLE).id();
        var at = it.time.instant();
        it.call(() -> it.dynamodb.deleteTable(r -> r.tableName(TABLE)));
        assertThat(stored(DynamodbKeys.derived(id))).isZero();
        assertThat(stored(DynamodbKeys.histories())).isZero();
        assertThat(names(r -> {})).isEmpty();
        var left = list(r -> r.backupType(BackupTypeFilter.SYSTEM)).backupSummaries();
        assertThat(left).singleElement().satisfies(backup -> {
            assertThat(backup.backupName()).isEqualTo("orders$DeletedTableBackup");
            assertThat(backup.backupTypeAsString()).isEqualTo("SYSTEM");
            assertThat(backup.backupStatus()).isEqualTo(BackupStatus.AVAILABLE);
            assertThat(backup.backupExpiryDateTime()).isEqualTo(at.plus(Duration.ofDays(35)));
        });
        restore(left.getFirst().backupArn(), TABLE, r -> {});
        assertThat(items(TABLE)).hasSize(2);
        assertThat(items(TABLE, "ranks")).hasSize(2);
        it.restart();
        pass(Duration.ofDays(34));
        assertThat(names(r -> r.backupType(BackupTypeFilter.ALL))).hasSize(1);
        pass(Duration.ofDays(2));
        assertThat(names(r -> r.backupType(BackupTypeFilter.ALL))).isEmpty();
        assertThat(stored(DynamodbKeys.data(id))).isZero();
        assertThat(stored(DynamodbKeys.backupExpiries())).isZero();
        assertThat(items(TABLE)).hasSize(2);
        assertThat(it.time.waiting()).as("tasks that wait").isZero();
    }

    @Test
    void removal_by_expiry_is_undone_too() {
        it.withTable(r -> {});
        it.call(() -> it.dynamodb.updateTimeToLive(r ->
                r.tableName(TABLE).timeToLiveSpecification(t -> t.enabled(true).attributeName("ends"))));
        recovery(true, null);
        var ends = it.time.instant().plusSeconds(60).getEpochSecond();
        it.put(item("a", 1, "ends", ends));
        var before = it.time.instant();
        pass(Duration.ofMinutes(10));
        assertThat(it.get("a", 1)).isEmpty();
        recover("copy", r -> r.restoreDateTime(before));
        assertThat(items("copy")).containsExactly(item("a", 1, "ends", ends));
        assertThat(it.call(() -> it.dynamodb.describeTimeToLive(r -> r.tableName("copy")))
                        .timeToLiveDescription()
                        .timeToLiveStatus())
                .isEqualTo(TimeToLiveStatus.DISABLED);
    }

    @Test
    void a_transaction_is_restored_as_a_whole() {
        it.withTable(r -> {});
        recovery(true, null);
        it.call(() -> it.dynamodb.transactWriteItems(r -> r.transactItems(
                t -> t.put(p -> p.tableName(TABLE).item(item("a", 1))),
                t -> t.put(p -> p.tableName(TABLE).item(item("b", 1))))));
        var before = it.time.instant();
        pass(Duration.ofSeconds(1));
        it.call(() -> it.dynamodb.transactWriteItems(r -> r.transactItems(
                t -> t.delete(d -> d.tableName(TABLE).key(key("a", 1))),
                t -> t.put(p -> p.tableName(TABLE)
                        .item(Map.of("id", s("b"), "at", item("b", 1).get("at"), "x", s("y")))))));
        recover("copy", r -> r.restoreDateTime(before));
        assertThat(items("copy")).containsExactlyInAnyOrder(item("a", 1), item("b", 1));
    }
}
