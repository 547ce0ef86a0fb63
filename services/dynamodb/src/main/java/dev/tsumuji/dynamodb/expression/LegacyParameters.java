package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Refusal;
import dev.tsumuji.dynamodb.value.Values;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeAction;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.AttributeValueUpdate;

/**
 * {@code AttributeUpdates} and {@code AttributesToGet}, from before there were expressions.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.AttributeUpdates.html">AttributeUpdates</a>
 */
public final class LegacyParameters {
    private LegacyParameters() {}

    /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException in DynamoDB's words */
    public static Update attributeUpdates(Map<String, AttributeValueUpdate> updates) {
        var assignments = new ArrayList<Update.Assignment>(updates.size());
        updates.forEach((attribute, each) -> {
            if (attribute.isEmpty()) {
                throw Refusal.validation("Empty attribute name");
            }
            assignments.add(new Update.Assignment(Path.of(attribute), change(each)));
        });
        return new Update(assignments);
    }

    private static Update.Change change(AttributeValueUpdate update) {
        var action = update.action() == null ? AttributeAction.PUT : update.action();
        if (update.value() == null) {
            if (action != AttributeAction.DELETE) {
                throw invalid("Only DELETE action is allowed when no attribute value is specified");
            }
            return new Update.Change.Remove();
        }
        var value = Values.checked(update.value());
        return switch (action) {
            case ADD -> {
                if (!addable(value)) {
                    throw invalid("ADD action is not supported for the type " + Kind.of(value));
                }
                yield new Update.Change.Legacy(new Update.Change.Add(value), value);
            }
            case DELETE -> {
                if (!Kind.of(value).set()) {
                    throw invalid("DELETE action with value is not supported for the type " + Kind.of(value));
                }
                yield new Update.Change.Legacy(new Update.Change.Delete(value), value);
            }
            default -> new Update.Change.Set(new Operand.Literal(value));
        };
    }

    private static boolean addable(AttributeValue value) {
        var kind = Kind.of(value);
        return kind == Kind.N || kind == Kind.L || kind.set();
    }

    /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException for one that is there twice */
    public static Projection attributesToGet(List<String> attributes) {
        var seen = new HashSet<String>();
        for (var attribute : attributes) {
            if (!seen.add(attribute)) {
                throw invalid("Duplicate value in attribute name: " + attribute);
            }
        }
        return Projection.ofAttributes(attributes);
    }

    private static RuntimeException invalid(String what) {
        return Refusal.validation("One or more parameter values were invalid: " + what);
    }
}
