package dev.tsumuji.dynamodb.partiql;

import dev.tsumuji.dynamodb.expression.Update;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Refusal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What a PartiQL statement asks for, with its parameters in place. Nothing is known of the table yet; what depends on its key is
 * asked for by {@link Where} and {@link Select#requireOrderable}.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html">PartiQL for DynamoDB</a>
 */
public sealed interface Statement {
    /** The table that it is for. */
    String table();

    /**
     * @param index null for the table itself
     * @param columns empty for all attributes
     * @param where null for all items
     */
    record Select(
            String table,
            @Nullable String index,
            List<Column> columns,
            @Nullable Where where,
            List<Order> orders) implements Statement {
        public Select {
            columns = List.copyOf(columns);
            orders = List.copyOf(orders);
        }

        /** What the statement answers of an item. */
        public Map<String, AttributeValue> row(Map<String, AttributeValue> item) {
            return columns.isEmpty() ? item : Column.row(columns, item);
        }

        /**
         * Refuses an order that this key does not give.
         *
         * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException in DynamoDB's words
         */
        public void requireOrderable(KeySchema schema) {
            Order.require(orders, where, schema);
        }
    }

    /** @param item with every value checked */
    record Insert(String table, Map<String, AttributeValue> item) implements Statement {
        /**
         * Refuses an item that has not the table's key.
         *
         * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException in DynamoDB's words
         */
        public void requireKey(KeySchema schema) {
            for (var attributes : List.of(schema.partition(), schema.sort())) {
                for (var attribute : attributes) {
                    var value = item.get(attribute.name());
                    if (value == null) {
                        throw Refusal.validation(
                                "Key attribute should be present in the item: Key " + attribute.name());
                    } else if (Kind.of(value) != attribute.kind()) {
                        throw Refusal.validation(
                                "Key attribute's data type should match its data type in table's schema: Key "
                                        + attribute.name());
                    }
                }
            }
        }
    }

    /** @param returning null for nothing */
    record Change(
            String table,
            Update update,
            @Nullable Where where,
            @Nullable Returning returning) implements Statement {}

    /** @param returning whether the item is answered as it was */
    record Delete(String table, @Nullable Where where, boolean returning) implements Statement {}

    /** A condition of a transaction: that the one item which the selection names fulfils the rest of its condition. */
    record Exists(Select select) implements Statement {
        @Override
        public String table() {
            return select.table();
        }
    }

    /** What an update answers: all of the item or what was modified, as it was or as it is. */
    enum Returning {
        ALL_OLD,
        ALL_NEW,
        MODIFIED_OLD,
        MODIFIED_NEW
    }

    /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException in DynamoDB's words */
    static Statement parse(String text, List<AttributeValue> parameters) {
        return StatementParser.parse(text, parameters);
    }
}
