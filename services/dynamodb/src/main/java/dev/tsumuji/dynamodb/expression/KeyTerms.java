package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What a query says about key attributes, before it is known which table or index it is for.
 *
 * @param terms by attribute, in the order of the request
 */
public record KeyTerms(Map<String, Term> terms) {
    /** The attributes of a key that has one for the partition and one to sort by. */
    private static final int CLASSIC = 2;

    /** How many partitions are worth being looked into one by one. */
    private static final int PARTITIONS_MAX = 1_000;

    record Term(Operator operator, List<AttributeValue> bounds) {}

    /** Includes those that a query may not use, which is only found out with the key schema. */
    enum Operator {
        EQUAL(KeyCondition.Operator.EQUAL),
        LESS(KeyCondition.Operator.LESS),
        LESS_OR_EQUAL(KeyCondition.Operator.LESS_OR_EQUAL),
        GREATER(KeyCondition.Operator.GREATER),
        GREATER_OR_EQUAL(KeyCondition.Operator.GREATER_OR_EQUAL),
        BETWEEN(KeyCondition.Operator.BETWEEN),
        BEGINS_WITH(KeyCondition.Operator.BEGINS_WITH),
        NOT_INDEXABLE(null);

        private final KeyCondition.@Nullable Operator sort;

        Operator(KeyCondition.@Nullable Operator sort) {
            this.sort = sort;
        }
    }

    /**
     * The condition for a table or index with this key.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException ValidationException when an attribute of the key
     *     is missed, another one is there, or an operator or type does not fit
     */
    public KeyCondition on(KeySchema schema) {
        int attributes = schema.partition().size() + schema.sort().size();
        if (terms.size() > Math.max(attributes, CLASSIC)) {
            throw Refusal.validation("The number of query conditions (" + terms.size()
                    + ") exceeds the number of key attributes defined in the schema (" + attributes + ")");
        } else if (terms.size() > attributes) {
            throw unsupported();
        }
        var partition = new ArrayList<AttributeValue>();
        for (var attribute : schema.partition()) {
            var term = terms.get(attribute.name());
            if (term == null) {
                throw missed(attribute);
            }
            fit(attribute, term);
            if (term.operator() != Operator.EQUAL) {
                throw unsupported();
            }
            partition.add(term.bounds().getFirst());
        }
        var sort = new ArrayList<KeyCondition.Sort>();
        for (var attribute : schema.sort()) {
            var term = terms.get(attribute.name());
            if (term == null) {
                break;
            }
            fit(attribute, term);
            boolean open = !sort.isEmpty() && sort.getLast().operator() != KeyCondition.Operator.EQUAL;
            if (open || term.operator().sort == null) {
                throw unsupported();
            }
            sort.add(new KeyCondition.Sort(term.operator().sort, term.bounds()));
        }
        if (terms.size() > partition.size() + sort.size()) {
            throw missed(schema.sort().get(sort.size()));
        }
        return new KeyCondition(partition, sort);
    }

    private static void fit(KeyAttribute attribute, Term term) {
        if (term.operator() == Operator.NOT_INDEXABLE) {
            throw Refusal.validation("Attempted conditional constraint is not an indexable operation");
        }
        for (var bound : term.bounds()) {
            if (Kind.of(bound) != attribute.kind()) {
                throw Refusal.validation(
                        "One or more parameter values were invalid: Condition parameter type does not match schema type");
            }
            boolean empty = attribute.kind() == Kind.S && bound.s().isEmpty()
                    || attribute.kind() == Kind.B && bound.b().asByteArrayUnsafe().length == 0;
            if (empty) {
                throw Refusal.validation(
                        "One or more parameter values are not valid. The AttributeValue for a key attribute"
                                + " cannot contain an empty " + (attribute.kind() == Kind.S ? "string" : "binary")
                                + " value. Key: " + attribute.name());
            }
        }
        if (term.operator() == Operator.BEGINS_WITH && attribute.kind() == Kind.N) {
            throw unsupported();
        }
    }

    private static RuntimeException unsupported() {
        return Refusal.validation("Query key condition not supported");
    }

    private static RuntimeException missed(KeyAttribute attribute) {
        return Refusal.validation("Query condition missed key schema element: " + attribute.name());
    }

