package dev.tsumuji.dynamodb.value;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The rules of attribute values: what a value must be to be taken, when two are equal, and in which order they come.
 *
 * <p>A <em>checked</em> value has exactly one type, its numbers are written the way DynamoDB answers them, and its sets have no
 * duplicates; everything in this module but {@link #checked} expects checked values.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html">Naming rules
 *     and data types</a>
 */
public final class Values {
    /** Maps and lists within each other; with the value in the innermost they are 32 levels. */
    public static final int NESTING_MAX = 31;

    private Values() {}

    /**
     * An item with every value checked, in the given order of attributes.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException in DynamoDB's words
     */
    public static Map<String, AttributeValue> checked(Map<String, AttributeValue> item) {
        return checked(item, 0);
    }

    /** As {@link #checked(Map)}, for one value. */
    public static AttributeValue checked(AttributeValue value) {
        return checked(value, 0);
    }

    private static Map<String, AttributeValue> checked(Map<String, AttributeValue> item, int depth) {
        var checked = new LinkedHashMap<String, AttributeValue>();
        for (var attribute : item.entrySet()) {
            if (attribute.getKey().isEmpty()) {
                throw Refusal.validation("Empty attribute name");
            }
            checked.put(attribute.getKey(), checked(attribute.getValue(), depth));
        }
        return checked;
    }

    /** What is within each type is judged before there being more than one, as DynamoDB does. */
    private static AttributeValue checked(AttributeValue value, int depth) {
        var kinds = kinds(value);
        if (kinds.isEmpty()) {
            throw Refusal.validation(
                    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
        }
        var checked = value;
        for (var kind : kinds) {
            checked = checked(value, kind, depth);
        }
        if (kinds.size() > 1) {
            throw Refusal.validation(
                    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
        }
        return checked;
    }

    private static AttributeValue checked(AttributeValue value, Kind kind, int depth) {
        return switch (kind) {
            case S, B, BOOL -> value;
            case NULL -> {
                if (!value.nul()) {
                    throw invalid("Null attribute value types must have the value of true");
                }
                yield value;
            }
            case N -> number(value);
            case SS -> strings(value);
            case NS -> numbers(value);
            case BS -> binaries(value);
            case M -> {
                deeper(depth);
                yield AttributeValue.fromM(checked(value.m(), depth + 1));
            }
            case L -> {
                deeper(depth);
                var elements = new ArrayList<AttributeValue>(value.l().size());
                for (var element : value.l()) {
                    elements.add(checked(element, depth + 1));
                }
                yield AttributeValue.fromL(elements);
            }
        };
    }

    private static void deeper(int depth) {
        if (depth >= NESTING_MAX) {
            throw Refusal.validation("Nesting Levels have exceeded supported limits: Attributes in the item have nested"
                    + " levels beyond supported limit");
        }
    }

    private static Set<Kind> kinds(AttributeValue value) {
        var kinds = EnumSet.noneOf(Kind.class);
        for (var kind : Kind.values()) {
            boolean there = switch (kind) {
                case S -> value.s() != null;
                case N -> value.n() != null;
                case B -> value.b() != null;
                case SS -> value.hasSs();
                case NS -> value.hasNs();
                case BS -> value.hasBs();
                case M -> value.hasM();
                case L -> value.hasL();
                case BOOL -> value.bool() != null;
                case NULL -> value.nul() != null;
            };
            if (there) {
                kinds.add(kind);
            }
        }
        return kinds;
    }

    private static AttributeValue number(AttributeValue value) {
        var text = Numbers.text(Numbers.parse(value.n()));
        return text.equals(value.n()) ? value : AttributeValue.fromN(text);
    }

    private static AttributeValue strings(AttributeValue value) {
        if (value.ss().isEmpty()) {
            throw invalid("An string set  may not be empty");
        }
        if (new HashSet<>(value.ss()).size() < value.ss().size()) {
            throw invalid("Input collection [" + String.join(", ", value.ss()) + "] contains duplicates.");
        }
        return value;
    }

    private static AttributeValue numbers(AttributeValue value) {
        if (value.ns().isEmpty()) {
            throw invalid("An number set  may not be empty");
        }
        var texts = new ArrayList<String>(value.ns().size());
        for (var text : value.ns()) {
            texts.add(Numbers.text(Numbers.parse(text)));
        }
        if (new HashSet<>(texts).size() < texts.size()) {
            throw Refusal.validation("Input collection contains duplicates");
        }
        return AttributeValue.fromNs(texts);
    }

    private static AttributeValue binaries(AttributeValue value) {
        if (value.bs().isEmpty()) {
            throw invalid("Binary sets should not be empty");
        }
        if (new HashSet<>(value.bs()).size() < value.bs().size()) {
            var texts = value.bs().stream()
                    .map(bytes -> Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe()))
                    .collect(Collectors.joining(", "));
            throw invalid("Input collection [" + texts + "]of type BS contains duplicates.");
        }
        return value;
    }

    private static RuntimeException invalid(String what) {
        return Refusal.validation("One or more parameter values were invalid: " + what);
    }

    /** Whether two checked values are of the same type and equal; sets are so in any order. */
    public static boolean equal(AttributeValue left, AttributeValue right) {
        var kind = Kind.of(left);
        if (kind != Kind.of(right)) {
            return false;
        }
        return switch (kind) {
            case S -> left.s().equals(right.s());
            case N -> left.n().equals(right.n());
            case B -> left.b().equals(right.b());
            case BOOL -> left.bool().equals(right.bool());
            case NULL -> true;
            case SS -> Set.copyOf(left.ss()).equals(Set.copyOf(right.ss()));
            case NS -> Set.copyOf(left.ns()).equals(Set.copyOf(right.ns()));
            case BS -> Set.copyOf(left.bs()).equals(Set.copyOf(right.bs()));
            case L -> equal(left.l(), right.l());
            case M -> equal(left.m(), right.m());
        };
    }

    private static boolean equal(List<AttributeValue> left, List<AttributeValue> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (!equal(left.get(i), right.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean equal(Map<String, AttributeValue> left, Map<String, AttributeValue> right) {
        if (!left.keySet().equals(right.keySet())) {
            return false;
        }
        for (var entry : left.entrySet()) {
            var other = right.get(entry.getKey());
            if (other == null || !equal(entry.getValue(), other)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The order of two checked values of the same ordered type: numbers by their value, strings by their UTF-8 bytes, binaries by
     * their bytes without sign.
     */
    public static int compare(AttributeValue left, AttributeValue right) {
        return switch (Kind.of(left)) {
            case N -> new BigDecimal(left.n()).compareTo(new BigDecimal(right.n()));
            case S -> compareUtf8(left.s(), right.s());
            case B ->
                Arrays.compareUnsigned(left.b().asByteArrayUnsafe(), right.b().asByteArrayUnsafe());
            default -> throw new IllegalArgumentException("values without an order: " + Kind.of(left));
        };
    }

    /** As the UTF-8 bytes would compare: a surrogate comes behind every other character. */
    private static int compareUtf8(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean surrogates = Character.isSurrogate(a) == Character.isSurrogate(b);
                return surrogates ? Character.compare(a, b) : Character.isSurrogate(a) ? 1 : -1;
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    /** Whether both are strings, or both binaries, and the first begins with the second. */
    public static boolean beginsWith(AttributeValue value, AttributeValue prefix) {
        if (value.s() != null && prefix.s() != null) {
            return value.s().startsWith(prefix.s());
        }
        if (value.b() == null || prefix.b() == null) {
            return false;
        }
        byte[] bytes = value.b().asByteArrayUnsafe();
        byte[] start = prefix.b().asByteArrayUnsafe();
        return bytes.length >= start.length && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    /** Whether a string or binary has the second in it, or a set or list has it as an element. */
    public static boolean contains(AttributeValue container, AttributeValue element) {
        var kind = Kind.of(element);
        return switch (Kind.of(container)) {
            case S -> kind == Kind.S && container.s().contains(element.s());
            case B -> kind == Kind.B && indexOf(container.b(), element.b()) >= 0;
            case SS -> kind == Kind.S && container.ss().contains(element.s());
            case NS -> kind == Kind.N && container.ns().contains(element.n());
            case BS -> kind == Kind.B && container.bs().contains(element.b());
            case L -> container.l().stream().anyMatch(each -> equal(each, element));
            case N, M, BOOL, NULL -> false;
        };
    }

    private static int indexOf(SdkBytes where, SdkBytes what) {
        byte[] bytes = where.asByteArrayUnsafe();
        byte[] sought = what.asByteArrayUnsafe();
        for (int at = 0; at + sought.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + sought.length, sought, 0, sought.length)) {
                return at;
            }
        }
        return -1;
    }

    /** A value the way DynamoDB's messages print it, such as {@code {S:x}}. */
    public static String display(AttributeValue value) {
        var kind = Kind.of(value);
        return "{" + kind + ":"
                + switch (kind) {
                    case S -> value.s();
                    case N -> value.n();
                    case B -> {
                        int length = value.b().asByteArrayUnsafe().length;
                        yield "java.nio.HeapByteBuffer[pos=0 lim=" + length + " cap=" + length + "]";
                    }
                    case BOOL -> value.bool();
                    case NULL -> value.nul();
                    case SS -> value.ss();
                    case NS -> value.ns();
                    case BS -> value.bs();
                    case L -> value.l().stream().map(Values::display).toList();
                    case M -> value.m();
                }
                + "}";
    }
}
