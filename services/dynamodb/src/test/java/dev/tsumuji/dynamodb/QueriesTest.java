package dev.tsumuji.dynamodb;

import static dev.tsumuji.dynamodb.Fixture.ALL;
import static dev.tsumuji.dynamodb.Fixture.KEYS_ONLY;
import static dev.tsumuji.dynamodb.Fixture.TABLE;
import static dev.tsumuji.dynamodb.Fixture.attribute;
import static dev.tsumuji.dynamodb.Fixture.fails;
import static dev.tsumuji.dynamodb.Fixture.global;
import static dev.tsumuji.dynamodb.Fixture.hash;
import static dev.tsumuji.dynamodb.Fixture.include;
import static dev.tsumuji.dynamodb.Fixture.item;
import static dev.tsumuji.dynamodb.Fixture.key;
import static dev.tsumuji.dynamodb.Fixture.local;
import static dev.tsumuji.dynamodb.Fixture.n;
import static dev.tsumuji.dynamodb.Fixture.range;
import static dev.tsumuji.dynamodb.Fixture.s;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.call.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.Select;

class QueriesTest {
    private final Fixture it = new Fixture()
            .withTable(r -> r.attributeDefinitions(
                            attribute("id", "S"), attribute("at", "N"), attribute("who", "S"), attribute("cost", "N"))
                    .localSecondaryIndexes(local("byCost", KEYS_ONLY, hash("id"), range("cost")))
                    .globalSecondaryIndexes(
                            global("byWho", ALL, hash("who"), range("at")),
                            global("costs", include("note"), hash("cost"))));

    @AfterEach
    void close() {
        it.close();
    }

    private static QueryRequest.Builder of(QueryRequest.Builder request, String condition, AttributeValue... values) {
        var map = new java.util.HashMap<String, AttributeValue>();
        for (int i = 0; i < values.length; i++) {
            map.put(":" + (char) ('a' + i), values[i]);
        }
        return request.keyConditionExpression(condition)
                .expressionAttributeValues(map)
                .expressionAttributeNames(condition.contains("#at") ? Map.of("#at", "at") : null);
    }

    private List<Long> times(List<Map<String, AttributeValue>> items) {
        return items.stream().map(item -> Long.parseLong(item.get("at").n())).toList();
    }

    @Test
    void a_query_gives_a_partition_in_the_order_of_the_sort_key_by_number() {
        for (long at : new long[] {10, -5, 9, 100, 0}) {
            it.put(item("a", at));
            it.put(item("b", at));
        }
        assertThat(times(it.query(r -> of(r, "id = :a", s("a"))))).containsExactly(-5L, 0L, 9L, 10L, 100L);
        assertThat(times(it.query(r -> of(r, "id = :a", s("a")).scanIndexForward(false))))
                .containsExactly(100L, 10L, 9L, 0L, -5L);
    }

    @Test
    void every_operator_on_the_sort_key_cuts_where_it_says() {
        for (long at = 1; at <= 5; at++) {
            it.put(item("a", at));
        }
        assertThat(times(it.query(r -> of(r, "id = :a AND #at = :b", s("a"), n(3)))))
                .containsExactly(3L);
        assertThat(times(it.query(r -> of(r, "id = :a AND #at < :b", s("a"), n(3)))))
                .containsExactly(1L, 2L);
        assertThat(times(it.query(r -> of(r, "id = :a AND #at <= :b", s("a"), n(3)))))
                .containsExactly(1L, 2L, 3L);
        assertThat(times(it.query(r -> of(r, "id = :a AND #at > :b", s("a"), n(3)))))
                .containsExactly(4L, 5L);
        assertThat(times(it.query(r -> of(r, "id = :a AND #at >= :b", s("a"), n(3)))))
                .containsExactly(3L, 4L, 5L);
        assertThat(times(it.query(r -> of(r, "id = :a AND #at BETWEEN :b AND :c", s("a"), n(2), n(4)))))
                .containsExactly(2L, 3L, 4L);
    }

