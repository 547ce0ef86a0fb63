package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Numbers;
import dev.tsumuji.dynamodb.value.Refusal;
import dev.tsumuji.dynamodb.value.Values;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Something of an expression that has a value for an item, or none. */
sealed interface Operand {
    /** @return null when the item has nothing there */
    @Nullable
    AttributeValue of(Map<String, AttributeValue> item);

    /** The type that it always has, or null when that depends on the item. */
    @Nullable
    Kind kind();

    /** Passes every path in it. */
    void paths(Consumer<Path> action);

    /** The value of an operand of an update, which must be there. */
    default AttributeValue required(Map<String, AttributeValue> item) {
        var value = of(item);
        if (value == null) {
            throw Refusal.validation("The provided expression refers to an attribute that does not exist in the item");
        }
        return value;
    }

    record At(Path path) implements Operand {
        @Override
        public @Nullable AttributeValue of(Map<String, AttributeValue> item) {
            return path.in(item);
        }

        @Override
        public @Nullable Kind kind() {
            return null;
        }

        @Override
        public void paths(Consumer<Path> action) {
            action.accept(path);
        }
    }

    record Literal(AttributeValue value) implements Operand {
        @Override
        public AttributeValue of(Map<String, AttributeValue> item) {
            return value;
        }

        @Override
        public Kind kind() {
            return Kind.of(value);
        }

        @Override
        public void paths(Consumer<Path> action) {
            // it has none
        }
    }

    /** The length of a string or binary, or the number of a collection's elements; other values have no size. */
    record Size(Operand operand) implements Operand {
        @Override
        public @Nullable AttributeValue of(Map<String, AttributeValue> item) {
            var value = operand.of(item);
            int size = value == null ? -1 : size(value);
            return size < 0 ? null : AttributeValue.fromN(Integer.toString(size));
        }

        private static int size(AttributeValue value) {
            return switch (Kind.of(value)) {
                case S -> value.s().codePointCount(0, value.s().length());
                case B -> value.b().asByteArrayUnsafe().length;
                case SS -> value.ss().size();
                case NS -> value.ns().size();
                case BS -> value.bs().size();
                case L -> value.l().size();
                case M -> value.m().size();
                case N, BOOL, NULL -> -1;
            };
        }

        @Override
        public Kind kind() {
            return Kind.N;
        }

        @Override
        public void paths(Consumer<Path> action) {
            operand.paths(action);
        }
    }

    record IfNotExists(Path path, Operand otherwise) implements Operand {
        @Override
        public @Nullable AttributeValue of(Map<String, AttributeValue> item) {
            // the other operand has to be there also when it is not needed
            var other = otherwise.required(item);
            var value = path.in(item);
            return value != null ? value : other;
        }

        @Override
        public @Nullable Kind kind() {
            return null;
        }

        @Override
        public void paths(Consumer<Path> action) {
            action.accept(path);
            otherwise.paths(action);
        }
    }

    record ListAppend(Operand left, Operand right) implements Operand {
        @Override
        public AttributeValue of(Map<String, AttributeValue> item) {
            var first = left.required(item);
            var second = right.required(item);
            if (!first.hasL() || !second.hasL()) {
                throw wrongType();
            }
            var joined = new ArrayList<>(first.l());
            joined.addAll(second.l());
            return AttributeValue.fromL(joined);
        }

        @Override
        public Kind kind() {
            return Kind.L;
        }

        @Override
        public void paths(Consumer<Path> action) {
            left.paths(action);
            right.paths(action);
        }
    }

    record Arithmetic(boolean plus, Operand left, Operand right) implements Operand {
        @Override
        public AttributeValue of(Map<String, AttributeValue> item) {
            var first = left.required(item);
            var second = right.required(item);
            if (first.n() == null || second.n() == null) {
                throw wrongType();
            }
            return sum(plus, first.n(), second.n());
        }

        static AttributeValue sum(boolean plus, String left, String right) {
            var first = new BigDecimal(left);
            var second = new BigDecimal(right);
            return AttributeValue.fromN(
                    Numbers.text(plus ? Numbers.add(first, second) : Numbers.subtract(first, second)));
        }

        @Override
        public Kind kind() {
            return Kind.N;
        }

        @Override
        public void paths(Consumer<Path> action) {
            left.paths(action);
            right.paths(action);
        }
    }

    static RuntimeException wrongType() {
        return Refusal.validation("An operand in the update expression has an incorrect data type");
    }

    /** Whether two operands are of the same type and equal for an item. */
    static boolean equal(@Nullable AttributeValue left, @Nullable AttributeValue right) {
        return left != null && right != null && Values.equal(left, right);
    }
}
