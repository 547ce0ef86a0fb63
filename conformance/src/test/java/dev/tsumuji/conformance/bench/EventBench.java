package dev.tsumuji.conformance.bench;

import dev.tsumuji.conformance.FunctionPackage;
import dev.tsumuji.conformance.Roles;
import dev.tsumuji.conformance.RunningPlatform;
import dev.tsumuji.conformance.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Event;

/**
 * From a put to the start of the function that it sets off, with the function warm: an object in a bucket with a notification,
 * an item in a table whose stream a mapping reads. One at a time. The function prints the time at which its handler began,
 * in milliseconds of the machine's clock, which is compared with the one before the put was sent and the one after it was
 * acknowledged. Not part of the tests; run it by
 *
 * <pre>{@code ./tsumuji bench EventBench}</pre>
 */
class EventBench {
    private static final int EVENTS = Integer.getInteger("events", 100);
    private static final int WARM_UP = 30;
    /** Between two puts. */
    private static final Duration APART = Duration.ofMillis(100);

    private static final String NAME = "bench-events";
    private static final String CODE = """
            exports.bucket = async (event) => {
              const now = Date.now();
              for (const record of event.Records) console.log(`started ${record.s3.object.key} ${now}`);
            };
            exports.table = async (event) => {
              const now = Date.now();
              for (const record of event.Records) console.log(`started ${record.dynamodb.Keys.id.S} ${now}`);
            };
            """;

    private record Put(Instant sent, Instant acknowledged) {}

    @Test
    void from_a_put_to_the_start_of_its_function(@TempDir Path folder) {
        try (var platform = RunningPlatform.startAsDistributed(folder.resolve("data"));
                var iam = platform.client(IamClient.builder());
                var lambda = platform.client(LambdaClient.builder());
                var s3 = platform.client(S3Client.builder());
                var tables = platform.client(DynamoDbClient.builder())) {
            var role = Roles.basic(iam, NAME);
            iam.attachRolePolicy(r ->
                    r.roleName(NAME).policyArn("arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole"));
            notify(s3, lambda, create(lambda, "bucket", role));
            measure(platform, "bucket", key -> s3.putObject(r -> r.bucket(NAME).key(key), RequestBody.fromString(key)));
            create(lambda, "table", role);
            map(tables, lambda);
            measure(
                    platform,
                    "table",
                    key -> tables.putItem(r -> r.tableName(NAME).item(Map.of("id", AttributeValue.fromS(key)))));
        }
    }

    private static void measure(RunningPlatform platform, String function, Consumer<String> put) {
        var puts = new LinkedHashMap<String, Put>();
        for (int i = 0; i < WARM_UP + EVENTS; i++) {
            var key = "k" + i;
            var sent = Instant.now();
            put.accept(key);
            puts.put(key, new Put(sent, Instant.now()));
            Waiting.pause(APART);
        }
        var started = new HashMap<String, Instant>();
        Waiting.until(Duration.ofSeconds(60), () -> {
            started.putAll(started(platform, function));
            return started.keySet().containsAll(puts.keySet());
        });
        var warm = puts.keySet().stream().skip(WARM_UP).toList();
        System.out.printf(
                Locale.ROOT,
                "%nput to %s -> function started, of %d: since it was sent %s, since it was acknowledged %s%n",
                function,
                EVENTS,
                quantiles(warm, key -> millis(puts.get(key).sent(), started.get(key))),
                quantiles(warm, key -> millis(puts.get(key).acknowledged(), started.get(key))));
    }

    private static long millis(Instant from, Instant to) {
        return to.toEpochMilli() - from.toEpochMilli();
    }

    private static String quantiles(List<String> keys, ToLongFunction<String> millis) {
        var sorted = keys.stream().mapToLong(millis).sorted().toArray();
        return "p50 " + sorted[sorted.length / 2] + " ms, p99 " + sorted[sorted.length * 99 / 100] + " ms";
    }

    /** When the handler began, by key. */
    private static Map<String, Instant> started(RunningPlatform platform, String function) {
        var started = new HashMap<String, Instant>();
        try (var logs = platform.client(CloudWatchLogsClient.builder())) {
            logs.filterLogEventsPaginator(
                            r -> r.logGroupName("/aws/lambda/" + function).filterPattern("started"))
                    .events()
                    .forEach(event -> {
                        var words = event.message()
                                .substring(event.message().indexOf("started "))
                                .strip()
                                .split(" ");
                        started.put(words[1], Instant.ofEpochMilli(Long.parseLong(words[2])));
                    });
        } catch (ResourceNotFoundException e) {
            // nothing was logged yet
        }
        return started;
    }

    // ---- functions and what sets them off

    private static String create(LambdaClient lambda, String name, String role) {
        var zip = SdkBytes.fromByteArray(FunctionPackage.zip(Map.of("index.js", CODE)));
        var arn = lambda.createFunction(r -> r.functionName(name)
                        .runtime("nodejs20.x")
                        .handler("index." + name)
                        .role(role)
                        .memorySize(1769)
                        .code(c -> c.zipFile(zip)))
                .functionArn();
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        return arn;
    }

    private static void notify(S3Client s3, LambdaClient lambda, String function) {
        s3.createBucket(r -> r.bucket(NAME));
        lambda.addPermission(r -> r.functionName(function)
                .statementId("s3")
                .action("lambda:InvokeFunction")
                .principal("s3.amazonaws.com")
                .sourceArn("arn:aws:s3:::" + NAME));
        s3.putBucketNotificationConfiguration(r -> r.bucket(NAME)
                .notificationConfiguration(c -> c.lambdaFunctionConfigurations(
                        f -> f.lambdaFunctionArn(function).events(Event.S3_OBJECT_CREATED))));
    }

    private static void map(DynamoDbClient tables, LambdaClient lambda) {
        var stream = tables.createTable(r -> r.tableName(NAME)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(a -> a.attributeName("id").attributeType(ScalarAttributeType.S))
                        .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                        .streamSpecification(s -> s.streamEnabled(true).streamViewType(StreamViewType.NEW_IMAGE)))
                .tableDescription()
                .latestStreamArn();
        tables.waiter().waitUntilTableExists(r -> r.tableName(NAME));
        var mapping = lambda.createEventSourceMapping(r -> r.functionName("table")
                        .eventSourceArn(stream)
                        .startingPosition(EventSourcePosition.TRIM_HORIZON))
                .uuid();
        Waiting.until(
                Duration.ofSeconds(30),
                () -> lambda.getEventSourceMapping(r -> r.uuid(mapping)).state().equals("Enabled"));
    }
}
