package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.ALL;
import static dev.tsumuji.dynamodb.Fixture.TABLE;
import static dev.tsumuji.dynamodb.Fixture.attribute;
import static dev.tsumuji.dynamodb.Fixture.fails;
import static dev.tsumuji.dynamodb.Fixture.global;
import static dev.tsumuji.dynamodb.Fixture.hash;
import static dev.tsumuji.dynamodb.Fixture.item;
import static dev.tsumuji.dynamodb.Fixture.local;
import static dev.tsumuji.dynamodb.Fixture.range;
import static dev.tsumuji.dynamodb.Fixture.s;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.TableClass;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.Tag;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableRequest;

class TablesTest {
    private final Fixture it = Fixture.withTable();

    @AfterEach
    void close() {
        it.close();
    }

    private TableDescription described() {
        return it.call(() -> it.dynamodb.describeTable(r -> r.tableName(TABLE)).table());
    }

    private void update(Consumer<UpdateTableRequest.Builder> update) {
        it.call(() -> it.dynamodb.updateTable(r -> update.accept(r.tableName(TABLE))));
    }

    @Test
    void a_table_can_be_used_as_soon_as_it_was_made() {
        var table = described();
        assertThat(table.tableStatus()).isEqualTo(TableStatus.ACTIVE);
        assertThat(table.tableArn()).isEqualTo("arn:aws:dynamodb:eu-central-1:000000000000:table/orders");
        assertThat(table.billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
        assertThat(table.provisionedThroughput().readCapacityUnits()).isZero();
        assertThat(table.keySchema()).containsExactly(hash("id"), range("at"));
        assertThat(table.itemCount()).isZero();
        assertThat(table.deletionProtectionEnabled()).isFalse();
    }

    @Test
    void a_name_is_taken_once() {
        fails("ResourceInUseException", "Table already exists: orders", () -> it.withTable(r -> {}));
    }

    @Test
    void rules_for_keys_and_indexes_speak_aws_words() {
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match"
                        + " number of attributes defined in AttributeDefinitions",
                () -> it.withTable(r -> r.tableName("other").keySchema(hash("id"))));
        fails(
                "ValidationException",
                "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
                () -> it.withTable(r -> r.tableName("other").keySchema(range("id"), hash("at"))));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be"
                        + " specified when BillingMode is PAY_PER_REQUEST",
                () -> it.withTable(r -> r.tableName("other")
                        .provisionedThroughput(p -> p.readCapacityUnits(1L).writeCapacityUnits(1L))));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Index KeySchema does not have a range key for index: byWho",
                () -> it.withTable(r -> r.tableName("other").localSecondaryIndexes(local("byWho", ALL, hash("id")))));
        fails(
                "ValidationException",
                "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have"
                        + " length greater than or equal to 3",
                () -> it.withTable(r -> r.tableName("ab")));
        fails(
                "ValidationException",
                "The parameter 'TableName' is required but was not present in the request",
                () -> it.withTable(r -> r.tableName(null)));
        fails(
                "ValidationException",
                "Both the Hash Key and the Range Key element in the KeySchema have the same name",
                () -> it.withTable(r -> r.tableName("other").keySchema(hash("id"), range("id"))));
        fails(
                "ValidationException",
                "Attribute Name is duplicated: id",
                () -> it.withTable(
                        r -> r.tableName("other").attributeDefinitions(attribute("id", "S"), attribute("id", "N"))));
        fails(
                "ValidationException",
                "1 validation error detected: Value '[KeySchemaElement(attributeName=id, keyType=HASH),"
                        + " KeySchemaElement(attributeName=at, keyType=RANGE), KeySchemaElement(attributeName=who,"
                        + " keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member must have length less than"
                        + " or equal to 2",
                () -> it.withTable(r -> r.tableName("other").keySchema(hash("id"), range("at"), range("who"))));
        fails(
                "ValidationException",
                "2 validation errors detected: Value '' at 'tableName' failed to satisfy constraint: Member must have"
                        + " length greater than or equal to 3; Value '' at 'tableName' failed to satisfy constraint: Member"
                        + " must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
                () -> it.withTable(r -> r.tableName("")));
    }

    @Test
    void rules_for_keys_of_several_attributes_speak_aws_words() {
        invalidIndex(
                "The KeySchema contains multiple key attributes with the same name",
                hash("id"),
                hash("at"),
                hash("id"));
        invalidIndex(
                "One or more parameter values were invalid: All HASH key attributes must precede RANGE key attributes in"
                        + " the KeySchema",
                hash("id"),
                range("at"),
                hash("a"));
        invalidIndex(
                "One or more parameter values were invalid: The KeySchema exceeds the maximum allowed number of HASH key"
                        + " attributes",
                hash("a"),
                hash("b"),
                hash("c"),
                hash("d"),
                hash("e"));
    }

    private void invalidIndex(String message, KeySchemaElement... key) {
        var definitions = Stream.of("id", "at", "a", "b", "c", "d", "e")
                .map(name -> attribute(name, name.equals("at") ? "N" : "S"))
                .toList();
        fails(
                "ValidationException",
                message,
                () -> it.withTable(r -> r.tableName("other")
                        .attributeDefinitions(definitions)
                        .globalSecondaryIndexes(global("g", ALL, key))));
    }

    @Test
    void what_is_no_class_of_tables_is_refused_and_a_change_of_it_has_its_time() {
        fails(
                "ValidationException",
                "Invalid table-class parameter provided. Please try again with a valid table-class value: [STANDARD,"
                        + " STANDARD_INFREQUENT_ACCESS].",
                () -> update(r -> r.tableClass("CHEAP")));
        update(r -> r.tableClass(TableClass.STANDARD_INFREQUENT_ACCESS));
        assertThat(described().tableClassSummary().tableClass()).isEqualTo(TableClass.STANDARD_INFREQUENT_ACCESS);
        assertThat(described().tableClassSummary().lastUpdateDateTime()).isNotNull();
    }

    @Test
    void warm_throughput_is_raised_but_never_lowered() {
        var low =
                "One or more parameter values were invalid: Requested ReadUnitsPerSecond for WarmThroughput for table is"
                        + " lower than ";
        fails(
                "ValidationException",
                low + "initial throughput for OnDemand. See:"
                        + " https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial",
                () -> it.withTable(r -> r.tableName("other").warmThroughput(w -> w.readUnitsPerSecond(11_999L))));
        var answer = it.call(() -> it.dynamodb
                .updateTable(r -> r.tableName(TABLE).warmThroughput(w -> w.readUnitsPerSecond(13_000L)))
                .tableDescription());
        assertThat(answer.tableStatus()).isEqualTo(TableStatus.ACTIVE);
        assertThat(answer.warmThroughput().statusAsString()).isEqualTo("UPDATING");
        assertThat(answer.warmThroughput().readUnitsPerSecond()).isEqualTo(12_000);
        assertThat(described().warmThroughput().readUnitsPerSecond()).isEqualTo(13_000);
        fails(
                "ValidationException",
                low + "current WarmThroughput, decreasing WarmThroughput is not supported",
                () -> update(r -> r.warmThroughput(w -> w.readUnitsPerSecond(12_999L))));
        update(r -> r.billingMode(BillingMode.PROVISIONED)
                .provisionedThroughput(p -> p.readCapacityUnits(1L).writeCapacityUnits(1L)));
        assertThat(described().warmThroughput().readUnitsPerSecond()).isEqualTo(13_000);
        assertThat(described().warmThroughput().writeUnitsPerSecond()).isEqualTo(4_000);
    }

    @Test
    void an_index_has_its_own_warm_throughput() {
        it.withTable(r -> r.tableName("indexed")
                .attributeDefinitions(attribute("id", "S"), attribute("at", "N"), attribute("who", "S"))
                .globalSecondaryIndexes(global("byWho", ALL, hash("who"))));
        var answer = it.call(() -> it.dynamodb
                .updateTable(r -> r.tableName("indexed")
                        .globalSecondaryIndexUpdates(u ->
                                u.update(x -> x.indexName("byWho").warmThroughput(w -> w.writeUnitsPerSecond(4_100L)))))
                .tableDescription());
        var warm = answer.globalSecondaryIndexes().getFirst().warmThroughput();
        assertThat(warm.status()).isEqualTo(IndexStatus.UPDATING);
        assertThat(warm.writeUnitsPerSecond()).isEqualTo(4_000);
        assertThat(it.call(() -> it.dynamodb
                                .describeTable(r -> r.tableName("indexed"))
                                .table())
                        .globalSecondaryIndexes()
                        .getFirst()
                        .warmThroughput()
                        .writeUnitsPerSecond())
                .isEqualTo(4_100);
    }

    @Test
    void an_update_that_switches_a_stream_on_tells_the_warm_throughput() {
        var answer = it.call(() -> it.dynamodb
                .updateTable(r -> r.tableName(TABLE)
                        .streamSpecification(s -> s.streamEnabled(true).streamViewType("KEYS_ONLY")))
                .tableDescription());
        assertThat(answer.warmThroughput().readUnitsPerSecond()).isEqualTo(12_000);
        assertThat(answer.warmThroughput().writeUnitsPerSecond()).isEqualTo(4_000);
        assertThat(answer.warmThroughput().statusAsString()).isEqualTo("ACTIVE");
    }

    @Test
    void some_changes_are_asked_for_alone() {
        var wrong = "One or more parameter values were invalid: ";
        invalidUpdate(
                wrong + "TableClass modification must be the only operation in the request",
                r -> r.tableClass(TableClass.STANDARD).billingMode(BillingMode.PAY_PER_REQUEST));
        invalidUpdate(
                wrong + "DeletionProtection modification must be the only operation in the request",
                r -> r.tableClass(TableClass.STANDARD).deletionProtectionEnabled(true));
        invalidUpdate(
                wrong + "WarmThroughput must be the only operation in the request",
                r -> r.warmThroughput(w -> w.readUnitsPerSecond(13_000L)).billingMode(BillingMode.PAY_PER_REQUEST));
        invalidUpdate(
                wrong + "Server-Side Encryption modification must be the only operation in the request",
                r -> r.sseSpecification(s -> s.enabled(false)).deletionProtectionEnabled(true));
        invalidUpdate(wrong + "Table is already encrypted by default", r -> r.sseSpecification(s -> s.enabled(false)));
        invalidUpdate(
                "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
                r -> r.onDemandThroughput(o -> o.maxReadRequestUnits(5L))
                        .streamSpecification(s -> s.streamEnabled(true).streamViewType("KEYS_ONLY")));
        invalidUpdate(
                "You cannot modify stream status while updating table IOPS",
                r -> r.billingMode(BillingMode.PROVISIONED)
                        .provisionedThroughput(p -> p.readCapacityUnits(1L).writeCapacityUnits(1L))
                        .streamSpecification(s -> s.streamEnabled(true).streamViewType("KEYS_ONLY")));
        invalidUpdate(
                "You cannot create or delete index while changing stream status",
                r -> r.globalSecondaryIndexUpdates(u -> u.delete(d -> d.indexName("byWho")))
                        .streamSpecification(s -> s.streamEnabled(true).streamViewType("KEYS_ONLY")));
        invalidUpdate(
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates,"
                        + " SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn,"
                        + " MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or"
                        + " TableClass is required",
                r -> {});
        invalidUpdate(
                "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable, DeleteTable, or UpdateTable"
                        + " as required.",
                r -> r.replicaUpdates(u -> u.create(c -> c.regionName("eu-central-1"))));
    }

    private void invalidUpdate(String message, Consumer<UpdateTableRequest.Builder> update) {
        fails("ValidationException", message, () -> update(update));
    }

    @Test
    void a_new_index_has_its_attributes_defined_as_they_are_known() {
        var wrong = "One or more parameter values were invalid: ";
        invalidUpdate(
                wrong + "AttributeDefinitions is not specified for index: byId",
                r -> r.globalSecondaryIndexUpdates(u ->
                        u.create(c -> c.indexName("byId").keySchema(hash("id")).projection(ALL))));
        invalidUpdate(
                wrong
                        + "Attributes cannot be redefined. Please check that your attribute has the same type as previously"
                        + " defined. Existing schema: Schema:[SchemaElement: key{id:S:HASH}, SchemaElement:"
                        + " key{at:N:RANGE}] New schema: Schema:[SchemaElement: key{id:N:HASH}]",
                r -> r.attributeDefinitions(attribute("id", "N"))
                        .globalSecondaryIndexUpdates(u -> u.create(
                                c -> c.indexName("byId").keySchema(hash("id")).projection(ALL))));
        update(r -> r.attributeDefinitions(attribute("id", "S"), attribute("spare", "S"))
                .globalSecondaryIndexUpdates(u ->
                        u.create(c -> c.indexName("byId").keySchema(hash("id")).projection(ALL))));
        assertThat(described().attributeDefinitions()).containsExactly(attribute("id", "S"), attribute("at", "N"));
    }

    @Test
    void an_index_is_changed_in_one_way_at_a_time() {
        it.withTable(r -> r.tableName("indexed").localSecondaryIndexes(local("here", ALL, hash("id"), range("at"))));
        fails(
                "ValidationException",
                "Cannot delete an index that is not a GlobalSecondaryIndex: here",
                () -> it.call(() -> it.dynamodb.updateTable(r ->
                        r.tableName("indexed").globalSecondaryIndexUpdates(u -> u.delete(d -> d.indexName("here"))))));
        var wrong = "One or more parameter values were invalid: ";
        invalidUpdate(
                wrong + "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
                r -> r.globalSecondaryIndexUpdates(
                        u -> u.delete(d -> d.indexName("a")).update(x -> x.indexName("b"))));
        invalidUpdate(
                wrong + "Only one global secondary index update per index is allowed simultaneously. Index: a",
                r -> r.globalSecondaryIndexUpdates(
                        u -> u.delete(d -> d.indexName("a")), u -> u.update(x -> x.indexName("a"))));
        fails(
                "ResourceNotFoundException",
                "Requested resource not found: Index ghost for table orders",
                () -> update(r -> r.globalSecondaryIndexUpdates(u -> u.update(x -> x.indexName("ghost")))));
    }

    @Test
    void what_no_key_of_an_index_can_be_is_left_out_when_the_index_is_filled() {
        it.put(item("fits", 1, "who", "w".repeat(2048)));
        it.put(item("long", 1, "who", "w".repeat(2049)));
        it.put(item("empty", 1, "who", ""));
        update(r -> r.attributeDefinitions(attribute("who", "S"))
                .globalSecondaryIndexUpdates(u -> u.create(
                        c -> c.indexName("byWho").keySchema(hash("who")).projection(ALL))));
        it.settle(() -> described().globalSecondaryIndexes().getFirst().indexStatus() == IndexStatus.ACTIVE);
        assertThat(it.call(() -> it.dynamodb
                        .scan(r -> r.tableName(TABLE).indexName("byWho"))
                        .items()))
                .containsExactly(item("fits", 1, "who", "w".repeat(2048)));
    }

    @Test
    void limits_on_demand_are_positive_and_of_tables_on_demand() {
        invalidUpdate(
                "One or more parameter values were invalid: Requested MaxWriteRequestUnits for OnDemandThroughput for table"
                        + " is outside of valid range",
                r -> r.onDemandThroughput(o -> o.maxWriteRequestUnits(0L)));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: MaxReadRequestUnits for OnDemandThroughput cannot be specified"
                        + " when table BillingMode is PROVISIONED.",
                () -> it.withTable(r -> r.tableName("other")
                        .billingMode(BillingMode.PROVISIONED)
                        .provisionedThroughput(p -> p.readCapacityUnits(1L).writeCapacityUnits(1L))
                        .onDemandThroughput(o -> o.maxReadRequestUnits(5L))));
    }

    @Test
    void a_deleted_table_is_gone_with_its_items_and_its_name_is_free() {
        it.put(item("a", 1));
        var deleted =
                it.call(() -> it.dynamodb.deleteTable(r -> r.tableName(TABLE)).tableDescription());
        assertThat(deleted.tableStatus()).isEqualTo(TableStatus.DELETING);
        fails("ResourceNotFoundException", "Requested resource not found: Table: orders not found", this::described);
        it.withTable(r -> {});
        assertThat(it.get("a", 1)).isEmpty();
        assertThat(it.scan()).isEmpty();
    }

    @Test
    void a_protected_table_is_not_deleted() {
        update(r -> r.deletionProtectionEnabled(true));
        fails(
                "ValidationException",
                "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection"
                        + " first.",
                () -> it.call(() -> it.dynamodb.deleteTable(r -> r.tableName(TABLE))));
    }

    @Test
    void tables_are_listed_by_name_page_by_page() {
        for (var name : new String[] {"zebra", "apple", "mango"}) {
            it.withTable(r -> r.tableName(name));
        }
        var first = it.call(() -> it.dynamodb.listTables(r -> r.limit(3)));
        assertThat(first.tableNames()).containsExactly("apple", "mango", "orders");
        var second = it.call(
                () -> it.dynamodb.listTables(r -> r.limit(3).exclusiveStartTableName(first.lastEvaluatedTableName())));
        assertThat(second.tableNames()).containsExactly("zebra");
        assertThat(second.lastEvaluatedTableName()).isNull();
    }

    @Test
    void items_are_counted() {
        IntStream.range(0, 30).forEach(i -> it.put(item("a", i)));
        assertThat(described().itemCount()).isEqualTo(30);
        assertThat(described().tableSizeBytes()).isPositive();
    }

    @Test
    void a_new_index_is_filled_while_the_table_is_being_written() {
        IntStream.range(0, 300).forEach(i -> it.put(item("a", i, "who", "w" + i % 3)));
        update(r -> r.attributeDefinitions(attribute("who", "S"), attribute("at", "N"))
                .globalSecondaryIndexUpdates(u -> u.create(c ->
                        c.indexName("byWho").keySchema(hash("who"), range("at")).projection(ALL))));
        it.put(item("b", 1000, "who", "w0"));
        it.delete("a", 0);
        it.settle(() -> described().globalSecondaryIndexes().getFirst().indexStatus() == IndexStatus.ACTIVE);
        assertThat(described().tableStatus()).isEqualTo(TableStatus.ACTIVE);
        var found = it.query(r -> r.indexName("byWho")
                .keyConditionExpression("who = :w")
                .expressionAttributeValues(Map.of(":w", s("w0"))));
        assertThat(found).hasSize(100);
    }

    @Test
    void an_index_is_filled_in_more_commits_when_its_items_are_large() {
        int small = commitsToIndex(60, 10);
        int large = commitsToIndex(60, 390_000);
        assertThat(large - small).as("commits of about 4 MB instead of one").isBetween(4, 8);
    }

    /** @return how many commits it took to fill an index of items that are so large */
    private int commitsToIndex(int items, int sizeBytes) {
        var text = "x".repeat(sizeBytes);
        IntStream.range(0, items).forEach(i -> it.put(item("a", i, "who", "w", "text", text)));
        int before = it.process.commits();
        update(r -> r.attributeDefinitions(attribute("who", "S"))
                .globalSecondaryIndexUpdates(u -> u.create(
                        c -> c.indexName("byWho").keySchema(hash("who")).projection(ALL))));
        it.settle(() -> described().globalSecondaryIndexes().getFirst().indexStatus() == IndexStatus.ACTIVE);
        int commits = it.process.commits() - before;
        update(r -> r.globalSecondaryIndexUpdates(u -> u.delete(d -> d.indexName("byWho"))));
        return commits;
    }

    @Test
    void a_removed_index_is_gone_and_its_name_can_be_used_again() {
        update(r -> r.attributeDefinitions(attribute("who", "S"))
                .globalSecondaryIndexUpdates(u -> u.create(
                        c -> c.indexName("byWho").keySchema(hash("who")).projection(ALL))));
        it.settle(() -> described().globalSecondaryIndexes().getFirst().indexStatus() == IndexStatus.ACTIVE);
        update(r -> r.globalSecondaryIndexUpdates(u -> u.delete(d -> d.indexName("byWho"))));
        assertThat(described().hasGlobalSecondaryIndexes()).isFalse();
        assertThat(described().attributeDefinitions()).containsExactly(attribute("id", "S"), attribute("at", "N"));
    }

    @Test
    void an_index_may_have_a_key_of_several_attributes() {
        it.withTable(r -> r.tableName("multi")
                .attributeDefinitions(
                        attribute("id", "S"), attribute("at", "N"), attribute("a", "S"), attribute("b", "S"))
                .globalSecondaryIndexes(global("g", ALL, hash("a"), hash("b"), range("at"), range("id"))));
        it.call(() -> it.dynamodb.putItem(r -> r.tableName("multi").item(item("x", 1, "a", "1", "b", "2"))));
        it.call(() -> it.dynamodb.putItem(r -> r.tableName("multi").item(item("y", 2, "a", "1", "b", "3"))));
        var found = it.call(() -> it.dynamodb.query(r -> r.tableName("multi")
                .indexName("g")
                .keyConditionExpression("a = :a AND b = :b AND #at >= :t")
                .expressionAttributeNames(Map.of("#at", "at"))
                .expressionAttributeValues(Map.of(":a", s("1"), ":b", s("2"), ":t", Fixture.n(0)))));
        assertThat(found.items()).containsExactly(item("x", 1, "a", "1", "b", "2"));
    }

    @Test
    void provisioned_capacity_is_kept_and_a_change_must_change_something() {
        update(r -> r.billingMode(BillingMode.PROVISIONED)
                .provisionedThroughput(p -> p.readCapacityUnits(5L).writeCapacityUnits(6L)));
        assertThat(described().provisionedThroughput().writeCapacityUnits()).isEqualTo(6);
        fails(
                "ValidationException",
                "The provisioned throughput for the table will not change. The requested value equals the current value."
                        + " Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5."
                        + " Current WriteCapacityUnits provisioned for the table: 6. Requested WriteCapacityUnits: 6."
                        + " Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher"
                        + " limits.",
                () -> update(r ->
                        r.provisionedThroughput(p -> p.readCapacityUnits(5L).writeCapacityUnits(6L))));
    }

    @Test
    void tags_are_added_and_removed() {
        var arn = described().tableArn();
        it.call(() -> it.dynamodb.tagResource(r -> r.resourceArn(arn).tags(tag("a", "1"), tag("b", "2"))));
        it.call(() -> it.dynamodb.untagResource(r -> r.resourceArn(arn).tagKeys("a")));
        assertThat(it.call(() ->
                        it.dynamodb.listTagsOfResource(r -> r.resourceArn(arn)).tags()))
                .containsExactly(tag("b", "2"));
    }

    @Test
    void no_tags_at_all_are_refused() {
        var arn = described().tableArn();
        fails(
                "ValidationException",
                "Atleast one Tag needs to be provided as Input.",
                () -> it.call(
                        () -> it.dynamodb.tagResource(r -> r.resourceArn(arn).tags(List.of()))));
        fails(
                "ValidationException",
                "Atleast one Tag Key needs to be provided as Input.",
                () -> it.call(
                        () -> it.dynamodb.untagResource(r -> r.resourceArn(arn).tagKeys(List.of()))));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: ARNs must start with 'arn:': x",
                () -> it.call(
                        () -> it.dynamodb.tagResource(r -> r.resourceArn("x").tags(List.of()))));
    }

    @Test
    void tags_are_of_few_characters_and_not_of_aws() {
        var arn = described().tableArn();
        fails(
                "ValidationException",
                "Tag Key cannot be prefixed with aws:, Key: aws:mine",
                () -> tagWith(arn, "aws:mine"));
        for (var key : List.of("a!", "k".repeat(129), "")) {
            fails("ValidationException", "The Tag Key provided is invalid, Key: " + key, () -> tagWith(arn, key));
        }
        assertThat(it.call(() ->
                        it.dynamodb.listTagsOfResource(r -> r.resourceArn(arn)).tags()))
                .isEmpty();
    }

    private void tagWith(String arn, String key) {
        it.call(() -> it.dynamodb.tagResource(r -> r.resourceArn(arn).tags(tag(key, "1"))));
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    @Test
    void a_policy_is_kept_with_its_revision() {
        var arn = described().tableArn();
        var revision = it.call(() -> it.dynamodb
                .putResourcePolicy(r -> r.resourceArn(arn).policy("{\"Statement\":[]}"))
                .revisionId());
        var got = it.call(() -> it.dynamodb.getResourcePolicy(r -> r.resourceArn(arn)));
        assertThat(got.policy()).isEqualTo("{\"Statement\":[]}");
        assertThat(got.revisionId()).isEqualTo(revision);
        it.call(() -> it.dynamodb.deleteResourcePolicy(r -> r.resourceArn(arn)));
        fails(
                "PolicyNotFoundException",
                "Resource-based policy not found for the provided ResourceArn: " + arn,
                () -> it.call(() -> it.dynamodb.getResourcePolicy(r -> r.resourceArn(arn))));
    }

    @Test
    void what_is_no_policy_is_refused_so_that_it_locks_nobody_out() {
        var arn = described().tableArn();
        for (var policy : List.of("x", "", "[]", "{}", "{\"Statement\":5}")) {
            fails(
                    "ValidationException",
                    "Invalid policy document: Syntax errors in policy.",
                    () -> it.call(() -> it.dynamodb.putResourcePolicy(
                            r -> r.resourceArn(arn).policy(policy))));
        }
    }
}
