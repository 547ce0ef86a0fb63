package dev.tsumuji.dynamodb.expression;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Where a value is within an item: an attribute, then members of maps and elements of lists.
 *
 * @param steps at least one; the first is a {@link Member}
 */
public record Path(List<Step> steps) {
    /** Members and elements within each other. */
    static final int STEPS_MAX = 32;

    public Path {
        steps = List.copyOf(steps);
    }

    /** The path of a whole attribute. */
    public static Path of(String attribute) {
        return new Path(List.of(new Member(attribute)));
    }

    /** One step of a path. */
    public sealed interface Step {}

    public record Member(String name) implements Step {
        @Override
        public String toString() {
            return name;
        }
    }

    public record Element(int index) implements Step {
        @Override
        public String toString() {
            return "[" + index + "]";
        }
    }

    /** The attribute that it begins with. */
    public String attribute() {
        return steps.getFirst().toString();
    }

    public boolean nested() {
        return steps.size() > 1;
    }

    /** The path of what the value there is within. Only for a nested one. */
    Path parent() {
        return new Path(steps.subList(0, steps.size() - 1));
    }

    /** The value there, or null when the item has none. */
    public @Nullable AttributeValue in(Map<String, AttributeValue> item) {
        var value = item.get(attribute());
        for (int i = 1; i < steps.size() && value != null; i++) {
            value = step(value, steps.get(i));
        }
        return value;
    }

    private static @Nullable AttributeValue step(AttributeValue value, Step step) {
        return switch (step) {
            case Member(var name) -> value.hasM() ? value.m().get(name) : null;
            case Element(var index) ->
                value.hasL() && index < value.l().size() ? value.l().get(index) : null;
        };
    }

    /** As DynamoDB's messages show it: {@code [a, [0], b]}. */
    @Override
    public String toString() {
        return steps.stream().map(Step::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
