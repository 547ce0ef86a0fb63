package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.Projection;

/**
 * Rules for keys, their attributes and projections, of tables and indexes.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html">CreateTable</a>
 */
final class SchemaRules {
    private SchemaRules() {}

    /** Types by name, in the order of the definitions. */
    static Map<String, Kind> types(List<AttributeDefinition> definitions) {
        var types = new LinkedHashMap<String, Kind>();
        for (var definition : definitions) {
            var earlier = types.put(definition.attributeName(), kind(definition));
            if (earlier != null) {
                throw DynamodbErrors.invalidParameters(
                        "Duplicate AttributeName in AttributeDefinitions: " + definition.attributeName());
            }
        }
        return types;
    }

    private static Kind kind(AttributeDefinition definition) {
        return switch (definition.attributeType()) {
            case S -> Kind.S;
            case N -> Kind.N;
            case B -> Kind.B;
            case UNKNOWN_TO_SDK_VERSION ->
                throw DynamodbErrors.invalid("1 validation error detected: Value '" + definition.attributeTypeAsString()
                        + "' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must"
                        + " satisfy enum value set: [B, N, S]");
        };
    }

    /** A table's own key: one partition attribute, at most one sort attribute. */
    static KeySchema table(List<KeySchemaElement> elements, Map<String, Kind> types) {
        if (elements.size() > 2) {
            throw DynamodbErrors.invalid("1 validation error detected: Value '" + elements
                    + "' at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2");
        }
        var names = names(elements);
        if (elements.size() == 2 && !types.keySet().containsAll(names)) {
            throw DynamodbErrors.invalid("Invalid KeySchema: Some index key attribute have no definition");
        }
        return single(elements, types);
    }

    /** A local index's key: that of its table in front, one sort attribute. */
    static KeySchema local(String index, List<KeySchemaElement> elements, Map<String, Kind> types, KeySchema table) {
        var key = single(elements, types);
        if (key.sort().isEmpty()) {
            throw DynamodbErrors.invalidParameters("Index KeySchema does not have a range key for index: " + index);
        }
        var hash = key.partition().getFirst().name();
        var tableHash = table.partition().getFirst().name();
        if (!hash.equals(tableHash)) {
            throw DynamodbErrors.invalidParameters(
                    "Index KeySchema does not have the same leading hash key as table KeySchema for index: " + index
                            + ". index hash key: " + hash + ", table hash key: " + tableHash);
        }
        return key;
    }

    /** A global index's key: up to four attributes of either kind. */
    static KeySchema global(List<KeySchemaElement> elements, Map<String, Kind> types) {
        if (elements.size() <= 2
                && elements.stream().filter(e -> e.keyType() == KeyType.HASH).count() < 2) {
            return single(elements, types);
        }
        defined(elements, types);
        var partition = new ArrayList<KeyAttribute>();
        var sort = new ArrayList<KeyAttribute>();
        var seen = new LinkedHashSet<String>();
        for (var element : elements) {
            boolean hash = element.keyType() == KeyType.HASH;
            if (!seen.add(element.attributeName())) {
                throw DynamodbErrors.invalidParameters(
                        "Duplicate AttributeName in KeySchema: " + element.attributeName());
            }
            if (hash && !sort.isEmpty()) {
                throw DynamodbErrors.invalid("Invalid KeySchema: HASH keys must come before RANGE keys");
            }
            (hash ? partition : sort).add(attribute(element, types));
        }
        if (partition.isEmpty()) {
            throw DynamodbErrors.invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
        }
        if (partition.size() > DynamodbLimits.INDEX_KEY_PARTS_MAX || sort.size() > DynamodbLimits.INDEX_KEY_PARTS_MAX) {
            throw DynamodbErrors.invalidParameters("KeySchema can have at most " + DynamodbLimits.INDEX_KEY_PARTS_MAX
                    + " HASH and " + DynamodbLimits.INDEX_KEY_PARTS_MAX + " RANGE keys");
        }
        return new KeySchema(List.copyOf(partition), List.copyOf(sort));
    }

    private static KeySchema single(List<KeySchemaElement> elements, Map<String, Kind> types) {
        defined(elements, types);
        var first = elements.getFirst();
        var second = elements.size() > 1 ? elements.get(1) : null;
        if (second != null && first.attributeName().equals(second.attributeName())) {
            throw DynamodbErrors.invalid("Invalid KeySchema: Some index key attribute have no definition");
        }
        if (first.keyType() != KeyType.HASH) {
            throw DynamodbErrors.invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
        }
        if (second != null && second.keyType() != KeyType.RANGE) {
            throw DynamodbErrors.invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
        }
        return new KeySchema(
                List.of(attribute(first, types)), second == null ? List.of() : List.of(attribute(second, types)));
    }

