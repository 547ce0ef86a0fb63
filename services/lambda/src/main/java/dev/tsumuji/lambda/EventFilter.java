package dev.tsumuji.lambda;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A filter of records: an event pattern. An object's members must all hold, a list's alternatives hold when one does, and
 * {@code $or} joins objects. Evaluating costs in proportion to the pattern and the strings that it looks at. Immutable.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html">Event filtering</a>
 */
final class EventFilter {
    private static final String OR = "$or";
    private static final int WILDCARDS_MAX = 16;

    private final Rule rule;

    private EventFilter(Rule rule) {
        this.rule = rule;
    }

    /** @return empty when the text is no pattern */
    static Optional<EventFilter> parse(@Nullable String pattern) {
        if (pattern == null) {
            return Optional.empty();
        }
        try {
            var read = Json.read(pattern.getBytes(StandardCharsets.UTF_8));
            return read instanceof Map<?, ?> members ? Optional.of(new EventFilter(object(members))) : Optional.empty();
        } catch (IOException | NoPattern e) {
            return Optional.empty();
        }
    }

    /** @param event a JSON value as {@link Json#read} gives it */
    boolean matches(@Nullable Object event) {
        return rule.holds(new Found(true, event));
    }

    /** A place in an event: a value, or nothing at all, which isn't null. */
    private record Found(boolean present, @Nullable Object value) {
        static final Found NOTHING = new Found(false, null);

        Found member(String name) {
            return value instanceof Map<?, ?> members && members.containsKey(name)
                    ? new Found(true, members.get(name))
                    : NOTHING;
        }
    }

    @FunctionalInterface
    private interface Rule {
        boolean holds(Found found);
    }

    /** The pattern is none. */
    private static final class NoPattern extends Exception {
        NoPattern(String message) {
            super(message);
        }
    }

    private static Rule object(Map<?, ?> members) throws NoPattern {
        var rules = new ArrayList<Rule>(members.size());
        for (var member : members.entrySet()) {
            var name = (String) member.getKey();
            if (name.equals(OR)) {
                rules.add(or(member.getValue()));
            } else {
                var rule = member(member.getValue());
                rules.add(found -> rule.holds(found.member(name)));
            }
        }
        return found -> rules.stream().allMatch(rule -> rule.holds(found));
    }

    private static Rule or(@Nullable Object value) throws NoPattern {
        if (!(value instanceof List<?> alternatives) || alternatives.size() < 2) {
            throw new NoPattern("$or wants a list");
        }
        var rules = new ArrayList<Rule>(alternatives.size());
        for (var alternative : alternatives) {
            if (!(alternative instanceof Map<?, ?> members)) {
                throw new NoPattern("$or wants objects");
            }
            rules.add(object(members));
        }
        return found -> rules.stream().anyMatch(rule -> rule.holds(found));
    }

    private static Rule member(@Nullable Object value) throws NoPattern {
        return switch (value) {
            case Map<?, ?> members -> object(members);
            case List<?> alternatives -> alternatives(alternatives);
            case null, default -> throw new NoPattern("a member's pattern is an object or a list");
        };
    }

    private static Rule alternatives(List<?> alternatives) throws NoPattern {
        if (alternatives.isEmpty()) {
            throw new NoPattern("an empty list matches nothing");
        }
        var rules = new ArrayList<Rule>(alternatives.size());
        for (var alternative : alternatives) {
            rules.add(alternative(alternative));
        }
        return found -> rules.stream().anyMatch(rule -> rule.holds(found));
    }

    private static Rule alternative(@Nullable Object value) throws NoPattern {
        return switch (value) {
            case Map<?, ?> comparison
            when comparison.size() == 1 -> {
                var only = comparison.entrySet().iterator().next();
                yield comparison((String) only.getKey(), only.getValue());
            }
            case Map<?, ?> several -> throw new NoPattern("one comparison at a time");
            case List<?> nested -> throw new NoPattern("a list in a list");
            case null, default -> values(one -> equal(one, value));
        };
    }

    private static Rule comparison(String name, @Nullable Object operand) throws NoPattern {
        return switch (name) {
            case "exists" -> exists(operand);
            case "prefix" -> texts(operand, (text, part) -> text.startsWith(part));
            case "suffix" -> texts(operand, (text, part) -> text.endsWith(part));
            case "equals-ignore-case" -> texts(operand, String::equalsIgnoreCase);
            case "wildcard" -> wildcard(operand);
            case "numeric" -> numeric(operand);
            case "anything-but" -> anythingBut(operand);
            case "cidr" -> cidr(operand);
            default -> throw new NoPattern("no comparison " + name);
        };
    }

    /** Holds when it does for the value, or for one of a list's. */
    private static Rule values(Predicate<@Nullable Object> test) {
        return found -> found.present()
                && (found.value() instanceof List<?> list
                        ? list.stream().anyMatch(test)
                        : !(found.value() instanceof Map<?, ?>) && test.test(found.value()));
    }

    private static Rule exists(@Nullable Object operand) throws NoPattern {
        if (!(operand instanceof Boolean wanted)) {
            throw new NoPattern("exists is true or false");
        }
        // only leaves exist: an object in its place counts as absent
        return found -> (found.present() && !(found.value() instanceof Map<?, ?>)) == wanted;
    }

    @FunctionalInterface
    private interface TextTest {
        boolean holds(String text, String operand);
    }

