package dev.tsumuji.dynamodb.partiql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.dynamodb.expression.Json;
import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Values;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Statements, sound and broken, with what DynamoDB says to them about a table of one item. */
class RecordedStatementsTest {
    private static final KeySchema SCHEMA =
            new KeySchema(List.of(new KeyAttribute("pk", Kind.S)), List.of(new KeyAttribute("sk", Kind.N)));

    private final JsonNode recorded = read();
    private final Map<String, AttributeValue> item =
            Values.checked(Json.item(recorded.field("item").orElseThrow()));

    @Test
    void every_recorded_statement_is_answered_as_dynamodb_answers_it() {
        var differences = new ArrayList<String>();
        for (var each : recorded.field("cases").orElseThrow().asArray()) {
            var text = each.field("statement").orElseThrow().asString();
            var expected = expected(each);
            var actual = actual(text);
            if (!expected.equals(actual)) {
                differences.add(text + "\n    expected " + expected + "\n    but was  " + actual);
            }
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }

    private static Object expected(JsonNode each) {
        if (each.field("message").isPresent()) {
            return each.field("message").get().asString();
        }
        var items = each.field("rows").isPresent() ? each.field("rows") : each.field("stored");
        return items.map(node -> node.asArray().stream()
                        .map(Json::item)
                        .map(Values::checked)
                        .toList())
                .orElse(List.of());
    }

    private Object actual(String text) {
        try {
            return switch (Statement.parse(text, List.of())) {
                case Statement.Select select -> rows(select);
                case Statement.Insert insert -> {
                    insert.requireKey(SCHEMA);
                    yield List.of(insert.item());
                }
                case Statement.Change change -> {
                    requireKey(change.where());
                    yield List.of(change.update().apply(item));
                }
                case Statement.Delete delete -> {
                    requireKey(delete.where());
                    yield List.of();
                }
                case Statement.Exists exists -> rows(exists.select());
            };
        } catch (AwsServiceException refusal) {
            return refusal.awsErrorDetails().errorMessage();
        }
    }

    private List<Map<String, AttributeValue>> rows(Statement.Select select) {
        select.requireOrderable(SCHEMA);
        var where = select.where();
        if (where == null) {
            return List.of(select.row(item));
        }
        boolean found = where.keys(SCHEMA).isEmpty()
                || where.keys(SCHEMA).stream()
                        .anyMatch(key -> key.partition().equals(List.of(item.get("pk")))
                                && key.sort().stream().allMatch(sort -> sort.holds(item.get("sk"))));
        return found && where.condition().holds(item) ? List.of(select.row(item)) : List.of();
    }

    private static void requireKey(Where where) {
        if (where == null) {
            throw Where.notOneItem();
        }
        assertThat(where.itemKey(SCHEMA)).containsOnlyKeys("pk", "sk");
    }

    private static JsonNode read() {
        try (var in = RecordedStatementsTest.class.getResourceAsStream("recorded.json")) {
            return JsonNode.parser().parse(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
