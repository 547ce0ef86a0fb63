package dev.tsumuji.dynamodb.validation;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.dynamodb.expression.Expressions;
import dev.tsumuji.dynamodb.expression.KeyCondition;
import dev.tsumuji.dynamodb.expression.Placeholders;
import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class StartingKeyTest {
    private static final KeySchema TABLE = schema("a", "b");
    private static final KeySchema INDEX = schema("a", "c");
    private static final AttributeValue X = AttributeValue.fromS("x");
    private static final AttributeValue Y = AttributeValue.fromS("y");
    private static final AttributeValue ONE = AttributeValue.fromN("1");
    private static final String INVALID = "The provided starting key is invalid";
    private static final String MISMATCH = "The provided key element does not match the schema";

    @Test
    void a_scan_starts_behind_a_whole_key_of_its_table_and_index() {
        assertThatCode(() -> StartingKey.requireForScan(Map.of("a", X, "b", Y), TABLE, null))
                .doesNotThrowAnyException();
        for (Map<String, AttributeValue> wrong : List.<Map<String, AttributeValue>>of(
                Map.of(),
                Map.of("a", X),
                Map.of("a", X, "c", Y),
                Map.of("a", ONE, "b", X),
                Map.of("a", X, "b", X, "c", X))) {
            refused(() -> StartingKey.requireForScan(wrong, TABLE, null), INVALID + ": " + MISMATCH);
        }
        refused(
                () -> StartingKey.requireForScan(Map.of("a", X, "b", AttributeValue.fromS("")), TABLE, null),
                INVALID + ": One or more parameter values are not valid. The AttributeValue for a key attribute cannot"
                        + " contain an empty string value. Key: b");
        refused(() -> StartingKey.requireForScan(Map.of("a", X, "b", X), TABLE, INDEX), INVALID);
        refused(() -> StartingKey.requireForScan(Map.of("a", X, "b", X, "c", ONE), TABLE, INDEX), MISMATCH);
        refused(
                () -> StartingKey.requireForScan(Map.of("a", X, "b", ONE, "c", X), TABLE, INDEX),
                INVALID + ": " + MISMATCH);
    }

    @Test
    void a_query_starts_where_it_looks() {
        assertThatCode(() -> StartingKey.requireForQuery(Map.of("a", X, "b", Y), TABLE, null, condition("a = :x")))
                .doesNotThrowAnyException();
        refused(
                () -> StartingKey.requireForQuery(Map.of("a", Y, "b", Y), TABLE, null, condition("a = :x")),
                "The provided starting key is outside query boundaries based on provided conditions");
        refused(
                () -> StartingKey.requireForQuery(Map.of("a", X, "b", X), TABLE, null, condition("a = :x AND b > :x")),
                "The provided starting key does not match the range key predicate");
        refused(
                () -> StartingKey.requireForQuery(Map.of("a", Y, "b", Y), TABLE, null, condition("a = :x AND b > :x")),
                "The query can return at most one row and cannot be restarted");
        refused(() -> StartingKey.requireForQuery(Map.of("a", X), TABLE, null, condition("a = :x")), INVALID);
    }

    private static KeyCondition condition(String text) {
        return Expressions.keyCondition(text, Placeholders.of(null, Map.of(":x", X)), TABLE);
    }

    private static KeySchema schema(String partition, String sort) {
        return new KeySchema(List.of(new KeyAttribute(partition, Kind.S)), List.of(new KeyAttribute(sort, Kind.S)));
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        refusal -> assertThatCode(() -> {
                                    if (!message.equals(
                                            refusal.awsErrorDetails().errorMessage())) {
                                        throw new AssertionError(
                                                refusal.awsErrorDetails().errorMessage());
                                    }
                                })
                                .doesNotThrowAnyException());
    }
}
