package dev.tsumuji.dynamodb.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.dynamodb.value.Values;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.protocols.jsoncore.JsonNode;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Expressions, sound and broken, with what DynamoDB says to them about one item: its message, whether a condition holds, or the
 * item after an update or projection.
 */
class RecordedExpressionsTest {
    private static final KeySchema SCHEMA =
            new KeySchema(List.of(new KeyAttribute("pk", Kind.S)), List.of(new KeyAttribute("sk", Kind.N)));
    private static final Pattern VALUE = Pattern.compile(":[A-Za-z0-9_]+");

    private final JsonNode recorded = read();
    private final Map<String, AttributeValue> item =
            Values.checked(Json.item(recorded.field("item").orElseThrow()));
    private final Map<String, AttributeValue> values =
            Json.item(recorded.field("values").orElseThrow());

    @Test
    void every_recorded_expression_is_answered_as_dynamodb_answers_it() {
        var differences = new ArrayList<String>();
        for (var each : recorded.field("cases").orElseThrow().asArray()) {
            var place = each.field("place").orElseThrow().asString();
            var text = each.field("text").orElseThrow().asString();
            var expected = expected(each);
            var actual = actual(place, text);
            if (!same(expected, actual)) {
                differences.add(place + ": " + (text.length() > 200 ? text.substring(0, 200) : text) + "\n    expected "
                        + expected + "\n    but was  " + actual);
            }
        }
        assertThat(differences).as(String.join("\n", differences)).isEmpty();
    }

    private static boolean same(Object expected, Object actual) {
        if (expected instanceof Map<?, ?> left && actual instanceof Map<?, ?> right) {
            return Values.equal(map(left), map(right));
        }
        return expected.equals(actual);
    }

    @SuppressWarnings("unchecked")
    private static AttributeValue map(Map<?, ?> item) {
        return AttributeValue.fromM((Map<String, AttributeValue>) item);
    }

    private static Object expected(JsonNode each) {
        if (each.field("message").isPresent()) {
            return each.field("message").get().asString();
        }
        return each.field("holds").isPresent()
                ? (Object) each.field("holds").get().asBoolean()
                : Json.item(each.field("item").orElseThrow());
    }

    private Object actual(String place, String text) {
        var used = new LinkedHashMap<String, AttributeValue>();
        var matcher = VALUE.matcher(text);
        while (matcher.find()) {
            if (values.get(matcher.group()) instanceof AttributeValue value) {
                used.put(matcher.group(), value);
            }
        }
        try {
            var placeholders = used.isEmpty() ? Placeholders.none() : Placeholders.of(null, used);
            return switch (place) {
                case "condition" -> Expressions.condition(text, placeholders).holds(item);
                case "projection" -> Expressions.projection(text, placeholders).of(item);
                case "key" ->
                    !Expressions.keyCondition(text, placeholders, SCHEMA)
                            .partition()
                            .isEmpty();
                default -> {
                    var update = Expressions.update(text, placeholders);
                    Expressions.refuseKeyUpdates(update, SCHEMA);
                    yield update.apply(item);
                }
            };
        } catch (AwsServiceException refusal) {
            return refusal.awsErrorDetails().errorMessage();
        }
    }

    private static JsonNode read() {
        try (var in = RecordedExpressionsTest.class.getResourceAsStream("recorded.json")) {
            return JsonNode.parser().parse(in);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
