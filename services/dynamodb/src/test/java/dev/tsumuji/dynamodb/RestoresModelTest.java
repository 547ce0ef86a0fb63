package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.ALL;
import static dev.tsumuji.dynamodb.Fixture.KEYS_ONLY;
import static dev.tsumuji.dynamodb.Fixture.TABLE;
import static dev.tsumuji.dynamodb.Fixture.attribute;
import static dev.tsumuji.dynamodb.Fixture.global;
import static dev.tsumuji.dynamodb.Fixture.hash;
import static dev.tsumuji.dynamodb.Fixture.include;
import static dev.tsumuji.dynamodb.Fixture.item;
import static dev.tsumuji.dynamodb.Fixture.key;
import static dev.tsumuji.dynamodb.Fixture.local;
import static dev.tsumuji.dynamodb.Fixture.range;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.testkit.Seeded;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BackupStatus;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * A table is written at random, with backups and moments remembered on the way, while copies are being made and the process is
 * killed. Whatever is restored then is, with its index entries, what the store held at that moment.
 */
class RestoresModelTest {
    private static final int RUNS = 6;
    private static final int KEYS = 60;

    @Test
    void what_is_restored_is_what_there_was() {
        Seeded.check(RUNS, seeded -> {
            try (var it = new Fixture()) {
                new Story(it, seeded).run();
            }
        });
    }

    /**
     * What a table was at a moment: by keys behind the table's id, as hexadecimal digits, the items and the entries of its
     * indexes. An entry isn't written anew when its item only orders its attributes otherwise, but is when it is restored.
     */
    private record Moment(Instant at, Map<String, Map<String, AttributeValue>> data) {}

    private record Asked(String backup, Map<String, Map<String, AttributeValue>> data) {}

    private static final class Story {
        private final Fixture it;
        private final Seeded seeded;
        private final List<Moment> moments = new ArrayList<>();
        private final List<Asked> backups = new ArrayList<>();
        private int copies;

        Story(Fixture it, Seeded seeded) {
            this.it = it;
            this.seeded = seeded;
        }

        void run() {
            it.withTable(r -> r.attributeDefinitions(
                            attribute("id", "S"), attribute("at", "N"), attribute("kind", "S"), attribute("place", "N"))
                    .localSecondaryIndexes(local("by-place", include("note"), hash("id"), range("place")))
                    .globalSecondaryIndexes(
                            global("by-kind", ALL, hash("kind"), range("place")),
                            global("kinds", KEYS_ONLY, hash("kind"))));
            // enough for copies of many commits
            for (int i = 0; i < 1100; i++) {
                it.put(item("much", i, "x", i));
            }
            for (int i = 0; i < 100; i++) {
                write();
            }
            it.call(() -> it.dynamodb.updateContinuousBackups(
                    r -> r.tableName(TABLE).pointInTimeRecoverySpecification(p -> p.pointInTimeRecoveryEnabled(true))));
            moments.add(new Moment(it.time.instant(), data(TABLE)));
            for (int i = 0; i < 5; i++) {
                chapter();
            }
            for (var moment : moments) {
                recover(moment);
            }
            for (var backup : backups) {
                restore(backup);
            }
        }

        private void chapter() {
            it.time.advance(Duration.ofSeconds(1 + seeded.below(100)));
            for (int i = seeded.below(80); i > 0; i--) {
                write();
                if (seeded.chance(0.2)) {
                    it.time.advance(Duration.ofMillis(seeded.below(3000)));
                }
            }
            moments.add(new Moment(it.time.instant(), data(TABLE)));
            it.time.advance(Duration.ofMillis(1));
            if (seeded.chance(0.6)) {
                back();
            }
        }

        private void back() {
            if (seeded.chance(0.5)) {
                // nothing is copied before what follows is written
                it.reborn();
            }
            var data = data(TABLE);
            var name = "backup-" + backups.size();
            var arn = it.call(() -> it.dynamodb
                    .createBackup(r -> r.tableName(TABLE).backupName(name))
                    .backupDetails()
                    .backupArn());
            backups.add(new Asked(arn, data));
            for (int i = seeded.below(60); i > 0; i--) {
                write();
            }
            it.outbox.start();
        }

