package dev.tsumuji.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.outbox.Dispatcher;
import dev.tsumuji.kernel.signal.Signals;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.testkit.VirtualTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/** The service on the memory engine, with time and identifiers that a test decides. */
final class Fixture implements AutoCloseable {
    static final String ACCOUNT = "000000000000";
    static final String REGION = "eu-central-1";
    static final String TABLE = "orders";

    final VirtualTime time = new VirtualTime();
    final Kv kv = new MemoryKv(time);
    final Ids ids = new Ids(new SplittableRandom(1));
    MortalKv process = new MortalKv(kv);
    Dispatcher outbox = new Dispatcher(process, time, time, ids);
    DynamodbService dynamodb = new DynamodbService(process, outbox, new Signals(), time, ids, time);

    Fixture() {
        outbox.start();
    }

    /** As after a kill: what is in the store is all that is left. Work in the background waits until the outbox is started. */
    void reborn() {
        process.dieAfter(0);
        outbox.close();
        time.close();
        process = new MortalKv(kv);
        outbox = new Dispatcher(process, time, time, ids);
        dynamodb = new DynamodbService(process, outbox, new Signals(), time, ids, time);
    }

    void restart() {
        reborn();
        outbox.start();
    }

    <T> T call(Supplier<T> body) {
        var call = new Call(
                ACCOUNT,
                REGION,
                new Principal.Root(ACCOUNT),
                null,
                null,
                "request",
                "127.0.0.1",
                "test",
                time.instant(),
                false,
                Map.of());
        return ScopedValue.where(Call.CURRENT, call).call(body::get);
    }

    /** A table {@code orders} with partition key {@code id} and sort key {@code at}, a number. */
    static Fixture withTable() {
        return new Fixture().withTable(r -> {});
    }

    Fixture withTable(Consumer<CreateTableRequest.Builder> more) {
        call(() -> dynamodb.createTable(r -> {
            r.tableName(TABLE)
                    .billingMode(BillingMode.PAY_PER_REQUEST)
                    .keySchema(hash("id"), range("at"))
                    .attributeDefinitions(attribute("id", "S"), attribute("at", "N"));
            more.accept(r);
        }));
        return this;
    }

    static KeySchemaElement hash(String name) {
        return KeySchemaElement.builder()
                .attributeName(name)
                .keyType(KeyType.HASH)
                .build();
    }

    static KeySchemaElement range(String name) {
        return KeySchemaElement.builder()
                .attributeName(name)
                .keyType(KeyType.RANGE)
                .build();
    }

    static AttributeDefinition attribute(String name, String type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }

    static GlobalSecondaryIndex global(String name, Projection projection, KeySchemaElement... keys) {
        return GlobalSecondaryIndex.builder()
                .indexName(name)
                .keySchema(keys)
                .projection(projection)
                .build();
    }

    static LocalSecondaryIndex local(String name, Projection projection, KeySchemaElement... keys) {
        return LocalSecondaryIndex.builder()
                .indexName(name)
                .keySchema(keys)
                .projection(projection)
                .build();
    }

    static final Projection ALL = Projection.builder().projectionType("ALL").build();
    static final Projection KEYS_ONLY =
            Projection.builder().projectionType("KEYS_ONLY").build();

    static Projection include(String... attributes) {
        return Projection.builder()
                .projectionType("INCLUDE")
                .nonKeyAttributes(attributes)
                .build();
    }

    static AttributeValue s(String text) {
        return AttributeValue.fromS(text);
    }

    static AttributeValue n(long number) {
        return AttributeValue.fromN(Long.toString(number));
    }

    static Map<String, AttributeValue> key(String id, long at) {
        return Map.of("id", s(id), "at", n(at));
    }

    /** An item: names and values in turns; values are texts or numbers. */
    static Map<String, AttributeValue> item(String id, long at, Object... more) {
        var item = new HashMap<>(key(id, at));
        for (int i = 0; i < more.length; i += 2) {
            item.put(
                    (String) more[i],
                    more[i + 1] instanceof String text ? s(text) : n(((Number) more[i + 1]).longValue()));
        }
        return item;
    }

    void put(Map<String, AttributeValue> item) {
        call(() -> dynamodb.putItem(r -> r.tableName(TABLE).item(item)));
    }

    void delete(String id, long at) {
        call(() -> dynamodb.deleteItem(r -> r.tableName(TABLE).key(key(id, at))));
    }

    Map<String, AttributeValue> get(String id, long at) {
        return call(() ->
                dynamodb.getItem(r -> r.tableName(TABLE).key(key(id, at))).item());
    }

    List<Map<String, AttributeValue>> query(Consumer<QueryRequest.Builder> request) {
        return call(() -> dynamodb.query(r -> {
                    r.tableName(TABLE);
                    request.accept(r);
                })
                .items());
    }

    List<Map<String, AttributeValue>> scan() {
        return call(() -> dynamodb.scan(r -> r.tableName(TABLE)).items());
    }

    /** All records of a table's present stream. */
    List<Record> records() {
        return call(() -> {
            var arn = dynamodb.describeTable(r -> r.tableName(TABLE)).table().latestStreamArn();
            return records(arn);
        });
    }

    List<Record> records(String arn) {
        return call(() -> {
            var streams = dynamodb.streams();
            var shard = streams.describeStream(r -> r.streamArn(arn))
                    .streamDescription()
                    .shards()
                    .getFirst();
            var iterator = streams.getShardIterator(r ->
                            r.streamArn(arn).shardId(shard.shardId()).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .shardIterator();
            return streams.getRecords(r -> r.shardIterator(iterator)).records();
        });
    }

    static Consumer<CreateTableRequest.Builder> streaming(StreamViewType view) {
        return r -> r.streamSpecification(s -> s.streamEnabled(true).streamViewType(view));
    }

    /** Lets work in the background come to its end: it runs on threads of the outbox. */
    void settle(Supplier<Boolean> done) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!done.get()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("work in the background has not come to an end");
            }
            Thread.onSpinWait();
        }
    }

    static void fails(String code, String message, Runnable operation) {
        var e = catchThrowableOfType(DynamoDbException.class, operation::run);
        assertThat(e).as("an error").isNotNull();
        assertThat(e.awsErrorDetails().errorMessage()).isEqualTo(message);
        assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
        assertThat(e.statusCode()).isEqualTo(400);
    }

    @Override
    public void close() {
        outbox.close();
        kv.close();
    }
}
