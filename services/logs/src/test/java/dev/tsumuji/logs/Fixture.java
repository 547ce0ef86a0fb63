package dev.tsumuji.logs;

import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsResponse;

/** The service on the memory engine, with time and identifiers that a test decides. */
final class Fixture implements AutoCloseable {
    static final String GROUP = "/aws/lambda/hello";
    static final String STREAM = "2026/01/01/[$LATEST]0123";

    final VirtualTime time = new VirtualTime();
    final Kv kv = new MemoryKv(time);
    final LogsService logs = new LogsService(kv, time, new Ids(new SplittableRandom(1)), time);
    String account = "000000000000";
    String region = "eu-central-1";

    <T> T call(Supplier<T> body) {
        var call = new Call(
                account,
                region,
                new Principal.Root(account),
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

    Fixture withGroup(String name) {
        call(() -> logs.createLogGroup(r -> r.logGroupName(name)));
        return this;
    }

    Fixture withStream(String group, String name) {
        call(() -> logs.createLogStream(r -> r.logGroupName(group).logStreamName(name)));
        return this;
    }

    static Fixture withStream() {
        return new Fixture().withGroup(GROUP).withStream(GROUP, STREAM);
    }

    long now() {
        return time.millis();
    }

    Instant ago(Duration age) {
        return time.instant().minus(age);
    }

    static InputLogEvent event(long timestamp, String message) {
        return InputLogEvent.builder().timestamp(timestamp).message(message).build();
    }

    PutLogEventsResponse put(String stream, InputLogEvent... events) {
        return put(GROUP, stream, List.of(events));
    }

    PutLogEventsResponse put(String group, String stream, List<InputLogEvent> events) {
        return call(() -> logs.putLogEvents(
                r -> r.logGroupName(group).logStreamName(stream).logEvents(events)));
    }

    /** Messages at the present time. */
    void print(String stream, String... messages) {
        put(GROUP, stream, List.of(messages).stream().map(m -> event(now(), m)).toList());
    }

    List<String> read(String stream) {
        return call(() -> logs.getLogEvents(
                                r -> r.logGroupName(GROUP).logStreamName(stream).startFromHead(true))
                        .events())
                .stream()
                .map(OutputLogEvent::message)
                .toList();
    }

    List<String> filter(String pattern) {
        return call(() -> {
            var found = new ArrayList<String>();
            logs.filterLogEventsPaginator(r -> r.logGroupName(GROUP).filterPattern(pattern)).events().stream()
                    .map(FilteredLogEvent::message)
                    .forEach(found::add);
            return found;
        });
    }

    @Override
    public void close() {
        kv.close();
    }
}
