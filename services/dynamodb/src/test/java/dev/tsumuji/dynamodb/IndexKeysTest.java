package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.ALL;
import static dev.tsumuji.dynamodb.Fixture.attribute;
import static dev.tsumuji.dynamodb.Fixture.fails;
import static dev.tsumuji.dynamodb.Fixture.global;
import static dev.tsumuji.dynamodb.Fixture.hash;
import static dev.tsumuji.dynamodb.Fixture.key;
import static dev.tsumuji.dynamodb.Fixture.local;
import static dev.tsumuji.dynamodb.Fixture.n;
import static dev.tsumuji.dynamodb.Fixture.range;
import static dev.tsumuji.dynamodb.Fixture.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Values that no key may have, in every operation that could bring them: of a table and of its indexes. */
class IndexKeysTest {
    private static final String MISMATCH =
            "One or more parameter values were invalid: Type mismatch for Index Key who Expected: S Actual: N IndexName: a";
    private static final String EMPTY = "One or more parameter values are not valid. ";
    private static final String NO_EMPTY =
            "The AttributeValue for a key attribute cannot contain an empty string value.";
    private static final String EMPTY_KEY = EMPTY + NO_EMPTY + " Key: id";
    private static final String EMPTY_INDEX_KEY = EMPTY
            + "A value specified for a secondary index key is not supported. " + NO_EMPTY
            + " IndexName: a, IndexKey: who";
    private static final String EMPTY_UPDATE = EMPTY
            + "The update expression attempted to update a secondary index key to a value that is not supported. "
            + NO_EMPTY;

    private final Fixture it = new Fixture()
            .withTable(r -> r.attributeDefinitions(attribute("id", "S"), attribute("at", "N"), attribute("who", "S"))
                    .globalSecondaryIndexes(global("b", ALL, hash("who")), global("a", ALL, hash("who")))
                    .localSecondaryIndexes(local("c", ALL, hash("id"), range("who"))));

    @AfterEach
    void close() {
        it.close();
    }

    private static Map<String, AttributeValue> with(AttributeValue who) {
        var item = new HashMap<>(key("x", 1));
        item.put("who", who);
        return item;
    }

    private void update(AttributeValue who) {
        update(who, "SET who = :who");
    }

    private void update(AttributeValue who, String expression) {
        it.call(() -> it.dynamodb.updateItem(r -> r.tableName(Fixture.TABLE)
                .key(key("x", 1))
                .updateExpression(expression)
                .expressionAttributeValues(Map.of(":who", who))));
    }

    private void batch(Map<String, AttributeValue> item) {
        var write = WriteRequest.builder().putRequest(r -> r.item(item)).build();
        it.call(() -> it.dynamodb.batchWriteItem(r -> r.requestItems(Map.of(Fixture.TABLE, List.of(write)))));
    }

    private void transact(TransactWriteItem step) {
        it.call(() -> it.dynamodb.transactWriteItems(r -> r.transactItems(step)));
    }

    private static TransactWriteItem put(Map<String, AttributeValue> item) {
        return TransactWriteItem.builder()
                .put(r -> r.tableName(Fixture.TABLE).item(item))
                .build();
    }

    private static TransactWriteItem alter(Map<String, AttributeValue> key, AttributeValue who) {
        return TransactWriteItem.builder()
                .update(r -> r.tableName(Fixture.TABLE)
                        .key(key)
                        .updateExpression("SET who = :who")
                        .expressionAttributeValues(Map.of(":who", who)))
                .build();
    }

    private void cancels(String reason, TransactWriteItem step) {
        var cancelled = catchThrowableOfType(TransactionCanceledException.class, () -> transact(step));
        assertThat(cancelled.cancellationReasons().getFirst().code()).isEqualTo("ValidationError");
        assertThat(cancelled.cancellationReasons().getFirst().message()).isEqualTo(reason);
    }

    @Test
    void another_type_is_told_with_the_first_index_by_name() {
        fails("ValidationException", MISMATCH, () -> it.put(with(n(1))));
        fails("ValidationException", MISMATCH, () -> batch(with(n(1))));
        fails("ValidationException", MISMATCH, () -> update(n(1)));
        cancels(MISMATCH, put(with(n(1))));
        cancels(MISMATCH, alter(key("x", 1), n(1)));
    }

    @Test
    void what_an_update_takes_from_the_item_is_refused_when_it_is_known() {
        it.put(with(s("me")));
        fails("ValidationException", MISMATCH, () -> update(n(1)));
        fails(
                "ValidationException",
                "The update expression attempted to update the secondary index key to unsupported type",
                () -> update(n(1), "SET who = if_not_exists(absent, :who)"));
    }

    @Test
    void nothing_is_within_a_key() {
        var refusal = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ";
        fails("ValidationException", refusal + "IndexKey: who", () -> update(n(1), "SET who.x = :who"));
        fails("ValidationException", refusal + "Key: id", () -> update(n(1), "SET x = id[1], y = :who"));
        fails(
                "ValidationException",
                refusal + "IndexKey: who",
                () -> it.call(() ->
                        it.dynamodb.scan(r -> r.tableName(Fixture.TABLE).filterExpression("attribute_exists(who.x)"))));
        fails(
                "ValidationException",
                refusal + "IndexKey: who",
                () -> it.call(() -> it.dynamodb.getItem(
                        r -> r.tableName(Fixture.TABLE).key(key("x", 1)).projectionExpression("who[0]"))));
        fails(
                "ValidationException",
                refusal + "Key: id",
                () -> it.call(() -> it.dynamodb.putItem(r -> r.tableName(Fixture.TABLE)
                        .item(key("x", 1))
                        .conditionExpression("attribute_not_exists(id.x)"))));
    }

    @Test
    void an_empty_key_is_refused_as_a_whole_and_cancels_nothing() {
        fails("ValidationException", EMPTY_INDEX_KEY, () -> it.put(with(s(""))));
        fails("ValidationException", EMPTY_INDEX_KEY, () -> batch(with(s(""))));
        fails("ValidationException", EMPTY_INDEX_KEY, () -> transact(put(with(s("")))));
        fails("ValidationException", EMPTY_UPDATE, () -> update(s("")));
        fails("ValidationException", EMPTY_UPDATE, () -> transact(alter(key("x", 1), s(""))));
        fails("ValidationException", EMPTY_KEY, () -> transact(put(key("", 1))));
        fails("ValidationException", EMPTY_KEY, () -> transact(alter(key("", 1), s("me"))));
        fails(
                "ValidationException",
                EMPTY_KEY,
                () -> it.call(() -> it.dynamodb.transactGetItems(r -> r.transactItems(
                        item -> item.get(g -> g.tableName(Fixture.TABLE).key(key("", 1)))))));
    }
}
