package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.ALL;
import static dev.tsumuji.dynamodb.Fixture.TABLE;
import static dev.tsumuji.dynamodb.Fixture.attribute;
import static dev.tsumuji.dynamodb.Fixture.global;
import static dev.tsumuji.dynamodb.Fixture.hash;
import static dev.tsumuji.dynamodb.Fixture.include;
import static dev.tsumuji.dynamodb.Fixture.local;
import static dev.tsumuji.dynamodb.Fixture.range;

import dev.tsumuji.kernel.kv.Range;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BackupDescription;
import software.amazon.awssdk.services.dynamodb.model.BackupStatus;
import software.amazon.awssdk.services.dynamodb.model.BackupSummary;
import software.amazon.awssdk.services.dynamodb.model.ListBackupsRequest;
import software.amazon.awssdk.services.dynamodb.model.ListBackupsResponse;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryDescription;
import software.amazon.awssdk.services.dynamodb.model.RestoreTableFromBackupRequest;
import software.amazon.awssdk.services.dynamodb.model.RestoreTableToPointInTimeRequest;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;

/** What tests of backups and of recovery do with a table {@code orders}. */
class BackupSteps {
    final Fixture it = new Fixture();

    @AfterEach
    void close() {
        it.close();
    }

    String asked(String name) {
        return it.call(() -> it.dynamodb
                .createBackup(r -> r.tableName(TABLE).backupName(name))
                .backupDetails()
                .backupArn());
    }

    String backup(String name) {
        var arn = asked(name);
        it.settle(() -> described(arn).backupDetails().backupStatus() == BackupStatus.AVAILABLE);
        return arn;
    }

    BackupDescription described(String arn) {
        return it.call(() -> it.dynamodb.describeBackup(r -> r.backupArn(arn)).backupDescription());
    }

    void restore(String arn, String target, Consumer<RestoreTableFromBackupRequest.Builder> more) {
        it.call(() -> it.dynamodb.restoreTableFromBackup(r -> {
            r.backupArn(arn).targetTableName(target);
            more.accept(r);
        }));
        settled(target);
    }

    void recover(String target, Consumer<RestoreTableToPointInTimeRequest.Builder> more) {
        it.call(() -> it.dynamodb.restoreTableToPointInTime(r -> {
            r.sourceTableName(TABLE).targetTableName(target);
            more.accept(r);
        }));
        settled(target);
    }

    void settled(String table) {
        it.settle(() -> table(table).tableStatus() == TableStatus.ACTIVE);
    }

    TableDescription table(String name) {
        return it.call(() -> it.dynamodb.describeTable(r -> r.tableName(name)).table());
    }

    List<Map<String, AttributeValue>> items(String table) {
        return it.call(() -> it.dynamodb.scan(r -> r.tableName(table)).items());
    }

    List<Map<String, AttributeValue>> items(String table, String index) {
        return it.call(
                () -> it.dynamodb.scan(r -> r.tableName(table).indexName(index)).items());
    }

    ListBackupsResponse list(Consumer<ListBackupsRequest.Builder> request) {
        return it.call(() -> it.dynamodb.listBackups(request));
    }

    List<String> names(Consumer<ListBackupsRequest.Builder> request) {
        return list(request).backupSummaries().stream()
                .map(BackupSummary::backupName)
                .toList();
    }

    PointInTimeRecoveryDescription recovery(boolean on, Integer days) {
        return it.call(() -> it.dynamodb
                .updateContinuousBackups(r -> r.tableName(TABLE)
                        .pointInTimeRecoverySpecification(
                                p -> p.pointInTimeRecoveryEnabled(on).recoveryPeriodInDays(days)))
                .continuousBackupsDescription()
                .pointInTimeRecoveryDescription());
    }

    PointInTimeRecoveryDescription recovery() {
        return it.call(() -> it.dynamodb
                .describeContinuousBackups(r -> r.tableName(TABLE))
                .continuousBackupsDescription()
                .pointInTimeRecoveryDescription());
    }

    long stored(Range range) {
        return it.kv.read(snapshot -> snapshot.scan(range, 10_000)).size();
    }

    Table stored(String name) {
        return it.kv.read(snapshot -> Table.CODEC.decode(
                snapshot.get(DynamodbKeys.table(new TableName(Fixture.ACCOUNT, Fixture.REGION, name)))));
    }

    void pass(Duration time) {
        it.time.advance(time);
    }

    static AttributeDefinition[] definitions() {
        return new AttributeDefinition[] {
            attribute("id", "S"), attribute("at", "N"), attribute("kind", "S"), attribute("rank", "N")
        };
    }

    void indexedTable() {
        it.withTable(r -> r.attributeDefinitions(definitions())
                .localSecondaryIndexes(local("by-rank", include("text"), hash("id"), range("rank")))
                .globalSecondaryIndexes(
                        global("by-kind", ALL, hash("kind")), global("ranks", ALL, hash("kind"), range("rank"))));
    }
}
