package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeStreamResponse;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsRequest;
import software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.dynamodb.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.dynamodb.model.Identity;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsRequest;
import software.amazon.awssdk.services.dynamodb.model.ListStreamsResponse;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.SequenceNumberRange;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamDescription;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/**
 * DynamoDB Streams: reads what {@link DynamodbService}'s tables record. Each stream is one shard with all changes of its table
 * in the order in which they were committed; a record can be read as soon as its write was acknowledged. Asking an idle stream
 * costs one look at an empty range. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB_Streams.html">DynamoDB
 *     Streams API</a>
 */
public final class DynamodbStreamsService implements DynamoDbStreamsClient {
    private final Kv kv;
    private final InstantSource clock;

    DynamodbStreamsService(Kv kv, InstantSource clock) {
        this.kv = kv;
        this.clock = clock;
    }

    /** This service as the platform holds it. */
    public Service service() {
        return new Service(
                "dynamodbstreams", DynamoDbStreamsClient.class, this, new StreamsActions(), "AccessDeniedException");
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // holds nothing: the store belongs to whoever made it
    }

    @Override
    public ListStreamsResponse listStreams(ListStreamsRequest request) {
        var call = Call.current();
        int limit = request.limit() == null ? 100 : Math.clamp(request.limit(), 1, 100);
        var range = request.tableName() == null
                ? DynamodbKeys.streams(call.account(), call.region())
                : DynamodbKeys.streams(TableName.of(request.tableName(), call));
        if (request.exclusiveStartStreamArn() != null) {
            var address = StreamAddress.of(request.exclusiveStartStreamArn());
            range = range.after(DynamodbKeys.stream(address.table(), address.label()));
        }
        var rest = range;
        var streams = new ArrayList<software.amazon.awssdk.services.dynamodb.model.Stream>();
        String last = null;
        for (var entry : kv.read(snapshot -> snapshot.scan(rest, limit + 1))) {
            if (streams.size() == limit) {
                last = streams.getLast().streamArn();
                break;
            }
            var stream = Stream.CODEC.decode(entry.value());
            streams.add(software.amazon.awssdk.services.dynamodb.model.Stream.builder()
                    .streamArn(stream.arn())
                    .tableName(stream.table().name())
                    .streamLabel(stream.label())
                    .build());
        }
        return ListStreamsResponse.builder()
                .streams(streams)
                .lastEvaluatedStreamArn(last)
                .build();
    }

    @Override
    public DescribeStreamResponse describeStream(DescribeStreamRequest request) {
        var stream = require(request.streamArn());
        var shards = List.of(shard(stream));
        boolean after = request.exclusiveStartShardId() != null
                && request.exclusiveStartShardId().compareTo(stream.shardId()) >= 0;
        return DescribeStreamResponse.builder()
                .streamDescription(StreamDescription.builder()
                        .streamArn(stream.arn())
                        .streamLabel(stream.label())
                        .streamStatus(stream.disabledAt() == null ? StreamStatus.ENABLED : StreamStatus.DISABLED)
                        .streamViewType(stream.viewType())
                        .creationRequestDateTime(stream.createdAt())
                        .tableName(stream.table().name())
                        .keySchema(Keys.elements(stream.key()))
                        .shards(after ? List.of() : shards)
                        .build())
                .build();
    }

    private Shard shard(Stream stream) {
        var all = Range.prefix(DynamodbKeys.records(stream.id()));
        var range = kv.read(snapshot -> {
            var first = snapshot.scan(all, 1);
            var numbers = SequenceNumberRange.builder()
                    .startingSequenceNumber(
                            first.isEmpty()
                                    ? Streams.sequenceNumber(new byte[Streams.STAMP_BYTES])
                                    : Streams.sequenceNumber(
                                            Streams.stampOf(first.getFirst().key())));
            if (stream.disabledAt() != null) {
                var last = snapshot.scanBackwards(all, 1);
                numbers.endingSequenceNumber(
                        last.isEmpty()
                                ? Streams.sequenceNumber(new byte[Streams.STAMP_BYTES])
                                : Streams.sequenceNumber(
                                        Streams.stampOf(last.getFirst().key())));
            }
            return numbers.build();
        });
        return Shard.builder()
                .shardId(stream.shardId())
                .sequenceNumberRange(range)
                .build();
    }

