package dev.tsumuji.lambda;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamRecord;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;

/**
 * The stream of a DynamoDB table. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html">Using Lambda with DynamoDB</a>
 */
final class TableStream implements StreamSource {
    private final String arn;
    private final String region;
    private final Supplier<DynamoDbStreamsClient> client;

    /** @param client gives a client that acts for the function's role, whose session may have been renewed */
    TableStream(String arn, String region, Supplier<DynamoDbStreamsClient> client) {
        this.arn = arn;
        this.region = region;
        this.client = client;
    }

    @Override
    public List<Shard> shards() {
        var found = new ArrayList<software.amazon.awssdk.services.dynamodb.model.Shard>();
        @Nullable String from = null;
        do {
            var start = from;
            var described = client.get()
                    .describeStream(r -> r.streamArn(arn).exclusiveStartShardId(start))
                    .streamDescription();
            found.addAll(described.shards());
            from = described.lastEvaluatedShardId();
        } while (from != null);
        var ids = new HashSet<String>();
        found.forEach(shard -> ids.add(shard.shardId()));
        return found.stream()
                .map(shard ->
                        new Shard(shard.shardId(), ids.contains(shard.parentShardId()) ? shard.parentShardId() : null))
                .toList();
    }

    @Override
    public String iterator(String shard, EventSourcePosition start) {
        var type = start == EventSourcePosition.LATEST ? ShardIteratorType.LATEST : ShardIteratorType.TRIM_HORIZON;
        return client.get()
                .getShardIterator(r -> r.streamArn(arn).shardId(shard).shardIteratorType(type))
                .shardIterator();
    }

    @Override
    public String iteratorAfter(String shard, String sequence) {
        return client.get()
                .getShardIterator(r -> r.streamArn(arn)
                        .shardId(shard)
                        .shardIteratorType(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                        .sequenceNumber(sequence))
                .shardIterator();
    }

    @Override
    public Page read(String iterator, int limit) {
        var answer = client.get().getRecords(r -> r.shardIterator(iterator).limit(limit));
        return new Page(answer.records().stream().map(this::record).toList(), answer.nextShardIterator());
    }

    @Override
    public String batchInfoName() {
        return "DDBStreamBatchInfo";
    }

    private Record record(software.amazon.awssdk.services.dynamodb.model.Record record) {
        var event = new LinkedHashMap<String, @Nullable Object>();
        event.put("eventID", record.eventID());
        event.put("eventName", record.eventNameAsString());
        event.put("eventVersion", record.eventVersion());
        event.put("eventSource", record.eventSource());
        event.put("awsRegion", region);
        event.put("dynamodb", change(record.dynamodb()));
        if (record.userIdentity() != null) {
            var identity = new LinkedHashMap<String, @Nullable Object>();
            identity.put("principalId", record.userIdentity().principalId());
            identity.put("type", record.userIdentity().type());
            event.put("userIdentity", identity);
        }
        event.put("eventSourceARN", arn);
        var change = record.dynamodb();
        int size = 512 + (change.sizeBytes() == null ? 0 : 2 * Math.toIntExact(change.sizeBytes()));
        return new Record(change.sequenceNumber(), change.keys(), change.approximateCreationDateTime(), event, size);
    }

    /** Numbers are those that {@link Json#read} gives, as filters want them. */
    private static Map<String, @Nullable Object> change(StreamRecord change) {
        var members = new LinkedHashMap<String, @Nullable Object>();
        members.put(
                "ApproximateCreationDateTime",
                BigDecimal.valueOf(change.approximateCreationDateTime().getEpochSecond()));
        members.put("Keys", item(change.keys()));
        if (change.hasNewImage()) {
            members.put("NewImage", item(change.newImage()));
        }
        if (change.hasOldImage()) {
            members.put("OldImage", item(change.oldImage()));
        }
        members.put("SequenceNumber", change.sequenceNumber());
        members.put("SizeBytes", change.sizeBytes() == null ? null : BigDecimal.valueOf(change.sizeBytes()));
        members.put("StreamViewType", change.streamViewTypeAsString());
        return members;
    }

    private static Map<String, @Nullable Object> item(Map<String, AttributeValue> item) {
        var members = new LinkedHashMap<String, @Nullable Object>();
        item.forEach((name, value) -> members.put(name, attribute(value)));
        return members;
    }

    private static Map<String, @Nullable Object> attribute(AttributeValue value) {
        return switch (value.type()) {
            case S -> Map.of("S", value.s());
            case N -> Map.of("N", value.n());
            case B -> Map.of("B", base64(value.b()));
            case BOOL -> Map.of("BOOL", value.bool());
            case NUL -> Map.of("NULL", value.nul());
            case SS -> Map.of("SS", value.ss());
            case NS -> Map.of("NS", value.ns());
            case BS -> Map.of("BS", value.bs().stream().map(TableStream::base64).toList());
            case L -> Map.of("L", value.l().stream().map(TableStream::attribute).toList());
            case M -> Map.of("M", item(value.m()));
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalArgumentException("an attribute without a type");
        };
    }

    private static String base64(SdkBytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
    }
}
