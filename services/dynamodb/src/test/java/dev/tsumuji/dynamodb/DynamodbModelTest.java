package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.attribute;
import static dev.tsumuji.dynamodb.Fixture.global;
import static dev.tsumuji.dynamodb.Fixture.hash;
import static dev.tsumuji.dynamodb.Fixture.include;
import static dev.tsumuji.dynamodb.Fixture.local;
import static dev.tsumuji.dynamodb.Fixture.range;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.dynamodbv2.local.embedded.DynamoDBEmbedded;
import com.amazonaws.services.dynamodbv2.local.shared.access.AmazonDynamoDBLocal;
import dev.tsumuji.testkit.Seeded;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * The same generated requests to this service and to Amazon's DynamoDB Local, both in this process; their answers are equal.
 * Where DynamoDB Local is known to differ from DynamoDB, {@link #aws} says how, and DynamoDB is right.
 */
class DynamodbModelTest {
    private static final String TABLE = "model";
    private static final int RUNS = Integer.getInteger("runs", 4);
    private static final int STEPS = 400;
    private static AmazonDynamoDBLocal reference;

    @BeforeAll
    static void start() {
        // beside the library's jar in the local repository, which Maven doesn't put on the class path
        var jar = Arrays.stream(System.getProperty("java.class.path").split(":"))
                .map(Path::of)
                .filter(entry -> entry.getFileName().toString().startsWith("sqlite4java-"))
                .findFirst();
        var library = jar.map(path -> path.getParent().getParent().resolveSibling("libsqlite4java-linux-amd64"))
                .map(folder -> folder.resolve(jar.get().getParent().getFileName()));
        Assumptions.assumeTrue(
                library.isPresent() && Files.isDirectory(library.get()),
                "DynamoDB Local's native library is only there on Linux on AMD64");
        System.setProperty("sqlite4java.library.path", library.get().toString());
        reference = DynamoDBEmbedded.create(true);
    }

    @AfterAll
    static void stop() {
        if (reference != null) {
            reference.shutdownNow();
        }
    }

    @Test
    void generated_requests_are_answered_as_dynamodb_local_answers_them() {
        Seeded.check(RUNS, seeded -> {
            var client = reference.dynamoDbClient();
            client.listTables().tableNames().forEach(name -> client.deleteTable(r -> r.tableName(name)));
            try (var it = new Fixture()) {
                var script = new Script(seeded);
                var differences = new ArrayList<String>();
                for (int step = 0; step < STEPS; step++) {
                    var request = step == 0 ? script.table() : script.next();
                    var expected = aws(answer(request.operation, client));
                    var actual = aws(it.call(() -> answer(request.operation, it.dynamodb)));
                    if (!expected.equals(actual) && !bothRefuse(request, expected, actual)) {
                        differences.add("step " + step + ": " + request.text + "\n  DynamoDB Local: " + expected
                                + "\n  this service:   " + actual);
                    }
                }
                assertThat(String.join("\n", differences)).isEmpty();
            }
        });
    }

    private static final String WRONG_KEY = "The provided key element does not match the schema";

    /** What DynamoDB would say where DynamoDB Local says something else. */
    private static String aws(String answer) {
        return answer
                // DynamoDB has two words for a wrong key, which tell how a request came; both are tested elsewhere
                .replace("The number of conditions on the keys is invalid", WRONG_KEY)
                .replaceAll("One or more parameter values were invalid: Type mismatch for key.*?(?=[},]|$)", WRONG_KEY)
                .replaceAll("One or more parameter values were invalid: Missing the key .*? in the item", WRONG_KEY)
                .replace("One or more parameter values were invalid: Missing the key", WRONG_KEY)
                .replace(
                        "1 validation error detected: Value '2' at 'segment' failed to satisfy constraint: Member must"
                                + " have value less than or equal to 1",
                        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2"
                                + " is not less than TotalSegments: 2")
                // DynamoDB ends the sentence in exceptions only
                .replace("Message=The conditional request failed.", "Message=The conditional request failed")
                // DynamoDB Local lists them in no particular order
                .replaceAll("valid types: \\{.*?}", "valid types")
                // DynamoDB says which key of which index
                .replaceAll(
                        "One or more parameter values were invalid: Type mismatch for Index Key.*?(?=[},]|$)", "INDEX")
                .replace("Invalid attribute value type", "INDEX")
                .replace(
                        "Consistent read cannot be true when querying a GSI",
                        "Consistent reads are not supported on global secondary indexes")
                .replace(
                        "If segment is specified, total segment must also be specified",
                        "The TotalSegments parameter is required but was not present in the request when Segment"
                                + " parameter is present")
                .replace(
                        "If total segments is specified, a particular segment must also be specified for this request",
                        "The Segment parameter is required but was not present in the request when parameter"
                                + " TotalSegments is present");
    }

    /** Whether both refuse a request that is wrong in several ways, of which each names one. */
    private static boolean bothRefuse(Request request, String expected, String actual) {
        boolean index = expected.contains("INDEX");
        boolean several = request.faulty || index || request.text.startsWith("transact ");
        return several && refuses(expected) && refuses(actual);
    }

    /** What is wrong with one step of a transaction cancels it, or is told by itself. */
    private static boolean refuses(String answer) {
        return answer.startsWith("ValidationException ")
                || answer.startsWith("TransactionCanceled ") && answer.contains("Code=ValidationError");
    }

    private static String answer(Function<DynamoDbClient, Object> operation, DynamoDbClient client) {
        try {
            return Rendered.of(operation.apply(client));
        } catch (TransactionCanceledException e) {
            return "TransactionCanceled " + e.awsErrorDetails().errorMessage() + Rendered.of(e.cancellationReasons());
        } catch (AwsServiceException e) {
            return e.awsErrorDetails().errorCode() + " " + e.awsErrorDetails().errorMessage();
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    /** @param faulty whether its key is wrong, beside what else may be wrong with it */
    private record Request(String text, Function<DynamoDbClient, Object> operation, boolean faulty) {
        Request(String text, Function<DynamoDbClient, Object> operation) {
            this(text, operation, false);
        }
    }

    /** Makes requests that often meet the same few items, and are often wrong. */
    private static final class Script {
        private static final List<String> NAMES = List.of("a", "b", "c", "list", "map", "set", "num");
        private final Seeded seeded;
        private boolean faulty;

        Script(Seeded seeded) {
            this.seeded = seeded;
        }

        Request table() {
            var request = CreateTableRequest.builder()
                    .tableName(TABLE)
                    .billingMode("PAY_PER_REQUEST")
                    .keySchema(hash("pk"), range("sk"))
                    .attributeDefinitions(
                            attribute("pk", "S"), attribute("sk", "N"), attribute("a", "S"), attribute("num", "N"))
                    .localSecondaryIndexes(local("byNum", include("b"), hash("pk"), range("num")))
                    .globalSecondaryIndexes(
                            global("byA", Fixture.ALL, hash("a"), range("num")),
                            global("keys", Fixture.KEYS_ONLY, hash("num")))
                    .build();
            return new Request("create table", client -> {
                client.createTable(request);
                return "made";
            });
        }

        Request next() {
            faulty = false;
            var made = make();
            return new Request(made.text, made.operation, faulty);
        }

        private Request make() {
            return switch (seeded.below(20)) {
                case 0, 1, 2, 3 -> put();
                case 4, 5, 6, 7, 8 -> update();
                case 9 -> delete();
                case 10, 11 -> get();
                case 12, 13, 14 -> query();
                case 15, 16 -> scan();
                case 17 -> batchWrite();
                case 18 -> batchGet();
                default -> transact();
            };
        }

        private Map<String, AttributeValue> key() {
            var key = new HashMap<String, AttributeValue>();
            key.put("pk", Fixture.s("p" + seeded.below(3)));
            key.put("sk", AttributeValue.fromN(seeded.oneOf(List.of("1", "2", "-1", "10", "1.5", "0"))));
            if (seeded.chance(0.06)) {
                faulty = true;
                switch (seeded.below(4)) {
                    case 0 -> key.put("pk", Fixture.s(""));
                    case 1 -> key.put("sk", Fixture.s("x"));
                    case 2 -> key.remove(seeded.oneOf(List.of("pk", "sk")));
                    default -> key.put("extra", Fixture.s("x"));
                }
            }
            return key;
        }

        private AttributeValue value(int depth) {
            return switch (seeded.below(depth > 1 ? 7 : 10)) {
                case 0, 1 -> Fixture.s(seeded.oneOf(List.of("x", "y", "zebra", "", "xyz")));
                case 2, 3 -> AttributeValue.fromN(seeded.oneOf(List.of("1", "2", "-3", "0.5", "1e3", "100", "007")));
                case 4 -> AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {(byte) seeded.below(3)}));
                case 5 -> AttributeValue.fromBool(seeded.chance(0.5));
                case 6 -> AttributeValue.fromNul(true);
                case 7 ->
                    seeded.chance(0.5)
                            ? AttributeValue.fromSs(List.of("x", "y"))
                            : AttributeValue.fromNs(List.of("1", "2"));
                case 8 -> AttributeValue.fromL(List.of(value(depth + 1), value(depth + 1)));
                default -> AttributeValue.fromM(Map.of("a", value(depth + 1), "b", value(depth + 1)));
            };
        }

        private Map<String, AttributeValue> item() {
            var item = key();
            for (var name : NAMES) {
                if (seeded.chance(0.4)) {
                    item.put(name, typed(name));
                }
            }
            return item;
        }

        /** Attributes of indexes mostly have their types. */
        private AttributeValue typed(String name) {
            if (seeded.chance(0.05)) {
                return value(0);
            }
            return switch (name) {
                case "a" -> Fixture.s(seeded.oneOf(List.of("x", "y", "z")));
                case "num" -> Fixture.n(seeded.below(4));
                case "set" -> AttributeValue.fromSs(List.of("x", "y", "z").subList(0, 1 + seeded.below(3)));
                case "list" -> AttributeValue.fromL(List.of(value(1), value(1)));
                case "map" -> AttributeValue.fromM(Map.of("a", value(1), "num", Fixture.n(seeded.below(5))));
                default -> value(0);
            };
        }

        private String condition() {
            return seeded.oneOf(List.of(
                    "attribute_exists(pk)",
                    "attribute_not_exists(#n)",
                    "#n = :v",
                    "#n <> :v",
                    "#n < :v OR num >= :v",
                    "NOT (#n BETWEEN :v AND :v)",
                    "begins_with(#n, :v)",
                    "contains(#n, :v)",
                    "size(#n) > :v",
                    "attribute_type(#n, :v)",
                    "#n IN (:v, :v)",
                    "map.#n = :v",
                    "list[0] = :v AND #n = :v",
                    "#n = :v AND",
                    "#n = :missing"));
        }

        /** In an update not those of indexes: DynamoDB Local lets an update give them any type. */
        private Map<String, String> names(String... texts) {
            var names = texts.length > 1 ? List.of("b", "c", "list", "map", "set") : NAMES;
            return String.join(" ", texts).contains("#n") ? Map.of("#n", seeded.oneOf(names)) : null;
        }

        private Map<String, AttributeValue> values(String... texts) {
            return String.join(" ", texts).contains(":v")
                    ? Map.of(":v", seeded.chance(0.4) ? Fixture.n(seeded.below(4)) : value(0))
                    : null;
        }

        private Request put() {
            var item = item();
            var condition = seeded.chance(0.4) ? condition() : null;
            var names = names(String.valueOf(condition));
            var values = values(String.valueOf(condition));
            var returned = seeded.chance(0.5) ? ReturnValue.ALL_OLD : null;
            return new Request(
                    "put " + item + " if " + condition + names + values,
                    client -> client.putItem(r -> r.tableName(TABLE)
                            .item(item)
                            .conditionExpression(condition)
                            .expressionAttributeNames(names)
                            .expressionAttributeValues(values)
                            .returnValues(returned)));
        }

        private Request update() {
            var key = key();
            var expression = seeded.oneOf(List.of(
                    "SET #n = :v",
                    "SET #n = :v, b = if_not_exists(b, :v)",
                    "SET num = num + :v",
                    "SET num = :v - num",
                    "SET list[1] = :v",
                    "SET list[9] = :v",
                    "SET map.#n = :v",
                    "SET map.a = map.num",
                    "SET c = list_append(list, :v)",
                    "REMOVE #n",
                    "REMOVE list[0], map.a",
                    "ADD num :v",
                    "ADD #n :v",
                    "ADD set :v",
                    "DELETE set :v",
                    "SET #n = :v REMOVE b",
                    "SET pk = :v",
                    "SET #n = c",
                    "SET #n :v"));
            // DynamoDB Local makes an item even of an update that only takes away, DynamoDB doesn't
            var removes = expression.startsWith("REMOVE") || expression.startsWith("DELETE");
            // DynamoDB refuses to change a key whatever the condition, DynamoDB Local looks at the condition first
            var conditional = seeded.chance(0.2) && !expression.contains("pk");
            var condition = removes ? "attribute_exists(pk)" : conditional ? condition() : null;
            var names = names(expression, String.valueOf(condition));
            var values = expression.contains("set :v")
                    ? Map.of(":v", AttributeValue.fromSs(List.of("x", "q")))
                    : values(expression, String.valueOf(condition));
            var returned = seeded.oneOf(List.of(ReturnValue.values()));
            var wanted = returned == ReturnValue.UNKNOWN_TO_SDK_VERSION ? null : returned;
            return new Request(
                    "update " + key + " " + expression + " if " + condition + names + values + wanted,
                    client -> client.updateItem(r -> r.tableName(TABLE)
                            .key(key)
                            .updateExpression(expression)
                            .conditionExpression(condition)
                            .expressionAttributeNames(names)
                            .expressionAttributeValues(values)
                            .returnValues(wanted)));
        }

        private Request delete() {
            var key = key();
            return new Request(
                    "delete " + key,
                    client -> client.deleteItem(r -> r.tableName(TABLE).key(key).returnValues(ReturnValue.ALL_OLD)));
        }

        private Request get() {
            var key = key();
            var projection = seeded.chance(0.5)
                    ? seeded.oneOf(List.of("a", "a, map.a", "list[1], b", "map", "pk, sk", "map.a, map.num", "a,"))
                    : null;
            return new Request(
                    "get " + key + " " + projection,
                    client -> client.getItem(r -> r.tableName(TABLE).key(key).projectionExpression(projection)));
        }

        private Request query() {
            var index = seeded.oneOf(Arrays.asList(null, null, "byNum", "byA", "keys", "none"));
            var partition = index == null || index.equals("byNum") || index.equals("none")
                    ? "pk"
                    : index.equals("byA") ? "a" : "num";
            var sort = index == null ? "sk" : "num";
            boolean plain = seeded.chance(0.9) || "none".equals(index);
            var values = new HashMap<String, AttributeValue>();
            values.put(
                    ":p",
                    partition.equals("num")
                            ? Fixture.n(seeded.below(4))
                            : Fixture.s(
                                    partition.equals("a")
                                            ? seeded.oneOf(List.of("x", "y", "z"))
                                            : "p" + seeded.below(3)));
            var condition = partition + " = :p";
            if (seeded.chance(0.6) && !partition.equals("num") && !"none".equals(index)) {
                var operator = seeded.oneOf(List.of(
                        "= :s",
                        "< :s",
                        "<= :s",
                        "> :s",
                        ">= :s",
                        "BETWEEN :s AND :t",
                        plain && index == null ? "<> :s" : "= :s"));
                condition += " AND " + sort + " " + operator;
                values.put(":s", Fixture.n(seeded.below(3)));
                if (operator.contains(":t")) {
                    values.put(":t", Fixture.n(seeded.below(5)));
                }
            }
            var filter = plain && seeded.chance(0.2) ? "b = :f OR attribute_exists(c)" : null;
            if (filter != null) {
                values.put(":f", value(0));
            }
            var request = QueryRequest.builder()
                    .tableName(TABLE)
                    .indexName(index)
                    .keyConditionExpression(condition)
                    .filterExpression(filter)
                    .expressionAttributeValues(values)
                    .scanIndexForward(seeded.chance(0.5))
                    .select(
                            !plain
                                    ? seeded.oneOf(List.of(
                                            "COUNT",
                                            "ALL_ATTRIBUTES",
                                            "ALL_PROJECTED_ATTRIBUTES",
                                            "SPECIFIC_ATTRIBUTES"))
                                    : null)
                    .projectionExpression(seeded.chance(0.1) ? "pk, sk, b" : null)
                    // DynamoDB says that there may be more whenever the limit was reached, DynamoDB Local not at a
                    // bound
                    .limit(
                            seeded.chance(0.5) && index == null && !condition.contains("AND")
                                    ? 1 + seeded.below(3)
                                    : null)
                    .consistentRead(plain && seeded.chance(0.1))
                    .build();
            boolean ordered = index == null;
            return new Request("query " + request, client -> {
                var answer = client.query(request);
                return ordered ? answer : unordered(answer.items(), answer.count(), answer.scannedCount());
            });
        }

        private static Object unordered(List<Map<String, AttributeValue>> items, Integer count, Integer scanned) {
            return Rendered.sorted(items.stream().map(Rendered::of).toList()) + count + " of " + scanned;
        }

        private Request scan() {
            var index = seeded.oneOf(Arrays.asList(null, null, "byNum", "byA", "keys"));
            var request = ScanRequest.builder()
                    .tableName(TABLE)
                    .indexName(index)
                    // DynamoDB Local lets a filter see what an index doesn't have
                    .filterExpression(seeded.chance(0.3) && !"keys".equals(index) ? "attribute_exists(b)" : null)
                    .select(seeded.chance(0.1) ? "COUNT" : null)
                    .segment(seeded.chance(0.05) ? 2 : null)
                    .totalSegments(seeded.chance(0.05) ? 2 : null)
                    .build();
            return new Request("scan " + request, client -> {
                var answer = client.scan(request);
                return unordered(answer.items(), answer.count(), answer.scannedCount());
            });
        }

        private Request batchWrite() {
            var writes = new ArrayList<WriteRequest>();
            for (int i = 0; i <= seeded.below(4); i++) {
                var item = item();
                var key = key();
                writes.add(
                        seeded.chance(0.7)
                                ? WriteRequest.builder()
                                        .putRequest(p -> p.item(item))
                                        .build()
                                : WriteRequest.builder()
                                        .deleteRequest(d -> d.key(key))
                                        .build());
            }
            return new Request(
                    "batch write " + writes,
                    client -> client.batchWriteItem(r -> r.requestItems(Map.of(TABLE, writes))));
        }

        private Request batchGet() {
            var keys = new ArrayList<Map<String, AttributeValue>>();
            for (int i = 0; i <= seeded.below(4); i++) {
                keys.add(key());
            }
            var wanted = KeysAndAttributes.builder().keys(keys).build();
            return new Request("batch get " + keys, client -> {
                var answer = client.batchGetItem(r -> r.requestItems(Map.of(TABLE, wanted)));
                return unordered(
                        answer.responses().get(TABLE), answer.unprocessedKeys().size(), 0);
            });
        }

        /** Each step is about another item: DynamoDB Local lets some be named twice. */
        private Request transact() {
            var steps = new ArrayList<TransactWriteItem>();
            var seen = new HashSet<Map<String, AttributeValue>>();
            for (int i = 0; i <= seeded.below(3); i++) {
                var key = key();
                var item = item();
                item.keySet().removeAll(List.of("pk", "sk", "extra"));
                item.putAll(key);
                if (!seen.add(key)) {
                    continue;
                }
                var condition = condition();
                var names = names(condition);
                var values = values(condition);
                steps.add(
                        switch (seeded.below(4)) {
                            case 0 ->
                                TransactWriteItem.builder()
                                        .put(p -> p.tableName(TABLE).item(item))
                                        .build();
                            case 1 ->
                                TransactWriteItem.builder()
                                        .delete(d -> d.tableName(TABLE).key(key))
                                        .build();
                            case 2 ->
                                TransactWriteItem.builder()
                                        .update(u -> u.tableName(TABLE)
                                                .key(key)
                                                .updateExpression("SET b = :v")
                                                .expressionAttributeValues(Map.of(":v", value(0))))
                                        .build();
                            default ->
                                TransactWriteItem.builder()
                                        .conditionCheck(c -> c.tableName(TABLE)
                                                .key(key)
                                                .conditionExpression(condition)
                                                .expressionAttributeNames(names)
                                                .expressionAttributeValues(values)
                                                .returnValuesOnConditionCheckFailure("ALL_OLD"))
                                        .build();
                        });
            }
            return new Request("transact " + steps, client -> client.transactWriteItems(r -> r.transactItems(steps)));
        }
    }
}
