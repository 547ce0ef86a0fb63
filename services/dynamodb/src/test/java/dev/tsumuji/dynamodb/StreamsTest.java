package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.TABLE;
import static dev.tsumuji.dynamodb.Fixture.fails;
import static dev.tsumuji.dynamodb.Fixture.item;
import static dev.tsumuji.dynamodb.Fixture.key;
import static dev.tsumuji.dynamodb.Fixture.n;
import static dev.tsumuji.dynamodb.Fixture.streaming;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.OperationType;
import software.amazon.awssdk.services.dynamodb.model.Record;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

class StreamsTest {
    private final Fixture it = new Fixture();

    @AfterEach
    void close() {
        it.close();
    }

    @Test
    void every_change_is_recorded_in_order_with_both_images() {
        it.withTable(streaming(StreamViewType.NEW_AND_OLD_IMAGES));
        it.put(item("a", 1, "x", 1));
        it.put(item("a", 1, "x", 2));
        it.delete("a", 1);
        var records = it.records();
        assertThat(records)
                .extracting(Record::eventName)
                .containsExactly(OperationType.INSERT, OperationType.MODIFY, OperationType.REMOVE);
        var modified = records.get(1).dynamodb();
        assertThat(modified.keys()).isEqualTo(key("a", 1));
        assertThat(modified.oldImage()).isEqualTo(item("a", 1, "x", 1));
        assertThat(modified.newImage()).isEqualTo(item("a", 1, "x", 2));
        assertThat(modified.streamViewType()).isEqualTo(StreamViewType.NEW_AND_OLD_IMAGES);
        assertThat(records.getFirst().dynamodb().hasOldImage()).isFalse();
        assertThat(records.getLast().dynamodb().hasNewImage()).isFalse();
        assertThat(records)
                .extracting(r -> new BigInteger(r.dynamodb().sequenceNumber()))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(records).extracting(Record::userIdentity).containsOnlyNulls();
    }

    @Test
    void a_record_shows_what_the_view_says() {
        it.withTable(streaming(StreamViewType.KEYS_ONLY));
        it.put(item("a", 1, "x", 1));
        var record = it.records().getFirst().dynamodb();
        assertThat(record.hasNewImage()).isFalse();
        assertThat(record.hasOldImage()).isFalse();
        assertThat(record.keys()).isEqualTo(key("a", 1));
    }

    @Test
    void a_write_that_changes_nothing_is_not_recorded() {
        it.withTable(streaming(StreamViewType.NEW_IMAGE));
        it.put(item("a", 1, "x", 1));
        it.put(item("a", 1, "x", 1));
        it.delete("b", 1);
        assertThat(it.records()).hasSize(1);
    }

    @Test
    void a_new_stream_begins_empty_and_the_old_one_can_still_be_read() {
        it.withTable(streaming(StreamViewType.NEW_IMAGE));
        it.put(item("a", 1));
        var old = arn();
        it.call(() ->
                it.dynamodb.updateTable(r -> r.tableName(TABLE).streamSpecification(s -> s.streamEnabled(false))));
        it.put(item("a", 2));
        it.call(() -> it.dynamodb.updateTable(r -> r.tableName(TABLE)
                .streamSpecification(s -> s.streamEnabled(true).streamViewType(StreamViewType.KEYS_ONLY))));
        it.put(item("a", 3));
        assertThat(arn()).isNotEqualTo(old);
        assertThat(it.records()).hasSize(1);
        assertThat(it.records(old)).hasSize(1);
        assertThat(it.call(() -> it.dynamodb
                                .streams()
                                .describeStream(r -> r.streamArn(old))
                                .streamDescription())
                        .streamStatus())
                .isEqualTo(StreamStatus.DISABLED);
        it.time.advance(Duration.ofHours(26));
        assertThat(it.call(() -> it.dynamodb.streams().listStreams(r -> r.tableName(TABLE)))
                        .streams())
                .hasSize(1);
    }

    private String arn() {
        return it.call(
                () -> it.dynamodb.describeTable(r -> r.tableName(TABLE)).table().latestStreamArn());
    }

    @Test
    void records_go_after_a_day() {
        it.withTable(streaming(StreamViewType.NEW_IMAGE));
        for (int i = 0; i < 50; i++) {
            it.put(item("a", i));
        }
        it.time.advance(Duration.ofHours(20));
        it.put(item("late", 1));
        it.time.advance(Duration.ofHours(6));
        assertThat(it.records()).hasSize(1);
        it.time.advance(Duration.ofHours(30));
        assertThat(it.records()).isEmpty();
    }