    @Test
    void pages_follow_each_other_without_gaps_or_repetitions_in_both_directions() {
        for (long at = 0; at < 25; at++) {
            it.put(item("a", at, "who", "w"));
        }
        for (boolean forward : new boolean[] {true, false}) {
            for (String index : new String[] {null, "byWho"}) {
                var seen = new ArrayList<Long>();
                Map<String, AttributeValue> start = null;
                do {
                    var from = start;
                    var page = it.call(() -> it.dynamodb.query(r -> of(
                                    r.tableName(TABLE),
                                    index == null ? "id = :a" : "who = :a",
                                    s(index == null ? "a" : "w"))
                            .indexName(index)
                            .limit(7)
                            .scanIndexForward(forward)
                            .exclusiveStartKey(from)));
                    seen.addAll(times(page.items()));
                    start = page.hasLastEvaluatedKey() ? page.lastEvaluatedKey() : null;
                } while (start != null);
                assertThat(seen).hasSize(25).doesNotHaveDuplicates();
                assertThat(seen.getFirst()).isEqualTo(forward ? 0 : 24);
            }
        }
    }

    @Test
    void a_page_ends_at_a_megabyte() {
        for (long at = 0; at < 5; at++) {
            it.put(item("a", at, "x", "y".repeat(390 << 10)));
        }
        var page = it.call(() -> it.dynamodb.query(r -> of(r.tableName(TABLE), "id = :a", s("a"))));
        assertThat(page.count()).isEqualTo(3);
        assertThat(page.lastEvaluatedKey()).isEqualTo(key("a", 2));
    }

    @Test
    void a_filter_counts_what_it_saw_and_what_it_let_pass() {
        for (long at = 0; at < 10; at++) {
            it.put(item("a", at, "x", at % 2));
        }
        var page = it.call(() -> it.dynamodb.query(r -> r.tableName(TABLE)
                .keyConditionExpression("id = :a")
                .filterExpression("x = :one")
                .expressionAttributeValues(Map.of(":a", s("a"), ":one", n(1)))
                .limit(5)));
        assertThat(page.scannedCount()).isEqualTo(5);
        assertThat(page.count()).isEqualTo(2);
    }

    @Test
    void a_count_has_no_items() {
        it.put(item("a", 1));
        var page = it.call(() ->
                it.dynamodb.query(r -> of(r.tableName(TABLE), "id = :a", s("a")).select(Select.COUNT)));
        assertThat(page.hasItems()).isFalse();
        assertThat(page.count()).isEqualTo(1);
    }

    @Test
    void an_index_follows_every_write() {
        it.put(item("a", 1, "who", "w", "cost", 3));
        it.put(item("a", 2));
        assertThat(times(it.query(r -> of(r, "who = :a", s("w")).indexName("byWho"))))
                .containsExactly(1L);
        it.put(item("a", 1, "who", "v", "cost", 3));
        assertThat(it.query(r -> of(r, "who = :a", s("w")).indexName("byWho"))).isEmpty();
        assertThat(times(it.query(r -> of(r, "who = :a", s("v")).indexName("byWho"))))
                .containsExactly(1L);
        it.delete("a", 1);
        assertThat(it.query(r -> of(r, "who = :a", s("v")).indexName("byWho"))).isEmpty();
        assertThat(it.query(r -> of(r, "id = :a", s("a")).indexName("byCost"))).isEmpty();
    }

