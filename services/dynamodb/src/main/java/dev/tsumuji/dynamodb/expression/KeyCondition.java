package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Values;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Which items of a table or index a query is for: those of one partition, within a range of the sort key.
 *
 * @param partition the values of all partition attributes, in the key schema's order
 * @param sort what holds for the first sort attributes, in the key schema's order; all but the last are {@link Operator#EQUAL};
 *     empty for the whole partition
 * @see <a
 *     href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html">Key condition
 *     expressions</a>
 */
public record KeyCondition(List<AttributeValue> partition, List<Sort> sort) {
    public KeyCondition {
        partition = List.copyOf(partition);
        sort = List.copyOf(sort);
    }

    /** Whether this is the whole key of an item of a table with this schema. */
    public boolean isOneItem(KeySchema table) {
        return sort.size() == table.sort().size()
                && (sort.isEmpty() || sort.getLast().operator() == Operator.EQUAL);
    }

    /** How a sort attribute compares. */
    public enum Operator {
        EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL,
        /** Two bounds, both included. */
        BETWEEN,
        BEGINS_WITH
    }

    /** @param bounds two for {@link Operator#BETWEEN}, else one; of the attribute's type */
    public record Sort(Operator operator, List<AttributeValue> bounds) {
        public Sort {
            bounds = List.copyOf(bounds);
        }

        /** The bound, or the lower of two. */
        public AttributeValue bound() {
            return bounds.getFirst();
        }

        public boolean holds(AttributeValue value) {
            if (operator == Operator.BEGINS_WITH) {
                return Values.beginsWith(value, bound());
            } else if (Kind.of(value) != Kind.of(bound())) {
                return false;
            }
            int order = Values.compare(value, bound());
            return switch (operator) {
                case EQUAL -> order == 0;
                case LESS -> order < 0;
                case LESS_OR_EQUAL -> order <= 0;
                case GREATER -> order > 0;
                case GREATER_OR_EQUAL -> order >= 0;
                case BETWEEN -> order >= 0 && Values.compare(value, bounds.getLast()) <= 0;
                case BEGINS_WITH -> throw new IllegalArgumentException("handled before");
            };
        }
    }
}
