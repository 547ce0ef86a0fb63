package dev.tsumuji.wire.constraint;

import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.wire.shape.Kind;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Holds one request against its operation's rule, and says what is wrong with it in AWS's words:
 * {@code 1 validation error detected: Value 'x' at 'tags.1.member.key' failed to satisfy constraint: …}. Used by one thread.
 */
public final class Validation {
    private static final int MAX_REFUSALS = 100;
    private static final String NOT_NULL = "Member must not be null";

    private final boolean hidesValues;
    private final List<String> refusals = new ArrayList<>(0);

    private Validation(boolean hidesValues) {
        this.hidesValues = hidesValues;
    }

    /**
     * Checks a request.
     *
     * @param nulls whether there may be lists and maps with nulls in them, which no service wants to see
     *
     * @throws software.amazon.awssdk.awscore.exception.AwsServiceException 400 with the service's own code
     */
    public static void check(Table table, String operation, SdkPojo request, boolean nulls) {
        var rule = table.input(operation);
        var validation = new Validation(table.hidesValues());
        if (rule != null) {
            validation.structure(rule, request, "");
        }
        if (nulls && validation.refusals.isEmpty()) {
            validation.nulls(request, "");
        }
        validation.end(table);
    }

    private void end(Table table) {
        if (!refusals.isEmpty()) {
            throw Failures.of(
                    table.validationCode(),
                    400,
                    refusals.size() + (refusals.size() == 1 ? " validation error" : " validation errors")
                            + " detected: " + String.join("; ", refusals));
        }
    }

    private void structure(Rule rule, SdkPojo structure, String path) {
        var demands = rule.demands(Shape.of(structure));
        for (int i = 0; i < demands.size(); i++) {
            var demand = demands.get(i);
            var value = demand.member().get(structure);
            var inner = demand.rule();
            if (value == null) {
                if (demand.required()) {
                    refuse(null, false, path + demand.path(), NOT_NULL);
                }
            } else if (inner != null) {
                value(inner, demand.member(), value, path + demand.path());
            }
        }
    }

    private void value(Rule rule, Member member, Object value, String path) {
        if (rule.scalar()) {
            for (var broken : rule.broken(value)) {
                refuse(Rendering.of(member, value), rule.sensitive(), path, broken);
            }
        }
        switch (member.kind()) {
            case STRUCTURE -> structure(rule, (SdkPojo) value, path + ".");
            case LIST -> list(rule, member, (List<?>) value, path);
            case MAP -> map(rule, member, (Map<?, ?>) value, path);
            default -> {
                // a scalar has nothing inside
            }
        }
    }

    private void list(Rule rule, Member member, List<?> items, String path) {
        var element = rule.element();
        if (element == null) {
            return;
        }
        if (member.element().kind().scalar()) {
            var broken = new LinkedHashSet<String>();
            for (var item : items) {
                broken.addAll(item == null ? List.of(NOT_NULL) : element.broken(item));
            }
            if (!broken.isEmpty()) {
                var text = rule.plainElements()
                        ? broken.getFirst()
                        : "Member must satisfy constraint: " + withNotNull(element);
                refuse(Rendering.of(member, items), rule.sensitive() || element.sensitive(), path, text);
            }
            return;
        }
        for (int i = 0; i < items.size(); i++) {
            var item = items.get(i);
            var inner = path + "." + (i + 1) + ".member";
            if (item == null) {
                refuse(null, false, inner, NOT_NULL);
            } else {
                value(element, member.element(), item, inner);
            }
        }
    }

    private void map(Rule rule, Member member, Map<?, ?> entries, String path) {
        var key = rule.key();
        var value = rule.value();
        if (key != null
                && entries.keySet().stream().anyMatch(k -> !key.broken(k).isEmpty())) {
            refuse(
                    Rendering.of(member, entries),
                    rule.sensitive() || key.sensitive(),
                    path,
                    "Map keys must satisfy constraint: " + withNotNull(key));
        }
        if (value == null) {
            return;
        }
        boolean scalar = member.element().kind().scalar();
        if (entries.values().stream()
                .anyMatch(v -> v == null ? scalar : !value.broken(v).isEmpty())) {
            refuse(
                    Rendering.of(member, entries),
                    rule.sensitive() || value.sensitive(),
                    path,
                    "Map value must satisfy constraint: " + (scalar ? withNotNull(value) : value.all()));
        } else if (!scalar) {
            entries.forEach((k, v) -> {
                if (v != null) {
                    value(value, member.element(), v, path + "." + k + ".member");
                }
            });
        }
    }

    private static List<String> withNotNull(Rule rule) {
        var all = rule.all();
        all.add(NOT_NULL);
        return all;
    }

    private void nulls(SdkPojo structure, String path) {
        for (var member : Shape.of(structure).members()) {
            var value = member.get(structure);
            if (value != null) {
                var name = member.name();
                nulls(member, value, path + Character.toLowerCase(name.charAt(0)) + name.substring(1));
            }
        }
    }

    private void nulls(Member member, Object value, String path) {
        if (member.kind() == Kind.STRUCTURE) {
            nulls((SdkPojo) value, path + ".");
        } else if (member.kind() == Kind.LIST || member.kind() == Kind.MAP) {
            var items = value instanceof Map<?, ?> map ? map.values() : (List<?>) value;
            int i = 0;
            for (var item : items) {
                i++;
                if (item == null) {
                    refuse(
                            Rendering.of(member, value),
                            false,
                            path,
                            (member.kind() == Kind.MAP ? "Map value" : "Member") + " must satisfy constraint: ["
                                    + NOT_NULL + "]");
                    return;
                }
                nulls(member.element(), item, path + "." + i + ".member");
            }
        }
    }

    private void refuse(@Nullable String value, boolean sensitive, String path, String demand) {
        if (refusals.size() < MAX_REFUSALS) {
            var shown = hidesValues || sensitive ? "" : value == null ? " null" : " '" + value + "'";
            refusals.add("Value" + shown + " at '" + path + "' failed to satisfy constraint: " + demand);
        }
    }
}
