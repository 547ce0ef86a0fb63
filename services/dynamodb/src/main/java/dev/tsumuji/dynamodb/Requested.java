package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.Condition;
import dev.tsumuji.dynamodb.expression.Expressions;
import dev.tsumuji.dynamodb.expression.LegacyConditions;
import dev.tsumuji.dynamodb.expression.LegacyParameters;
import dev.tsumuji.dynamodb.expression.Placeholders;
import dev.tsumuji.dynamodb.expression.Projection;
import dev.tsumuji.dynamodb.value.Values;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.Update;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/** What requests ask for, checked and with their expressions taken: everything that can be wrong before a table is looked at. */
final class Requested {
    private Requested() {}

    /** @param key checked */
    record Get(
            TableName table,
            Map<String, AttributeValue> key,
            @Nullable Projection projection) {}

    static Change.Put put(PutItemRequest request, TableName table) {
        new Parameters()
                .expression("ConditionExpression", request.conditionExpression())
                .legacy("Expected", request.hasExpected())
                .operator(request.conditionalOperator(), request.expected().size())
                .check();
        var placeholders = placeholders(
                request.expressionAttributeNames(),
                request.expressionAttributeValues(),
                "ConditionExpression",
                request.conditionExpression());
        var condition = request.hasExpected()
                ? LegacyConditions.expected(request.expected(), request.conditionalOperator())
                : condition(request.conditionExpression(), placeholders);
        placeholders.requireAllUsed();
        return Change.Put.of(table, Values.checked(request.item()), condition);
    }

    static Change.Put put(Put put) {
        return put(
                PutItemRequest.builder()
                        .item(put.item())
                        .conditionExpression(put.conditionExpression())
                        .expressionAttributeNames(
                                given(put.hasExpressionAttributeNames(), put.expressionAttributeNames()))
                        .expressionAttributeValues(
                                given(put.hasExpressionAttributeValues(), put.expressionAttributeValues()))
                        .build(),
                TableName.of(put.tableName()));
    }

    static Change.Delete delete(DeleteItemRequest request, TableName table) {
        new Parameters()
                .expression("ConditionExpression", request.conditionExpression())
                .legacy("Expected", request.hasExpected())
                .operator(request.conditionalOperator(), request.expected().size())
                .check();
        var placeholders = placeholders(
                request.expressionAttributeNames(),
                request.expressionAttributeValues(),
                "ConditionExpression",
                request.conditionExpression());
        var condition = request.hasExpected()
                ? LegacyConditions.expected(request.expected(), request.conditionalOperator())
                : condition(request.conditionExpression(), placeholders);
        placeholders.requireAllUsed();
        return new Change.Delete(table, Values.checked(request.key()), condition);
    }

    static Change.Delete delete(Delete delete) {
        return delete(
                DeleteItemRequest.builder()
                        .key(delete.key())
                        .conditionExpression(delete.conditionExpression())
                        .expressionAttributeNames(
                                given(delete.hasExpressionAttributeNames(), delete.expressionAttributeNames()))
                        .expressionAttributeValues(
                                given(delete.hasExpressionAttributeValues(), delete.expressionAttributeValues()))
                        .build(),
                TableName.of(delete.tableName()));
    }

    static Change.Check check(ConditionCheck check) {
        var table = TableName.of(check.tableName());
        var placeholders = placeholders(
                check.expressionAttributeNames(),
                check.expressionAttributeValues(),
                "ConditionExpression",
                check.conditionExpression());
        var condition = condition(check.conditionExpression(), placeholders);
        placeholders.requireAllUsed();
        return new Change.Check(table, Values.checked(check.key()), condition);
    }

