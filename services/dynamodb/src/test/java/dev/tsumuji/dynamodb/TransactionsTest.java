package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.TABLE;
import static dev.tsumuji.dynamodb.Fixture.fails;
import static dev.tsumuji.dynamodb.Fixture.item;
import static dev.tsumuji.dynamodb.Fixture.key;
import static dev.tsumuji.dynamodb.Fixture.n;
import static dev.tsumuji.dynamodb.Fixture.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

class TransactionsTest {
    private final Fixture it = Fixture.withTable();

    @AfterEach
    void close() {
        it.close();
    }

    private static TransactWriteItem put(Map<String, AttributeValue> item) {
        return TransactWriteItem.builder()
                .put(p -> p.tableName(TABLE).item(item))
                .build();
    }

    private static TransactWriteItem check(String id, String condition) {
        return TransactWriteItem.builder()
                .conditionCheck(c -> c.tableName(TABLE)
                        .key(key(id, 1))
                        .conditionExpression(condition)
                        .returnValuesOnConditionCheckFailure("ALL_OLD"))
                .build();
    }

    private void write(TransactWriteItem... items) {
        it.call(() -> it.dynamodb.transactWriteItems(r -> r.transactItems(items)));
    }

    @Test
    void all_of_a_transaction_happens_or_nothing() {
        it.put(item("there", 1, "x", 1));
        var e = catchThrowableOfType(
                TransactionCanceledException.class,
                () -> write(put(item("new", 1)), check("there", "attribute_not_exists(id)"), put(item("other", 1))));
        assertThat(e.awsErrorDetails().errorMessage())
                .isEqualTo("Transaction cancelled, please refer cancellation reasons for specific reasons [None,"
                        + " ConditionalCheckFailed, None]");
        assertThat(e.cancellationReasons().get(1).item()).isEqualTo(item("there", 1, "x", 1));
        assertThat(e.cancellationReasons().get(1).message()).isEqualTo("The conditional request failed");
        assertThat(it.get("new", 1)).isEmpty();
        write(put(item("new", 1)), check("there", "attribute_exists(id)"));
        assertThat(it.get("new", 1)).isNotEmpty();
    }

    @Test
    void one_item_is_named_once() {
        fails(
                "ValidationException",
                "Transaction request cannot include multiple operations on one item",
                () -> write(put(item("a", 1)), check("a", "attribute_exists(id)")));
    }

    @Test
    void a_token_makes_a_repetition_do_nothing_for_ten_minutes() {
        var add = TransactWriteItem.builder()
                .update(u -> u.tableName(TABLE)
                        .key(key("a", 1))
                        .updateExpression("ADD n :one")
                        .expressionAttributeValues(Map.of(":one", n(1))))
                .build();
        for (int i = 0; i < 3; i++) {
            it.call(() ->
                    it.dynamodb.transactWriteItems(r -> r.transactItems(add).clientRequestToken("token")));
        }
        assertThat(it.get("a", 1)).containsEntry("n", n(1));
        assertThat(catchThrowableOfType(
                        software.amazon.awssdk.services.dynamodb.model.IdempotentParameterMismatchException.class,
                        () -> it.call(() -> it.dynamodb.transactWriteItems(
                                r -> r.transactItems(put(item("b", 1))).clientRequestToken("token")))))
                .isNotNull();
        it.time.advance(Duration.ofMinutes(45));
        it.call(() -> it.dynamodb.transactWriteItems(r -> r.transactItems(add).clientRequestToken("token")));
        assertThat(it.get("a", 1)).containsEntry("n", n(2));
    }

    @Test
    void a_repetition_may_write_the_members_of_its_maps_in_another_order() {
        var members = new LinkedHashMap<>(item("a", 1));
        members.put("x", n(1));
        members.put("y", n(2));
        var backwards = new LinkedHashMap<String, AttributeValue>();
        members.reversed().forEach(backwards::put);

        for (var item : List.of(members, backwards)) {
            it.call(() -> it.dynamodb.transactWriteItems(
                    r -> r.transactItems(put(item)).clientRequestToken("token")));
        }

        backwards.put("y", n(3));
        assertThat(catchThrowableOfType(
                        software.amazon.awssdk.services.dynamodb.model.IdempotentParameterMismatchException.class,
                        () -> it.call(() -> it.dynamodb.transactWriteItems(
                                r -> r.transactItems(put(backwards)).clientRequestToken("token")))))
                .isNotNull();
    }

