package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.Expressions;
import dev.tsumuji.dynamodb.expression.Path;
import dev.tsumuji.dynamodb.expression.Update;
import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;

/**
 * Rules for the attributes of keys.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html">Quotas of DynamoDB</a>
 */
final class Keys {
    private Keys() {}

    /** Whether a value is there and has the type of a key's attribute. */
    static boolean fits(KeyAttribute part, @Nullable AttributeValue value) {
        return value != null && Kind.of(value) == part.kind();
    }

    /**
     * Checks a key as GetItem and its like take it: exactly the attributes of the schema.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException {@code ValidationException}
     */
    static void check(KeySchema schema, Map<String, AttributeValue> key) {
        if (key.size() != schema.size()) {
            throw DynamodbErrors.keyMismatch();
        }
        for (var part : schema.attributes()) {
            if (!fits(part, key.get(part.name()))) {
                throw DynamodbErrors.keyMismatch();
            }
        }
        checkSizes(schema, key, null);
    }

    /** Checks the key of an item to be put, then what the table's indexes demand. */
    static void checkItem(Table table, Map<String, AttributeValue> item) {
        for (var part : table.key().attributes()) {
            var value = item.get(part.name());
            if (value == null) {
                throw DynamodbErrors.invalid(
                        "One or more parameter values were invalid: Missing the key " + part.name() + " in the item");
            }
            if (!fits(part, value)) {
                throw DynamodbErrors.invalid("One or more parameter values were invalid: Type mismatch for key "
                        + part.name() + " expected: " + part.kind() + " actual: " + Kind.of(value));
            }
        }
        checkSizes(table.key(), item, null);
        checkIndexes(table, item);
    }

    /** An attribute that an index has for its key may be absent, but not of another type, empty or too long. */
    static void checkIndexes(Table table, Map<String, AttributeValue> item) {
        for (var index : table.indexes()) {
            for (var part : index.key().attributes()) {
                var value = item.get(part.name());
                if (value != null && !fits(part, value)) {
                    throw indexMismatch(table, part, value);
                }
                if (value != null && isEmpty(value)) {
                    throw DynamodbErrors.emptyKey(part, firstWith(table, part));
                }
            }
            checkSizes(index.key(), item, index);
        }
    }

    /** An attribute of a key, of the table or of one of its indexes, has nothing within that a path could lead to. */
    static void refuseNested(Table table, List<Path> paths) {
        Expressions.refuseNestedKeys(paths, table.key());
        for (var index : table.indexes()) {
            Expressions.refuseNestedIndexKeys(paths, index.key());
        }
    }

    private static RuntimeException indexMismatch(Table table, KeyAttribute part, AttributeValue value) {
        return DynamodbErrors.invalid("One or more parameter values were invalid: Type mismatch for Index Key "
                + part.name() + " Expected: " + part.kind() + " Actual: " + Kind.of(value) + " IndexName: "
                + firstWith(table, part).name());
    }

    /** Of several indexes with an attribute in their keys the first by name is told. */
    private static Index firstWith(Table table, KeyAttribute part) {
        return table.indexes().stream()
                .filter(index -> index.key().has(part.name()))
                .min(Comparator.comparing(Index::name))
                .orElseThrow();
    }

    /**
     * As {@link #checkIndexes}, of what an update has made of an item.
     *
     * @param made whether there was no such item before
     */
    static void checkUpdated(Table table, Map<String, AttributeValue> item, Update update, boolean made) {
        for (var index : table.indexes()) {
            for (var part : index.key().attributes()) {
                var value = item.get(part.name());
                if (value != null && !fits(part, value)) {
                    throw made || update.knownKinds().containsKey(part.name())
                            ? indexMismatch(table, part, value)
                            : DynamodbErrors.invalid("The update expression attempted to update the secondary index key"
                                    + " to unsupported type");
                }
                if (value != null && isEmpty(value)) {
                    throw DynamodbErrors.emptyUpdatedKey(part);
                }
            }
            checkSizes(index.key(), item, index);
        }
    }

