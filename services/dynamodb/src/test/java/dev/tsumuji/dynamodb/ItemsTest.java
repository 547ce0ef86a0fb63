package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.TABLE;
import static dev.tsumuji.dynamodb.Fixture.fails;
import static dev.tsumuji.dynamodb.Fixture.item;
import static dev.tsumuji.dynamodb.Fixture.key;
import static dev.tsumuji.dynamodb.Fixture.n;
import static dev.tsumuji.dynamodb.Fixture.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.dynamodb.value.ItemSize;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeAction;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.AttributeValueUpdate;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

class ItemsTest {
    private final Fixture it = Fixture.withTable();

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    void an_item_comes_back_as_it_was_put_whatever_its_types() {
        var item = Map.of(
                "id", s("a"),
                "at", n(1),
                "bytes", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1, 127})),
                "yes", AttributeValue.fromBool(true),
                "nothing", AttributeValue.fromNul(true),
                "texts", AttributeValue.fromSs(List.of("x", "ü")),
                "numbers", AttributeValue.fromNs(List.of("1", "2.5")),
                "list", AttributeValue.fromL(List.of(s(""), AttributeValue.fromM(Map.of("k", n(3))))),
                "map", AttributeValue.fromM(Map.of("inner", AttributeValue.fromL(List.of()))));
        it.put(item);
        assertThat(it.get("a", 1)).isEqualTo(item);
    }

    @Test
    void an_item_that_is_not_there_is_no_item() {
        assertThat(it.call(() -> it.dynamodb.getItem(r -> r.tableName(TABLE).key(key("x", 1))))
                        .hasItem())
                .isFalse();
    }

    @Test
    void a_put_replaces_the_whole_item_and_shows_the_old_one_when_asked() {
        it.put(item("a", 1, "x", "1"));
        var old = it.call(() -> it.dynamodb.putItem(
                r -> r.tableName(TABLE).item(item("a", 1, "y", "2")).returnValues(ReturnValue.ALL_OLD)));
        assertThat(old.attributes()).isEqualTo(item("a", 1, "x", "1"));
        assertThat(it.get("a", 1)).isEqualTo(item("a", 1, "y", "2"));
    }

    @Test
    void equal_numbers_are_one_key_however_they_are_written() {
        it.put(item("a", 1, "x", "1"));
        assertThat(it.call(() -> it.dynamodb.getItem(
                                r -> r.tableName(TABLE).key(Map.of("id", s("a"), "at", AttributeValue.fromN("1.00")))))
                        .hasItem())
                .isTrue();
    }

    @Test
    void a_condition_that_does_not_hold_changes_nothing_and_shows_the_item_when_asked() {
        it.put(item("a", 1, "x", "1"));
        assertThatThrownBy(() -> it.call(() -> it.dynamodb.putItem(r -> r.tableName(TABLE)
                        .item(item("a", 1))
                        .conditionExpression("attribute_not_exists(id)")
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD))))
                .isInstanceOfSatisfying(ConditionalCheckFailedException.class, e -> {
                    assertThat(e.item()).isEqualTo(item("a", 1, "x", "1"));
                    assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("The conditional request failed");
                });
        assertThat(it.get("a", 1)).containsKey("x");
    }

    @Test
    void an_update_makes_the_item_when_it_is_not_there() {
        var answer = it.call(() -> it.dynamodb.updateItem(r -> r.tableName(TABLE)
                .key(key("a", 1))
                .updateExpression("SET n = if_not_exists(n, :zero) + :one")
                .expressionAttributeValues(Map.of(":zero", n(0), ":one", n(1)))
                .returnValues(ReturnValue.UPDATED_NEW)));
        assertThat(answer.attributes()).isEqualTo(Map.of("n", n(1)));
        assertThat(it.get("a", 1)).isEqualTo(item("a", 1, "n", 1));
    }

    @Test
    void an_update_without_an_expression_makes_the_bare_item() {
        it.call(() -> it.dynamodb.updateItem(r -> r.tableName(TABLE).key(key("a", 1))));
        assertThat(it.get("a", 1)).isEqualTo(item("a", 1));
    }

    @Test
    void an_update_that_only_takes_away_makes_no_item() {
        var sets = Map.of(":gone", AttributeValue.fromSs(List.of("x")));
        var updates = Map.of(
                "REMOVE b",
                Map.<String, AttributeValue>of(),
                "REMOVE x.y, z[0]",
                Map.<String, AttributeValue>of(),
                "DELETE b :gone",
                sets,
                "REMOVE x DELETE b :gone",
                sets);
        updates.forEach((expression, values) -> {
            var answer = it.call(() -> it.dynamodb.updateItem(r -> r.tableName(TABLE)
                    .key(key("a", 1))
                    .updateExpression(expression)
                    .expressionAttributeValues(values.isEmpty() ? null : values)
                    .returnValues(ReturnValue.ALL_NEW)));
            assertThat(answer.hasAttributes()).as(expression).isFalse();
            assertThat(it.get("a", 1)).as(expression).isEmpty();
        });
        it.call(() -> it.dynamodb.updateItem(r -> r.tableName(TABLE)
                .key(key("a", 1))
                .attributeUpdates(Map.of(
                        "b",
                        AttributeValueUpdate.builder()
                                .action(AttributeAction.DELETE)
                                .build()))));
        assertThat(it.get("a", 1)).isEmpty();
        it.call(() -> it.dynamodb.updateItem(r -> r.tableName(TABLE)
                .key(key("a", 1))
                .updateExpression("SET c = :c REMOVE b")
                .expressionAttributeValues(Map.of(":c", n(1)))));
        assertThat(it.get("a", 1)).isEqualTo(item("a", 1, "c", 1));
    }

    @Test
    void an_update_may_not_touch_the_key() {
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Cannot update attribute at. This attribute is part of the key",
                () -> it.call(() -> it.dynamodb.updateItem(r -> r.tableName(TABLE)
                        .key(key("a", 1))
                        .updateExpression("SET #a = :v")
                        .expressionAttributeNames(Map.of("#a", "at"))
                        .expressionAttributeValues(Map.of(":v", n(2))))));
    }

    @Test
    void a_deleted_item_is_gone_and_deleting_it_again_is_no_error() {
        it.put(item("a", 1, "x", "1"));
        var old = it.call(() ->
                it.dynamodb.deleteItem(r -> r.tableName(TABLE).key(key("a", 1)).returnValues(ReturnValue.ALL_OLD)));
        assertThat(old.attributes()).isEqualTo(item("a", 1, "x", "1"));
        it.delete("a", 1);
        assertThat(it.get("a", 1)).isEmpty();
    }

    @Test
    void keys_must_match_the_schema() {
        fails(
                "ValidationException",
                "The provided key element does not match the schema",
                () -> it.call(() -> it.dynamodb.getItem(r -> r.tableName(TABLE).key(Map.of("id", s("a"))))));
        fails(
                "ValidationException",
                "The provided key element does not match the schema",
                () -> it.call(() ->
                        it.dynamodb.getItem(r -> r.tableName(TABLE).key(Map.of("id", s("a"), "at", s("1"))))));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Missing the key at in the item",
                () -> it.put(Map.of("id", s("a"))));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Type mismatch for key at expected: N actual: S",
                () -> it.put(Map.of("id", s("a"), "at", s("1"))));
        fails(
                "ValidationException",
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an"
                        + " empty string value. Key: id",
                () -> it.put(item("", 1)));
    }

    @Test
    void an_item_has_at_most_400_kilobytes() {
        it.put(item("a", 1, "x", "y".repeat((400 << 10) - 10)));
        fails(
                "ValidationException",
                "Item size has exceeded the maximum allowed size",
                () -> it.put(item("a", 1, "x", "y".repeat(400 << 10))));
        fails(
                "ValidationException",
                "Item size to update has exceeded the maximum allowed size",
                () -> it.call(() -> it.dynamodb.updateItem(r -> r.tableName(TABLE)
                        .key(key("a", 1))
                        .updateExpression("SET more = :m")
                        .expressionAttributeValues(Map.of(":m", s("more than there is room for"))))));
    }

    @Test
    void a_table_that_is_not_there_is_refused_as_aws_does() {
        fails(
                "ResourceNotFoundException",
                "Requested resource not found",
                () -> it.call(
                        () -> it.dynamodb.getItem(r -> r.tableName("nothing").key(key("a", 1)))));
    }

    @Test
    void capacity_is_counted_by_aws_units() {
        it.put(item("a", 1, "x", "y".repeat(5000)));
        var read = it.call(() -> it.dynamodb.getItem(
                r -> r.tableName(TABLE).key(key("a", 1)).returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
        assertThat(read.consumedCapacity().capacityUnits()).isEqualTo(1.0);
        var consistent = it.call(() -> it.dynamodb.getItem(r -> r.tableName(TABLE)
                .key(key("a", 1))
                .consistentRead(true)
                .returnConsumedCapacity(ReturnConsumedCapacity.INDEXES)));
        assertThat(consistent.consumedCapacity().capacityUnits()).isEqualTo(2.0);
        assertThat(consistent.consumedCapacity().table().capacityUnits()).isEqualTo(2.0);
        var write = it.call(() -> it.dynamodb.putItem(
                r -> r.tableName(TABLE).item(item("a", 1)).returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
        assertThat(write.consumedCapacity().capacityUnits())
                .as("the larger of the old and the new item")
                .isEqualTo(5.0);
    }

    @Test
    void an_arn_names_a_table_as_well() {
        it.put(item("a", 1));
        assertThat(it.call(() -> it.dynamodb.getItem(
                                r -> r.tableName("arn:aws:dynamodb:eu-central-1:000000000000:table/orders")
                                        .key(key("a", 1))))
                        .hasItem())
                .isTrue();
    }

    @Test
    void attribute_updates_from_before_there_were_expressions_change_the_item() {
        it.put(item("a", 1, "x", "1"));
        var updated = it.call(() -> it.dynamodb.updateItem(r -> r.tableName(TABLE)
                .key(key("a", 1))
                .attributeUpdates(Map.of(
                        "x",
                                AttributeValueUpdate.builder()
                                        .action(AttributeAction.DELETE)
                                        .build(),
                        "y", AttributeValueUpdate.builder().value(s("2")).build(),
                        "n",
                                AttributeValueUpdate.builder()
                                        .action(AttributeAction.ADD)
                                        .value(n(3))
                                        .build()))
                .returnValues(ReturnValue.ALL_NEW)));
        assertThat(updated.attributes())
                .isEqualTo(Map.of("id", s("a"), "at", n(1), "y", s("2"), "n", n(3)))
                .isEqualTo(it.get("a", 1));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Cannot update attribute at. This attribute is part of the key",
                () -> it.call(() -> it.dynamodb.updateItem(r -> r.tableName(TABLE)
                        .key(key("a", 1))
                        .attributeUpdates(Map.of(
                                "at", AttributeValueUpdate.builder().value(n(2)).build())))));
    }

    @Test
    void attribute_updates_of_nothing_make_an_item_of_its_key() {
        it.call(() -> it.dynamodb.updateItem(
                r -> r.tableName(TABLE).key(key("new", 1)).attributeUpdates(Map.of())));
        assertThat(it.get("new", 1)).isEqualTo(key("new", 1));
    }

    /** Measured on AWS: 3 bytes for an update, 19 for what it sets, one more within a list, 2 for what it removes. */
    @Test
    void what_an_update_expression_writes_counts_against_the_limit_and_what_it_leaves_alone_does_not() {
        refusesFrom(409_600 - 3 - 19 - 1 + 1, "SET b = :pad", Map.of());
        refusesFrom(409_600 - 3 - 19 - 1 - 19 - 2 + 1, "SET b = :pad, c = :c", Map.of(":c", s("y")));
        it.put(item("a", 1, "r", "gone"));
        refusesFrom(409_600 - 3 - 19 - 1 - 2 + 1, "SET b = :pad REMOVE r", Map.of());
        it.put(Map.of("id", s("a"), "at", n(1), "b", AttributeValue.fromL(List.of(s("")))));
        refusesFrom(409_600 - 3 - 20 - 1 - 4 + 1, "SET b[0] = :pad", Map.of());
        it.put(item("a", 1, "untouched", "x".repeat(100)));
        refusesFrom(409_600 - ItemSize.of(it.get("a", 1)) - 1 + 1, "SET b = :pad", Map.of());
    }

    @Test
    void a_transaction_measures_the_item_that_its_update_makes_and_nothing_else() {
        int most = 409_600 - ItemSize.of(key("a", 1)) - 1;
        it.call(() -> it.dynamodb.transactWriteItems(r -> r.transactItems(t -> t.update(u -> u.tableName(TABLE)
                .key(key("a", 1))
                .updateExpression("SET b = :pad")
                .expressionAttributeValues(Map.of(":pad", s("x".repeat(most))))))));
        assertThat(ItemSize.of(it.get("a", 1))).isEqualTo(409_600);
    }

    private void refusesFrom(int padding, String expression, Map<String, AttributeValue> values) {
        var before = it.get("a", 1);
        fails(
                "ValidationException",
                "Item size to update has exceeded the maximum allowed size",
                () -> update(expression, padding, values));
        update(expression, padding - 1, values);
        if (!before.isEmpty()) {
            it.put(before);
        }
    }

    private void update(String expression, int padding, Map<String, AttributeValue> values) {
        var all = new HashMap<>(values);
        all.put(":pad", s("x".repeat(padding)));
        it.call(() -> it.dynamodb.updateItem(r ->
                r.tableName(TABLE).key(key("a", 1)).updateExpression(expression).expressionAttributeValues(all)));
    }
}
