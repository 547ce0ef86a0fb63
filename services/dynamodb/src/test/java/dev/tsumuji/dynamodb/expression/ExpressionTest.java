package dev.tsumuji.dynamodb.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.dynamodb.value.Kind;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ExpressionTest {
    private static final Map<String, String> NAMES = Map.of("#c", "c", "#d", "[3]");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "things are not gonna be ok",
                "a > 4",
                "attribute_exists(Pictures-RearView)",
                "attribute_exists(\"Pictures.RearView\")",
                "attribute_exists(Pictures..RearView)",
                "attribute_exists(asdf[a])",
                "a.:a < b.:b",
                "a in b, c",
                "a > between",
                "a in (b,c,)",
                "(a)between(b.(c.d))and(c)",
                "(a)between(b.c.d)and((c)",
                "#$.b > a",
                "a > :things.stuff",
                "b[:a] > a",
                "b[#_] > a",
                "\u00fc > a",
                "(a)between(b.c[4.5].#d)and(:a)",
                "size(a).b > a",
                "(size(a)).b > a",
                "size(a)[0] > a",
                "(size(a))[0] > a"
            })
    void what_the_grammar_does_not_have_is_a_syntax_error(String text) {
        assertThatThrownBy(() -> Expressions.filter(text, Placeholders.none()))
                .hasMessageContaining("Invalid FilterExpression: Syntax error; token: ");
    }

    @Test
    void functions_within_each_other_are_too_many_operators_before_they_are_too_deep() {
        for (int depth : List.of(301, 680)) {
            var text = "a < " + "size(".repeat(depth) + "b" + ")".repeat(depth);
            assertThatThrownBy(() -> Expressions.filter(text, Placeholders.none()))
                    .hasMessageContaining("The expression contains too many operators; operator count: 301");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "whatever",
                "set a",
                "add a",
                "set a=set",
                "remove a = b",
                "add a = b",
                "delete a b",
                "delete a if_not_exist(b)",
                "remove a b",
                "set :a = b",
                "add :a b",
                "remove :a",
                "set a = b / c",
                "set a[1] = \"eight\"",
                "set a[1] = 1",
                "SET a = if_not_exist(a, 100)",
                "SET if_not_exist(a, b) = a",
                "set (a = (b + c))",
                "set a = (b.c).d + e",
                "set a = (b.c)[0] + e",
                "set a = b + c + d"
            })
    void what_the_grammar_of_updates_does_not_have_is_a_syntax_error(String text) {
        assertThatThrownBy(() -> Expressions.update(text, Placeholders.none()))
                .hasMessageContaining("Invalid UpdateExpression: Syntax error; token: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "set d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)|overlap|[c, [1], a]|[c]",
                "set c.b.#c = a, c = a, #d = a|overlap|[c, b, c]|[c]",
                "set a = b remove a, #c, #d|overlap|[a]|[a]",
                "set #c[3].#d = a, #c[3] = a|overlap|[c, [3], [3]]|[c, [3]]",
                "remove c, #c.a, #d|overlap|[c]|[c, a]",
                "remove a, #c, a, #d|overlap|[a]|[a]",
                "set #c[3].#d = a, #c.#d[3] = if_not_exists(a)|conflict|[c, [3], [3]]|[c, [3], [3]]",
                "remove a.#c set a[1] = #d|conflict|[a, c]|[a, [1]]"
            })
    void paths_of_an_update_keep_out_of_each_others_way(String text, String what, String one, String two) {
        refused(
                () -> Expressions.update(text, Placeholders.of(NAMES, null)),
                "Invalid UpdateExpression: Two document paths " + what
                        + " with each other; must remove or rewrite one of" + " these paths; path one: " + one
                        + ", path two: " + two);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a=a and attribute_exists((views), (#a)) > b|The function is not allowed to be used this way in an"
                        + " expression; function: attribute_exists",
                "size(contains(a, b)) > a|The function is not allowed to be used this way in an expression; function:"
                        + " contains",
                "a in (b, attribute_exists(things))|The function is not allowed to be used this way in an expression;"
                        + " function: attribute_exists",
                "attribute_exists(views, #a)|Attribute name is a reserved keyword; reserved keyword: views",
                "attRIbute_exIsts((views), #a)|Invalid function name; function: attRIbute_exIsts",
                "a > whatever((:things), ((a)))|The expression has redundant parentheses;",
                "a=a AND ((a=a AND (a=a AND a=a)))|The expression has redundant parentheses;",
                "begins_with(Pictures.#RearView)|An expression attribute name used in the document path is not defined;"
                        + " attribute name: #RearView",
                "begins_with(:hello, #a, #b)|An expression attribute value used in expression is not defined; attribute"
                        + " value: :hello",
                "((a=a) OR (a=a))|The first operand must be distinct from the remaining operands for this operator or"
                        + " function; operator: =, first operand: [a]"
            })
    void a_condition_is_judged_in_dynamodbs_order(String text, String message) {
        refused(() -> Expressions.filter(text, Placeholders.none()), "Invalid FilterExpression: " + message);
    }

    @Test
    void placeholders_that_no_expression_uses_are_refused() {
        var placeholders = Placeholders.of(
                Map.of("#a", "a"), Map.of(":a", AttributeValue.fromS("a"), ":b", AttributeValue.fromS("b")));
        Expressions.condition("#a = :a", placeholders);
        refused(
                placeholders::requireAllUsed,
                "Value provided in ExpressionAttributeValues unused in expressions: keys: {:b}");
        Expressions.projection("#a", placeholders);
        Expressions.filter("c = :b", placeholders);
        placeholders.requireAllUsed();
    }

    @Test
    void an_update_says_which_types_it_makes_whatever_the_item_is() {
        var values = Map.of(":n", AttributeValue.fromN("1"), ":s", AttributeValue.fromS("x"));
        var update = Expressions.update(
                "SET a = :s, b = c + :n, d = e, f.g = :n REMOVE h ADD i :n", Placeholders.of(null, values));
        assertThat(update.knownKinds()).isEqualTo(Map.of("a", Kind.S, "b", Kind.N, "i", Kind.N));
    }

    @Test
    void what_is_touched_is_picked_without_its_surroundings() {
        var item = Map.of(
                "m",
                AttributeValue.fromM(Map.of("a", AttributeValue.fromN("1"), "b", AttributeValue.fromN("2"))),
                "l",
                AttributeValue.fromL(List.of(AttributeValue.fromN("1"), AttributeValue.fromN("2"))));
        var update = Expressions.update(
                "SET m.a = :n, l[1] = :n", Placeholders.of(null, Map.of(":n", AttributeValue.fromN("9"))));
        assertThat(update.touched().of(update.apply(item)))
                .isEqualTo(Map.of(
                        "m", AttributeValue.fromM(Map.of("a", AttributeValue.fromN("9"))),
                        "l", AttributeValue.fromL(List.of(AttributeValue.fromN("9")))));
        assertThat(item.get("m").m().get("a").n()).isEqualTo("1");
    }

    @Test
    void any_text_is_taken_or_refused_in_dynamodbs_words() {
        var pieces = List.of(
                "a",
                "b.c",
                "#a",
                ":v",
                "[0]",
                "(",
                ")",
                "=",
                "<",
                ">=",
                "<>",
                "AND",
                "OR",
                "NOT",
                "IN",
                "BETWEEN",
                ",",
                ".",
                "size(a)",
                "begins_with",
                "SET",
                "REMOVE",
                "ADD",
                "DELETE",
                "+",
                "-",
                "if_not_exists(a,b)",
                "1",
                "[",
                "]",
                "#",
                ":",
                "\"",
                "\u00e9",
                "\ud83d",
                "a[99999999999]");
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder();
            for (int j = random.nextInt(12); j >= 0; j--) {
                text.append(pieces.get(random.nextInt(pieces.size()))).append(random.nextBoolean() ? " " : "");
            }
            takenOrRefused(text.toString());
        }
        takenOrRefused("(".repeat(4_096));
        takenOrRefused("NOT ".repeat(1_000) + "a = b");
        takenOrRefused("(NOT ".repeat(800) + "a = b" + ")".repeat(50));
        takenOrRefused("f(".repeat(2_000));
        takenOrRefused("SET a = " + "if_not_exists(a,".repeat(250) + "b" + ")".repeat(10));
        takenOrRefused("a[0]" + "[0]".repeat(1_300) + " = b");
    }

    private static void takenOrRefused(String text) {
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> Expressions.condition(text, Placeholders.none()),
                () -> Expressions.keyCondition(text, Placeholders.none()),
                () -> Expressions.update(text, Placeholders.none()),
                () -> Expressions.projection(text, Placeholders.none()))) {
            try {
                call.call();
            } catch (AwsServiceException refusal) {
                assertThat(refusal.awsErrorDetails().errorCode()).isEqualTo("ValidationException");
            } catch (Throwable other) {
                throw new AssertionError(text, other);
            }
        }
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        refusal -> assertThat(refusal.awsErrorDetails().errorMessage())
                                .isEqualTo(message));
    }
}