    private static Rule texts(@Nullable Object operand, TextTest test) throws NoPattern {
        if (operand instanceof Map<?, ?> folded
                && folded.size() == 1
                && folded.get("equals-ignore-case") instanceof String part) {
            var lower = part.toLowerCase(Locale.ROOT);
            return values(value -> value instanceof String text && test.holds(text.toLowerCase(Locale.ROOT), lower));
        }
        if (!(operand instanceof String part)) {
            throw new NoPattern("a string is wanted");
        }
        return values(value -> value instanceof String text && test.holds(text, part));
    }

    private static Rule wildcard(@Nullable Object operand) throws NoPattern {
        if (!(operand instanceof String pattern)
                || pattern.chars().filter(c -> c == '*').count() > WILDCARDS_MAX) {
            throw new NoPattern("a string with at most " + WILDCARDS_MAX + " wildcards is wanted");
        }
        if (pattern.contains("**")) {
            throw new NoPattern("consecutive wildcards");
        }
        var parts = pattern.split("\\*", -1);
        return values(value -> value instanceof String text && wild(text, parts));
    }

    /** The first part begins the text, the last ends it, and the others follow each other between: leftmost is always best. */
    private static boolean wild(String text, String[] parts) {
        if (parts.length == 1) {
            return text.equals(parts[0]);
        }
        var last = parts[parts.length - 1];
        if (!text.startsWith(parts[0]) || text.length() < parts[0].length() + last.length() || !text.endsWith(last)) {
            return false;
        }
        int at = parts[0].length();
        int end = text.length() - last.length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = text.indexOf(parts[i], at);
            if (found < 0 || found + parts[i].length() > end) {
                return false;
            }
            at = found + parts[i].length();
        }
        return true;
    }

    private static Rule numeric(@Nullable Object operand) throws NoPattern {
        if (!(operand instanceof List<?> list) || list.isEmpty() || list.size() % 2 != 0 || list.size() > 4) {
            throw new NoPattern("numeric wants one or two comparisons");
        }
        var rules = new ArrayList<Predicate<BigDecimal>>(2);
        for (int i = 0; i < list.size(); i += 2) {
            if (!(list.get(i) instanceof String operator) || !(list.get(i + 1) instanceof BigDecimal bound)) {
                throw new NoPattern("numeric wants an operator and a number");
            }
            rules.add(numeric(operator, bound));
        }
        return values(
                value -> value instanceof BigDecimal number && rules.stream().allMatch(rule -> rule.test(number)));
    }

    private static Predicate<BigDecimal> numeric(String operator, BigDecimal bound) throws NoPattern {
        return switch (operator) {
            case "=" -> number -> number.compareTo(bound) == 0;
            case "<" -> number -> number.compareTo(bound) < 0;
            case "<=" -> number -> number.compareTo(bound) <= 0;
            case ">" -> number -> number.compareTo(bound) > 0;
            case ">=" -> number -> number.compareTo(bound) >= 0;
            default -> throw new NoPattern("no numeric operator " + operator);
        };
    }

    private static Rule anythingBut(@Nullable Object operand) throws NoPattern {
        Rule not;
        if (operand instanceof List<?> several) {
            for (var one : several) {
                if (!(one instanceof String) && !(one instanceof BigDecimal)) {
                    throw new NoPattern("anything-but wants strings or numbers");
                }
            }
            not = alternatives(several);
        } else if (operand instanceof Map<?, ?> comparison) {
            not = anythingBut(comparison);
        } else {
            not = alternative(operand);
        }
        return found -> found.present() && !(found.value() instanceof Map<?, ?>) && !not.holds(found);
    }

    private static Rule anythingBut(Map<?, ?> comparison) throws NoPattern {
        if (comparison.size() != 1) {
            throw new NoPattern("one comparison at a time");
        }
        var only = comparison.entrySet().iterator().next();
        var name = (String) only.getKey();
        if (!List.of("prefix", "suffix", "equals-ignore-case", "wildcard").contains(name)) {
            throw new NoPattern("anything-but doesn't go with " + name);
        }
        if (!(only.getValue() instanceof List<?> several)) {
            return comparison(name, only.getValue());
        }
        var rules = new ArrayList<Rule>(several.size());
        for (var one : several) {
            rules.add(comparison(name, one));
        }
        return found -> rules.stream().anyMatch(rule -> rule.holds(found));
    }

    private static Rule cidr(@Nullable Object operand) throws NoPattern {
        if (!(operand instanceof String text) || !text.matches("[0-9a-fA-F.:]+/\\d{1,3}")) {
            throw new NoPattern("a range of addresses is wanted");
        }
        int slash = text.indexOf('/');
        var network = address(text.substring(0, slash));
        int bits = Integer.parseInt(text.substring(slash + 1));
        if (network == null || bits > network.length * 8) {
            throw new NoPattern("no range of addresses");
        }
        return values(value -> value instanceof String candidate && within(address(candidate), network, bits));
    }

    private static boolean within(byte @Nullable [] address, byte[] network, int bits) {
        if (address == null || address.length != network.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((address[bit / 8] & mask) != (network[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** Null when it is no address in numbers: names are never looked up. */
    private static byte @Nullable [] address(String text) {
        if (!text.matches("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*")) {
            return null;
        }
        try {
            return InetAddress.getByName(text).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static boolean equal(@Nullable Object value, @Nullable Object wanted) {
        if (value instanceof BigDecimal number && wanted instanceof BigDecimal other) {
            return number.compareTo(other) == 0;
        }
        return value == null ? wanted == null : value.equals(wanted);
    }
}
