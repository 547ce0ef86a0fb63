package dev.tsumuji.lambda;

import static dev.tsumuji.lambda.Platform.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.ResourceConflictException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

class EventSourceMappingsTest {
    private Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private CreateEventSourceMappingResponse map(
            String function, Consumer<CreateEventSourceMappingRequest.Builder> settings) {
        var request = CreateEventSourceMappingRequest.builder()
                .functionName(function)
                .eventSourceArn(TestStreams.ARN)
                .startingPosition(EventSourcePosition.TRIM_HORIZON);
        settings.accept(request);
        return platform.call(() -> platform.lambda.createEventSourceMapping(request.build()));
    }

    private CreateEventSourceMappingResponse map(String function) {
        return map(function, settings -> {});
    }

    /** The values of the records of every batch that the function was called with, in order. */
    private List<List<String>> batches(String function) {
        var batches = new ArrayList<List<String>>();
        for (var event : events(function)) {
            batches.add(((List<?>) event.get("Records"))
                    .stream()
                            .map(record -> at(record, "dynamodb", "NewImage", "value", "S"))
                            .toList());
        }
        return batches;
    }

    private List<Map<?, ?>> events(String function) {
        var events = new ArrayList<Map<?, ?>>();
        synchronized (platform.sandboxes.invocations) {
            platform.sandboxes.invocations.stream()
                    .filter(invocation -> invocation.functionArn().endsWith(":" + function))
                    .forEach(invocation -> events.add(object(invocation.payload())));
        }
        return events;
    }

