package dev.tsumuji.dynamodb.expression;

import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Refusal;
import dev.tsumuji.dynamodb.value.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ComparisonOperator;
import software.amazon.awssdk.services.dynamodb.model.ConditionalOperator;
import software.amazon.awssdk.services.dynamodb.model.ExpectedAttributeValue;

/**
 * Conditions from before there were expressions: {@code Expected}, {@code ScanFilter}, {@code QueryFilter} and
 * {@code KeyConditions}.
 *
 * <p>Every method throws a {@code ValidationException} with DynamoDB's words when a condition is wrong.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html">Legacy
 *     conditional parameters</a>
 */
public final class LegacyConditions {
    private static final int KEY_CONDITIONS_MAX = 2;

    private LegacyConditions() {}

    /** What {@code Expected} expects of an item; without an operator all of it. */
    public static Condition expected(
            Map<String, ExpectedAttributeValue> expected, @Nullable ConditionalOperator operator) {
        var parts = new ArrayList<Condition>(expected.size());
        expected.forEach((attribute, each) -> {
            requireConsistent(attribute, each);
            parts.add(expected(attribute, each));
        });
        return joined(parts, operator);
    }

    /** What {@code ScanFilter} or {@code QueryFilter} lets through; without an operator what fulfils all of it. */
    public static Condition filter(
            Map<String, software.amazon.awssdk.services.dynamodb.model.Condition> filter,
            @Nullable ConditionalOperator operator) {
        var parts = new ArrayList<Condition>(filter.size());
        filter.forEach((attribute, each) -> {
            var values = checked(each.attributeValueList());
            requireArguments(each.comparisonOperator(), values);
            parts.add(condition(attribute, each.comparisonOperator(), values));
        });
        return joined(parts, operator);
    }

    /** What {@code KeyConditions} says about the key, before it is known which key that is. */
    public static KeyTerms keyConditions(
            Map<String, software.amazon.awssdk.services.dynamodb.model.Condition> conditions) {
        var terms = new LinkedHashMap<String, KeyTerms.Term>();
        conditions.forEach((attribute, each) -> {
            var values = checked(each.attributeValueList());
            requireArguments(each.comparisonOperator(), values);
            terms.put(attribute, new KeyTerms.Term(keyOperator(each.comparisonOperator()), values));
        });
        if (terms.isEmpty() || terms.size() > KEY_CONDITIONS_MAX) {
            throw Refusal.validation("Conditions can be of length 1 or 2 only");
        }
        return new KeyTerms(terms);
    }

    /** Refuses a {@code QueryFilter} that looks at the key of the queried table or index. */
    public static void refuseKeys(Condition queryFilter, KeySchema schema) {
        var attributes = queryFilter.attributes();
        for (var key : schema.names()) {
            if (attributes.contains(key)) {
                throw Refusal.validation(
                        "QueryFilter can only contain non-primary key attributes: Primary key attribute: " + key);
            }
        }
    }

    private static Condition joined(List<Condition> parts, @Nullable ConditionalOperator operator) {
        return operator == ConditionalOperator.OR
                ? new Condition.Any(List.copyOf(parts))
                : new Condition.All(List.copyOf(parts));
    }

    private static void requireConsistent(String attribute, ExpectedAttributeValue each) {
        var comparison = each.comparisonOperator();
        if (each.hasAttributeValueList() && each.value() != null) {
            throw invalid("Value and AttributeValueList cannot be used together for Attribute: " + attribute);
        } else if (comparison == null) {
            requireExistence(attribute, each);
        } else if (each.exists() != null) {
            throw invalid("Exists and ComparisonOperator cannot be used together for Attribute: " + attribute);
        } else if (comparison != ComparisonOperator.NULL
                && comparison != ComparisonOperator.NOT_NULL
                && !each.hasAttributeValueList()
                && each.value() == null) {
            throw invalid("Value or AttributeValueList must be used with ComparisonOperator: "
                    + each.comparisonOperatorAsString() + " for Attribute: " + attribute);
        }
    }

    private static void requireExistence(String attribute, ExpectedAttributeValue each) {
        if (each.hasAttributeValueList()) {
            throw invalid("AttributeValueList can only be used with a ComparisonOperator for Attribute: " + attribute);
        }
        boolean exists = each.exists() == null || each.exists();
        if (exists && each.value() == null) {
            throw invalid("Value must be provided when Exists is " + each.exists() + " for Attribute: " + attribute);
        } else if (!exists && each.value() != null) {
            throw invalid("Value cannot be used when Exists is false for Attribute: " + attribute);
        }
    }