    /** Takes a condition apart. */
    static KeyTerms of(Condition condition) {
        var terms = new LinkedHashMap<String, Term>();
        for (var part : parts(condition)) {
            add(terms, part);
        }
        return new KeyTerms(terms);
    }

    /** The values that an attribute has to be equal to where a condition holds; more than one for a condition that nothing fulfils. */
    public static List<AttributeValue> equalTo(Condition condition, String attribute) {
        var values = new ArrayList<AttributeValue>();
        for (var part : parts(condition)) {
            if (part instanceof Condition.Compared(var comparator, var left, var right)
                    && comparator == Condition.Comparator.EQUAL) {
                if (at(left, attribute) && right instanceof Operand.Literal(var value)) {
                    values.add(value);
                } else if (at(right, attribute) && left instanceof Operand.Literal(var value)) {
                    values.add(value);
                }
            }
        }
        return values;
    }

    /**
     * The key conditions that no item is outside of for which the condition holds: one for every value that it allows for the
     * partition key, as often as it says it. Empty when it allows any.
     */
    public static List<KeyCondition> within(Condition condition, KeySchema schema) {
        var partitions = List.of(List.<AttributeValue>of());
        for (var attribute : schema.partition()) {
            var allowed = allowed(condition, attribute);
            var longer = new ArrayList<List<AttributeValue>>();
            for (var partition : partitions) {
                for (var value : allowed) {
                    var values = new ArrayList<>(partition);
                    values.add(value);
                    longer.add(values);
                }
            }
            if (longer.size() > PARTITIONS_MAX) {
                return List.of();
            }
            partitions = longer;
        }
        var sort = sortWithin(condition, schema);
        return partitions.stream()
                .map(partition -> new KeyCondition(partition, sort))
                .toList();
    }

    private static List<AttributeValue> allowed(Condition condition, KeyAttribute attribute) {
        var equal = equalTo(condition, attribute.name());
        if (!equal.isEmpty()) {
            return List.of(equal.getFirst());
        }
        for (var part : parts(condition)) {
            if (part instanceof Condition.In(var operand, var among)
                    && at(operand, attribute.name())
                    && among.stream().allMatch(each -> each instanceof Operand.Literal)) {
                return among.stream()
                        .map(each -> ((Operand.Literal) each).value())
                        .filter(value -> Kind.of(value) == attribute.kind())
                        .toList();
            }
        }
        return List.of();
    }

    /** Only as far as it is plain: what is left out is found by the condition itself. */
    private static List<KeyCondition.Sort> sortWithin(Condition condition, KeySchema schema) {
        var sort = new ArrayList<KeyCondition.Sort>();
        for (var attribute : schema.sort()) {
            var range = range(condition, attribute);
            if (range == null) {
                break;
            }
            sort.add(range);
            if (range.operator() != KeyCondition.Operator.EQUAL) {
                break;
            }
        }
        return sort;
    }

    private static KeyCondition.@Nullable Sort range(Condition condition, KeyAttribute attribute) {
        for (var part : parts(condition)) {
            var terms = new LinkedHashMap<String, Term>();
            boolean plain = switch (part) {
                case Condition.Compared compared ->
                    compared.comparator() != Condition.Comparator.NOT_EQUAL
                            && (at(compared.left(), attribute.name()) && literals(compared.right())
                                    || at(compared.right(), attribute.name()) && literals(compared.left()));
                case Condition.Between between ->
                    at(between.operand(), attribute.name()) && literals(between.low(), between.high());
                case Condition.BeginsWith begins ->
                    at(begins.operand(), attribute.name()) && literals(begins.prefix()) && attribute.kind() != Kind.N;
                default -> false;
            };
            if (!plain) {
                continue;
            }
            add(terms, part);
            var term = terms.get(attribute.name());
            boolean fits = term != null
                    && term.operator().sort != null
                    && term.bounds().stream().allMatch(bound -> Kind.of(bound) == attribute.kind());
            if (term != null && term.operator().sort instanceof KeyCondition.Operator operator && fits) {
                return new KeyCondition.Sort(operator, term.bounds());
            }
        }
        return null;
    }

    private static boolean literals(Operand... operands) {
        for (var operand : operands) {
            if (!(operand instanceof Operand.Literal)) {
                return false;
            }
        }
        return true;
    }

