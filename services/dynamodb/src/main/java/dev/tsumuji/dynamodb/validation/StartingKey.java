package dev.tsumuji.dynamodb.validation;

import dev.tsumuji.dynamodb.expression.KeyCondition;
import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Refusal;
import dev.tsumuji.dynamodb.value.Values;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Judges the {@code ExclusiveStartKey} of a query or scan: it has the attributes of the table's key and of the index's, with their
 * types, and lies where the query looks.
 *
 * <p>Every method throws a {@code ValidationException} in DynamoDB's words when it does not.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html">Query</a>
 */
public final class StartingKey {
    private static final String INVALID = "The provided starting key is invalid";
    private static final String MISMATCH = "The provided key element does not match the schema";

    private StartingKey() {}

    /**
     * @param start checked
     * @param index null for the table itself
     */
    public static void requireForScan(Map<String, AttributeValue> start, KeySchema table, @Nullable KeySchema index) {
        if (index == null) {
            if (!start.keySet().equals(table.names()) || !fits(table, start)) {
                throw Refusal.validation(INVALID + ": " + MISMATCH);
            }
            requireFilled(start);
            return;
        }
        requireComplete(start, table, index);
        requireTypes(start, table, index);
    }

    /**
     * @param start checked
     * @param index null for the table itself
     * @param condition what the query is for, on the index's key or the table's
     */
    public static void requireForQuery(
            Map<String, AttributeValue> start, KeySchema table, @Nullable KeySchema index, KeyCondition condition) {
        requireComplete(start, table, index);
        requireTypes(start, table, index);
        var schema = index == null ? table : index;
        boolean partition = inPartition(schema.partition(), condition.partition(), start);
        if (condition.sort().isEmpty()) {
            if (!partition) {
                throw Refusal.validation(
                        "The provided starting key is outside query boundaries based on provided conditions");
            }
            return;
        }
        for (int i = 0; i < condition.sort().size(); i++) {
            var value = start.get(schema.sort().get(i).name());
            if (value == null || !condition.sort().get(i).holds(value)) {
                throw Refusal.validation("The provided starting key does not match the range key predicate");
            }
        }
        if (!partition) {
            throw Refusal.validation("The query can return at most one row and cannot be restarted");
        }
    }

    private static void requireFilled(Map<String, AttributeValue> start) {
        start.forEach((name, value) -> {
            boolean text = value.s() != null;
            if (text ? value.s().isEmpty() : value.b() != null && value.b().asByteArrayUnsafe().length == 0) {
                throw Refusal.validation(INVALID
                        + ": One or more parameter values are not valid. The AttributeValue for a key attribute cannot"
                        + " contain an empty " + (text ? "string" : "binary") + " value. Key: " + name);
            }
        });
    }

    private static void requireComplete(Map<String, AttributeValue> start, KeySchema table, @Nullable KeySchema index) {
        var names = new HashSet<>(table.names());
        if (index != null) {
            names.addAll(index.names());
        }
        if (start.size() != names.size() || index != null && !start.keySet().containsAll(index.names())) {
            throw Refusal.validation(INVALID);
        }
    }

    private static void requireTypes(Map<String, AttributeValue> start, KeySchema table, @Nullable KeySchema index) {
        if (index != null && !fits(index, start)) {
            throw Refusal.validation(MISMATCH);
        } else if (!fits(table, start)) {
            throw Refusal.validation(INVALID + ": " + MISMATCH);
        }
    }

    private static boolean fits(KeySchema schema, Map<String, AttributeValue> start) {
        for (var attributes : List.of(schema.partition(), schema.sort())) {
            for (var attribute : attributes) {
                var value = start.get(attribute.name());
                if (value == null || Kind.of(value) != attribute.kind()) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean inPartition(
            List<KeyAttribute> attributes, List<AttributeValue> partition, Map<String, AttributeValue> start) {
        for (int i = 0; i < attributes.size(); i++) {
            var value = start.get(attributes.get(i).name());
            if (value == null || !Values.equal(value, partition.get(i))) {
                return false;
            }
        }
        return true;
    }
}
