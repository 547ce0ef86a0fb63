package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.Condition;
import dev.tsumuji.dynamodb.expression.Update;
import dev.tsumuji.dynamodb.value.ItemSize;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What a request wants to do to one item, whichever operation it came in. Values are checked. */
sealed interface Change {
    TableName table();

    /** The item's key, or the item itself. */
    Map<String, AttributeValue> keys();

    @Nullable
    Condition condition();

    /**
     * Puts an item in the place of whatever is there.
     *
     * @param encoded the item as it is stored
     */
    record Put(
            TableName table,
            Map<String, AttributeValue> item,
            int size,
            byte[] encoded,
            @Nullable Condition condition) implements Change {

        /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException when the item is too large */
        static Put of(TableName table, Map<String, AttributeValue> item, @Nullable Condition condition) {
            int size = ItemSize.of(item);
            if (size > DynamodbLimits.ITEM_MAX_BYTES) {
                throw DynamodbErrors.invalid("Item size has exceeded the maximum allowed size");
            }
            return new Put(table, item, size, ItemCodec.encode(item, size), condition);
        }

        @Override
        public Map<String, AttributeValue> keys() {
            return item;
        }
    }

    /**
     * @param update null to make the item if it isn't there, and leave it as it is if it is
     * @param measured whether what the update writes is held against the limit too, and not only the item that it makes
     */
    record Alter(
            TableName table,
            Map<String, AttributeValue> keys,
            @Nullable Update update,
            @Nullable Condition condition,
            boolean measured)
            implements Change {

        Alter(
                TableName table,
                Map<String, AttributeValue> keys,
                @Nullable Update update,
                @Nullable Condition condition) {
            this(table, keys, update, condition, false);
        }

        /** As an update expression of {@code UpdateItem}; transactions and PartiQL measure items alone. */
        Alter asMeasured() {
            return new Alter(table, keys, update, condition, true);
        }
    }

    record Delete(
            TableName table,
            Map<String, AttributeValue> keys,
            @Nullable Condition condition) implements Change {}

    /** Changes nothing, but demands something of the item. */
    record Check(
            TableName table,
            Map<String, AttributeValue> keys,
            @Nullable Condition condition) implements Change {}
}
