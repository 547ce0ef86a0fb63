package dev.tsumuji.lambda;

import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.signal.Signals;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** One table's stream, whose shards and records tests make. Thread-safe: {@code this} guards it. */
final class TestStreams implements DynamoDbStreamsClient {
    static final String ARN = "arn:aws:dynamodb:eu-central-1:000000000000:table/things/stream/2026-01-01T00:00:00.000";

    private final InstantSource clock;
    private final Signals signals;
    private final Map<String, Open> shards = new LinkedHashMap<>();
    private long sequence = 100;

    private static final class Open {
        final Shard shard;
        final List<Record> records = new ArrayList<>();
        boolean closed;

        Open(String id, String parent) {
            shard = Shard.builder().shardId(id).parentShardId(parent).build();
        }
    }

    TestStreams(InstantSource clock, Signals signals) {
        this.clock = clock;
        this.signals = signals;
        shards.put("shard-0", new Open("shard-0", null));
    }

    Service service() {
        return new Service(
                "dynamodb",
                DynamoDbStreamsClient.class,
                this,
                (operation, request, call) -> List.of(Access.of("dynamodb:" + operation, ARN, call.account())),
                "AccessDeniedException");
    }

    /** @return the record's sequence number */
    synchronized String put(String key, String value) {
        return put("shard-0", key, value);
    }

    synchronized String put(String shard, String key, String value) {
        var number = Long.toString(++sequence);
        shards.get(shard)
                .records
                .add(Record.builder()
                        .eventID("id-" + number)
                        .eventName(OperationType.INSERT)
                        .eventVersion("1.1")
                        .eventSource("aws:dynamodb")
                        .awsRegion("eu-central-1")
                        .dynamodb(d -> d.approximateCreationDateTime(clock.instant())
                                .keys(Map.of("id", AttributeValue.fromS(key)))
                                .newImage(Map.of("id", AttributeValue.fromS(key), "value", AttributeValue.fromS(value)))
                                .sequenceNumber(number)
                                .sizeBytes(20L)
                                .streamViewType(StreamViewType.NEW_IMAGE))
                        .build());
        signals.raise(ARN);
        return number;
    }

    synchronized void split(String parent, String child) {
        shards.get(parent).closed = true;
        shards.put(child, new Open(child, parent));
        signals.raise(ARN);
    }

    @Override
    public synchronized DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        if (!request.streamArn().equals(ARN)) {
            throw (ResourceNotFoundException) ResourceNotFoundException.builder()
                    .message("no such stream")
                    .statusCode(400)
                    .build();
        }
        return DescribeStreamResponse.builder()
                .streamDescription(d -> d.streamStatus(StreamStatus.ENABLED)
                        .shards(shards.values().stream().map(open -> open.shard).toList()))
                .build();
    }

    @Override
    public synchronized GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        var open = shards.get(request.shardId());
        int at = switch (request.shardIteratorType()) {
            case TRIM_HORIZON -> 0;
            case LATEST -> open.records.size();
            case AFTER_SEQUENCE_NUMBER -> index(open, request.sequenceNumber()) + 1;
            default -> throw new IllegalArgumentException(request.shardIteratorTypeAsString());
        };
        return GetShardIteratorResponse.builder()
                .shardIterator(request.shardId() + " " + at)
                .build();
    }

    private static int index(Open open, String number) {
        for (int i = 0; i < open.records.size(); i++) {
            if (open.records.get(i).dynamodb().sequenceNumber().equals(number)) {
                return i;
            }
        }
        throw new IllegalArgumentException(number);
    }

    @Override
    public synchronized GetRecordsResponse getRecords(GetRecordsRequest request) {
        var parts = request.shardIterator().split(" ");
        var open = shards.get(parts[0]);
        int from = Integer.parseInt(parts[1]);
        int to = Math.min(open.records.size(), from + request.limit());
        boolean over = open.closed && to == open.records.size();
        return GetRecordsResponse.builder()
                .records(List.copyOf(open.records.subList(from, to)))
                .nextShardIterator(over ? null : parts[0] + " " + to)
                .build();
    }

    @Override
    public String serviceName() {
        return "dynamodb";
    }

    @Override
    public void close() {}
}