    @Test
    void capacity_of_a_transaction_counts_twice() {
        var answer =
                it.call(() -> it.dynamodb.transactWriteItems(r -> r.transactItems(put(item("a", 1)), put(item("b", 1)))
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
        assertThat(answer.consumedCapacity().getFirst().capacityUnits()).isEqualTo(4.0);
        assertThat(answer.consumedCapacity().getFirst().writeCapacityUnits()).isEqualTo(4.0);
    }

    @Test
    void the_first_action_that_is_wrong_by_itself_cancels_before_any_condition_is_looked_at() {
        var wrong = Map.of("id", n(1), "at", n(1));
        var e = catchThrowableOfType(
                TransactionCanceledException.class,
                () -> write(check("none", "attribute_exists(id)"), put(wrong), put(wrong)));
        assertThat(e.awsErrorDetails().errorMessage())
                .isEqualTo("Transaction cancelled, please refer cancellation reasons for specific reasons [None,"
                        + " ValidationError, None]");
        assertThat(e.cancellationReasons().get(1).message())
                .isEqualTo("One or more parameter values were invalid: Type mismatch for key id expected: S actual: N");
    }

    @Test
    void a_transaction_is_as_large_as_what_it_brings() {
        var puts = new ArrayList<TransactWriteItem>();
        var deletions = new ArrayList<TransactWriteItem>();
        for (int i = 0; i < 12; i++) {
            var item = item("a", i, "x", "y".repeat(390 << 10));
            var key = key("a", i);
            it.put(item);
            puts.add(put(item));
            deletions.add(TransactWriteItem.builder()
                    .delete(d -> d.tableName(TABLE).key(key))
                    .build());
        }
        var refused =
                catchThrowableOfType(DynamoDbException.class, () -> write(puts.toArray(TransactWriteItem[]::new)));
        assertThat(refused.awsErrorDetails().errorMessage())
                .startsWith("Transaction payload size cannot exceed 4MB. Payload Size: ");
        write(deletions.toArray(TransactWriteItem[]::new));
        assertThat(it.get("a", 0)).isEmpty();
    }

    @Test
    void a_repetition_costs_what_its_items_cost_to_be_read() {
        for (boolean again : List.of(false, true)) {
            var capacity = it.call(() ->
                            it.dynamodb.transactWriteItems(r -> r.transactItems(put(item("a", 1)), put(item("b", 1)))
                                    .clientRequestToken("token")
                                    .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)))
                    .consumedCapacity()
                    .getFirst();
            assertThat(capacity.writeCapacityUnits()).isEqualTo(again ? null : 4.0);
            assertThat(capacity.readCapacityUnits()).isEqualTo(again ? 4.0 : null);
        }
    }

    @Test
    void what_is_read_together_was_there_at_one_moment_in_the_order_asked_for() {
        it.put(item("a", 1, "x", 1));
        var answer = it.call(() -> it.dynamodb.transactGetItems(r -> r.transactItems(
                g -> g.get(k -> k.tableName(TABLE).key(key("none", 1))),
                g -> g.get(k -> k.tableName(TABLE).key(key("a", 1)).projectionExpression("x")))));
        assertThat(answer.responses().getFirst().hasItem()).isFalse();
        assertThat(answer.responses().getLast().item()).isEqualTo(Map.of("x", n(1)));
    }

    @Test
    void a_batch_writes_and_reads_many_items() {
        var writes = new ArrayList<WriteRequest>();
        for (int i = 0; i < 25; i++) {
            var item = item("a", i, "x", "y".repeat(1000));
            writes.add(WriteRequest.builder().putRequest(p -> p.item(item)).build());
        }
        var answer = it.call(() -> it.dynamodb.batchWriteItem(BatchWriteItemRequest.builder()
                .requestItems(Map.of(TABLE, writes))
                .build()));
        assertThat(answer.unprocessedItems()).isEmpty();
        var keys = new ArrayList<Map<String, AttributeValue>>();
        for (int i = 0; i < 30; i++) {
            keys.add(key("a", i));
        }
        var read = it.call(() -> it.dynamodb.batchGetItem(r -> r.requestItems(
                Map.of(TABLE, KeysAndAttributes.builder().keys(keys).build()))));
        assertThat(read.responses().get(TABLE)).hasSize(25);
        assertThat(read.unprocessedKeys()).isEmpty();
    }

    @Test
    void a_batch_of_reads_ends_at_16_megabytes_and_says_what_is_left() {
        var keys = new ArrayList<Map<String, AttributeValue>>();
        for (int i = 0; i < 60; i++) {
            it.put(item("a", i, "x", "y".repeat(390 << 10)));
            keys.add(key("a", i));
        }
        var read = it.call(() -> it.dynamodb.batchGetItem(r -> r.requestItems(
                Map.of(TABLE, KeysAndAttributes.builder().keys(keys).build()))));
        int found = read.responses().get(TABLE).size();
        assertThat(found).isBetween(40, 44);
        assertThat(read.unprocessedKeys().get(TABLE).keys()).isEqualTo(keys.subList(found, 60));
    }

    @Test
    void a_batch_has_its_limits() {
        var writes = new ArrayList<WriteRequest>();
        for (int i = 0; i < 26; i++) {
            var key = key("a", i);
            writes.add(WriteRequest.builder().deleteRequest(d -> d.key(key)).build());
        }
        fails(
                "ValidationException",
                "The requestItems parameter is required for BatchWriteItem",
                () -> it.call(() -> it.dynamodb.batchWriteItem(r -> r.requestItems(Map.of()))));
        fails(
                "ValidationException",
                "Too many items requested for the BatchWriteItem call",
                () -> it.call(() -> it.dynamodb.batchWriteItem(r -> r.requestItems(Map.of(TABLE, writes)))));
        fails(
                "ValidationException",
                "Provided list of item keys contains duplicates",
                () -> it.call(() -> it.dynamodb.batchWriteItem(
                        r -> r.requestItems(Map.of(TABLE, List.of(writes.getFirst(), writes.getFirst()))))));
        fails(
                "ValidationException",
                "The provided key element does not match the schema",
                () -> it.call(() -> it.dynamodb.batchWriteItem(r -> r.requestItems(Map.of(
                        TABLE,
                        List.of(WriteRequest.builder()
                                .deleteRequest(d -> d.key(Map.of("id", s("a"))))
                                .build()))))));
    }
}
