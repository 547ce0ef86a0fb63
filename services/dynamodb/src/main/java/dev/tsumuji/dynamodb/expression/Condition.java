package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Values;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A condition or filter, bound to its request's names and values. Immutable; evaluating it has no side effects, throws nothing
 * and takes time in proportion to the condition and the values that it looks at.
 *
 * <p>What an item does not have, or has with another type, makes a test false; only {@code <>}, {@code NOT} and
 * {@code attribute_not_exists} can be true of it.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html">Condition and
 *     filter expressions</a>
 */
public sealed interface Condition {
    boolean holds(Map<String, AttributeValue> item);

    /** Passes every path that the condition looks at. */
    void paths(Consumer<Path> action);

    /** Every path that the condition looks at, in the order of the text. */
    default List<Path> paths() {
        var paths = new ArrayList<Path>();
        paths(paths::add);
        return paths;
    }

    /** The attributes that the condition looks at, in the order of the text. */
    default Set<String> attributes() {
        var attributes = new LinkedHashSet<String>();
        paths(path -> attributes.add(path.attribute()));
        return attributes;
    }

    /** How operands compare. */
    enum Comparator {
        EQUAL("=", order -> order == 0),
        NOT_EQUAL("<>", order -> order != 0),
        LESS("<", order -> order < 0),
        LESS_OR_EQUAL("<=", order -> order <= 0),
        GREATER(">", order -> order > 0),
        GREATER_OR_EQUAL(">=", order -> order >= 0);

        private final String symbol;
        private final IntPredicate accepts;

        Comparator(String symbol, IntPredicate accepts) {
            this.symbol = symbol;
            this.accepts = accepts;
        }

        String symbol() {
            return symbol;
        }

        boolean accepts(int order) {
            return accepts.test(order);
        }

        static Comparator of(String symbol) {
            for (var comparator : values()) {
                if (comparator.symbol.equals(symbol)) {
                    return comparator;
                }
            }
            throw new IllegalArgumentException("no comparator: " + symbol);
        }

        /** The comparator that says the same when its operands are exchanged. */
        Comparator mirrored() {
            return switch (this) {
                case EQUAL, NOT_EQUAL -> this;
                case LESS -> GREATER;
                case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
                case GREATER -> LESS;
                case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
            };
        }
    }

    record All(List<Condition> parts) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            return parts.stream().allMatch(part -> part.holds(item));
        }

        @Override
        public void paths(Consumer<Path> action) {
            parts.forEach(part -> part.paths(action));
        }
    }

    record Any(List<Condition> parts) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            return parts.stream().anyMatch(part -> part.holds(item));
        }

        @Override
        public void paths(Consumer<Path> action) {
            parts.forEach(part -> part.paths(action));
        }
    }

    record Not(Condition condition) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            return !condition.holds(item);
        }

        @Override
        public void paths(Consumer<Path> action) {
            condition.paths(action);
        }
    }

    record Compared(Comparator comparator, Operand left, Operand right) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            var first = left.of(item);
            var second = right.of(item);
            return switch (comparator) {
                case EQUAL -> Operand.equal(first, second);
                case NOT_EQUAL -> !Operand.equal(first, second);
                default ->
                    first != null
                            && second != null
                            && Kind.of(first) == Kind.of(second)
                            && Kind.of(first).ordered()
                            && comparator.accepts(Values.compare(first, second));
            };
        }

        @Override
        public void paths(Consumer<Path> action) {
            left.paths(action);
            right.paths(action);
        }
    }

    record Between(Operand operand, Operand low, Operand high) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            return new Compared(Comparator.GREATER_OR_EQUAL, operand, low).holds(item)
                    && new Compared(Comparator.LESS_OR_EQUAL, operand, high).holds(item);
        }

        @Override
        public void paths(Consumer<Path> action) {
            operand.paths(action);
            low.paths(action);
            high.paths(action);
        }
    }

    record In(Operand operand, List<Operand> among) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            var value = operand.of(item);
            return value != null && among.stream().anyMatch(each -> Operand.equal(value, each.of(item)));
        }

        @Override
        public void paths(Consumer<Path> action) {
            operand.paths(action);
            among.forEach(each -> each.paths(action));
        }
    }

    /** {@code attribute_exists} or {@code attribute_not_exists}. */
    record Exists(Path path, boolean expected) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            return path.in(item) != null == expected;
        }

        @Override
        public void paths(Consumer<Path> action) {
            action.accept(path);
        }
    }

    record TypeIs(Operand operand, Kind kind) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            var value = operand.of(item);
            return value != null && Kind.of(value) == kind;
        }

        @Override
        public void paths(Consumer<Path> action) {
            operand.paths(action);
        }
    }

    record BeginsWith(Operand operand, Operand prefix) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            var value = operand.of(item);
            var start = prefix.of(item);
            return value != null && start != null && Values.beginsWith(value, start);
        }

        @Override
        public void paths(Consumer<Path> action) {
            operand.paths(action);
            prefix.paths(action);
        }
    }

    record Contains(Operand container, Operand element) implements Condition {
        @Override
        public boolean holds(Map<String, AttributeValue> item) {
            var value = container.of(item);
            var sought = element.of(item);
            return value != null && sought != null && Values.contains(value, sought);
        }

        @Override
        public void paths(Consumer<Path> action) {
            container.paths(action);
            element.paths(action);
        }
    }
}
