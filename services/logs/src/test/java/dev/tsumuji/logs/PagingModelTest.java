package dev.tsumuji.logs;

import static dev.tsumuji.logs.Fixture.GROUP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.testkit.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;

/** Random batches in several streams, read page by page in every way, against a sorted list. */
class PagingModelTest {
    private static final List<String> STREAMS = List.of("a", "ab", "b");

    /** @param order of arrival */
    private record Line(String stream, long timestamp, int order, String message) {}

    @Test
    void every_way_of_paging_gives_every_event_once_and_in_order() {
        Seeded.check(30, seeded -> {
            try (var it = new Fixture().withGroup(GROUP)) {
                STREAMS.forEach(stream -> it.withStream(GROUP, stream));
                var lines = write(it, seeded);
                for (var stream : STREAMS) {
                    var expected = lines.stream()
                            .filter(line -> line.stream().equals(stream))
                            .map(Line::message)
                            .toList();
                    assertThat(walk(it, seeded, stream, true)).isEqualTo(expected);
                    assertThat(walk(it, seeded, stream, false)).isEqualTo(expected);
                }
                for (int i = 0; i < 10; i++) {
                    search(it, seeded, lines);
                }
            }
        });
    }

    private static List<Line> write(Fixture it, Seeded seeded) {
        var lines = new ArrayList<Line>();
        for (int batch = 0; batch < 12; batch++) {
            it.time.advance(Duration.ofMillis(seeded.below(5)));
            var stream = seeded.oneOf(STREAMS);
            var times = new ArrayList<Long>();
            for (int n = 1 + seeded.below(40); n > 0; n--) {
                times.add(it.now() - seeded.below(30));
            }
            Collections.sort(times);
            var events = new ArrayList<InputLogEvent>();
            for (var time : times) {
                var message =
                        "m" + lines.size() + (seeded.chance(0.3) ? " hit " : " ") + "x".repeat(seeded.below(3000));
                lines.add(new Line(stream, time, lines.size(), message));
                events.add(Fixture.event(time, message));
            }
            it.put(GROUP, stream, events);
        }
        lines.sort(Comparator.comparingLong(Line::timestamp).thenComparingInt(Line::order));
        return lines;
    }

    private static List<String> walk(Fixture it, Seeded seeded, String stream, boolean forward) {
        var walked = new ArrayList<String>();
        String token = null;
        while (true) {
            var from = token;
            var page = it.call(() -> it.logs.getLogEvents(r -> r.logGroupName(GROUP)
                    .logStreamName(stream)
                    .startFromHead(forward)
                    .nextToken(from)
                    .limit(1 + seeded.below(30))));
            var messages = page.events().stream().map(event -> event.message()).toList();
            walked.addAll(forward ? walked.size() : 0, messages);
            token = forward ? page.nextForwardToken() : page.nextBackwardToken();
            if (token.equals(from)) {
                assertThat(messages).isEmpty();
                return walked;
            }
        }
    }

    private static void search(Fixture it, Seeded seeded, List<Line> lines) {
        long start = it.now() - seeded.below(60);
        long end = start + seeded.below(60);
        var prefix = seeded.oneOf(List.of("", "a", "ab"));
        boolean hits = seeded.chance(0.5);
        var expected = lines.stream()
                .filter(line -> line.timestamp() >= start && line.timestamp() <= end)
                .filter(line -> line.stream().startsWith(prefix))
                .filter(line -> !hits || line.message().contains("hit"))
                .map(Line::message)
                .toList();
        var found = new ArrayList<FilteredLogEvent>();
        int limit = 1 + seeded.below(20);
        it.call(() -> {
            for (var page : it.logs.filterLogEventsPaginator(r -> r.logGroupName(GROUP)
                    .logStreamNamePrefix(prefix.isEmpty() ? null : prefix)
                    .startTime(start)
                    .endTime(end)
                    .filterPattern(hits ? "hit" : null)
                    .limit(limit))) {
                assertThat(page.events()).hasSizeLessThanOrEqualTo(limit);
                found.addAll(page.events());
            }
            return null;
        });
        assertThat(found.stream().map(FilteredLogEvent::message)).isEqualTo(expected);
        assertThat(new HashSet<>(found.stream().map(FilteredLogEvent::eventId).toList()))
                .hasSize(found.size());
    }
}
