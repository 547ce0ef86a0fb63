package dev.tsumuji.wire.constraint;

import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/**
 * What one shape of a model demands. Immutable but for its structure's members, which are resolved on first use; that is
 * safe from any thread, as all would find the same.
 */
final class Rule {
    /** A value beyond this length is only matched against its pattern when its length alone does not refuse it. */
    private static final int MAX_MATCHED = 20_000;

    private final Table table;
    private final Map<String, Object> source;
    private final @Nullable BigDecimal min;
    private final @Nullable BigDecimal max;
    private final @Nullable Pattern pattern;
    private final String patternText;
    private final Set<String> enumeration;
    private final String enumerationText;
    private volatile @Nullable List<Demand> demands;

    /** @param source the shape's entry in the table */
    Rule(Map<String, Object> source, Table table) {
        this.table = table;
        this.source = source;
        min = source.get("min") instanceof Number n ? new BigDecimal(n.toString()) : null;
        max = source.get("max") instanceof Number n ? new BigDecimal(n.toString()) : null;
        patternText = source.get("pattern") instanceof String p ? p : "";
        pattern = patternText.isEmpty() ? null : Pattern.compile(patternText);
        var values = Table.list(source.get("enum"));
        enumeration = new HashSet<>(values);
        // AWS's services print their enums in the order of a Java hash set
        enumerationText = (Boolean.TRUE.equals(source.get("printed")) ? values : enumeration).toString();
        enumeration.addAll(Table.list(source.get("unprinted")));
    }

    /** What a structure demands of one member. */
    record Demand(
            Member member,
            String path,
            boolean required,
            @Nullable Rule rule) {}

    boolean sensitive() {
        return Boolean.TRUE.equals(source.get("sensitive"));
    }

    /** Whether the refusal of an element stands by itself rather than inside of its list's. */
    boolean plainElements() {
        return Boolean.TRUE.equals(source.get("plain"));
    }

    @Nullable
    Rule element() {
        return table.rule(source.get("element"));
    }

    @Nullable
    Rule key() {
        return table.rule(source.get("key"));
    }

    @Nullable
    Rule value() {
        return table.rule(source.get("value"));
    }

    /** Of a structure, in the model's order. */
    List<Demand> demands(Shape shape) {
        var known = demands;
        if (known == null) {
            var required = Table.list(source.get("required"));
            var rules = source.get("members") instanceof Map<?, ?> m ? m : Map.of();
            var found = new ArrayList<Demand>();
            for (var member : shape.members()) {
                boolean must = required.contains(member.name());
                var rule = table.rule(rules.get(member.name()));
                if (must || rule != null) {
                    found.add(new Demand(member, decapitalised(member.name()), must, rule));
                }
            }
            known = List.copyOf(found);
            demands = known;
        }
        return known;
    }

    private static String decapitalised(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /** Whether this is about a value itself, not about what is inside of it. */
    boolean scalar() {
        return min != null || max != null || pattern != null || !enumeration.isEmpty();
    }

    /** The demands that a value breaks, in AWS's words and order. */
    List<String> broken(Object value) {
        var broken = new ArrayList<String>(0);
        var size = size(value);
        boolean tooLong = size != null && max != null && size.compareTo(max) > 0;
        if (pattern != null
                && value instanceof String text
                && !(tooLong && text.length() > MAX_MATCHED)
                && !Matching.matches(pattern, text)) {
            broken.add(patternDemand());
        }
        if (tooLong) {
            broken.add(maxDemand(value));
        }
        if (size != null && min != null && size.compareTo(min) < 0) {
            broken.add(minDemand(value));
        }
        if (!enumeration.isEmpty() && value instanceof String text && !enumeration.contains(text)) {
            broken.add(enumDemand());
        }
        return broken;
    }

    /** All demands on an element, as a list's refusal repeats them. */
    List<String> all() {
        var all = new ArrayList<String>();
        var example = source.getOrDefault("type", "").equals("number") ? (Object) 0 : "";
        if (max != null) {
            all.add(maxDemand(example));
        }
        if (min != null) {
            all.add(minDemand(example));
        }
        if (pattern != null) {
            all.add(patternDemand());
        }
        if (!enumeration.isEmpty()) {
            all.add(enumDemand());
        }
        return all;
    }

    private static @Nullable BigDecimal size(Object value) {
        return switch (value) {
            case String text -> BigDecimal.valueOf(text.length());
            case SdkBytes bytes -> BigDecimal.valueOf(bytes.asByteArrayUnsafe().length);
            case Collection<?> items -> BigDecimal.valueOf(items.size());
            case Map<?, ?> entries -> BigDecimal.valueOf(entries.size());
            case BigDecimal number -> number;
            case Double number when number.isNaN() || number.isInfinite() -> null;
            case Float number when number.isNaN() || number.isInfinite() -> null;
            case Number number -> new BigDecimal(number.toString());
            default -> null;
        };
    }

    private static String what(Object value) {
        return value instanceof Number ? "value" : "length";
    }

    private String maxDemand(Object value) {
        return "Member must have " + what(value) + " less than or equal to " + max;
    }

    private String minDemand(Object value) {
        return "Member must have " + what(value) + " greater than or equal to " + min;
    }

    private String patternDemand() {
        return "Member must satisfy regular expression pattern: " + patternText;
    }

    private String enumDemand() {
        return "Member must satisfy enum value set: " + enumerationText;
    }
}