    private static void defined(List<KeySchemaElement> elements, Map<String, Kind> types) {
        if (elements.isEmpty()) {
            throw DynamodbErrors.invalid("1 validation error detected: Value '[]' at 'keySchema' failed to satisfy"
                    + " constraint: Member must have length greater than or equal to 1");
        }
        var names = names(elements);
        if (!types.keySet().containsAll(names)) {
            throw DynamodbErrors.invalidParameters("Some index key attributes are not defined in AttributeDefinitions."
                    + " Keys: [" + String.join(", ", names) + "], AttributeDefinitions: ["
                    + String.join(", ", types.keySet()) + "]");
        }
    }

    private static List<String> names(List<KeySchemaElement> elements) {
        return elements.stream().map(KeySchemaElement::attributeName).toList();
    }

    private static KeyAttribute attribute(KeySchemaElement element, Map<String, Kind> types) {
        return new KeyAttribute(element.attributeName(), types.getOrDefault(element.attributeName(), Kind.S));
    }

    /** Every definition must be of an attribute of some key. */
    static void used(Map<String, Kind> types, KeySchema table, List<Index> indexes) {
        var used = new LinkedHashSet<String>();
        table.attributes().forEach(part -> used.add(part.name()));
        if (indexes.isEmpty() && used.size() != types.size()) {
            throw DynamodbErrors.invalidParameters("Number of attributes in KeySchema does not exactly match number of"
                    + " attributes defined in AttributeDefinitions");
        }
        for (var index : indexes) {
            index.key().attributes().forEach(part -> used.add(part.name()));
        }
        if (!used.containsAll(types.keySet())) {
            throw DynamodbErrors.invalidParameters("Some AttributeDefinitions are not used. AttributeDefinitions: ["
                    + String.join(", ", types.keySet()) + "], keys used: [" + String.join(", ", used) + "]");
        }
    }

    /** Checks a projection and returns the attributes that it adds. */
    static List<String> projected(@Nullable Projection projection) {
        var type = projection == null ? null : projection.projectionTypeAsString();
        if (projection == null || type == null) {
            throw DynamodbErrors.invalidParameters("Unknown ProjectionType: null");
        }
        if (!Set.of("ALL", "KEYS_ONLY", "INCLUDE").contains(type)) {
            throw DynamodbErrors.invalidParameters("Unknown ProjectionType: " + type);
        }
        if (type.equals("INCLUDE") && !projection.hasNonKeyAttributes()) {
            throw DynamodbErrors.invalidParameters("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
        }
        if (!type.equals("INCLUDE") && projection.hasNonKeyAttributes()) {
            throw DynamodbErrors.invalidParameters("ProjectionType is " + type + ", but NonKeyAttributes is specified");
        }
        return List.copyOf(projection.nonKeyAttributes());
    }

    static void limits(List<Index> indexes) {
        var names = new LinkedHashSet<String>();
        int included = 0;
        for (var index : indexes) {
            if (!names.add(index.name())) {
                throw DynamodbErrors.invalidParameters("Duplicate index name: " + index.name());
            }
            included += index.nonKeyAttributes().size();
        }
        if (indexes.stream().filter(index -> !index.global()).count() > DynamodbLimits.LOCAL_INDEXES_MAX) {
            throw DynamodbErrors.invalidParameters(
                    "Number of LocalSecondaryIndexes exceeds per-table limit of " + DynamodbLimits.LOCAL_INDEXES_MAX);
        }
        if (indexes.stream().filter(Index::global).count() > DynamodbLimits.GLOBAL_INDEXES_MAX) {
            throw DynamodbErrors.invalidParameters(
                    "GlobalSecondaryIndex count exceeds the per-table limit of " + DynamodbLimits.GLOBAL_INDEXES_MAX);
        }
        if (included > DynamodbLimits.PROJECTED_ATTRIBUTES_MAX) {
            throw DynamodbErrors.invalidParameters("Number of NonKeyAttributes across all indexes exceeds the per-table"
                    + " limit of " + DynamodbLimits.PROJECTED_ATTRIBUTES_MAX);
        }
    }
}
