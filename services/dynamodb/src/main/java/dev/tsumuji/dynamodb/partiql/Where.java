package dev.tsumuji.dynamodb.partiql;

import dev.tsumuji.dynamodb.expression.Condition;
import dev.tsumuji.dynamodb.expression.KeyCondition;
import dev.tsumuji.dynamodb.expression.KeyTerms;
import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Refusal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The condition of a statement, and what it says about a key.
 *
 * @param condition holds for the items that are meant, whatever {@link #keys} narrows the search to
 */
public record Where(Condition condition) {
    /**
     * The partitions and ranges that are enough to look into, one for each value that the partition key may have; empty when the
     * whole table or index has to be scanned.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException when an attribute of the key is
     *     compared with another type
     */
    public List<KeyCondition> keys(KeySchema schema) {
        requireTypes(schema);
        return KeyTerms.within(condition, schema);
    }

    /**
     * Where each of the condition's alternatives looks, when all of them say a partition: no two may look at the same place. Those
     * that say of the sort key what is no range, as of the values that it must not have, are left out: they may.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException when an attribute of the key is
     *     compared with another type
     */
    public List<KeyCondition> alternatives(KeySchema schema) {
        var alternatives = alternatives(condition).map(Where::new).toList();
        if (alternatives.size() == 1) {
            return keys(schema);
        } else if (alternatives.stream()
                .anyMatch(each -> KeyTerms.within(each.condition(), schema).isEmpty())) {
            return List.of();
        }
        return alternatives.stream()
                .flatMap(each -> each.keys(schema).stream().filter(key -> each.isSaidBy(key, schema)))
                .toList();
    }

    private static Stream<Condition> alternatives(Condition condition) {
        return condition instanceof Condition.Any(var parts)
                ? parts.stream().flatMap(Where::alternatives)
                : Stream.of(condition);
    }

    /** Whether the range of a key is all that the condition says of the sort key. */
    private boolean isSaidBy(KeyCondition key, KeySchema schema) {
        var sort = schema.sort().stream().map(KeyAttribute::name).toList();
        long said = KeyTerms.parts(condition).stream()
                .filter(part -> part.attributes().stream().anyMatch(sort::contains))
                .count();
        return said == key.sort().size();
    }

    /**
     * The key of the one item that an update or deletion is for.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException when the condition does not say
     *     every attribute of the key once, or says one with another type
     */
    public Map<String, AttributeValue> itemKey(KeySchema schema) {
        var key = new LinkedHashMap<String, AttributeValue>();
        for (var name : schema.names()) {
            var values = KeyTerms.equalTo(condition, name);
            if (values.isEmpty()) {
                throw notOneItem();
            } else if (values.size() > 1) {
                throw Refusal.validation("Multiple conditions on same key " + name
                        + ". Only single item Update/Insert/Delete are supported");
            }
            key.put(name, values.getFirst());
        }
        requireTypes(schema);
        return key;
    }

    /** Whether the condition says the whole key of one item, once. */
    public boolean namesOneItem(KeySchema schema) {
        return schema.names().stream()
                .allMatch(name -> KeyTerms.equalTo(condition, name).size() == 1);
    }

    /** Whether it says the whole key of one item, and nothing else. */
    public boolean saysKeyOnly(KeySchema schema) {
        return namesOneItem(schema) && KeyTerms.parts(condition).size() == schema.size();
    }

    /** Whether it says more than the key. */
    public boolean saysMoreThan(KeySchema schema) {
        return condition.attributes().stream().anyMatch(name -> !schema.names().contains(name));
    }

    /** For an update or deletion without a condition. */
    public static RuntimeException notOneItem() {
        return Refusal.validation("Where clause does not contain a mandatory equality on all key attributes");
    }

    private void requireTypes(KeySchema schema) {
        for (var attributes : List.of(schema.partition(), schema.sort())) {
            for (var attribute : attributes) {
                for (var value : KeyTerms.equalTo(condition, attribute.name())) {
                    if (Kind.of(value) != attribute.kind()) {
                        throw Refusal.validation(
                                "Key attribute's data type should match its data type in table's schema: Key "
                                        + attribute.name());
                    }
                }
            }
        }
    }
}
