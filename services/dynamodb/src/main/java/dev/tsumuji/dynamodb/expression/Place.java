package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.Refusal;

/** The request's parameter that an expression stands in. DynamoDB's messages about the expression begin with its name. */
enum Place {
    CONDITION("ConditionExpression"),
    FILTER("FilterExpression"),
    KEY_CONDITION("KeyConditionExpression"),
    PROJECTION("ProjectionExpression"),
    UPDATE("UpdateExpression"),
    /** A PartiQL statement, whose messages begin with nothing. */
    STATEMENT("");

    private final String parameter;

    Place(String parameter) {
        this.parameter = parameter;
    }

    RuntimeException error(String what) {
        return Refusal.validation(parameter.isEmpty() ? what : "Invalid " + parameter + ": " + what);
    }
}
