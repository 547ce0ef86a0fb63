package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.testkit.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.InvocationType;

/**
 * kill -9 in the middle of a burst of asynchronous events, some of which fail, and of writes to a table whose stream feeds a
 * function: every accepted event runs or reaches its failure destination, every acknowledged write reaches the function, in
 * the order of its key. {@code -Dcrashes=20} for more.
 */
class EventsCrashTest {
    private static final int CRASHES = Integer.getInteger("crashes", 3);
    private static final String ROLE = "events-crash-role";
    private static final String WORKER = "crash-worker";
    private static final String UNDERTAKER = "crash-undertaker";
    private static final String FEEDER = "crash-feeder";
    private static final String TABLE = "feed";
    private static final int KEYS = 5;

    private static final String CODE = """
            exports.worker = async (event) => {
              console.log('ran ' + event.name);
              if (event.fail) throw new TypeError('as you wish');
            };
            exports.undertaker = async (record) => console.log('buried ' + record.requestPayload.name);
            exports.feeder = async (event) => {
              const images = event.Records.map((record) => record.dynamodb.NewImage);
              console.log('batch ' + images.map((image) => image.id.S + ':' + image.version.N).join(' '));
            };
            """;

    private final Collection<String> good = new ConcurrentLinkedQueue<>();
    private final Collection<String> failing = new ConcurrentLinkedQueue<>();
    private final Collection<String> puts = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    @Test
    void accepted_events_and_acknowledged_writes_reach_their_functions() {
        Seeded.check(1, seeded -> {
            try (var platform = RunningPlatform.start(RunningPlatform.temporary("events-crash"))) {
                prepare(platform);
                for (int crash = 0; crash < CRASHES; crash++) {
                    sendUntilKilled(platform, seeded);
                    platform.restart();
                }
                eventsRanOrWereBuried(platform);
                writesArrivedInOrder(platform);
            }
        });
    }

    private static void prepare(RunningPlatform platform) {
        try (var iam = platform.client(IamClient.builder());
                var lambda = platform.client(LambdaClient.builder());
                var tables = platform.client(DynamoDbClient.builder())) {
            var role = Roles.basic(iam, ROLE);
            iam.attachRolePolicy(r ->
                    r.roleName(ROLE).policyArn("arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole"));
            iam.putRolePolicy(r -> r.roleName(ROLE).policyName("bury").policyDocument("""
                            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:InvokeFunction",\
                            "Resource":"*"}]}"""));
            var zip = SdkBytes.fromByteArray(FunctionPackage.zip(Map.of("index.js", CODE)));
            create(lambda, WORKER, "index.worker", role, zip);
            var undertaker = create(lambda, UNDERTAKER, "index.undertaker", role, zip);
            create(lambda, FEEDER, "index.feeder", role, zip);
            lambda.putFunctionEventInvokeConfig(r -> r.functionName(WORKER)
                    .maximumRetryAttempts(0)
                    .destinationConfig(d -> d.onFailure(f -> f.destination(undertaker))));
            var stream = tables.createTable(r -> r.tableName(TABLE)
                            .billingMode(BillingMode.PAY_PER_REQUEST)
                            .attributeDefinitions(a -> a.attributeName("id").attributeType(ScalarAttributeType.S))
                            .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                            .streamSpecification(s -> s.streamEnabled(true).streamViewType(StreamViewType.NEW_IMAGE)))
                    .tableDescription()
                    .latestStreamArn();
            tables.waiter().waitUntilTableExists(r -> r.tableName(TABLE));
            lambda.createEventSourceMapping(r -> r.functionName(FEEDER)
                    .eventSourceArn(stream)
                    .startingPosition(EventSourcePosition.TRIM_HORIZON)
                    .batchSize(20));
        }
    }

    private static String create(LambdaClient lambda, String name, String handler, String role, SdkBytes zip) {
        var arn = lambda.createFunction(r -> r.functionName(name)
                        .runtime("nodejs20.x")
                        .handler(handler)
                        .role(role)
                        .timeout(10)
                        .code(c -> c.zipFile(zip)))
                .functionArn();
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        return arn;
    }

    // ---- sending

