package dev.tsumuji.dynamodb.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.AttributeAction;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.AttributeValueUpdate;
import software.amazon.awssdk.services.dynamodb.model.ComparisonOperator;
import software.amazon.awssdk.services.dynamodb.model.ConditionalOperator;
import software.amazon.awssdk.services.dynamodb.model.ExpectedAttributeValue;

class LegacyTest {
    private static final Map<String, AttributeValue> ITEM = Map.of(
            "s", AttributeValue.fromS("hello"),
            "n", AttributeValue.fromN("5"),
            "l", AttributeValue.fromL(List.of(AttributeValue.fromS("x"))),
            "ss", AttributeValue.fromSs(List.of("a", "b")));
    private static final KeySchema KEY =
            new KeySchema(List.of(new KeyAttribute("pk", Kind.S)), List.of(new KeyAttribute("sk", Kind.N)));
    private static final String INVALID = "One or more parameter values were invalid: ";

    @Test
    void an_expected_value_is_there_and_equal() {
        assertThat(holds("s", each -> each.value(AttributeValue.fromS("hello"))))
                .isTrue();
        assertThat(holds("s", each -> each.value(AttributeValue.fromS("x")))).isFalse();
        assertThat(holds("zz", each -> each.exists(false))).isTrue();
        assertThat(holds("s", each -> each.exists(false))).isFalse();
    }

    @Test
    void what_is_expected_is_consistent() {
        refused("Value must be provided when Exists is true for Attribute: s", each -> each.exists(true));
        refused("Value must be provided when Exists is null for Attribute: s", each -> {});
        refused(
                "Value cannot be used when Exists is false for Attribute: s",
                each -> each.exists(false).value(AttributeValue.fromS("x")));
        refused(
                "Exists and ComparisonOperator cannot be used together for Attribute: s",
                each -> each.exists(true).comparisonOperator("EQ").value(AttributeValue.fromS("x")));
        refused(
                "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: s",
                each -> each.comparisonOperator("EQ"));
        refused(
                "AttributeValueList can only be used with a ComparisonOperator for Attribute: s",
                each -> each.attributeValueList(AttributeValue.fromS("x")));
        refused(
                "Invalid number of argument(s) for the BETWEEN ComparisonOperator",
                each -> each.comparisonOperator("BETWEEN").attributeValueList(AttributeValue.fromS("x")));
        refused(
                "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type",
                each -> each.comparisonOperator("BEGINS_WITH").value(AttributeValue.fromN("1")));
    }

    @Test
    void a_filter_lets_through_what_fulfils_all_or_any_of_it() {
        var filter = Map.of(
                "s", condition(ComparisonOperator.EQ, AttributeValue.fromS("x")),
                "n", condition(ComparisonOperator.GT, AttributeValue.fromN("4")));
        assertThat(LegacyConditions.filter(filter, null).holds(ITEM)).isFalse();
        assertThat(LegacyConditions.filter(filter, ConditionalOperator.OR).holds(ITEM))
                .isTrue();
        assertThat(passes("zz", ComparisonOperator.NE, AttributeValue.fromS("a")))
                .isTrue();
        assertThat(passes("zz", ComparisonOperator.NOT_CONTAINS, AttributeValue.fromS("a")))
                .isFalse();
        assertThat(passes("ss", ComparisonOperator.NOT_CONTAINS, AttributeValue.fromS("q")))
                .isTrue();
        assertThat(passes("s", ComparisonOperator.CONTAINS, AttributeValue.fromS("ell")))
                .isTrue();
    }

    @Test
    void key_conditions_are_for_the_whole_partition_key_and_may_narrow_the_sort_key() {
        var partition = condition(ComparisonOperator.EQ, AttributeValue.fromS("a"));
        var key = LegacyConditions.keyConditions(
                        Map.of("pk", partition, "sk", condition(ComparisonOperator.GE, AttributeValue.fromN("1"))))
                .on(KEY);
        assertThat(key.partition()).containsExactly(AttributeValue.fromS("a"));
        assertThat(key.sort().getFirst().operator()).isEqualTo(KeyCondition.Operator.GREATER_OR_EQUAL);
        refused(
                () -> LegacyConditions.keyConditions(
                                Map.of("sk", condition(ComparisonOperator.EQ, AttributeValue.fromN("1"))))
                        .on(KEY),
                "Query condition missed key schema element: pk");
        refused(
                () -> LegacyConditions.keyConditions(Map.of(
                                "pk", partition, "sk", condition(ComparisonOperator.NE, AttributeValue.fromN("1"))))
                        .on(KEY),
                "Attempted conditional constraint is not an indexable operation");
        refused(() -> LegacyConditions.keyConditions(Map.of()), "Conditions can be of length 1 or 2 only");
    }

