package dev.tsumuji.dynamodb.partiql;

import dev.tsumuji.dynamodb.expression.Path;
import dev.tsumuji.dynamodb.expression.Projection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A path that a selection answers, by the name of its last member; an element of a list by its list's name and its index.
 *
 * @param name what it is called in the answer
 */
public record Column(String name, Path path) {
    static Column of(Path path) {
        var steps = path.steps();
        int last = lastElement(steps);
        if (last < 0) {
            return new Column(steps.getLast().toString(), path);
        }
        int member = last;
        while (steps.get(member) instanceof Path.Element) {
            member--;
        }
        var name = new StringBuilder();
        steps.subList(member, last + 1).forEach(name::append);
        return new Column(name.toString(), path);
    }

    private static int lastElement(List<Path.Step> steps) {
        for (int i = steps.size() - 1; i >= 0; i--) {
            if (steps.get(i) instanceof Path.Element) {
                return i;
            }
        }
        return -1;
    }

    static Map<String, AttributeValue> row(List<Column> columns, Map<String, AttributeValue> item) {
        var row = new LinkedHashMap<String, AttributeValue>();
        for (var column : columns) {
            if (column.value(item) instanceof AttributeValue value) {
                row.put(column.name, value);
            }
        }
        return row;
    }

    /** Behind an element's index only the picked members are left. */
    private @Nullable AttributeValue value(Map<String, AttributeValue> item) {
        var steps = path.steps();
        int last = lastElement(steps);
        if (last < 0 || last == steps.size() - 1) {
            return path.in(item);
        }
        var element = new Path(steps.subList(0, last + 1)).in(item);
        if (element == null || !element.hasM()) {
            return null;
        }
        var picked = Projection.of(List.of(new Path(steps.subList(last + 1, steps.size()))))
                .of(element.m());
        return picked.isEmpty() ? null : AttributeValue.fromM(picked);
    }
}
