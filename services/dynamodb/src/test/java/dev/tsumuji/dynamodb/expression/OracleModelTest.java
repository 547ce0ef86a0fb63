package dev.tsumuji.dynamodb.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tsumuji.dynamodb.value.Values;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * Generated conditions, projections and updates, sound and broken, against another DynamoDB: {@code
 * -Dtsumuji.dynamodb.oracle=http://127.0.0.1:8000}, such as Amazon's DynamoDB Local, which is not among the project's
 * dependencies because of its licence. {@code -Dtsumuji.dynamodb.seed} repeats a run. Where several things are wrong at once the
 * two may name different ones, so only what one of them takes and the other refuses, different results, and different words for
 * a text's first fault count: syntax, parentheses, function names and reserved words.
 */
class OracleModelTest {
    private static final int EXPRESSIONS = 3_000;
    private static final List<String> PATHS = List.of(
            "s", "n", "bo", "l", "m", "ss", "ns", "zz", "l[0]", "l[2].q", "l[9]", "m.a", "m.b.c", "m.zz", "x.y", "#a",
            "#s", "name", "s.a", "m[0]");
    private static final Map<String, AttributeValue> VALUES = Map.of(
            ":v", AttributeValue.fromS("x"),
            ":h", AttributeValue.fromS("hell"),
            ":n", AttributeValue.fromN("1"),
            ":l", AttributeValue.fromL(List.of(AttributeValue.fromS("new"))),
            ":ss", AttributeValue.fromSs(List.of("a", "z")),
            ":ns", AttributeValue.fromNs(List.of("1", "9")),
            ":m", AttributeValue.fromM(Map.of("a", AttributeValue.fromN("1"))),
            ":b", AttributeValue.fromB(SdkBytes.fromUtf8String("b")),
            ":bo", AttributeValue.fromBool(true),
            ":t", AttributeValue.fromS("SS"));
    private static final Map<String, String> NAMES = Map.of("#a", "a", "#s", "s");
    private static final Map<String, AttributeValue> KEY = Map.of("pk", AttributeValue.fromS("a"));
    private static final Map<String, AttributeValue> ITEM = item();
    private static final Pattern FIRST_FAULT = Pattern.compile(
            "Invalid \\w+: (Syntax error|The expression has redundant|Invalid function name|Attribute name is).*");

    private final long seed = Long.getLong("tsumuji.dynamodb.seed", 1);
    private final Random random = new Random(seed);

    @Test
    void generated_expressions_are_answered_as_another_dynamodb_answers_them() {
        var endpoint = System.getProperty("tsumuji.dynamodb.oracle");
        assumeTrue(endpoint != null, "no other DynamoDB to compare with: set -Dtsumuji.dynamodb.oracle=http://…");
        try (var oracle = DynamoDbClient.builder()
                .endpointOverride(URI.create(endpoint))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("oracle", "oracle")))
                .build()) {
            createTable(oracle);
            var differences = new ArrayList<String>();
            for (int i = 0; i < EXPRESSIONS; i++) {
                var place = Place.values()[
                        random.nextInt(3) == 0
                                ? Place.PROJECTION.ordinal()
                                : random.nextBoolean() ? Place.CONDITION.ordinal() : Place.UPDATE.ordinal()];
                var text = mutated(
                        switch (place) {
                            case CONDITION -> condition(0);
                            case PROJECTION -> path() + ", " + path();
                            default -> update();
                        });
                var theirs = theirs(oracle, place, text);
                var ours = ours(place, text);
                if (!same(theirs, ours)) {
                    differences.add(place + ": " + text + "\n    theirs " + theirs + "\n    ours   " + ours);
                }
            }
            assertThat(differences)
                    .as("seed %s\n%s", seed, String.join("\n", differences))
                    .isEmpty();
        }
    }

    private static boolean same(Object theirs, Object ours) {
        if (theirs instanceof String message && ours instanceof String other) {
            return message.equals(other)
                    || !FIRST_FAULT.matcher(message).matches()
                            && !FIRST_FAULT.matcher(other).matches();
        }
        if (theirs instanceof Map<?, ?> left && ours instanceof Map<?, ?> right) {
            return Values.equal(map(left), map(right));
        }
        return theirs.equals(ours);
    }

    @SuppressWarnings("unchecked")
    private static AttributeValue map(Map<?, ?> item) {
        return AttributeValue.fromM((Map<String, AttributeValue>) item);
    }

    private static Object theirs(DynamoDbClient oracle, Place place, String text) {
        var names = used(text, NAMES);
        var values = place == Place.PROJECTION ? Map.<String, AttributeValue>of() : used(text, VALUES);
        try {
            return switch (place) {
                case CONDITION -> {
                    oracle.putItem(put -> put.tableName("oracle")
                            .item(ITEM)
                            .conditionExpression(text)
                            .expressionAttributeNames(names.isEmpty() ? null : names)
                            .expressionAttributeValues(values.isEmpty() ? null : values));
                    yield true;
                }
                case PROJECTION ->
                    oracle.getItem(get -> get.tableName("oracle")
                                    .key(KEY)
                                    .projectionExpression(text)
                                    .expressionAttributeNames(names.isEmpty() ? null : names))
                            .item();
                default -> {
                    var updated = oracle.updateItem(update -> update.tableName("oracle")
                                    .key(KEY)
                                    .updateExpression(text)
                                    .returnValues(ReturnValue.ALL_NEW)
                                    .expressionAttributeNames(names.isEmpty() ? null : names)
                                    .expressionAttributeValues(values.isEmpty() ? null : values))
                            .attributes();
                    oracle.putItem(put -> put.tableName("oracle").item(ITEM));
                    yield updated;
                }
            };
        } catch (ConditionalCheckFailedException e) {
            return false;
        } catch (AwsServiceException e) {
            return e.awsErrorDetails().errorMessage();
        }
    }

    private static Object ours(Place place, String text) {
        var names = used(text, NAMES);
        var values = place == Place.PROJECTION ? Map.<String, AttributeValue>of() : used(text, VALUES);
        try {
            var placeholders = Placeholders.of(names.isEmpty() ? null : names, values.isEmpty() ? null : values);
            return switch (place) {
                case CONDITION -> Expressions.condition(text, placeholders).holds(ITEM);
                case PROJECTION -> Expressions.projection(text, placeholders).of(ITEM);
                default -> Expressions.update(text, placeholders).apply(ITEM);
            };
        } catch (AwsServiceException e) {
            return e.awsErrorDetails().errorMessage();
        }
    }

    private static <V> Map<String, V> used(String text, Map<String, V> all) {
        var used = new LinkedHashMap<String, V>();
        var matcher = Pattern.compile("[:#]\\w+").matcher(text);
        while (matcher.find()) {
            if (all.get(matcher.group()) instanceof Object value) {
                used.put(matcher.group(), all.get(matcher.group()));
            }
        }
        return used;
    }

    private String path() {
        return any(PATHS);
    }

    private String operand() {
        return switch (random.nextInt(12)) {
            case 0, 1, 2, 3, 4 -> path();
            case 5, 6, 7, 8 -> any(VALUES.keySet().stream().sorted().toList());
            case 9 -> "size(" + path() + ")";
            case 10 -> "(" + operand() + ")";
            default -> any(List.of("foo(s)", "if_not_exists(s, :v)", "attribute_exists(s)"));
        };
    }

    private String condition(int depth) {
        int choice = random.nextInt(depth > 2 ? 7 : 11);
        return switch (choice) {
            case 0, 1, 2 -> operand() + " " + any(List.of("=", "<>", "<", "<=", ">", ">=")) + " " + operand();
            case 3 -> operand() + " BETWEEN " + operand() + " AND " + operand();
            case 4 -> operand() + " in (" + operand() + ", " + operand() + ")";
            case 5 -> any(List.of("attribute_exists", "attribute_not_exists")) + "(" + path() + ")";
            case 6 -> any(List.of("begins_with", "contains", "attribute_type")) + "(" + path() + ", " + operand() + ")";
            case 7 -> "NOT " + condition(depth + 1);
            case 8 -> "(" + condition(depth + 1) + ")";
            default -> condition(depth + 1) + any(List.of(" AND ", " or ")) + condition(depth + 1);
        };
    }

    private String update() {
        return switch (random.nextInt(5)) {
            case 0 -> "SET " + path() + " = " + operand() + any(List.of(" + ", " - ")) + operand();
            case 1 ->
                "SET " + path() + " = if_not_exists(" + path() + ", " + operand() + "), " + path() + " = " + operand();
            case 2 -> "SET " + path() + " = list_append(" + operand() + ", " + operand() + ") REMOVE " + path();
            case 3 -> "REMOVE " + path() + " ADD " + path() + " " + any(List.of(":n", ":ss", ":v"));
            default ->
                "delete " + path() + " " + any(List.of(":ss", ":ns", ":n")) + " SET " + path() + " = " + operand();
        };
    }

    private String mutated(String text) {
        if (random.nextInt(8) > 0) {
            return text;
        }
        int at = random.nextInt(text.length());
        return random.nextBoolean()
                ? text.substring(0, at)
                        + any(List.of("(", ")", ",", "=", " AND ", "!", " 7 ", "\"", " name "))
                        + text.substring(at)
                : text.substring(0, at) + text.substring(at + 1);
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private static Map<String, AttributeValue> item() {
        var item = new LinkedHashMap<>(KEY);
        item.put("s", AttributeValue.fromS("hello"));
        item.put("n", AttributeValue.fromN("5"));
        item.put("bo", AttributeValue.fromBool(true));
        item.put(
                "l",
                AttributeValue.fromL(List.of(
                        AttributeValue.fromN("1"),
                        AttributeValue.fromS("x"),
                        AttributeValue.fromM(Map.of("q", AttributeValue.fromN("3"))))));
        item.put(
                "m",
                AttributeValue.fromM(Map.of(
                        "a", AttributeValue.fromN("1"),
                        "b", AttributeValue.fromM(Map.of("c", AttributeValue.fromS("deep"))))));
        item.put("ss", AttributeValue.fromSs(List.of("a", "b")));
        item.put("ns", AttributeValue.fromNs(List.of("1", "2")));
        return item;
    }

    private static void createTable(DynamoDbClient oracle) {
        if (oracle.listTables().tableNames().contains("oracle")) {
            oracle.deleteTable(table -> table.tableName("oracle"));
        }
        oracle.createTable(table -> table.tableName("oracle")
                .billingMode("PAY_PER_REQUEST")
                .keySchema(key -> key.attributeName("pk").keyType(KeyType.HASH))
                .attributeDefinitions(attribute -> attribute.attributeName("pk").attributeType("S")));
        oracle.putItem(put -> put.tableName("oracle").item(ITEM));
    }
}
