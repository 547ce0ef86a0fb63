package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Refusal;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;

/**
 * Takes a request's expressions. All of one request share their {@link Placeholders}; when all are taken,
 * {@link Placeholders#requireAllUsed} finds those that none has used. Thread-safe; texts are parsed once and kept.
 *
 * <p>Every method throws {@link DynamoDbException} with code {@code ValidationException} and DynamoDB's words when the expression
 * is wrong. An expression has at most 4 KB, 300 operators, 100 operands of an {@code IN} and 32 steps of a path.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html">Using expressions in
 *     DynamoDB</a>
 */
public final class Expressions {
    private static final ParsedTexts PARSED = new ParsedTexts();

    private Expressions() {}

    /** A {@code ConditionExpression}. */
    public static Condition condition(String text, Placeholders placeholders) {
        return condition(Place.CONDITION, text, placeholders);
    }

    /** A {@code FilterExpression}. It may not look at key attributes, which {@link #refuseKeys} finds out. */
    public static Condition filter(String text, Placeholders placeholders) {
        return condition(Place.FILTER, text, placeholders);
    }

    /** A {@code KeyConditionExpression}, before it is known which key it is for. */
    public static KeyTerms keyCondition(String text, Placeholders placeholders) {
        return KeyTerms.of(condition(Place.KEY_CONDITION, text, placeholders));
    }

    /** A {@code KeyConditionExpression} for a table or index with this key. */
    public static KeyCondition keyCondition(String text, Placeholders placeholders, KeySchema schema) {
        return keyCondition(text, placeholders).on(schema);
    }

    /** A {@code ProjectionExpression}. */
    public static Projection projection(String text, Placeholders placeholders) {
        var syntax = PARSED.get(Place.PROJECTION, text, Syntax.OfProjection.class, () -> Parser.projection(text));
        return ProjectionBinder.bind(syntax, placeholders);
    }

    /** An {@code UpdateExpression}. It may not touch key attributes, which {@link #refuseKeyUpdates} finds out. */
    public static Update update(String text, Placeholders placeholders) {
        var syntax = PARSED.get(Place.UPDATE, text, Syntax.OfUpdate.class, () -> UpdateParser.parse(text));
        return UpdateBinder.bind(Place.UPDATE, syntax, placeholders);
    }

    /** The condition of a statement in another language. */
    public static Condition ofStatement(Syntax.Test test, Placeholders placeholders) {
        return ConditionBinder.bind(Place.STATEMENT, new Syntax.OfCondition(test, false), placeholders);
    }

    /** A path of a statement in another language. */
    public static Path ofStatement(Syntax.PathOf path, Placeholders placeholders) {
        return ProjectionBinder.path(Place.STATEMENT, path, placeholders);
    }

    /** The update of a statement in another language. */
    public static Update ofStatement(List<Syntax.Action> actions, Placeholders placeholders) {
        return UpdateBinder.bind(
                Place.STATEMENT, new Syntax.OfUpdate(List.copyOf(actions), List.of(), false), placeholders);
    }

    private static Condition condition(Place place, String text, Placeholders placeholders) {
        var syntax = PARSED.get(place, text, Syntax.OfCondition.class, () -> ConditionParser.parse(place, text));
        return ConditionBinder.bind(place, syntax, placeholders);
    }

    /** Refuses a query's filter that looks at the key of the queried table or index. */
    public static void refuseKeys(Condition filter, KeySchema schema) {
        var attributes = filter.attributes();
        for (var key : schema.names()) {
            if (attributes.contains(key)) {
                throw Refusal.validation(
                        "Filter Expression can only contain non-primary key attributes: Primary key attribute: " + key);
            }
        }
    }

    /** Refuses paths that lead into an attribute of the table's key, which has nothing within. */
    public static void refuseNestedKeys(Iterable<Path> paths, KeySchema schema) {
        refuseNested(paths, schema, "Key");
    }

    /** As {@link #refuseNestedKeys}, for the key of one of the table's indexes. */
    public static void refuseNestedIndexKeys(Iterable<Path> paths, KeySchema schema) {
        refuseNested(paths, schema, "IndexKey");
    }

    private static void refuseNested(Iterable<Path> paths, KeySchema schema, String what) {
        for (var path : paths) {
            if (path.nested() && schema.names().contains(path.attribute())) {
                throw Refusal.validation(
                        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not"
                                + " allowed: " + what + ": " + path.attribute());
            }
        }
    }

    /** Refuses an update that touches the table's key. */
    public static void refuseKeyUpdates(Update update, KeySchema schema) {
        for (var attribute : update.attributes()) {
            if (schema.names().contains(attribute)) {
                throw Refusal.validation("One or more parameter values were invalid: Cannot update attribute "
                        + attribute + ". This attribute is part of the key");
            }
        }
    }
}
