package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.ALL;
import static dev.tsumuji.dynamodb.Fixture.TABLE;
import static dev.tsumuji.dynamodb.Fixture.attribute;
import static dev.tsumuji.dynamodb.Fixture.fails;
import static dev.tsumuji.dynamodb.Fixture.global;
import static dev.tsumuji.dynamodb.Fixture.hash;
import static dev.tsumuji.dynamodb.Fixture.include;
import static dev.tsumuji.dynamodb.Fixture.item;
import static dev.tsumuji.dynamodb.Fixture.local;
import static dev.tsumuji.dynamodb.Fixture.range;
import static dev.tsumuji.dynamodb.Fixture.s;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.kv.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.BackupStatus;
import software.amazon.awssdk.services.dynamodb.model.BackupSummary;
import software.amazon.awssdk.services.dynamodb.model.BackupTypeFilter;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.Tag;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

class BackupsTest extends BackupSteps {
    private static final String NO_BACKUP =
            "arn:aws:dynamodb:eu-central-1:000000000000:table/orders/backup/01489173575360-b308cd7d";

    @Test
    void a_backup_holds_the_table_as_it_was_when_it_was_asked_for() {
        it.withTable(r -> {});
        for (int i = 0; i < 1200; i++) {
            it.put(item("a", i, "x", i));
        }
        var before = it.scan();
        it.reborn();
        var arn = asked("first");
        assertThat(described(arn).backupDetails().backupStatus()).isEqualTo(BackupStatus.CREATING);
        it.put(item("a", 0, "x", "changed"));
        it.delete("a", 1);
        it.put(item("b", 1));
        it.put(item("a", 0, "x", "changed again"));
        it.outbox.start();
        it.settle(() -> described(arn).backupDetails().backupStatus() == BackupStatus.AVAILABLE);
        var source = described(arn).sourceTableDetails();
        assertThat(source.itemCount()).isEqualTo(1200);
        restore(arn, "copy", r -> {});
        assertThat(items("copy")).isEqualTo(before);
        // so many items are counted in the background, when somebody has asked
        table("copy");
        pass(Duration.ofSeconds(1));
        assertThat(source.tableSizeBytes()).isEqualTo(table("copy").tableSizeBytes());
        assertThat(table("copy").itemCount()).isEqualTo(1200);
    }

    @Test
    void a_table_that_was_backed_up_is_written_as_cheaply_as_before() {
        it.withTable(r -> {});
        assertThat(ItemWriter.needsOld(stored(TABLE))).isFalse();
        it.reborn();
        var arn = asked("first");
        assertThat(ItemWriter.needsOld(stored(TABLE))).isTrue();
        long log = stored(TABLE).history().log();
        it.put(item("a", 1));
        assertThat(stored(Range.prefix(DynamodbKeys.log(log)))).isEqualTo(1);
        it.outbox.start();
        it.settle(() -> described(arn).backupDetails().backupStatus() == BackupStatus.AVAILABLE);
        assertThat(stored(TABLE).history()).isNull();
        assertThat(ItemWriter.needsOld(stored(TABLE))).isFalse();
        assertThat(stored(Range.prefix(DynamodbKeys.log(log)))).isZero();
        assertThat(stored(DynamodbKeys.histories())).isZero();
    }

