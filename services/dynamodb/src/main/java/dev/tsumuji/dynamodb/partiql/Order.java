package dev.tsumuji.dynamodb.partiql;

import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An attribute of the key that a selection is ordered by. */
public record Order(String attribute, boolean descending) {
    static void require(List<Order> orders, @Nullable Where where, KeySchema schema) {
        if (orders.isEmpty()) {
            return;
        }
        if (where == null) {
            throw Refusal.validation("Must have WHERE clause in the statement when using ORDER BY clause.");
        }
        for (var order : orders) {
            if (!schema.names().contains(order.attribute)) {
                throw Refusal.validation("Variable reference " + order.attribute
                        + " in ORDER BY clause must be part of the primary key");
            }
        }
        if (where.keys(schema).isEmpty()) {
            throw Refusal.validation("Must have at least one non-optional hash key condition in WHERE clause when using"
                    + " ORDER BY clause.");
        }
    }
}
