package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.testkit.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BackupStatus;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * Writes to a table with an index and a stream until the platform is killed, and afterwards compares table, index and stream
 * with what was acknowledged. Every attribute of an item repeats its version, so that an item made of two shows.
 */
final class TableLoad {
    private static final String TABLE = "ledger";
    private static final String INDEX = "by-group";
    private static final int KEYS_PER_WRITER = 6;
    private static final int GROUPS = 5;

    enum Deed {
        PUT,
        UPDATE,
        DELETE
    }

    private final Attempts<Deed> attempts = new Attempts<>();
    /** The halves of pairs, by the one in the same transactions. */
    private final Map<String, String> twins = new ConcurrentHashMap<>();

    private final List<String> backups = new CopyOnWriteArrayList<>();

    private final Checked checked = new Checked();

    private static final class Checked {
        int items;
        int changes;
    }

    int acknowledged() {
        return attempts.count();
    }

    static void prepare(RunningPlatform platform) {
        try (var tables = platform.client(DynamoDbClient.builder())) {
            tables.createTable(r -> r.tableName(TABLE)
                    .billingMode(BillingMode.PAY_PER_REQUEST)
                    .attributeDefinitions(
                            attribute("id", ScalarAttributeType.S),
                            attribute("group", ScalarAttributeType.S),
                            attribute("version", ScalarAttributeType.N))
                    .keySchema(key("id", KeyType.HASH))
                    .globalSecondaryIndexes(i -> i.indexName(INDEX)
                            .keySchema(key("group", KeyType.HASH), key("version", KeyType.RANGE))
                            .projection(p -> p.projectionType(ProjectionType.ALL)))
                    .streamSpecification(s -> s.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
            tables.waiter().waitUntilTableExists(r -> r.tableName(TABLE));
        }
    }

    private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    // ---- writing

    /** Puts, updates and deletes items that are this writer's alone. */
    void writeItems(RunningPlatform platform, int writer, Seeded seeded, AtomicBoolean stop) {
        try (var tables = impatient(platform)) {
            while (!stop.get()) {
                var key = "w" + writer + "-" + seeded.below(KEYS_PER_WRITER);
                var deed = seeded.below(10) == 0 ? Deed.DELETE : seeded.chance(0.5) ? Deed.PUT : Deed.UPDATE;
                int version = attempts.begin(key, deed);
                perform(tables, key, deed, version);
                attempts.acknowledge(key, version);
            }
        } catch (SdkException e) {
            // killed in the middle: this one was not acknowledged
        }
    }

    private static void perform(DynamoDbClient tables, String key, Deed deed, int version) {
        switch (deed) {
            case PUT -> tables.putItem(r -> r.tableName(TABLE).item(item(key, version)));
            case DELETE -> tables.deleteItem(r -> r.tableName(TABLE).key(Map.of("id", text(key))));
            case UPDATE -> {
                var item = item(key, version);
                tables.updateItem(r -> r.tableName(TABLE)
                        .key(Map.of("id", text(key)))
                        .updateExpression("SET version = :v, #g = :g, copy = :c, filler = :f")
                        .expressionAttributeNames(Map.of("#g", "group"))
                        .expressionAttributeValues(Map.of(
                                ":v", item.get("version"),
                                ":g", item.get("group"),
                                ":c", item.get("copy"),
                                ":f", item.get("filler"))));
            }
        }
    }

    /** Puts two items in one transaction: they are the same at any time. */
    void writePairs(RunningPlatform platform, int writer, Seeded seeded, AtomicBoolean stop) {
        try (var tables = impatient(platform)) {
            while (!stop.get()) {
                var left = "p" + writer + "-" + seeded.below(KEYS_PER_WRITER) + "-left";
                var right = left.replace("-left", "-right");
                twins.put(left, right);
                int version = attempts.begin(left, Deed.PUT);
                attempts.begin(right, Deed.PUT);
                tables.transactWriteItems(r -> r.transactItems(
                        t -> t.put(p -> p.tableName(TABLE).item(item(left, version))),
                        t -> t.put(p -> p.tableName(TABLE).item(item(right, version)))));
                attempts.acknowledge(left, version);
                attempts.acknowledge(right, version);
            }
        } catch (SdkException e) {
            // killed in the middle: this one was not acknowledged
        }
    }

    /** Asks for a backup in the middle of what the others write. */
    void backUp(RunningPlatform platform) {
        try (var tables = impatient(platform)) {
            backups.add(tables.createBackup(r -> r.tableName(TABLE).backupName("backup-" + backups.size()))
                    .backupDetails()
                    .backupArn());
        } catch (SdkException e) {
            // killed in the middle: nobody counts on it
        }
    }

    private static DynamoDbClient impatient(RunningPlatform platform) {
        return platform.client(
                DynamoDbClient.builder().overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1))));
    }

    private static Map<String, AttributeValue> item(String key, int version) {
        return Map.of(
                "id", text(key),
                "version", AttributeValue.fromN(Integer.toString(version)),
                "group", text("g" + version % GROUPS),
                "copy", text("version " + version),
                "filler", text((key + ":" + version + ";").repeat(20)));
    }

    private static AttributeValue text(String text) {
        return AttributeValue.fromS(text);
    }

    // ---- checking

    /** Prints what it saw. */
    void check(RunningPlatform platform) {
        try (var tables = platform.client(DynamoDbClient.builder());
                var streams = platform.client(DynamoDbStreamsClient.builder())) {
            var stored = new HashMap<String, Map<String, AttributeValue>>();
            tables.scanPaginator(r -> r.tableName(TABLE).consistentRead(true)).items().stream()
                    .forEach(item -> stored.put(item.get("id").s(), item));
            checkItems(tables, stored);
            checkIndex(tables, TABLE, stored);
            checkStream(records(tables, streams), stored);
        }
        System.out.println("tables: " + attempts.count() + " acknowledged writes, " + checked.items + " items, "
                + checked.changes + " changes in the stream");
    }

    /** Each is of one moment: whole items, pairs that are the same, an index that agrees. */
    void checkBackups(RunningPlatform platform) {
        try (var tables = platform.client(DynamoDbClient.builder())) {
            assertThat(backups).isNotEmpty();
            for (int i = 0; i < backups.size(); i++) {
                checkBackup(tables, backups.get(i), "restored-" + i);
            }
        }
        System.out.println("tables: " + backups.size() + " backups");
    }

    private void checkBackup(DynamoDbClient tables, String backup, String target) {
        Waiting.until(
                Duration.ofSeconds(30),
                () -> tables.describeBackup(r -> r.backupArn(backup))
                                .backupDescription()
                                .backupDetails()
                                .backupStatus()
                        == BackupStatus.AVAILABLE);
        tables.restoreTableFromBackup(r -> r.backupArn(backup).targetTableName(target));
        Waiting.until(
                Duration.ofSeconds(30),
                () -> tables.describeTable(r -> r.tableName(target)).table().tableStatus() == TableStatus.ACTIVE);
        var stored = new HashMap<String, Map<String, AttributeValue>>();
        tables.scanPaginator(r -> r.tableName(target)).items().stream()
                .forEach(item -> stored.put(item.get("id").s(), item));
        assertThat(stored).isNotEmpty();
        stored.forEach((key, item) -> assertThat(item).as("%s is whole", key).isEqualTo(item(key, version(item))));
        checkTwins(stored);
        checkIndex(tables, target, stored);
    }

    private void checkTwins(Map<String, Map<String, AttributeValue>> stored) {
        twins.forEach((left, right) -> assertThat(versionOrNone(stored.get(left)))
                .as("%s and its twin", left)
                .isEqualTo(versionOrNone(stored.get(right))));
    }

    private void checkItems(DynamoDbClient tables, Map<String, Map<String, AttributeValue>> stored) {
        for (var key : attempts.keys()) {
            var found = tables.getItem(
                    r -> r.tableName(TABLE).key(Map.of("id", text(key))).consistentRead(true));
            assertThat(found.hasItem()).as("%s, in a scan and alone", key).isEqualTo(stored.containsKey(key));
            if (found.hasItem()) {
                int version = version(found.item());
                assertThat(found.item()).as("%s is whole", key).isEqualTo(item(key, version));
                assertThat(found.item()).as("%s in a scan", key).isEqualTo(stored.get(key));
                assertThat(attempts.find(key, version).filter(a -> a.deed() != Deed.DELETE))
                        .as("%s has version %s, possible are %s", key, version, attempts.possible(key))
                        .isPresent();
                checked.items++;
            } else {
                attempts.checkAbsent(key, Deed.DELETE);
            }
        }
        assertThat(stored).hasSize(checked.items);
        checkTwins(stored);
    }

    private static void checkIndex(
            DynamoDbClient tables, String table, Map<String, Map<String, AttributeValue>> stored) {
        var indexed = new HashMap<String, Map<String, AttributeValue>>();
        for (int group = 0; group < GROUPS; group++) {
            var name = "g" + group;
            tables
                    .queryPaginator(r -> r.tableName(table)
                            .indexName(INDEX)
                            .keyConditionExpression("#g = :g")
                            .expressionAttributeNames(Map.of("#g", "group"))
                            .expressionAttributeValues(Map.of(":g", text(name))))
                    .items()
                    .stream()
                    .forEach(item -> assertThat(indexed.put(item.get("id").s(), item))
                            .as("%s stands in the index once", item)
                            .isNull());
        }
        assertThat(indexed).as("the index").isEqualTo(stored);
    }

    private static int version(Map<String, AttributeValue> item) {
        return Integer.parseInt(item.get("version").n());
    }

    private static int versionOrNone(@org.jspecify.annotations.Nullable Map<String, AttributeValue> item) {
        return item == null || item.isEmpty() ? 0 : version(item);
    }

    // ---- the stream

    private static List<Record> records(DynamoDbClient tables, DynamoDbStreamsClient streams) {
        var arn = tables.describeTable(r -> r.tableName(TABLE)).table().latestStreamArn();
        var records = new ArrayList<Record>();
        for (var shard : streams.describeStream(r -> r.streamArn(arn))
                .streamDescription()
                .shards()) {
            var next = streams.getShardIterator(r ->
                            r.streamArn(arn).shardId(shard.shardId()).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .shardIterator();
            int pages = 0;
            while (next != null) {
                var iterator = next;
                var page = streams.getRecords(r -> r.shardIterator(iterator));
                records.addAll(page.records());
                next = page.records().isEmpty() ? null : page.nextShardIterator();
                assertThat(pages++).as("pages of the stream").isLessThan(100_000);
            }
        }
        return records;
    }

    /**
     * Each change's old image is the new image of the change before it: so none is missing, doubled or out of order. What was
     * acknowledged is among them, and the last is what is stored.
     */
    private void checkStream(List<Record> records, Map<String, Map<String, AttributeValue>> stored) {
        var numbers = new HashSet<String>();
        var changes = new TreeMap<String, List<Record>>();
        for (var record : records) {
            assertThat(numbers.add(record.dynamodb().sequenceNumber()))
                    .as("once")
                    .isTrue();
            changes.computeIfAbsent(record.dynamodb().keys().get("id").s(), k -> new ArrayList<>())
                    .add(record);
        }
        for (var key : attempts.keys()) {
            checkChanges(key, changes.getOrDefault(key, List.of()), stored.getOrDefault(key, Map.of()));
        }
        checked.changes = records.size();
    }

    private void checkChanges(String key, List<Record> changes, Map<String, AttributeValue> stored) {
        Map<String, AttributeValue> before = Map.of();
        Set<Integer> written = new HashSet<>();
        int latest = 0;
        for (var change : changes) {
            var data = change.dynamodb();
            assertThat(data.oldImage()).as("%s before %s", key, data).isEqualTo(before);
            before = data.newImage();
            if (before.isEmpty()) {
                assertThat(change.eventNameAsString()).isEqualTo("REMOVE");
            } else {
                int version = version(before);
                assertThat(version)
                        .as("%s: versions in the stream's order", key)
                        .isGreaterThan(latest);
                assertThat(before).isEqualTo(item(key, version));
                checkNothingRemovedBetween(key, data.oldImage(), version);
                latest = version;
                written.add(version);
            }
        }
        assertThat(before).as("%s: the stream's end and the table", key).isEqualTo(stored);
        for (var attempt : attempts.at(key)) {
            if (attempt.deed() != Deed.DELETE && attempts.wasAcknowledged(key, attempt.version())) {
                assertThat(written)
                        .as("%s: acknowledged changes in the stream", key)
                        .contains(attempt.version());
            }
        }
    }

    /** An item can't be changed on from a version that was deleted in between. */
    private void checkNothingRemovedBetween(String key, Map<String, AttributeValue> old, int version) {
        if (!old.isEmpty()) {
            for (int between = version(old) + 1; between < version; between++) {
                assertThat(attempts.at(key).get(between - 1).deed() == Deed.DELETE
                                && attempts.wasAcknowledged(key, between))
                        .as("%s was deleted by %s, between %s and %s", key, between, version(old), version)
                        .isFalse();
            }
        }
    }
}