    @Test
    void an_index_shows_what_it_projects() {
        it.put(item("a", 1, "cost", 3, "note", "n", "other", "o"));
        assertThat(it.query(r -> of(r, "cost = :a", n(3)).indexName("costs")))
                .containsExactly(item("a", 1, "cost", 3, "note", "n"));
        assertThat(it.query(r -> of(r, "id = :a", s("a")).indexName("byCost")))
                .containsExactly(item("a", 1, "cost", 3));
        assertThat(it.query(r -> of(r, "id = :a", s("a")).indexName("byCost").select(Select.ALL_ATTRIBUTES)))
                .containsExactly(item("a", 1, "cost", 3, "note", "n", "other", "o"));
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global"
                        + " secondary index costs because its projection type is not ALL",
                () -> it.query(r -> of(r, "cost = :a", n(3)).indexName("costs").select(Select.ALL_ATTRIBUTES)));
    }

    @Test
    void an_index_key_must_have_its_type() {
        fails(
                "ValidationException",
                "One or more parameter values were invalid: Type mismatch for Index Key cost Expected: N Actual: S"
                        + " IndexName: byCost",
                () -> it.put(item("a", 1, "cost", "much")));
        fails(
                "ValidationException",
                "One or more parameter values are not valid. A value specified for a secondary index key is not"
                        + " supported. The AttributeValue for a key attribute cannot contain an empty string value."
                        + " IndexName: byWho, IndexKey: who",
                () -> it.put(item("a", 1, "who", "")));
    }

    @Test
    void a_global_index_is_not_read_consistently() {
        fails(
                "ValidationException",
                "Consistent reads are not supported on global secondary indexes",
                () -> it.query(r -> of(r, "who = :a", s("w")).indexName("byWho").consistentRead(true)));
        fails(
                "ValidationException",
                "The table does not have the specified index: no",
                () -> it.query(r -> of(r, "who = :a", s("w")).indexName("no")));
    }

    @Test
    void the_segments_of_a_scan_have_every_item_once() {
        for (int i = 0; i < 200; i++) {
            it.put(item("item" + i, i));
        }
        for (int segments : new int[] {1, 3, 7}) {
            var seen = new ArrayList<Long>();
            for (int segment = 0; segment < segments; segment++) {
                int number = segment;
                Map<String, AttributeValue> start = null;
                do {
                    var from = start;
                    var page = it.call(() -> it.dynamodb.scan(r -> r.tableName(TABLE)
                            .segment(number)
                            .totalSegments(segments)
                            .limit(11)
                            .exclusiveStartKey(from)));
                    seen.addAll(times(page.items()));
                    start = page.hasLastEvaluatedKey() ? page.lastEvaluatedKey() : null;
                } while (start != null);
            }
            assertThat(seen).hasSize(200).doesNotHaveDuplicates();
        }
    }

    @Test
    void a_long_query_leaves_the_event_loop() {
        for (long at = 0; at < 40; at++) {
            it.put(item("a", at));
        }
        var left = new ArrayList<Integer>();
        for (int limit : new int[] {10, 40}) {
            EventLoop.during(
                    () -> left.add(limit),
                    () -> it.query(r -> of(r, "id = :a", s("a")).limit(limit)));
        }
        assertThat(left).isNotEmpty().containsOnly(40);
    }

    @Test
    void capacity_is_counted_for_what_was_read() {
        for (long at = 0; at < 10; at++) {
            it.put(item("a", at, "x", "y".repeat(1000), "who", "w"));
        }
        var table = it.call(() -> it.dynamodb.query(
                r -> of(r.tableName(TABLE), "id = :a", s("a")).returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
        assertThat(table.consumedCapacity().capacityUnits()).isEqualTo(1.5);
        var index = it.call(() -> it.dynamodb.query(r -> of(r.tableName(TABLE), "who = :a", s("w"))
                .indexName("byWho")
                .returnConsumedCapacity(ReturnConsumedCapacity.INDEXES)));
        assertThat(Objects.requireNonNull(index.consumedCapacity()
                                .globalSecondaryIndexes()
                                .get("byWho"))
                        .capacityUnits())
                .isEqualTo(1.5);
        assertThat(index.consumedCapacity().table().capacityUnits()).isEqualTo(0.0);
    }

    @Test
    void starting_keys_are_checked() {
        fails(
                "ValidationException",
                "The provided starting key is invalid",
                () -> it.query(r -> of(r, "id = :a", s("a")).exclusiveStartKey(Map.of("id", s("a")))));
        fails(
                "ValidationException",
                "The provided starting key is outside query boundaries based on provided conditions",
                () -> it.query(r -> of(r, "id = :a", s("a")).exclusiveStartKey(key("b", 1))));
    }
}