    @Test
    void a_backup_describes_its_table() {
        indexedTable();
        it.call(() -> it.dynamodb.updateTable(r -> r.tableName(TABLE)
                .streamSpecification(s -> s.streamEnabled(true).streamViewType(StreamViewType.KEYS_ONLY))));
        it.call(() -> it.dynamodb.updateTimeToLive(r ->
                r.tableName(TABLE).timeToLiveSpecification(t -> t.enabled(true).attributeName("ends"))));
        var arn = backup("first");
        assertThat(arn).matches("arn:aws:dynamodb:eu-central-1:000000000000:table/orders/backup/0\\d{13}-[0-9a-f]{8}");
        var backup = described(arn);
        assertThat(backup.backupDetails().backupName()).isEqualTo("first");
        assertThat(backup.backupDetails().backupTypeAsString()).isEqualTo("USER");
        assertThat(backup.backupDetails().backupCreationDateTime()).isEqualTo(it.time.instant());
        assertThat(backup.backupDetails().backupExpiryDateTime()).isNull();
        var source = backup.sourceTableDetails();
        assertThat(source.tableName()).isEqualTo(TABLE);
        assertThat(source.tableId()).isEqualTo(table(TABLE).tableId());
        assertThat(source.keySchema()).containsExactly(hash("id"), range("at"));
        assertThat(source.billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
        assertThat(source.provisionedThroughput().readCapacityUnits()).isZero();
        var features = backup.sourceTableFeatureDetails();
        assertThat(features.localSecondaryIndexes())
                .singleElement()
                .satisfies(index -> assertThat(index.projection()).isEqualTo(include("text")));
        assertThat(features.globalSecondaryIndexes())
                .extracting(index -> index.indexName())
                .containsExactly("by-kind", "ranks");
        assertThat(features.streamDescription().streamViewType()).isEqualTo(StreamViewType.KEYS_ONLY);
        assertThat(features.timeToLiveDescription().timeToLiveStatus()).isEqualTo(TimeToLiveStatus.ENABLED);
    }

    @Test
    void a_backup_outlives_its_table_until_it_is_deleted() {
        it.withTable(r -> {});
        it.put(item("a", 1));
        var arn = backup("first");
        long items = it.kv.read(snapshot -> BackupStore.find(snapshot, Backup.Address.of(arn)))
                .id();
        it.call(() -> it.dynamodb.deleteTable(r -> r.tableName(TABLE)));
        it.withTable(r -> {});
        it.put(item("b", 1));
        assertThat(names(r -> r.tableName(TABLE))).containsExactly("first");
        restore(arn, "copy", r -> {});
        assertThat(items("copy")).containsExactly(item("a", 1));
        var deleted =
                it.call(() -> it.dynamodb.deleteBackup(r -> r.backupArn(arn)).backupDescription());
        assertThat(deleted.backupDetails().backupStatus()).isEqualTo(BackupStatus.DELETED);
        assertThat(stored(DynamodbKeys.data(items))).isZero();
        assertThat(items("copy")).containsExactly(item("a", 1));
        fails("BackupNotFoundException", "Backup not found: " + arn, () -> described(arn));
        fails(
                "BackupNotFoundException",
                "Backup not found: " + arn,
                () -> it.call(() -> it.dynamodb.deleteBackup(r -> r.backupArn(arn))));
    }

    @Test
    void what_is_being_copied_stays() {
        it.withTable(r -> {});
        var ready = backup("ready");
        it.reborn();
        var arn = asked("first");
        fails(
                "ResourceInUseException",
                "Attempt to change a resource which is still in use: Table is being backed up: orders",
                () -> it.call(() -> it.dynamodb.deleteTable(r -> r.tableName(TABLE))));
        Runnable delete = () -> it.call(() -> it.dynamodb.deleteBackup(r -> r.backupArn(arn)));
        var inUse =
                "There is another ongoing conflicting backup control plane operation on the table. The backup is either"
                        + " being created, deleted or restored to a table.";
        fails("BackupInUseException", inUse, delete);
        fails(
                "BackupInUseException",
                inUse,
                () -> it.call(() ->
                        it.dynamodb.restoreTableFromBackup(r -> r.backupArn(arn).targetTableName("copy"))));
        it.call(() -> it.dynamodb.restoreTableFromBackup(r -> r.backupArn(ready).targetTableName("copy")));
        fails("BackupInUseException", inUse, () -> it.call(() -> it.dynamodb.deleteBackup(r -> r.backupArn(ready))));
        it.outbox.start();
        settled("copy");
        it.settle(() -> described(arn).backupDetails().backupStatus() == BackupStatus.AVAILABLE);
        delete.run();
        it.call(() -> it.dynamodb.deleteBackup(r -> r.backupArn(ready)));
        it.call(() -> it.dynamodb.deleteTable(r -> r.tableName(TABLE)));
        assertThat(names(r -> {})).isEmpty();
    }

    @Test
    void who_names_nothing_that_is_there_is_told() {
        it.withTable(r -> {});
        fails(
                "TableNotFoundException",
                "Table not found: nothing",
                () -> it.call(() ->
                        it.dynamodb.createBackup(r -> r.tableName("nothing").backupName("first"))));
        fails("BackupNotFoundException", "Backup not found: " + NO_BACKUP, () -> described(NO_BACKUP));
        fails("BackupNotFoundException", "Backup not found: " + NO_BACKUP, () -> restore(NO_BACKUP, "copy", r -> {}));
        fails(
                "ValidationException",
                "Invalid BackupArn: Invalid ResourceArn provided as input orders",
                () -> described("orders"));
        var arn = backup("first");
        fails("TableAlreadyExistsException", "Table already exists: orders", () -> restore(arn, TABLE, r -> {}));
    }

    @Test
    void backups_are_listed_by_table_type_and_time_in_pages() {
        it.withTable(r -> {});
        it.call(() -> it.dynamodb.createTable(r -> r.tableName("another")
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(hash("id"))
                .attributeDefinitions(attribute("id", "S"))));
        it.call(() -> it.dynamodb.createBackup(r -> r.tableName("another").backupName("other")));
        var times = new ArrayList<Instant>();
        for (int i = 0; i < 5; i++) {
            pass(Duration.ofMinutes(1));
            times.add(it.time.instant());
            asked("number-" + i);
        }
        it.settle(() -> list(r -> {}).backupSummaries().stream()
                .allMatch(each -> each.backupStatus() == BackupStatus.AVAILABLE));
        assertThat(names(r -> {})).containsExactly("other", "number-0", "number-1", "number-2", "number-3", "number-4");
        assertThat(names(r -> r.tableName("another"))).containsExactly("other");
        assertThat(names(r -> r.tableName("nothing"))).isEmpty();
        assertThat(names(r -> r.timeRangeLowerBound(times.get(1)).timeRangeUpperBound(times.get(3))))
                .containsExactly("number-1", "number-2");
        assertThat(names(r -> r.backupType(BackupTypeFilter.SYSTEM))).isEmpty();
        assertThat(names(r -> r.backupType(BackupTypeFilter.ALL))).hasSize(6);
        var first = list(r -> r.limit(4));
        assertThat(first.backupSummaries()).hasSize(4);
        assertThat(first.lastEvaluatedBackupArn())
                .isEqualTo(first.backupSummaries().getLast().backupArn());
        var second = list(r -> r.limit(4).exclusiveStartBackupArn(first.lastEvaluatedBackupArn()));
        assertThat(second.backupSummaries())
                .extracting(BackupSummary::backupName)
                .containsExactly("number-3", "number-4");
        assertThat(second.lastEvaluatedBackupArn()).isNull();
        assertThat(list(r -> r.limit(6)).lastEvaluatedBackupArn()).isNull();
        assertThat(names(r -> r.tableName("another").exclusiveStartBackupArn(NO_BACKUP)))
                .isEmpty();
    }

    // ---- restored tables

    @Test
    void a_restored_table_has_its_source_s_indexes_and_capacity_and_nothing_else() {
        it.withTable(r -> r.attributeDefinitions(definitions())
                .billingMode(BillingMode.PROVISIONED)
                .provisionedThroughput(u -> u.readCapacityUnits(3L).writeCapacityUnits(4L))
                .localSecondaryIndexes(local("by-rank", include("text"), hash("id"), range("rank")))
                .globalSecondaryIndexes(global("by-kind", ALL, hash("kind")).toBuilder()
                        .provisionedThroughput(u -> u.readCapacityUnits(1L).writeCapacityUnits(2L))
                        .build())
                .deletionProtectionEnabled(true)
                .tags(Tag.builder().key("team").value("blue").build())
                .streamSpecification(s -> s.streamEnabled(true).streamViewType(StreamViewType.KEYS_ONLY)));
        for (int i = 0; i < 20; i++) {
            it.put(item("a", i, "kind", i % 2 == 0 ? "even" : "odd", "rank", -i, "text", "t" + i));
        }
        var arn = backup("first");
        pass(Duration.ofMinutes(1));
        restore(arn, "copy", r -> {});
        var copy = table("copy");
        assertThat(copy.provisionedThroughput().readCapacityUnits()).isEqualTo(3);
        assertThat(copy.provisionedThroughput().writeCapacityUnits()).isEqualTo(4);
        assertThat(copy.attributeDefinitions()).containsExactlyInAnyOrder(definitions());
        assertThat(copy.globalSecondaryIndexes())
                .singleElement()
                .satisfies(index -> assertThat(index.provisionedThroughput().writeCapacityUnits())
                        .isEqualTo(2));
        assertThat(copy.localSecondaryIndexes()).hasSize(1);
        assertThat(copy.deletionProtectionEnabled()).isFalse();
        assertThat(copy.streamSpecification()).isNull();
        assertThat(copy.tableId()).isNotEqualTo(table(TABLE).tableId());
        assertThat(copy.creationDateTime()).isEqualTo(it.time.instant());
        var summary = copy.restoreSummary();
        assertThat(summary.sourceBackupArn()).isEqualTo(arn);
        assertThat(summary.sourceTableArn()).isEqualTo(table(TABLE).tableArn());
        assertThat(summary.restoreDateTime())
                .isEqualTo(described(arn).backupDetails().backupCreationDateTime());
        assertThat(summary.restoreInProgress()).isFalse();
        assertThat(it.call(() -> it.dynamodb.listTagsOfResource(r -> r.resourceArn(copy.tableArn())))
                        .tags())
                .isEmpty();
        assertThat(items("copy")).isEqualTo(items(TABLE)).hasSize(20);
        assertThat(items("copy", "by-kind")).isEqualTo(items(TABLE, "by-kind")).hasSize(20);
        assertThat(items("copy", "by-rank")).isEqualTo(items(TABLE, "by-rank")).hasSize(20);
    }

    @Test
    void a_table_that_is_being_restored_can_be_seen_and_not_used() {
        indexedTable();
        it.put(item("a", 1, "kind", "x", "rank", 1));
        var arn = backup("first");
        it.reborn();
        var made = it.call(() -> it.dynamodb
                .restoreTableFromBackup(r -> r.backupArn(arn).targetTableName("copy"))
                .tableDescription());
        assertThat(made.tableStatus()).isEqualTo(TableStatus.CREATING);
        assertThat(made.restoreSummary().restoreInProgress()).isTrue();
        assertThat(table("copy").tableStatus()).isEqualTo(TableStatus.CREATING);
        assertThat(table("copy").restoreSummary().restoreInProgress()).isTrue();
        fails("ResourceNotFoundException", "Requested resource not found", () -> items("copy"));
        fails(
                "ResourceNotFoundException",
                "Requested resource not found",
                () -> it.call(() -> it.dynamodb.putItem(r -> r.tableName("copy").item(item("b", 1)))));
        var busy = "Attempt to change a resource which is still in use: Table is being created: copy";
        fails("ResourceInUseException", busy, () -> it.call(() -> it.dynamodb.deleteTable(r -> r.tableName("copy"))));
        fails(
                "ResourceInUseException",
                busy,
                () -> it.call(
                        () -> it.dynamodb.updateTable(r -> r.tableName("copy").deletionProtectionEnabled(true))));
        fails(
                "ResourceInUseException",
                busy,
                () -> it.call(() -> it.dynamodb.updateTimeToLive(r -> r.tableName("copy")
                        .timeToLiveSpecification(t -> t.enabled(true).attributeName("ends")))));
        fails(
                "ContinuousBackupsUnavailableException",
                "Backups are being enabled for the table: copy. Please retry later",
                () -> it.call(() -> it.dynamodb.updateContinuousBackups(r -> r.tableName("copy")
                        .pointInTimeRecoverySpecification(p -> p.pointInTimeRecoveryEnabled(true)))));
        fails(
                "TableInUseException",
                "Table is being created: copy",
                () -> it.call(() ->
                        it.dynamodb.restoreTableFromBackup(r -> r.backupArn(arn).targetTableName("copy"))));
        fails(
                "TableInUseException",
                "Table is being created: copy",
                () -> it.call(
                        () -> it.dynamodb.createBackup(r -> r.tableName("copy").backupName("second"))));
        it.outbox.start();
        settled("copy");
        assertThat(table("copy").restoreSummary().restoreInProgress()).isFalse();
        it.call(() -> it.dynamodb.putItem(r -> r.tableName("copy").item(item("b", 1))));
        assertThat(items("copy")).hasSize(2);
        it.call(() -> it.dynamodb.deleteTable(r -> r.tableName("copy")));
    }

    @Test
    void a_restored_table_may_differ_in_capacity_and_leave_indexes_out() {
        indexedTable();
        it.put(item("a", 1, "kind", "x", "rank", 1));
        var arn = backup("first");
        restore(
                arn,
                "copy",
                r -> r.billingModeOverride(BillingMode.PROVISIONED)
                        .provisionedThroughputOverride(
                                u -> u.readCapacityUnits(5L).writeCapacityUnits(6L))
                        .localSecondaryIndexOverride(List.of())
                        .globalSecondaryIndexOverride(global("by-kind", ALL, hash("kind")).toBuilder()
                                .provisionedThroughput(
                                        u -> u.readCapacityUnits(7L).writeCapacityUnits(8L))
                                .build()));
        var copy = table("copy");
        assertThat(copy.provisionedThroughput().writeCapacityUnits()).isEqualTo(6);
        assertThat(copy.localSecondaryIndexes()).isEmpty();
        assertThat(copy.globalSecondaryIndexes())
                .extracting(GlobalSecondaryIndexDescription::indexName)
                .containsExactly("by-kind");
        assertThat(copy.globalSecondaryIndexes()
                        .getFirst()
                        .provisionedThroughput()
                        .readCapacityUnits())
                .isEqualTo(7);
        assertThat(copy.attributeDefinitions())
                .containsExactlyInAnyOrder(attribute("id", "S"), attribute("at", "N"), attribute("kind", "S"));
        assertThat(items("copy", "by-kind")).hasSize(1);
        it.call(() -> it.dynamodb.putItem(r -> r.tableName("copy").item(item("a", 2, "kind", "x", "rank", 2))));
        assertThat(items("copy", "by-kind")).hasSize(2);
    }

    @Test
    void overrides_that_make_no_table_are_refused() {
        indexedTable();
        var arn = backup("first");
        fails(
                "ValidationException",
                "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified"
                        + " when BillingMode is PROVISIONED",
                () -> restore(
                        arn,
                        "copy",
                        r -> r.billingModeOverride(BillingMode.PROVISIONED).globalSecondaryIndexOverride(List.of())));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: ProvisionedThroughput is not specified for index: by-kind",
                () -> restore(
                        arn,
                        "copy",
                        r -> r.billingModeOverride(BillingMode.PROVISIONED)
                                .provisionedThroughputOverride(
                                        u -> u.readCapacityUnits(5L).writeCapacityUnits(6L))));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified"
                        + " when BillingMode is PAY_PER_REQUEST",
                () -> restore(
                        arn,
                        "copy",
                        r -> r.provisionedThroughputOverride(
                                u -> u.readCapacityUnits(5L).writeCapacityUnits(6L))));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: GlobalSecondaryIndexOverride must match the source's existing"
                        + " indexes: by-name",
                () -> restore(arn, "copy", r -> r.globalSecondaryIndexOverride(global("by-name", ALL, hash("kind")))));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: GlobalSecondaryIndexOverride must have the key schema and"
                        + " projection of the source's index: by-kind",
                () -> restore(arn, "copy", r -> r.globalSecondaryIndexOverride(global("by-kind", ALL, hash("id")))));
        assertThat(stored(DynamodbKeys.copies(Fixture.ACCOUNT))).isZero();
    }

    @Test
    void only_so_many_restores_run_at_once() {
        it.withTable(r -> {});
        var arn = backup("first");
        it.reborn();
        for (int i = 0; i < DynamodbLimits.RESTORES_MAX; i++) {
            var name = "copy-" + i;
            it.call(() ->
                    it.dynamodb.restoreTableFromBackup(r -> r.backupArn(arn).targetTableName(name)));
        }
        fails(
                "LimitExceededException",
                "Subscriber limit exceeded: Maximum number of concurrent restores for this account: 50",
                () -> it.call(() ->
                        it.dynamodb.restoreTableFromBackup(r -> r.backupArn(arn).targetTableName("one-more"))));
        it.outbox.start();
        for (int i = 0; i < DynamodbLimits.RESTORES_MAX; i++) {
            settled("copy-" + i);
        }
        restore(arn, "one-more", r -> {});
    }
}