    private static Condition expected(String attribute, ExpectedAttributeValue each) {
        var values = each.value() != null ? List.of(each.value()) : each.attributeValueList();
        var checked = checked(values);
        if (each.comparisonOperator() != null) {
            requireArguments(each.comparisonOperator(), checked);
            return condition(attribute, each.comparisonOperator(), checked);
        }
        return each.exists() != null && !each.exists()
                ? new Condition.Exists(Path.of(attribute), false)
                : condition(attribute, ComparisonOperator.EQ, checked);
    }

    private static List<AttributeValue> checked(List<AttributeValue> values) {
        return values.stream().map(Values::checked).toList();
    }

    private static void requireArguments(@Nullable ComparisonOperator operator, List<AttributeValue> values) {
        if (operator == null) {
            throw invalid("ComparisonOperator must be provided");
        }
        boolean right = switch (operator) {
            case NULL, NOT_NULL -> values.isEmpty();
            case BETWEEN -> values.size() == 2;
            case IN -> !values.isEmpty();
            default -> values.size() == 1;
        };
        if (!right) {
            throw invalid("Invalid number of argument(s) for the " + operator + " ComparisonOperator");
        }
        if (values.stream().map(Kind::of).distinct().count() > 1) {
            throw invalid("AttributeValues inside AttributeValueList must be of same type");
        }
        for (var value : values) {
            if (!fits(operator, Kind.of(value))) {
                throw invalid("ComparisonOperator " + operator + " is not valid for " + Kind.of(value)
                        + " AttributeValue type");
            }
        }
        if (operator == ComparisonOperator.BETWEEN && Values.compare(values.getFirst(), values.getLast()) > 0) {
            throw Refusal.validation(
                    "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound");
        }
    }

    private static boolean fits(ComparisonOperator operator, Kind kind) {
        return switch (operator) {
            case LE, LT, GE, GT, BETWEEN, IN -> kind.ordered();
            case BEGINS_WITH -> kind == Kind.S || kind == Kind.B;
            case CONTAINS, NOT_CONTAINS -> kind.ordered() || kind == Kind.BOOL || kind == Kind.NULL;
            default -> true;
        };
    }

    private static Condition condition(String attribute, ComparisonOperator operator, List<AttributeValue> values) {
        var path = Path.of(attribute);
        var at = new Operand.At(path);
        var literals = values.stream().<Operand>map(Operand.Literal::new).toList();
        return switch (operator) {
            case NULL -> new Condition.Exists(path, false);
            case NOT_NULL -> new Condition.Exists(path, true);
            case BETWEEN -> new Condition.Between(at, literals.getFirst(), literals.getLast());
            case IN -> new Condition.In(at, literals);
            case BEGINS_WITH -> new Condition.BeginsWith(at, literals.getFirst());
            case CONTAINS -> new Condition.Contains(at, literals.getFirst());
            case NOT_CONTAINS ->
                new Condition.All(List.of(
                        new Condition.Exists(path, true),
                        new Condition.Not(new Condition.Contains(at, literals.getFirst()))));
            default -> new Condition.Compared(comparator(operator), at, literals.getFirst());
        };
    }

    private static Condition.Comparator comparator(ComparisonOperator operator) {
        return switch (operator) {
            case EQ -> Condition.Comparator.EQUAL;
            case NE -> Condition.Comparator.NOT_EQUAL;
            case LT -> Condition.Comparator.LESS;
            case LE -> Condition.Comparator.LESS_OR_EQUAL;
            case GT -> Condition.Comparator.GREATER;
            case GE -> Condition.Comparator.GREATER_OR_EQUAL;
            default -> throw new IllegalArgumentException("no comparator: " + operator);
        };
    }

    private static KeyTerms.Operator keyOperator(ComparisonOperator operator) {
        return switch (operator) {
            case EQ -> KeyTerms.Operator.EQUAL;
            case LT -> KeyTerms.Operator.LESS;
            case LE -> KeyTerms.Operator.LESS_OR_EQUAL;
            case GT -> KeyTerms.Operator.GREATER;
            case GE -> KeyTerms.Operator.GREATER_OR_EQUAL;
            case BETWEEN -> KeyTerms.Operator.BETWEEN;
            case BEGINS_WITH -> KeyTerms.Operator.BEGINS_WITH;
            default -> KeyTerms.Operator.NOT_INDEXABLE;
        };
    }

    private static RuntimeException invalid(String what) {
        return Refusal.validation("One or more parameter values were invalid: " + what);
    }
}