    private static boolean isEmpty(AttributeValue value) {
        return switch (Kind.of(value)) {
            case S -> value.s().isEmpty();
            case B -> value.b().asByteArrayUnsafe().length == 0;
            default -> false;
        };
    }

    private static void checkSizes(KeySchema schema, Map<String, AttributeValue> item, @Nullable Index index) {
        checkSizes(schema.partition(), item, index, DynamodbLimits.PARTITION_KEY_MAX_BYTES, true);
        if (!schema.sort().isEmpty()) {
            checkSizes(schema.sort(), item, index, DynamodbLimits.SORT_KEY_MAX_BYTES, false);
        }
    }

    private static void checkSizes(
            List<KeyAttribute> parts,
            Map<String, AttributeValue> item,
            @Nullable Index index,
            int max,
            boolean partition) {
        for (var part : parts) {
            var value = item.get(part.name());
            if (value == null || part.kind() == Kind.N) {
                continue;
            }
            int size = length(value);
            if (size == 0) {
                throw DynamodbErrors.emptyKey(part, index);
            }
            if (size > max) {
                throw DynamodbErrors.invalid(
                        partition
                                ? "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size"
                                        + " limit of" + max + " bytes"
                                : "One or more parameter values were invalid: Aggregated size of all range keys has exceeded"
                                        + " the size limit of " + max + " bytes");
            }
        }
    }

    /** Whether an item has all of these attributes as an index can have them in its key. */
    static boolean indexable(List<KeyAttribute> parts, Map<String, AttributeValue> item, int max) {
        for (var part : parts) {
            var value = item.get(part.name());
            if (value == null || !fits(part, value)) {
                return false;
            }
            if (part.kind() != Kind.N) {
                int length = length(value);
                if (length == 0 || length > max) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int length(AttributeValue value) {
        return Kind.of(value) == Kind.S ? utf8Length(value.s()) : value.b().asByteArrayUnsafe().length;
    }

    static int utf8Length(String text) {
        int length = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            length += c < 0x80 ? 1 : c < 0x800 ? 2 : Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }

    /** Whether an item has all attributes of a key, with the right types. */
    static boolean complete(KeySchema schema, Map<String, AttributeValue> item) {
        for (var part : schema.attributes()) {
            if (!fits(part, item.get(part.name()))) {
                return false;
            }
        }
        return true;
    }

    /** A schema as requests and answers have it. */
    static List<KeySchemaElement> elements(KeySchema schema) {
        var elements = new ArrayList<KeySchemaElement>(schema.size());
        schema.partition().forEach(part -> elements.add(element(part, KeyType.HASH)));
        schema.sort().forEach(part -> elements.add(element(part, KeyType.RANGE)));
        return elements;
    }

    private static KeySchemaElement element(KeyAttribute attribute, KeyType type) {
        return KeySchemaElement.builder()
                .attributeName(attribute.name())
                .keyType(type)
                .build();
    }

    /** The attributes of a table's key alone. */
    static Map<String, AttributeValue> of(KeySchema schema, Map<String, AttributeValue> item) {
        var key = LinkedHashMap.<String, AttributeValue>newLinkedHashMap(schema.size());
        copy(schema, item, key);
        return key;
    }

    /** The attributes of a table's and of an index's key: where a page of an index ended. */
    static Map<String, AttributeValue> of(KeySchema table, KeySchema index, Map<String, AttributeValue> item) {
        var key = LinkedHashMap.<String, AttributeValue>newLinkedHashMap(table.size() + index.size());
        copy(index, item, key);
        copy(table, item, key);
        return key;
    }

    private static void copy(KeySchema schema, Map<String, AttributeValue> from, Map<String, AttributeValue> to) {
        for (var part : schema.attributes()) {
            var value = from.get(part.name());
            if (value != null) {
                to.put(part.name(), value);
            }
        }
    }
}
