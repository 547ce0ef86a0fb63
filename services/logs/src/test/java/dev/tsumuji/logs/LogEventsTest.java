package dev.tsumuji.logs;

import static dev.tsumuji.logs.Fixture.GROUP;
import static dev.tsumuji.logs.Fixture.STREAM;
import static dev.tsumuji.logs.Fixture.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.InvalidParameterException;
import software.amazon.awssdk.services.cloudwatchlogs.model.LogStream;
import software.amazon.awssdk.services.cloudwatchlogs.model.OrderBy;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;

class LogEventsTest {
    private final Fixture it = Fixture.withStream();

    @AfterEach
    void close() {
        it.close();
    }

    private void invalid(String message, Runnable operation) {
        assertThatThrownBy(operation::run)
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.awsErrorDetails().errorMessage()).isEqualTo(message));
    }

    // ---- writing

    @Test
    void what_was_put_is_read_at_once_in_the_order_of_time_and_arrival() {
        it.put(STREAM, event(it.now() - 1000, "first"), event(it.now() - 500, "second"));
        it.put(STREAM, event(it.now() - 500, "third"));
        it.put(STREAM, event(it.now() - 2000, "zeroth"));
        assertThat(it.read(STREAM)).containsExactly("zeroth", "first", "second", "third");
    }

    @Test
    void events_carry_their_time_and_the_time_of_ingestion() {
        it.put(STREAM, event(it.now() - 1000, "Grüße 🌀"));
        var read = it.call(() -> it.logs.getLogEvents(r -> r.logGroupName(GROUP).logStreamName(STREAM)));
        assertThat(read.events())
                .containsExactly(OutputLogEvent.builder()
                        .timestamp(it.now() - 1000)
                        .ingestionTime(it.now())
                        .message("Grüße 🌀")
                        .build());
    }

    @Test
    void a_batch_out_of_order_is_refused() {
        invalid(
                "Log events in a single PutLogEvents request must be in chronological order.",
                () -> it.put(STREAM, event(it.now(), "b"), event(it.now() - 1, "a")));
        assertThat(it.read(STREAM)).isEmpty();
    }

    @Test
    void a_batch_spans_a_day_at_most() {
        long day = Duration.ofDays(1).toMillis();
        assertThat(it.put(STREAM, event(it.now() - day, "a"), event(it.now(), "b"))
                        .rejectedLogEventsInfo())
                .isNull();
        invalid(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
                () -> it.put(STREAM, event(it.now() - day - 1, "a"), event(it.now(), "b")));
    }

    @Test
    void events_too_old_or_too_new_are_rejected_and_the_others_kept() {
        long old = it.now() - Duration.ofDays(14).toMillis();
        long ahead = it.now() + Duration.ofHours(2).toMillis();
        var rejected = it.put(STREAM, event(old - 1, "too old"), event(it.now(), "fine"), event(ahead + 1, "too new"))
                .rejectedLogEventsInfo();
        assertThat(rejected.tooOldLogEventEndIndex()).isEqualTo(1);
        assertThat(rejected.tooNewLogEventStartIndex()).isEqualTo(2);
        assertThat(rejected.expiredLogEventEndIndex()).isNull();
        assertThat(it.put(STREAM, event(old, "just in time")).rejectedLogEventsInfo())
                .isNull();
        assertThat(it.put(STREAM, event(ahead, "just in time")).rejectedLogEventsInfo())
                .isNull();
        assertThat(it.read(STREAM)).containsExactly("just in time", "fine", "just in time");
    }

    @Test
    void events_beyond_retention_are_rejected_as_expired() {
        it.call(() -> it.logs.putRetentionPolicy(r -> r.logGroupName(GROUP).retentionInDays(3)));
        long expired = it.now() - Duration.ofDays(3).toMillis() - 1;
        var rejected = it.put(STREAM, event(expired, "gone"), event(expired + 1, "kept"))
                .rejectedLogEventsInfo();
        assertThat(rejected.expiredLogEventEndIndex()).isEqualTo(1);
        assertThat(rejected.tooOldLogEventEndIndex()).isNull();
        assertThat(it.read(STREAM)).containsExactly("kept");
    }

    @Test
    void sizes_are_bounded() {
        int max = (1 << 20) - 26;
        it.put(STREAM, event(it.now(), "x".repeat(max)));
        invalid(
                "Log event too large: 1048577 bytes exceeds limit of 1048576",
                () -> it.put(STREAM, event(it.now(), "x".repeat(max + 1))));
        invalid(
                "Upload too large: 1048577 bytes exceeds limit of 1048576",
                () -> it.put(STREAM, event(it.now(), "x".repeat(max - 27)), event(it.now(), "yy")));
        assertThat(it.put(STREAM, event(it.now(), "x".repeat(max - 28)), event(it.now(), "yy"))
                        .rejectedLogEventsInfo())
                .isNull();
        assertThatThrownBy(() -> it.put(GROUP, STREAM, Collections.nCopies(10_001, event(it.now(), "x"))))
                .isInstanceOf(InvalidParameterException.class);
        assertThat(it.put(GROUP, STREAM, Collections.nCopies(10_000, event(it.now(), "x")))
                        .rejectedLogEventsInfo())
                .isNull();
    }

    @Test
    void a_wrong_sequence_token_does_not_matter() {
        var put = it.call(() -> it.logs.putLogEvents(r -> r.logGroupName(GROUP)
                .logStreamName(STREAM)
                .sequenceToken("wrong")
                .logEvents(event(it.now(), "x"))));
        assertThat(put.nextSequenceToken()).isNotEmpty();
    }

    @Test
    void missing_groups_and_streams_are_told_apart() {
        assertThatThrownBy(() -> it.put("missing", STREAM, List.of(event(it.now(), "x"))))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("The specified log group does not exist.");
        assertThatThrownBy(() -> it.print("missing", "x"))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("The specified log stream does not exist.");
        assertThatThrownBy(() -> it.read("missing"))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("The specified log stream does not exist.");
    }

    @Test
    void many_writers_of_one_group_lose_nothing() throws Exception {
        int writers = 8;
        int lines = 50;
        var ready = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int w = 0; w < writers; w++) {
                var stream = w % 2 == 0 ? STREAM : "stream-" + w;
                if (w % 2 == 1) {
                    it.withStream(GROUP, stream);
                }
                int writer = w;
                threads.submit(() -> {
                    ready.await();
                    for (int i = 0; i < lines; i++) {
                        it.print(stream, writer + ":" + i);
                    }
                    return null;
                });
            }
            ready.countDown();
        }
        var all = it.filter("");
        assertThat(all).hasSize(writers * lines).doesNotHaveDuplicates();
        for (int w = 0; w < writers; w++) {
            int writer = w;
            assertThat(all.stream().filter(m -> m.startsWith(writer + ":")))
                    .isEqualTo(IntStream.range(0, lines)
                            .mapToObj(i -> writer + ":" + i)
                            .toList());
        }
        long bytes = all.stream().mapToLong(m -> m.length() + 26).sum();
        assertThat(it.call(() -> it.logs
                        .describeLogGroups(r -> {})
                        .logGroups()
                        .getFirst()
                        .storedBytes()))
                .isEqualTo(bytes);
    }

    // ---- paging through a stream

    @Test
    void tokens_lead_forward_and_backward_and_repeat_at_the_end() {
        for (int i = 0; i < 5; i++) {
            it.print(STREAM, "m" + i);
        }
        var newest = page(null, false, 2);
        assertThat(messages(newest)).containsExactly("m3", "m4");
        assertThat(newest.nextForwardToken()).matches("f/[0-9]{56}/s");
        assertThat(newest.nextBackwardToken()).matches("b/[0-9]{56}/s");
        var before = page(newest.nextBackwardToken(), false, 2);
        assertThat(messages(before)).containsExactly("m1", "m2");
        var first = page(before.nextBackwardToken(), false, 2);
        assertThat(messages(first)).containsExactly("m0");
        var nothing = page(first.nextBackwardToken(), false, 2);
        assertThat(messages(nothing)).isEmpty();
        assertThat(nothing.nextBackwardToken()).isEqualTo(first.nextBackwardToken());
        assertThat(messages(page(nothing.nextForwardToken(), true, 2))).containsExactly("m0", "m1");

        var end = page(newest.nextForwardToken(), true, 2);
        assertThat(messages(end)).isEmpty();
        assertThat(end.nextForwardToken()).isEqualTo(newest.nextForwardToken());
        assertThat(messages(page(end.nextBackwardToken(), false, 2))).containsExactly("m3", "m4");
        it.print(STREAM, "m5");
        assertThat(messages(page(end.nextForwardToken(), true, 2))).containsExactly("m5");
    }

    @Test
    void an_empty_stream_has_tokens_too() {
        var empty = page(null, true, 10);
        assertThat(empty.nextForwardToken()).isEqualTo("f/" + "0".repeat(56) + "/s");
        assertThat(empty.nextBackwardToken()).isEqualTo("b/" + "0".repeat(56) + "/s");
        it.print(STREAM, "x");
        assertThat(messages(page(empty.nextForwardToken(), true, 10))).containsExactly("x");
    }

    @Test
    void foreign_tokens_are_refused() {
        for (var token : List.of("x", "f/1/s", "f/" + "9".repeat(56) + "/s", "g/" + "0".repeat(56) + "/s", "f//s")) {
            invalid("The specified nextToken is invalid.", () -> page(token, true, 1));
        }
    }

    @Test
    void a_window_includes_its_start_and_excludes_its_end() {
        long now = it.now();
        it.put(STREAM, event(now - 3, "a"), event(now - 2, "b"), event(now - 1, "c"), event(now, "d"));
        var window = it.call(() -> it.logs.getLogEvents(r ->
                r.logGroupName(GROUP).logStreamName(STREAM).startTime(now - 2).endTime(now)));
        assertThat(messages(window)).containsExactly("b", "c");
        assertThat(it.call(() -> it.logs.getLogEvents(r -> r.logGroupName(GROUP)
                                .logStreamName(STREAM)
                                .startTime(now)
                                .endTime(now - 2)))
                        .events())
                .isEmpty();
    }

    @Test
    void a_page_holds_a_megabyte_at_most() {
        for (int i = 0; i < 4; i++) {
            it.print(STREAM, String.valueOf(i).repeat(400_000));
        }
        var page = page(null, true, 10_000);
        assertThat(page.events()).hasSize(2);
        assertThat(page(page.nextForwardToken(), true, 10_000).events()).hasSize(2);
    }

    private software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse page(
            String token, boolean fromHead, int limit) {
        return it.call(() -> it.logs.getLogEvents(r -> r.logGroupName(GROUP)
                .logStreamName(STREAM)
                .nextToken(token)
                .startFromHead(fromHead)
                .limit(limit)));
    }

    private static List<String> messages(
            software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse page) {
        return page.events().stream().map(OutputLogEvent::message).toList();
    }

    // ---- searching

    @Test
    void a_search_interleaves_streams_by_time() {
        it.withStream(GROUP, "other");
        long now = it.now();
        it.put(STREAM, event(now - 30, "1"), event(now - 10, "3"));
        it.put("other", event(now - 20, "2"), event(now - 10, "4"));
        var found = it.call(() -> it.logs.filterLogEvents(
                r -> r.logGroupIdentifier("arn:aws:logs:eu-central-1:000000000000:log-group:" + GROUP)));
        assertThat(found.events()).extracting(FilteredLogEvent::message).containsExactly("1", "2", "3", "4");
        assertThat(found.events())
                .extracting(FilteredLogEvent::logStreamName)
                .containsExactly(STREAM, "other", STREAM, "other");
        assertThat(found.events())
                .extracting(FilteredLogEvent::eventId)
                .doesNotHaveDuplicates()
                .allMatch(id -> id.matches("[0-9]{56}"));
        assertThat(found.nextToken()).isNull();
    }

    @Test
    void a_search_is_narrowed_by_streams_time_and_pattern() {
        it.withStream(GROUP, "other").withStream(GROUP, "others");
        long now = it.now();
        it.put("other", event(now - 2, "ERROR a"), event(now - 1, "ERROR b"), event(now, "INFO c"));
        it.put("others", event(now, "ERROR d"));
        it.put(STREAM, event(now, "ERROR e"));
        assertThat(it.call(() -> it.logs
                        .filterLogEvents(r -> r.logGroupName(GROUP)
                                .logStreamNamePrefix("other")
                                .filterPattern("ERROR")
                                .startTime(now - 1)
                                .endTime(now))
                        .events()))
                .extracting(FilteredLogEvent::message)
                .containsExactly("ERROR b", "ERROR d");
        assertThat(it.call(() -> it.logs
                        .filterLogEvents(r -> r.logGroupName(GROUP)
                                .logStreamNames("other", STREAM, "other")
                                .endTime(now - 1))
                        .events()))
                .extracting(FilteredLogEvent::message)
                .containsExactly("ERROR a", "ERROR b");
        assertThatThrownBy(() -> it.call(
                        () -> it.logs.filterLogEvents(r -> r.logGroupName(GROUP).logStreamNames("missing"))))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> it.call(() -> it.logs.filterLogEvents(
                        r -> r.logGroupName(GROUP).logStreamNames("a").logStreamNamePrefix("a"))))
                .isInstanceOf(InvalidParameterException.class);
        assertThatThrownBy(() -> it.filter("{ $.a")).isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void a_search_stops_after_reading_much_and_goes_on_with_its_token() {
        for (int i = 0; i < 80; i++) {
            it.print(STREAM, "x".repeat(1_000_000));
        }
        it.print(STREAM, "needle");
        var first =
                it.call(() -> it.logs.filterLogEvents(r -> r.logGroupName(GROUP).filterPattern("needle")));
        assertThat(first.events()).isEmpty();
        assertThat(first.nextToken()).isNotNull();
        assertThat(it.filter("needle")).containsExactly("needle");
    }

    @Test
    void exactly_one_way_to_name_the_group_is_needed() {
        invalid(
                "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
                () -> it.call(
                        () -> it.logs.filterLogEvents(r -> r.logGroupName(GROUP).logGroupIdentifier(GROUP))));
        assertThatThrownBy(() -> it.call(() -> it.logs.filterLogEvents(r -> {})))
                .isInstanceOf(InvalidParameterException.class);
    }

    @Test
    void patterns_are_tried_on_sample_messages() {
        var matches = it.call(() -> it.logs.testMetricFilter(
                        r -> r.filterPattern("[w1=ERROR, w2]").logEventMessages("INFO x", "ERROR y z")))
                .matches();
        assertThat(matches).hasSize(1);
        assertThat(matches.getFirst().eventNumber()).isEqualTo(2);
        assertThat(matches.getFirst().extractedValues())
                .containsEntry("$w1", "ERROR")
                .containsEntry("$w2", "y z");
    }

    // ---- streams

    @Test
    void streams_are_listed_by_name_in_both_directions() {
        it.withStream(GROUP, "b").withStream(GROUP, "a").withStream(GROUP, "ab");
        assertThat(streams(OrderBy.LOG_STREAM_NAME, false, null)).containsExactly(STREAM, "a", "ab", "b");
        assertThat(streams(OrderBy.LOG_STREAM_NAME, true, null)).containsExactly("b", "ab", "a", STREAM);
        assertThat(streams(OrderBy.LOG_STREAM_NAME, false, "a")).containsExactly("a", "ab");
        assertThat(streams(OrderBy.LOG_STREAM_NAME, true, "a")).containsExactly("ab", "a");
    }

    @Test
    void streams_are_listed_by_their_last_event() {
        it.withStream(GROUP, "late").withStream(GROUP, "early").withStream(GROUP, "quiet");
        it.put("early", event(it.now() - 100, "x"));
        it.put("late", event(it.now(), "x"));
        it.put(STREAM, event(it.now() - 50, "x"));
        assertThat(streams(OrderBy.LAST_EVENT_TIME, true, null)).containsExactly("late", STREAM, "early", "quiet");
        assertThat(streams(OrderBy.LAST_EVENT_TIME, false, null)).containsExactly("quiet", "early", STREAM, "late");
        invalid(
                "Cannot order by LastEventTime with a logStreamNamePrefix.",
                () -> streams(OrderBy.LAST_EVENT_TIME, false, "x"));
    }

    private List<String> streams(OrderBy order, boolean descending, String prefix) {
        return it.call(() -> it
                .logs
                .describeLogStreamsPaginator(r -> r.logGroupName(GROUP)
                        .orderBy(order)
                        .descending(descending)
                        .logStreamNamePrefix(prefix)
                        .limit(2))
                .logStreams()
                .stream()
                .map(LogStream::logStreamName)
                .toList());
    }

    @Test
    @SuppressWarnings("deprecation")
    void a_stream_shows_its_times_once_it_has_events() {
        var fresh = described();
        assertThat(fresh.arn())
                .isEqualTo("arn:aws:logs:eu-central-1:000000000000:log-group:" + GROUP + ":log-stream:" + STREAM);
        assertThat(fresh.storedBytes()).isZero();
        assertThat(fresh.firstEventTimestamp()).isNull();
        assertThat(fresh.uploadSequenceToken()).isNull();
        it.put(STREAM, event(it.now() - 100, "a"), event(it.now() - 50, "b"));
        var used = described();
        assertThat(used.firstEventTimestamp()).isEqualTo(it.now() - 100);
        assertThat(used.lastEventTimestamp()).isEqualTo(it.now() - 50);
        assertThat(used.lastIngestionTime()).isEqualTo(it.now());
        assertThat(used.uploadSequenceToken()).isNotEmpty();
    }

    private LogStream described() {
        return it.call(() ->
                        it.logs.describeLogStreams(r -> r.logGroupName(GROUP)).logStreams())
                .getFirst();
    }

    @Test
    void a_deleted_stream_takes_its_events_along() {
        it.withStream(GROUP, "other");
        it.print(STREAM, "gone");
        it.print("other", "kept");
        it.call(() -> it.logs.deleteLogStream(r -> r.logGroupName(GROUP).logStreamName(STREAM)));
        assertThat(it.filter("")).containsExactly("kept");
        assertThat(it.call(() -> it.logs
                        .describeLogGroups(r -> {})
                        .logGroups()
                        .getFirst()
                        .storedBytes()))
                .isEqualTo(4 + 26);
        it.withStream(GROUP, STREAM);
        assertThat(it.read(STREAM)).isEmpty();
        assertThatThrownBy(() -> it.withStream(GROUP, STREAM))
                .isInstanceOf(ResourceAlreadyExistsException.class)
                .hasMessageContaining("The specified log stream already exists");
    }
}