    private static Map<?, ?> object(byte[] json) {
        try {
            return (Map<?, ?>) Json.read(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String at(Object value, String... path) {
        var here = value;
        for (var name : path) {
            here = ((Map<?, ?>) here).get(name);
        }
        return (String) here;
    }

    private List<String> values(String function) {
        return batches(function).stream().flatMap(List::stream).toList();
    }

    /** Moves time on until it has happened: retries wait. */
    private void inTime(java.util.function.BooleanSupplier condition) {
        eventually(() -> {
            platform.time.advance(Duration.ofMillis(100));
            return condition.getAsBoolean();
        });
    }

    @Test
    void records_start_the_function_in_order() {
        platform.with("work", "echo");
        platform.streams.put("a", "1");
        map("work");
        eventually(() -> values("work").size() == 1);
        platform.streams.put("a", "2");
        platform.streams.put("b", "3");
        eventually(() -> values("work").size() == 3);

        assertThat(values("work")).containsExactly("1", "2", "3");
        var record = (Map<?, ?>) ((List<?>) events("work").getFirst().get("Records")).getFirst();
        assertThat(record.get("eventSource")).isEqualTo("aws:dynamodb");
        assertThat(record.get("eventSourceARN")).isEqualTo(TestStreams.ARN);
        assertThat(record.get("awsRegion")).isEqualTo("eu-central-1");
        assertThat(at(record, "dynamodb", "Keys", "id", "S")).isEqualTo("a");
    }

    @Test
    void a_mapping_that_begins_at_the_latest_record_passes_over_older_ones() {
        platform.with("work", "echo");
        platform.streams.put("a", "old");
        var uuid =
                map("work", s -> s.startingPosition(EventSourcePosition.LATEST)).uuid();
        eventually(() -> platform.kv.<Boolean>read(
                snapshot -> !snapshot.scan(LambdaKeys.checkpoints(uuid), 1).isEmpty()));
        platform.streams.put("a", "new");
        eventually(() -> !values("work").isEmpty());

        assertThat(values("work")).containsExactly("new");
    }

    @Test
    void a_batch_holds_no_more_records_than_it_may() {
        platform.with("work", "echo");
        for (int i = 0; i < 25; i++) {
            platform.streams.put("k" + i, Integer.toString(i));
        }
        map("work", s -> s.batchSize(10));
        eventually(() -> values("work").size() == 25);

        assertThat(batches("work")).extracting(List::size).containsExactly(10, 10, 5);
    }

    @Test
    void a_batch_waits_for_its_window_to_fill() {
        platform.with("work", "echo");
        var uuid = map("work", s -> s.maximumBatchingWindowInSeconds(20)).uuid();
        eventually(() -> platform.kv.<Boolean>read(
                snapshot -> !snapshot.scan(LambdaKeys.checkpoints(uuid), 1).isEmpty()));
        platform.streams.put("a", "1");
        eventually(() -> platform.time.next().isPresent());
        platform.streams.put("a", "2");
        assertThat(values("work")).isEmpty();
        inTime(() -> values("work").size() == 2);

        assertThat(batches("work")).containsExactly(List.of("1", "2"));
    }

    @Test
    void a_fault_of_the_platform_in_a_batch_ends_no_mapping() {
        platform.with("work", "fault-once first");
        platform.streams.put("a", "1");
        map("work");
        inTime(() -> values("work").size() == 2);
        platform.streams.put("a", "2");
        inTime(() -> values("work").size() == 3);

        assertThat(values("work")).containsExactly("1", "1", "2");
    }

    @Test
    void a_lane_that_broke_off_is_started_again_while_others_of_its_shard_work() {
        platform.with("work", "fault-once lane");
        map("work", s -> s.parallelizationFactor(2));
        platform.streams.put("a", "1");
        inTime(() -> values("work").size() == 2);
        platform.streams.put("a", "2");
        platform.streams.put("b", "3");
        inTime(() -> values("work").size() == 4);

        assertThat(values("work")).containsExactlyInAnyOrder("1", "1", "2", "3");
    }

    @Test
    void a_failed_batch_is_tried_again_as_often_as_it_may_and_then_told_to_the_failure_destination() {
        platform.with("work", "fail-if poison").with("sink", "echo");
        platform.streams.put("a", "poison");
        platform.streams.put("a", "fine");
        map(
                "work",
                s -> s.batchSize(1)
                        .maximumRetryAttempts(2)
                        .destinationConfig(d -> d.onFailure(
                                f -> f.destination("arn:aws:lambda:eu-central-1:000000000000:function:sink"))));
        inTime(() -> values("work").contains("fine") && !events("sink").isEmpty());

        assertThat(values("work")).containsExactly("poison", "poison", "poison", "fine");
        var told = events("sink").getFirst();
        var request = (Map<?, ?>) told.get("requestContext");
        assertThat(request.get("condition")).isEqualTo("RetryAttemptsExhausted");
        assertThat(request.get("approximateInvokeCount").toString()).isEqualTo("3");
        var batch = (Map<?, ?>) told.get("DDBStreamBatchInfo");
        assertThat(batch.get("streamArn")).isEqualTo(TestStreams.ARN);
        assertThat(batch.get("startSequenceNumber")).isEqualTo("101");
        assertThat(batch.get("shardId")).isEqualTo("shard-0");
    }

    @Test
    void a_batch_is_halved_until_the_bad_record_is_alone() {
        platform.with("work", "fail-if poison");
        for (var value : List.of("1", "2", "poison", "4")) {
            platform.streams.put("k", value);
        }
        map("work", s -> s.bisectBatchOnFunctionError(true).maximumRetryAttempts(0));
        inTime(() -> batches("work").contains(List.of("4")));

        assertThat(batches("work"))
                .containsExactly(
                        List.of("1", "2", "poison", "4"),
                        List.of("1", "2"),
                        List.of("poison", "4"),
                        List.of("poison"),
                        List.of("4"));
    }

    @Test
    void a_function_names_the_first_record_that_it_failed_with() {
        platform.with("work", "report poison");
        for (var value : List.of("1", "2", "poison", "4")) {
            platform.streams.put("k", value);
        }
        map(
                "work",
                s -> s.functionResponseTypes(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES)
                        .maximumRetryAttempts(1));
        inTime(() -> batches("work").size() == 2);
        platform.streams.put("k", "5");
        inTime(() -> values("work").contains("5"));

        assertThat(batches("work"))
                .containsExactly(List.of("1", "2", "poison", "4"), List.of("poison", "4"), List.of("5"));
    }

    @Test
    void records_that_are_too_old_are_given_up() {
        platform.with("work", "echo").with("sink", "echo");
        platform.streams.put("a", "old");
        platform.time.advance(Duration.ofSeconds(61));
        platform.streams.put("a", "young");
        map(
                "work",
                s -> s.maximumRecordAgeInSeconds(60)
                        .destinationConfig(d -> d.onFailure(
                                f -> f.destination("arn:aws:lambda:eu-central-1:000000000000:function:sink"))));
        inTime(() -> !values("work").isEmpty() && !events("sink").isEmpty());

        assertThat(values("work")).containsExactly("young");
        assertThat(((Map<?, ?>) events("sink").getFirst().get("requestContext")).get("condition"))
                .isEqualTo("RecordAgeExceeded");
    }

    @Test
    void what_the_filter_does_not_want_starts_nothing() {
        platform.with("work", "echo");
        platform.streams.put("a", "boring");
        platform.streams.put("a", "good");
        map(
                "work",
                s -> s.filterCriteria(f -> f.filters(
                        p -> p.pattern("{\"dynamodb\":{\"NewImage\":{\"value\":{\"S\":[{\"prefix\":\"go\"}]}},"
                                + "\"ApproximateCreationDateTime\":[{\"numeric\":[\">\",0]}]}}"))));
        eventually(() -> !values("work").isEmpty());

        assertThat(values("work")).containsExactly("good");
    }

    @Test
    void several_lanes_keep_the_order_of_each_key_and_lose_nothing() {
        platform.with("work", "echo");
        map("work", s -> s.parallelizationFactor(4).batchSize(3));
        for (int i = 0; i < 60; i++) {
            platform.streams.put("key" + i % 6, i % 6 + ":" + i);
        }
        eventually(() -> values("work").size() == 60);

        for (int key = 0; key < 6; key++) {
            var prefix = key + ":";
            var numbers = values("work").stream()
                    .filter(value -> value.startsWith(prefix))
                    .map(value -> Integer.parseInt(value.substring(2)))
                    .toList();
            assertThat(numbers).hasSize(10).isSorted();
        }
    }

    @Test
    void children_of_a_shard_are_read_when_it_has_been_read_to_its_end() {
        platform.with("work", "echo");
        map("work");
        platform.streams.put("a", "1");
        platform.streams.split("shard-0", "shard-1");
        platform.streams.put("shard-1", "a", "2");
        eventually(() -> values("work").size() == 2);

        assertThat(values("work")).containsExactly("1", "2");
    }

    @Test
    void a_restart_goes_on_where_the_mapping_was() {
        platform.with("work", "echo");
        map("work");
        platform.streams.put("a", "1");
        eventually(() -> values("work").size() == 1);
        platform.crash();
        platform.streams.put("a", "2");
        platform = new Platform(platform, settings -> settings);
        eventually(() -> !values("work").isEmpty());

        // the last batch may be repeated, if its checkpoint had not been written yet
        assertThat(values("work")).endsWith("2").doesNotHaveDuplicates();
    }

    @Test
    void another_number_of_lanes_skips_nothing() {
        platform.with("work", "echo");
        var uuid = map("work").uuid();
        for (int i = 0; i < 10; i++) {
            platform.streams.put("k" + i, "a" + i);
        }
        eventually(() -> values("work").size() == 10);
        platform.call(
                () -> platform.lambda.updateEventSourceMapping(r -> r.uuid(uuid).parallelizationFactor(3)));
        for (int i = 0; i < 10; i++) {
            platform.streams.put("k" + i, "b" + i);
        }
        eventually(() ->
                values("work").stream().filter(value -> value.startsWith("b")).count() == 10);
    }

    @Test
    void a_disabled_mapping_rests_and_goes_on_where_it_was() {
        platform.with("work", "echo");
        var uuid = map("work").uuid();
        platform.streams.put("a", "1");
        eventually(() -> values("work").size() == 1);
        var disabled = platform.call(
                () -> platform.lambda.updateEventSourceMapping(r -> r.uuid(uuid).enabled(false)));
        assertThat(disabled.state()).isEqualTo("Disabling");
        platform.streams.put("a", "2");
        assertThat(platform.call(() -> platform.lambda.getEventSourceMapping(r -> r.uuid(uuid)))
                        .state())
                .isEqualTo("Disabled");
        var enabled = platform.call(
                () -> platform.lambda.updateEventSourceMapping(r -> r.uuid(uuid).enabled(true)));
        assertThat(enabled.state()).isEqualTo("Enabling");
        eventually(() -> values("work").contains("2"));
    }

    @Test
    void tumbling_windows_hand_their_state_on_and_end_with_a_last_call() {
        platform.with("work", "return {\"state\":{\"seen\":1}}");
        platform.streams.put("a", "1");
        map("work", s -> s.tumblingWindowInSeconds(30).batchSize(1));
        eventually(() -> events("work").size() == 1);
        platform.streams.put("a", "2");
        eventually(() -> events("work").size() == 2);
        inTime(() -> events("work").size() == 3);

        var calls = events("work");
        assertThat(calls)
                .extracting(call -> call.get("state").toString())
                .containsExactly("{}", "{seen=1}", "{seen=1}");
        assertThat(calls)
                .extracting(call -> call.get("isFinalInvokeForWindow").toString())
                .containsExactly("false", "false", "true");
        assertThat((Map<?, ?>) calls.getFirst().get("window"))
                .extracting("start", "end")
                .containsExactly("2026-01-01T00:00:00Z", "2026-01-01T00:00:30Z");
    }

    @Test
    void a_mapping_is_shown_listed_tagged_and_deleted() {
        platform.with("work", "echo");
        var made = map("work", s -> s.enabled(false).tags(Map.of("team", "a")));
        assertThat(made.state()).isEqualTo("Disabled");
        assertThat(made.batchSize()).isEqualTo(100);
        assertThat(made.maximumRetryAttempts()).isEqualTo(-1);
        assertThat(made.lastProcessingResult()).isEqualTo("No records processed");
        assertThat(made.functionArn()).endsWith(":function:work");
        assertThat(platform.call(() -> platform.lambda.listEventSourceMappings(r -> r.functionName("work")))
                        .eventSourceMappings())
                .extracting(m -> m.uuid() + " " + m.state())
                .containsExactly(made.uuid() + " Disabled");
        assertThat(platform.call(() -> platform.lambda.listEventSourceMappings(r -> r.functionName("other")))
                        .eventSourceMappings())
                .isEmpty();
        platform.call(() -> platform.lambda.tagResource(
                r -> r.resource(made.eventSourceMappingArn()).tags(Map.of("stage", "b"))));
        assertThat(platform.call(() -> platform.lambda.listTags(r -> r.resource(made.eventSourceMappingArn())))
                        .tags())
                .containsOnly(Map.entry("team", "a"), Map.entry("stage", "b"));
        assertThat(platform.call(() -> platform.lambda.deleteEventSourceMapping(r -> r.uuid(made.uuid())))
                        .state())
                .isEqualTo("Deleting");
        assertThatThrownBy(() -> platform.call(() -> platform.lambda.getEventSourceMapping(r -> r.uuid(made.uuid()))))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("The resource you requested does not exist.");
    }

    @Test
    void a_second_mapping_of_the_same_source_to_the_same_function_is_refused() {
        platform.with("work", "echo");
        map("work");

        assertThatThrownBy(() -> map("work"))
                .isInstanceOf(ResourceConflictException.class)
                .hasMessageContaining("provided mapping already exists");
    }

    @Test
    void a_role_that_may_not_read_the_stream_is_refused() {
        platform.with("work", "echo");
        platform.denied.add("dynamodb:DescribeStream");

        assertThatThrownBy(() -> map("work"))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining(
                        "Cannot access stream " + TestStreams.ARN + ". Please ensure the role can perform");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "missing | arn:aws:dynamodb:eu-central-1:000000000000:table/things/stream/2026-01-01T00:00:00.000 | Function does not exist",
                "missing | NULL | Unrecognized event source.",
                "work | arn:aws:foo:eu-central-1:000000000000:bar | Unrecognized event source.",
                "work | arn:aws:dynamodb:eu-central-1:000000000000:table/things/stream/1999 | Stream not found",
            })
    void an_unknown_function_or_source_is_refused(String function, String source, String message) {
        platform.with("work", "echo");

        assertThatThrownBy(() -> map(function, s -> s.eventSourceArn(source.equals("NULL") ? null : source)))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining(message);
    }

    @Test
    void records_are_kept_for_at_least_a_minute() {
        platform.with("work", "echo");

        assertThatThrownBy(() -> map("work", s -> s.maximumRecordAgeInSeconds(59)))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining(
                        "MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)");
    }

    @Test
    void sources_that_the_platform_lacks_are_named_as_not_built() {
        platform.with("work", "echo");

        assertThatThrownBy(() -> map("work", s -> s.eventSourceArn("arn:aws:sqs:eu-central-1:000000000000:queue")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("sqs");
    }
}