    @Override
    public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
        var stream = require(request.streamArn());
        if (!stream.shardId().equals(request.shardId())) {
            throw DynamodbErrors.notFound("Requested resource not found: Shard does not exist");
        }
        var type = request.shardIteratorType();
        if (request.sequenceNumber() != null
                && (type == ShardIteratorType.TRIM_HORIZON || type == ShardIteratorType.LATEST)) {
            throw DynamodbErrors.invalid("SequenceNumber is not allowed for " + type + " ShardIteratorType");
        }
        var start = switch (type) {
            case TRIM_HORIZON -> new byte[Streams.STAMP_BYTES];
            case LATEST -> latest(stream);
            case AT_SEQUENCE_NUMBER -> stamp(request.sequenceNumber());
            case AFTER_SEQUENCE_NUMBER -> ShardIterator.behind(stamp(request.sequenceNumber()));
            case UNKNOWN_TO_SDK_VERSION ->
                throw DynamodbErrors.invalid("1 validation error detected: Value '"
                        + request.shardIteratorTypeAsString()
                        + "' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value"
                        + " set: [AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER, LATEST, TRIM_HORIZON]");
        };
        return GetShardIteratorResponse.builder()
                .shardIterator(new ShardIterator(stream.arn(), start, clock.instant()).toString())
                .build();
    }

    /** Behind the last record there is. */
    private byte[] latest(Stream stream) {
        var all = Range.prefix(DynamodbKeys.records(stream.id()));
        var last = kv.read(snapshot -> snapshot.scanBackwards(all, 1));
        return last.isEmpty()
                ? new byte[Streams.STAMP_BYTES]
                : ShardIterator.behind(Streams.stampOf(last.getFirst().key()));
    }

    private static byte[] stamp(@Nullable String sequenceNumber) {
        if (sequenceNumber == null) {
            throw DynamodbErrors.invalid("SequenceNumber is required for AT_SEQUENCE_NUMBER and AFTER_SEQUENCE_NUMBER"
                    + " ShardIteratorType");
        }
        var stamp = Streams.stamp(sequenceNumber);
        if (stamp == null) {
            throw DynamodbErrors.invalid("Invalid SequenceNumber: " + sequenceNumber);
        }
        return stamp;
    }

    @Override
    public GetRecordsResponse getRecords(GetRecordsRequest request) {
        var iterator = ShardIterator.parse(request.shardIterator());
        var now = clock.instant();
        if (iterator.madeAt().plus(DynamodbLimits.ITERATOR_LIFE).isBefore(now)) {
            throw DynamodbErrors.expiredIterator();
        }
        int limit = request.limit() == null
                ? DynamodbLimits.STREAM_PAGE_MAX
                : Math.clamp(request.limit(), 1, DynamodbLimits.STREAM_PAGE_MAX);
        var stream = require(iterator.streamArn());
        var prefix = DynamodbKeys.records(stream.id());
        var range = new Range(
                new KeyBytes(prefix, Streams.STAMP_BYTES).raw(iterator.start()).toArray(),
                Range.prefix(prefix).end());
        var records = new ArrayList<Record>();
        var next = iterator.start();
        long bytes = 0;
        boolean ended = false;
        while (records.size() < limit && bytes < DynamodbLimits.STREAM_PAGE_MAX_BYTES && !ended) {
            var rest = range;
            int chunk = Math.min(limit - records.size(), records.isEmpty() ? 32 : 100);
            var found = kv.read(snapshot -> snapshot.scan(rest, chunk));
            for (var entry : found) {
                if (bytes >= DynamodbLimits.STREAM_PAGE_MAX_BYTES) {
                    break;
                }
                var stamp = Streams.stampOf(entry.key());
                var record = StreamRecord.decode(entry.value());
                bytes += record.sizeBytes();
                next = ShardIterator.behind(stamp);
                if (!Instant.ofEpochMilli(record.at())
                        .plus(DynamodbLimits.STREAM_RETENTION)
                        .isBefore(now)) {
                    records.add(record(stream, stamp, record));
                }
            }
            ended = found.size() < chunk;
            if (!ended) {
                range = range.after(found.getLast().key());
            }
        }
        boolean closed = ended && stream.disabledAt() != null;
        return GetRecordsResponse.builder()
                .records(records)
                .nextShardIterator(closed ? null : new ShardIterator(stream.arn(), next, now).toString())
                .build();
    }

    private static Record record(Stream stream, byte[] stamp, StreamRecord record) {
        var change = software.amazon.awssdk.services.dynamodb.model.StreamRecord.builder()
                .approximateCreationDateTime(
                        Instant.ofEpochMilli(record.at()).truncatedTo(java.time.temporal.ChronoUnit.SECONDS))
                .keys(record.keys())
                .sequenceNumber(Streams.sequenceNumber(stamp))
                .sizeBytes(record.sizeBytes())
                .streamViewType(stream.viewType());
        if (record.before() != null) {
            change.oldImage(record.before());
        }
        if (record.now() != null) {
            change.newImage(record.now());
        }
        var answer = Record.builder()
                .eventID(ShardIterator.eventId(stream.id(), stamp))
                .eventName(record.event())
                .eventVersion("1.1")
                .eventSource("aws:dynamodb")
                .awsRegion(stream.table().region())
                .dynamodb(change.build());
        if (record.expired()) {
            answer.userIdentity(Identity.builder()
                    .type("Service")
                    .principalId("dynamodb.amazonaws.com")
                    .build());
        }
        return answer.build();
    }

    private Stream require(@Nullable String arn) {
        var address = StreamAddress.of(arn);
        var stream = kv.read(snapshot ->
                Stream.CODEC.decodeNullable(snapshot.get(DynamodbKeys.stream(address.table(), address.label()))));
        if (stream == null) {
            throw DynamodbErrors.notFound("Requested resource not found: Stream: " + arn + " not found");
        }
        return stream;
    }

    /** Which stream of which table. */
    record StreamAddress(TableName table, String label) {
        static StreamAddress of(@Nullable String arn) {
            int label = arn == null ? -1 : arn.indexOf("/stream/");
            if (arn == null || !Arn.isArn(arn) || label < 0) {
                throw DynamodbErrors.invalid("Invalid StreamArn");
            }
            return new StreamAddress(TableName.ofArn(arn), arn.substring(label + "/stream/".length()));
        }
    }
}