    private void sendUntilKilled(RunningPlatform platform, Seeded seeded) {
        var stop = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            threads.submit(() -> sendEvents(platform, stop));
            threads.submit(() -> putItems(platform, stop));
            int events = failing.size();
            int rows = puts.size();
            Waiting.until(Duration.ofSeconds(30), () -> failing.size() > events + 2 && puts.size() > rows + 10);
            Waiting.pause(Duration.ofMillis(seeded.below(1000)));
            platform.kill();
            stop.set(true);
        }
    }

    /** Every third fails. */
    private void sendEvents(RunningPlatform platform, AtomicBoolean stop) {
        try (var lambda = platform.client(
                LambdaClient.builder().overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1))))) {
            while (!stop.get()) {
                int number = count.incrementAndGet();
                var name = "event-" + number;
                boolean fails = number % 3 == 0;
                lambda.invoke(r -> r.functionName(WORKER)
                        .invocationType(InvocationType.EVENT)
                        .payload(SdkBytes.fromUtf8String(
                                "{\"name\":\"" + name + "\"" + (fails ? ",\"fail\":true" : "") + "}")));
                (fails ? failing : good).add(name);
                Waiting.pause(Duration.ofMillis(10));
            }
        } catch (SdkException e) {
            // killed in the middle: this one was not acknowledged
        }
    }

    private void putItems(RunningPlatform platform, AtomicBoolean stop) {
        try (var tables = platform.client(
                DynamoDbClient.builder().overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1))))) {
            while (!stop.get()) {
                int version = count.incrementAndGet();
                var key = "k" + version % KEYS;
                tables.putItem(r -> r.tableName(TABLE)
                        .item(Map.of(
                                "id", AttributeValue.fromS(key),
                                "version", AttributeValue.fromN(Integer.toString(version)))));
                puts.add(key + ":" + version);
                Waiting.pause(Duration.ofMillis(5));
            }
        } catch (SdkException e) {
            // killed in the middle: this one was not acknowledged
        }
    }

    // ---- checking

    private void eventsRanOrWereBuried(RunningPlatform platform) {
        var ran = new HashSet<String>();
        var buried = new HashSet<String>();
        Waiting.until(Duration.ofSeconds(90), () -> {
            ran.addAll(lines(platform, WORKER, "ran "));
            buried.addAll(lines(platform, UNDERTAKER, "buried "));
            return ran.containsAll(good) && buried.containsAll(failing);
        });
        assertThat(buried).as("events that did not fail").doesNotContainAnyElementsOf(good);
        System.out.println("events: " + good.size() + " ran, " + failing.size() + " reached the failure destination");
    }

    private void writesArrivedInOrder(RunningPlatform platform) {
        var batches = new ArrayList<List<String>>();
        Waiting.until(Duration.ofSeconds(90), () -> {
            batches.clear();
            lines(platform, FEEDER, "batch ").forEach(line -> batches.add(List.of(line.split(" "))));
            var arrived = new HashSet<String>();
            batches.forEach(arrived::addAll);
            return arrived.containsAll(puts);
        });
        int repeated = repeatedInOrder(batches);
        System.out.println("stream: " + puts.size() + " writes arrived in " + batches.size() + " batches, " + repeated
                + " of them repeated");
    }

    /**
     * Within a batch a key's versions rise, and from batch to batch, unless the batch before is begun again: then it begins with
     * the same record.
     */
    private static int repeatedInOrder(List<List<String>> batches) {
        var settled = new HashMap<String, Integer>();
        var latest = new HashMap<String, Integer>();
        int repeated = 0;
        String first = "";
        for (var batch : batches) {
            if (batch.getFirst().equals(first)) {
                repeated++;
                latest = new HashMap<>(settled);
            } else {
                settled = new HashMap<>(latest);
            }
            first = batch.getFirst();
            for (var record : batch) {
                var key = record.substring(0, record.indexOf(':'));
                int version = Integer.parseInt(record.substring(key.length() + 1));
                assertThat(version).as("%s in %s", key, batch).isGreaterThan(latest.getOrDefault(key, 0));
                latest.put(key, version);
            }
        }
        assertThat(repeated).as("batches that came again").isLessThanOrEqualTo(CRASHES);
        return repeated;
    }

    /** What functions printed after a word, in the order of time. */
    private static List<String> lines(RunningPlatform platform, String function, String word) {
        try (var logs = platform.client(CloudWatchLogsClient.builder())) {
            return logs
                    .filterLogEventsPaginator(
                            r -> r.logGroupName("/aws/lambda/" + function).filterPattern("\"" + word + "\""))
                    .events()
                    .stream()
                    .sorted(Comparator.comparing(FilteredLogEvent::timestamp))
                    .map(FilteredLogEvent::message)
                    .map(message -> message.substring(message.indexOf(word) + word.length())
                            .strip())
                    .toList();
        }
    }
}