    private static boolean at(Operand operand, String attribute) {
        return operand instanceof Operand.At(var path) && path.equals(Path.of(attribute));
    }

    /** The conditions that a condition demands all of. */
    public static List<Condition> parts(Condition condition) {
        if (!(condition instanceof Condition.All(var parts))) {
            return List.of(condition);
        }
        var flat = new ArrayList<Condition>();
        parts.forEach(part -> flat.addAll(parts(part)));
        return flat;
    }

    private static void add(Map<String, Term> terms, Condition part) {
        switch (part) {
            case Condition.Compared(var comparator, var left, var right) -> compared(terms, comparator, left, right);
            case Condition.Between(var operand, var low, var high) ->
                first(terms, "BETWEEN", Operator.BETWEEN, operand, List.of(low, high));
            case Condition.BeginsWith(var operand, var prefix) ->
                first(terms, "begins_with", Operator.BEGINS_WITH, operand, List.of(prefix));
            case Condition.All _ -> throw new IllegalArgumentException("taken apart before");
            case Condition.Any _ -> throw operator("OR");
            case Condition.Not _ -> throw operator("NOT");
            case Condition.In _ -> throw operator("IN");
            case Condition.Exists exists ->
                throw operator(exists.expected() ? "attribute_exists" : "attribute_not_exists");
            case Condition.TypeIs _ -> throw operator("attribute_type");
            case Condition.Contains _ -> throw operator("contains");
        }
    }

    private static void compared(
            Map<String, Term> terms, Condition.Comparator comparator, Operand left, Operand right) {
        if (comparator == Condition.Comparator.NOT_EQUAL) {
            throw operator(comparator.symbol());
        }
        refuseNested(left, right);
        if (left instanceof Operand.At(var path)) {
            if (right instanceof Operand.At) {
                throw condition("Multiple attribute names used in one condition");
            }
            put(terms, path, operator(comparator), List.of(right));
        } else if (right instanceof Operand.At(var path)) {
            put(terms, path, operator(comparator.mirrored()), List.of(left));
        } else {
            throw condition("No key attribute specified");
        }
    }

    private static void first(
            Map<String, Term> terms, String name, Operator operator, Operand operand, List<Operand> bounds) {
        boolean among = bounds.stream().anyMatch(bound -> bound instanceof Operand.At);
        if (!(operand instanceof Operand.At(var path))) {
            throw among
                    ? condition(name + " operator must have the key attribute as its first operand")
                    : condition("No key attribute specified");
        } else if (among) {
            throw condition("Multiple attribute names used in one condition");
        }
        refuseNested(bounds.getFirst(), bounds.getLast());
        put(terms, path, operator, bounds);
    }

    private static void put(Map<String, Term> terms, Path path, Operator operator, List<Operand> bounds) {
        if (path.nested()) {
            throw Refusal.validation("KeyConditionExpressions cannot have conditions on nested attributes");
        }
        var values =
                bounds.stream().map(bound -> ((Operand.Literal) bound).value()).toList();
        if (terms.put(path.attribute(), new Term(operator, values)) != null) {
            throw Refusal.validation(
                    "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition"
                            + " per key");
        }
    }

    private static void refuseNested(Operand... operands) {
        for (var operand : operands) {
            if (operand instanceof Operand.Size) {
                throw Refusal.validation("KeyConditionExpressions cannot contain nested operations");
            }
        }
    }

    private static Operator operator(Condition.Comparator comparator) {
        return switch (comparator) {
            case EQUAL -> Operator.EQUAL;
            case LESS -> Operator.LESS;
            case LESS_OR_EQUAL -> Operator.LESS_OR_EQUAL;
            case GREATER -> Operator.GREATER;
            case GREATER_OR_EQUAL -> Operator.GREATER_OR_EQUAL;
            case NOT_EQUAL -> Operator.NOT_INDEXABLE;
        };
    }

    private static RuntimeException operator(String name) {
        return Refusal.validation("Invalid operator used in KeyConditionExpression: " + name);
    }

    private static RuntimeException condition(String what) {
        return Refusal.validation("Invalid condition in KeyConditionExpression: " + what);
    }
}
