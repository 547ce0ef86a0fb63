package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.ItemSize;
import dev.tsumuji.dynamodb.value.Refusal;
import dev.tsumuji.dynamodb.value.Values;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A request's {@code ExpressionAttributeNames} and {@code ExpressionAttributeValues}, shared by all its expressions, and which
 * of them the expressions have used. Used by one thread.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ExpressionAttributeNames.html">Expression
 *     attribute names</a>
 */
public final class Placeholders {
    /** All names or all values together. */
    private static final int BYTES_MAX = 2 * 1024 * 1024;

    private final Map<String, String> names;
    private final Map<String, AttributeValue> values;
    private final Set<String> unusedNames;
    private final Set<String> unusedValues;

    private Placeholders(Map<String, String> names, Map<String, AttributeValue> values) {
        this.names = names;
        this.values = values;
        this.unusedNames = new LinkedHashSet<>(names.keySet());
        this.unusedValues = new LinkedHashSet<>(values.keySet());
    }

    /** For a request that has neither. */
    public static Placeholders none() {
        return new Placeholders(Map.of(), Map.of());
    }

    /**
     * As a request brings them; the SDK's stand-in for an absent map counts as absent.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException when a map is there but empty,
     *     a placeholder is no placeholder, or a value is none
     */
    public static Placeholders of(@Nullable Map<String, String> names, @Nullable Map<String, AttributeValue> values) {
        return new Placeholders(
                absent(names) ? Map.of() : checkedNames(names), absent(values) ? Map.of() : checkedValues(values));
    }

    /** With names and values that have been checked before, such as those of a statement in another language. */
    public static Placeholders ofChecked(Map<String, String> names, Map<String, AttributeValue> values) {
        return new Placeholders(names, values);
    }

    static boolean absent(@Nullable Map<?, ?> map) {
        return map == null || map instanceof SdkAutoConstructMap;
    }

    private static Map<String, String> checkedNames(@Nullable Map<String, String> names) {
        var checked = new LinkedHashMap<String, String>();
        if (names == null || names.isEmpty()) {
            throw Refusal.validation("ExpressionAttributeNames must not be empty");
        }
        long size = 0;
        for (var entry : names.entrySet()) {
            key("ExpressionAttributeNames", '#', entry.getKey());
            if (entry.getValue().isEmpty()) {
                throw Refusal.validation(
                        "ExpressionAttributeNames contains invalid value: Empty attribute name for key "
                                + entry.getKey());
            }
            size += entry.getKey().length() + (long) entry.getValue().length();
            checked.put(entry.getKey(), entry.getValue());
        }
        bounded("ExpressionAttributeNames", size);
        return checked;
    }

    private static Map<String, AttributeValue> checkedValues(@Nullable Map<String, AttributeValue> values) {
        if (values == null || values.isEmpty()) {
            throw Refusal.validation("ExpressionAttributeValues must not be empty");
        }
        values.keySet().forEach(key -> key("ExpressionAttributeValues", ':', key));
        var checked = new LinkedHashMap<String, AttributeValue>();
        long size = 0;
        for (var entry : values.entrySet()) {
            var value = checkedValue(entry.getKey(), entry.getValue());
            size += entry.getKey().length() + (long) ItemSize.of(value);
            checked.put(entry.getKey(), value);
        }
        bounded("ExpressionAttributeValues", size);
        return checked;
    }

    private static AttributeValue checkedValue(String key, AttributeValue value) {
        try {
            return Values.checked(value);
        } catch (AwsServiceException refusal) {
            throw Refusal.validation("ExpressionAttributeValues contains invalid value: "
                    + refusal.awsErrorDetails().errorMessage() + " for key " + key);
        }
    }

    private static void key(String parameter, char mark, String key) {
        boolean valid = key.length() > 1 && key.charAt(0) == mark;
        for (int i = 1; i < key.length() && valid; i++) {
            char c = key.charAt(i);
            valid = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_';
        }
        if (!valid) {
            throw Refusal.validation(parameter + " contains invalid key: Syntax error; key: \"" + key + "\"");
        }
    }

    private static void bounded(String parameter, long size) {
        if (size > BYTES_MAX) {
            throw Refusal.validation(parameter + " exceeds max size");
        }
    }

    String name(Place place, String placeholder) {
        var name = names.get(placeholder);
        if (name == null) {
            throw place.error("An expression attribute name used in the document path is not defined; attribute name: "
                    + placeholder);
        }
        unusedNames.remove(placeholder);
        return name;
    }

    AttributeValue value(Place place, String placeholder) {
        var value = values.get(placeholder);
        if (value == null) {
            throw place.error(
                    "An expression attribute value used in expression is not defined; attribute value: " + placeholder);
        }
        unusedValues.remove(placeholder);
        return value;
    }

    /**
     * To be called when all expressions of the request have been taken.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException when some were not used
     */
    public void requireAllUsed() {
        if (!unusedNames.isEmpty()) {
            throw unused("ExpressionAttributeNames", unusedNames);
        } else if (!unusedValues.isEmpty()) {
            throw unused("ExpressionAttributeValues", unusedValues);
        }
    }

    private static RuntimeException unused(String parameter, Set<String> keys) {
        return Refusal.validation(
                "Value provided in " + parameter + " unused in expressions: keys: {" + String.join(", ", keys) + "}");
    }
}