    @Test
    void a_key_of_several_attributes_takes_equality_up_to_one_last_range() {
        var schema = new KeySchema(
                List.of(new KeyAttribute("a", Kind.S), new KeyAttribute("b", Kind.S)),
                List.of(new KeyAttribute("x", Kind.N), new KeyAttribute("y", Kind.N)));
        var values = Map.of(":s", AttributeValue.fromS("s"), ":n", AttributeValue.fromN("1"));
        var key = Expressions.keyCondition(
                "a = :s AND b = :s AND x = :n AND y > :n", Placeholders.of(null, values), schema);
        assertThat(key.partition()).hasSize(2);
        assertThat(key.sort())
                .extracting(KeyCondition.Sort::operator)
                .containsExactly(KeyCondition.Operator.EQUAL, KeyCondition.Operator.GREATER);
        refused(
                () -> Expressions.keyCondition("a = :s AND b = :s AND y > :n", Placeholders.of(null, values), schema),
                "Query condition missed key schema element: x");
        refused(
                () -> Expressions.keyCondition(
                        "a = :s AND b = :s AND x > :n AND y > :n", Placeholders.of(null, values), schema),
                "Query key condition not supported");
    }

    @Test
    void attribute_updates_put_add_and_delete() {
        assertThat(updated("n", AttributeAction.ADD, AttributeValue.fromN("1"))
                        .get("n")
                        .n())
                .isEqualTo("6");
        assertThat(updated("l", AttributeAction.ADD, AttributeValue.fromL(List.of(AttributeValue.fromS("y"))))
                        .get("l")
                        .l())
                .hasSize(2);
        assertThat(updated("ss", AttributeAction.DELETE, AttributeValue.fromSs(List.of("a", "b"))))
                .doesNotContainKey("ss");
        assertThat(LegacyParameters.attributeUpdates(Map.of(
                                "s",
                                AttributeValueUpdate.builder().action("DELETE").build()))
                        .apply(ITEM))
                .doesNotContainKey("s");
        refused(
                () -> updated("s", AttributeAction.ADD, AttributeValue.fromN("1")),
                "Type mismatch for attribute to update");
        refused(
                () -> updated("s", AttributeAction.ADD, AttributeValue.fromS("1")),
                INVALID + "ADD action is not supported for the type S");
        refused(
                () -> updated("s", AttributeAction.DELETE, AttributeValue.fromN("1")),
                INVALID + "DELETE action with value is not supported for the type N");
    }

    private static Map<String, AttributeValue> updated(String name, AttributeAction action, AttributeValue value) {
        var update = AttributeValueUpdate.builder().action(action).value(value).build();
        return LegacyParameters.attributeUpdates(Map.of(name, update)).apply(ITEM);
    }

    private static boolean holds(
            String attribute, java.util.function.Consumer<ExpectedAttributeValue.Builder> expected) {
        return LegacyConditions.expected(
                        Map.of(
                                attribute,
                                ExpectedAttributeValue.builder()
                                        .applyMutation(expected)
                                        .build()),
                        null)
                .holds(ITEM);
    }

    private static boolean passes(String attribute, ComparisonOperator operator, AttributeValue value) {
        return LegacyConditions.filter(Map.of(attribute, condition(operator, value)), null)
                .holds(ITEM);
    }

    private static software.amazon.awssdk.services.dynamodb.model.Condition condition(
            ComparisonOperator operator, AttributeValue value) {
        return software.amazon.awssdk.services.dynamodb.model.Condition.builder()
                .comparisonOperator(operator)
                .attributeValueList(value)
                .build();
    }

    private static void refused(String message, java.util.function.Consumer<ExpectedAttributeValue.Builder> expected) {
        refused(() -> holds("s", expected), INVALID + message);
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        refusal -> assertThat(refusal.awsErrorDetails().errorMessage())
                                .isEqualTo(message));
    }
}
