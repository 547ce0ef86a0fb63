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
import java.util.stream.Stream;
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
                throw DynamodbErrors.invalid("Attribute Name is duplicated: " + definition.attributeName());
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
        atMostTwo(elements, "keySchema");
        var names = names(elements);
        if (elements.size() == 2 && !types.keySet().containsAll(names)) {
            throw DynamodbErrors.invalid("Invalid KeySchema: Some index key attribute have no definition");
        }
        return single(elements, types);
    }

    private static void atMostTwo(List<KeySchemaElement> elements, String member) {
        if (elements.size() > 2) {
            var shown = elements.stream()
                    .map(element -> "KeySchemaElement(attributeName=" + element.attributeName() + ", keyType="
                            + element.keyTypeAsString() + ")")
                    .toList();
            throw DynamodbErrors.invalid("1 validation error detected: Value '" + shown + "' at '" + member
                    + "' failed to satisfy constraint: Member must have length less than or equal to 2");
        }
    }

    /**
     * A local index's key: that of its table in front, one sort attribute.
     *
     * @param place of the index among the request's, from 1
     */
    static KeySchema local(
            String index, int place, List<KeySchemaElement> elements, Map<String, Kind> types, KeySchema table) {
        atMostTwo(elements, "localSecondaryIndexes." + place + ".member.keySchema");
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
                throw DynamodbErrors.invalid("The KeySchema contains multiple key attributes with the same name");
            }
            if (hash && !sort.isEmpty()) {
                throw DynamodbErrors.invalidParameters(
                        "All HASH key attributes must precede RANGE key attributes in the KeySchema");
            }
            (hash ? partition : sort).add(attribute(element, types));
        }
        if (partition.isEmpty()) {
            throw DynamodbErrors.invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
        }
        atMostFour(partition, KeyType.HASH);
        atMostFour(sort, KeyType.RANGE);
        return new KeySchema(List.copyOf(partition), List.copyOf(sort));
    }

    private static void atMostFour(List<KeyAttribute> parts, KeyType type) {
        if (parts.size() > DynamodbLimits.INDEX_KEY_PARTS_MAX) {
            throw DynamodbErrors.invalidParameters(
                    "The KeySchema exceeds the maximum allowed number of " + type + " key attributes");
        }
    }

    /** A new index's key has an attribute with the type that it has in the table's key or another index's. */
    static void notRedefined(Table table, KeySchema key) {
        for (var part : key.attributes()) {
            schemas(table)
                    .filter(schema ->
                            schema.has(part.name()) && !schema.attributes().contains(part))
                    .findFirst()
                    .ifPresent(schema -> {
                        throw DynamodbErrors.invalidParameters("Attributes cannot be redefined. Please check that your"
                                + " attribute has the same type as previously defined. Existing schema: "
                                + shown(schema) + " New schema: " + shown(key));
                    });
        }
    }

    private static Stream<KeySchema> schemas(Table table) {
        return Stream.concat(Stream.of(table.key()), table.indexes().stream().map(Index::key));
    }

    private static String shown(KeySchema schema) {
        var parts = new ArrayList<String>();
        schema.partition().forEach(part -> parts.add(part.name() + ":" + part.kind() + ":HASH"));
        schema.sort().forEach(part -> parts.add(part.name() + ":" + part.kind() + ":RANGE"));
        return "Schema:[SchemaElement: key{" + String.join("}, SchemaElement: key{", parts) + "}]";
    }

    private static KeySchema single(List<KeySchemaElement> elements, Map<String, Kind> types) {
        defined(elements, types);
        var first = elements.getFirst();
        var second = elements.size() > 1 ? elements.get(1) : null;
        if (second != null && first.attributeName().equals(second.attributeName())) {
            throw DynamodbErrors.invalid(
                    "Both the Hash Key and the Range Key element in the KeySchema have the same name");
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
    static void used(Map<String, Kind> types, KeySchema table, List<KeySchema> indexes) {
        var used = new LinkedHashSet<String>();
        table.attributes().forEach(part -> used.add(part.name()));
        if (indexes.isEmpty() && used.size() != types.size()) {
            throw DynamodbErrors.invalidParameters("Number of attributes in KeySchema does not exactly match number of"
                    + " attributes defined in AttributeDefinitions");
        }
        for (var index : indexes) {
            index.attributes().forEach(part -> used.add(part.name()));
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
        var added = new LinkedHashSet<String>();
        for (var name : projection.nonKeyAttributes()) {
            if (!added.add(name)) {
                throw DynamodbErrors.invalidParameters("Duplicate element in NonKeyAttributes: " + name);
            }
        }
        return List.copyOf(added);
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