        private void recover(Moment moment) {
            var target = "copy-" + copies++;
            perhapsKilled();
            tried(() -> it.call(() -> it.dynamodb.restoreTableToPointInTime(
                    r -> r.sourceTableName(TABLE).targetTableName(target).restoreDateTime(moment.at()))));
            check(target, moment.data());
        }

        private void restore(Asked backup) {
            it.settle(() -> available(backup.backup()));
            var target = "copy-" + copies++;
            perhapsKilled();
            tried(() -> it.call(() -> it.dynamodb.restoreTableFromBackup(
                    r -> r.backupArn(backup.backup()).targetTableName(target))));
            check(target, backup.data());
        }

        /** While it is being made the source is written, and the process may die. */
        private void check(String target, Map<String, Map<String, AttributeValue>> data) {
            tried(() -> {
                for (int i = seeded.below(40); i > 0; i--) {
                    write();
                }
            });
            it.settle(() -> it.process.isDead() || active(target));
            if (it.process.isDead()) {
                it.restart();
                it.settle(() -> active(target));
            }
            it.process.dieAfter(Integer.MAX_VALUE);
            assertThat(data(target)).isEqualTo(data);
        }

        private void perhapsKilled() {
            if (seeded.chance(0.7)) {
                it.process.dieAfter(1 + seeded.below(60));
            }
        }

        /** What a killed process didn't do isn't done, and what was asked of it last is asked again. */
        private void tried(Runnable step) {
            try {
                step.run();
            } catch (KvException e) {
                assertThat(it.process.isDead()).as("the process was killed").isTrue();
                it.restart();
                step.run();
            }
        }

        private boolean active(String table) {
            try {
                return it.call(() -> it.dynamodb
                                .describeTable(r -> r.tableName(table))
                                .table()
                                .tableStatus())
                        == TableStatus.ACTIVE;
            } catch (KvException e) {
                return false;
            }
        }

        private boolean available(String backup) {
            return it.call(() -> it.dynamodb
                            .describeBackup(r -> r.backupArn(backup))
                            .backupDescription()
                            .backupDetails()
                            .backupStatus())
                    == BackupStatus.AVAILABLE;
        }

        private void write() {
            if (seeded.chance(0.2)) {
                transact();
            } else if (seeded.chance(0.4)) {
                it.delete(id(), at());
            } else if (seeded.chance(0.3)) {
                it.call(() -> it.dynamodb.updateItem(r -> r.tableName(TABLE)
                        .key(key(id(), at()))
                        .updateExpression("SET note = :t ADD place :r")
                        .expressionAttributeValues(Map.of(":t", Fixture.s(text()), ":r", Fixture.n(1)))));
            } else {
                it.put(item(id(), at(), "kind", text(), "place", seeded.below(5), "note", text()));
            }
        }

        private void transact() {
            var put = item("a", at(), "kind", text());
            var gone = key("b", at());
            it.call(() -> it.dynamodb.transactWriteItems(r -> r.transactItems(
                    TransactWriteItem.builder()
                            .put(p -> p.tableName(TABLE).item(put))
                            .build(),
                    TransactWriteItem.builder()
                            .delete(d -> d.tableName(TABLE).key(gone))
                            .build())));
        }

        private String id() {
            return seeded.oneOf(List.of("a", "b", "c"));
        }

        private long at() {
            return seeded.below(KEYS);
        }

        private String text() {
            return "t" + seeded.below(4);
        }

        private Map<String, Map<String, AttributeValue>> data(String table) {
            return it.kv.read(snapshot -> {
                var stored = Table.CODEC.decode(
                        snapshot.get(DynamodbKeys.table(new TableName(Fixture.ACCOUNT, Fixture.REGION, table))));
                var all = DynamodbKeys.data(stored.id());
                var data = new TreeMap<String, Map<String, AttributeValue>>();
                for (var entry : snapshot.scan(new Range(all.begin(), all.end()), 100_000)) {
                    var key = Arrays.copyOfRange(entry.key(), all.begin().length, entry.key().length);
                    data.put(HexFormat.of().formatHex(key), ItemCodec.decode(entry.value()));
                }
                return data;
            });
        }
    }
}