    @Test
    void an_iterator_starts_where_it_says() {
        it.withTable(streaming(StreamViewType.NEW_IMAGE));
        it.put(item("a", 1));
        it.put(item("a", 2));
        var first = it.records().getFirst().dynamodb().sequenceNumber();
        var latest = iterator(ShardIteratorType.LATEST, null);
        assertThat(read(latest).records()).isEmpty();
        it.put(item("a", 3));
        assertThat(times(latest)).isEqualTo("3");
        assertThat(times(iterator(ShardIteratorType.AT_SEQUENCE_NUMBER, first))).isEqualTo("123");
        assertThat(times(iterator(ShardIteratorType.AFTER_SEQUENCE_NUMBER, first)))
                .isEqualTo("23");
        var next = read(latest).nextShardIterator();
        it.put(item("a", 4));
        assertThat(times(next)).isEqualTo("4");
        it.time.advance(Duration.ofMinutes(16));
        assertThatThrownBy(() -> read(next)).isInstanceOf(ExpiredIteratorException.class);
    }

    @Test
    void an_iterator_that_starts_at_an_end_of_the_stream_has_no_sequence_number() {
        it.withTable(streaming(StreamViewType.NEW_IMAGE));
        it.put(item("a", 1));
        var first = it.records().getFirst().dynamodb().sequenceNumber();
        for (var type : List.of(ShardIteratorType.LATEST, ShardIteratorType.TRIM_HORIZON)) {
            fails(
                    "ValidationException",
                    "SequenceNumber is not allowed for " + type + " ShardIteratorType",
                    () -> iterator(type, first));
        }
    }

    private String iterator(ShardIteratorType type, String sequenceNumber) {
        return it.call(() -> it.dynamodb
                .streams()
                .getShardIterator(r -> r.streamArn(arn())
                        .shardId(it.dynamodb
                                .streams()
                                .describeStream(d -> d.streamArn(arn()))
                                .streamDescription()
                                .shards()
                                .getFirst()
                                .shardId())
                        .shardIteratorType(type)
                        .sequenceNumber(sequenceNumber))
                .shardIterator());
    }

    private software.amazon.awssdk.services.dynamodb.model.GetRecordsResponse read(String iterator) {
        return it.call(() -> it.dynamodb.streams().getRecords(r -> r.shardIterator(iterator)));
    }

    private String times(String iterator) {
        var text = new StringBuilder();
        read(iterator)
                .records()
                .forEach(r -> text.append(r.dynamodb().keys().get("at").n()));
        return text.toString();
    }

    @Test
    void expired_items_are_removed_and_the_record_says_by_whom() {
        it.withTable(streaming(StreamViewType.OLD_IMAGE));
        long now = it.time.instant().getEpochSecond();
        it.put(item("before", 1, "until", now + 60));
        it.call(() -> it.dynamodb.updateTimeToLive(r -> r.tableName(TABLE)
                .timeToLiveSpecification(t -> t.attributeName("until").enabled(true))));
        it.settle(() -> it.dynamodb.service() != null
                && it.kv.read(s -> Table.CODEC.decode(
                                s.get(DynamodbKeys.table(new TableName(Fixture.ACCOUNT, Fixture.REGION, TABLE)))))
                        .expiry()
                        .active());
        it.put(item("soon", 1, "until", now + 120));
        it.put(item("moved", 1, "until", now + 120));
        it.put(item("moved", 1, "until", now + 100_000));
        it.put(item("long ago", 1, "until", now - 6L * 365 * 24 * 3600));
        it.put(Map.of("id", Fixture.s("text"), "at", n(1), "until", Fixture.s("" + (now + 1))));
        it.time.advance(Duration.ofMinutes(10));
        assertThat(it.scan())
                .extracting(item -> item.get("id").s())
                .containsExactlyInAnyOrder("moved", "long ago", "text");
        var removed = it.records().stream()
                .filter(r -> r.eventName() == OperationType.REMOVE)
                .toList();
        assertThat(removed).hasSize(2).allSatisfy(record -> {
            assertThat(record.userIdentity().type()).isEqualTo("Service");
            assertThat(record.userIdentity().principalId()).isEqualTo("dynamodb.amazonaws.com");
        });
    }
}