    static Change.Alter update(UpdateItemRequest request, TableName table) {
        new Parameters()
                .expression("UpdateExpression", request.updateExpression())
                .expression("ConditionExpression", request.conditionExpression())
                .legacy("AttributeUpdates", request.hasAttributeUpdates())
                .legacy("Expected", request.hasExpected())
                .operator(request.conditionalOperator(), request.expected().size())
                .check();
        var placeholders = placeholders(
                request.expressionAttributeNames(),
                request.expressionAttributeValues(),
                "UpdateExpression and ConditionExpression",
                request.updateExpression() == null ? request.conditionExpression() : request.updateExpression());
        var update = request.updateExpression() == null
                ? legacyUpdate(request)
                : Expressions.update(request.updateExpression(), placeholders);
        var condition = request.hasExpected()
                ? LegacyConditions.expected(request.expected(), request.conditionalOperator())
                : condition(request.conditionExpression(), placeholders);
        placeholders.requireAllUsed();
        return new Change.Alter(table, Values.checked(request.key()), update, condition);
    }

    /** Null when nothing is to change: such a call makes an item of the key alone, if there is none. */
    private static dev.tsumuji.dynamodb.expression.@Nullable Update legacyUpdate(UpdateItemRequest request) {
        return request.attributeUpdates().isEmpty()
                ? null
                : LegacyParameters.attributeUpdates(request.attributeUpdates());
    }

    static Change.Alter update(Update update) {
        return update(
                UpdateItemRequest.builder()
                        .key(update.key())
                        .updateExpression(update.updateExpression())
                        .conditionExpression(update.conditionExpression())
                        .expressionAttributeNames(
                                given(update.hasExpressionAttributeNames(), update.expressionAttributeNames()))
                        .expressionAttributeValues(
                                given(update.hasExpressionAttributeValues(), update.expressionAttributeValues()))
                        .build(),
                TableName.of(update.tableName()));
    }

    static Get get(software.amazon.awssdk.services.dynamodb.model.Get get) {
        return new Get(
                TableName.of(get.tableName()),
                Values.checked(get.key()),
                projection(
                        get.projectionExpression(),
                        List.of(),
                        false,
                        get.hasExpressionAttributeNames() ? get.expressionAttributeNames() : null));
    }

    static @Nullable Projection projection(GetItemRequest request) {
        return projection(
                request.projectionExpression(),
                request.attributesToGet(),
                request.hasAttributesToGet(),
                request.hasExpressionAttributeNames() ? request.expressionAttributeNames() : null);
    }

    static @Nullable Projection projection(KeysAndAttributes keys) {
        return projection(
                keys.projectionExpression(),
                keys.attributesToGet(),
                keys.hasAttributesToGet(),
                keys.hasExpressionAttributeNames() ? keys.expressionAttributeNames() : null);
    }

    private static @Nullable Projection projection(
            @Nullable String expression, List<String> attributes, boolean legacy, @Nullable Map<String, String> names) {
        new Parameters()
                .expression("ProjectionExpression", expression)
                .legacy("AttributesToGet", legacy)
                .check();
        if (names != null && expression == null) {
            throw DynamodbErrors.invalid("ExpressionAttributeNames can only be specified when using expressions");
        }
        if (legacy) {
            return LegacyParameters.attributesToGet(attributes);
        }
        if (expression == null) {
            return null;
        }
        var placeholders = Placeholders.of(names, null);
        var projection = Expressions.projection(expression, placeholders);
        placeholders.requireAllUsed();
        return projection;
    }

    private static @Nullable Condition condition(@Nullable String text, Placeholders placeholders) {
        return text == null ? null : Expressions.condition(text, placeholders);
    }

    /**
     * A request's names and values.
     *
     * @param expressions what the request could have used them in
     * @param expression one that it has, or null when it has none
     */
    static Placeholders placeholders(
            Map<String, String> names,
            Map<String, AttributeValue> values,
            String expressions,
            @Nullable String expression) {
        if (expression == null && !(names instanceof software.amazon.awssdk.core.util.SdkAutoConstructMap)) {
            throw DynamodbErrors.invalid("ExpressionAttributeNames can only be specified when using expressions");
        }
        if (expression == null && !(values instanceof software.amazon.awssdk.core.util.SdkAutoConstructMap)) {
            throw DynamodbErrors.invalid("ExpressionAttributeValues can only be specified when using expressions: "
                    + expressions + (expressions.contains(" and ") ? " are null" : " is null"));
        }
        return Placeholders.of(names, values);
    }

    private static <K, V> @Nullable Map<K, V> given(boolean has, Map<K, V> map) {
        return has ? map : null;
    }
}
