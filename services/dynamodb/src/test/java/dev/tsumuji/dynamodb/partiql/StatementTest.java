package dev.tsumuji.dynamodb.partiql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class StatementTest {
    private static final KeySchema KEY =
            new KeySchema(List.of(new KeyAttribute("pk", Kind.S)), List.of(new KeyAttribute("sk", Kind.N)));

    @Test
    void parameters_take_the_place_of_question_marks_in_their_order() {
        var insert = (Statement.Insert) Statement.parse(
                "INSERT INTO \"Music\" VALUE {'pk': ?, 'sk': ?, 'list': [?]}",
                List.of(AttributeValue.fromS("a"), AttributeValue.fromN("1.0"), AttributeValue.fromBool(true)));
        assertThat(insert.table()).isEqualTo("Music");
        assertThat(insert.item())
                .isEqualTo(Map.of(
                        "pk", AttributeValue.fromS("a"),
                        "sk", AttributeValue.fromN("1"),
                        "list", AttributeValue.fromL(List.of(AttributeValue.fromBool(true)))));
        refused("SELECT * FROM t WHERE a = ? AND b = ?", "Number of parameters in request and statement don't match.");
    }

    @Test
    void a_condition_on_the_key_says_where_to_look() {
        assertThat(where("SELECT * FROM t WHERE pk = 'a' AND sk BETWEEN 1 AND 3 AND x = 1")
                        .keys(KEY))
                .singleElement()
                .satisfies(key -> {
                    assertThat(key.partition()).containsExactly(AttributeValue.fromS("a"));
                    assertThat(key.sort().getFirst().bounds()).hasSize(2);
                });
        assertThat(where("SELECT * FROM t WHERE pk IN ['a', 'b'] AND 5 < sk").keys(KEY))
                .hasSize(2);
        assertThat(where("SELECT * FROM t WHERE pk = 'a' OR x = 1").keys(KEY)).isEmpty();
        assertThat(where("SELECT * FROM t WHERE NOT pk = 'a'").keys(KEY)).isEmpty();
        assertThat(where("SELECT * FROM t WHERE pk > 'a'").keys(KEY)).isEmpty();
        assertThat(where("SELECT * FROM t WHERE pk = 'a' AND size(sk) > 1")
                        .keys(KEY)
                        .getFirst()
                        .sort())
                .isEmpty();
    }

    @Test
    void an_index_stands_behind_its_table() {
        var select = (Statement.Select) Statement.parse("SELECT a, b.c FROM \"t\".\"i\" WHERE a = 1", List.of());
        assertThat(select.index()).isEqualTo("i");
        assertThat(select.columns()).extracting(Column::name).containsExactly("a", "c");
    }

    @Test
    void exists_asks_for_one_item_and_more() {
        var exists = (Statement.Exists)
                Statement.parse("EXISTS(SELECT * FROM t WHERE pk = 'a' AND sk = 1 AND x = 2)", List.of());
        assertThat(exists.select().where().namesOneItem(KEY)).isTrue();
        assertThat(exists.select().where().saysMoreThan(KEY)).isTrue();
    }

    @Test
    void anything_is_read_or_refused_in_dynamodbs_words() {
        var pieces = List.of(
                "SELECT",
                "*",
                "FROM",
                "t",
                "WHERE",
                "a",
                "=",
                "1",
                "'x'",
                "AND",
                "OR",
                "NOT",
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                "<<",
                ">>",
                "?",
                ",",
                ".",
                "IN",
                "BETWEEN",
                "IS",
                "MISSING",
                "NULL",
                "UPDATE",
                "SET",
                "REMOVE",
                "INSERT",
                "INTO",
                "VALUE",
                "DELETE",
                "RETURNING",
                "ALL",
                "OLD",
                "begins_with",
                "size",
                "-",
                "+",
                ":",
                "\"q\"",
                "'",
                "\"",
                "`",
                "--",
                "/*",
                "\ud83d");
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            var text = new StringBuilder(List.of("SELECT * FROM t WHERE ", "UPDATE t SET ", "INSERT INTO t VALUE {", "")
                    .get(random.nextInt(4)));
            for (int j = random.nextInt(12); j >= 0; j--) {
                text.append(pieces.get(random.nextInt(pieces.size()))).append(random.nextBoolean() ? " " : "");
            }
            readOrRefused(text.toString());
        }
        readOrRefused("SELECT * FROM t WHERE " + "(".repeat(4_000));
        readOrRefused("SELECT * FROM t WHERE " + "NOT ".repeat(2_000) + "a = 1");
        readOrRefused("INSERT INTO t VALUE {'a': " + "[".repeat(4_000));
        readOrRefused("SELECT * FROM t WHERE " + "a = 1 OR ".repeat(800) + "a = 1");
        readOrRefused("UPDATE t SET a = " + "1 + ".repeat(1_900) + "1");
    }

    private static void readOrRefused(String text) {
        try {
            assertThat(Statement.parse(text, List.of())).isNotNull();
        } catch (AwsServiceException refusal) {
            assertThat(refusal.awsErrorDetails().errorCode()).as(text).isEqualTo("ValidationException");
        }
    }

    private static Where where(String text) {
        return ((Statement.Select) Statement.parse(text, List.of())).where();
    }

    @Test
    void numbers_among_the_parameters_have_exponents_of_32_bits() {
        var overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range";
        var underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range";
        var unread = "The parameter cannot be converted to a numeric value: ";
        var messages = Map.of(
                "1e2147483646", overflow,
                "1e-2147483647", underflow,
                "1e2147483648", unread + "1e2147483648",
                "-1E+2147483648", unread + "-1E+2147483648",
                "1e-2147483648", unread + "1e-2147483648",
                "1.5e-2147483647", unread + "1.5e-2147483647",
                "1e99999999999", unread + "1e99999999999",
                "1e", unread + "1e");
        messages.forEach(
                (number, message) -> refused("SELECT * FROM t WHERE pk = ?", message, AttributeValue.fromN(number)));
        var select = (Statement.Select)
                Statement.parse("SELECT * FROM t WHERE n = ?", List.of(AttributeValue.fromN("1e0000000000002")));
        assertThat(select.where()).isNotNull();
    }

    private static void refused(String text, String message, AttributeValue... parameters) {
        assertThatThrownBy(() -> Statement.parse(text, List.of(parameters)))
                .as(text)
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        refusal -> assertThat(refusal.awsErrorDetails().errorMessage())
                                .isEqualTo(message));
    }
}
