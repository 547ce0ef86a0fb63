package dev.tsumuji.logs;

import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Decision;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.LocalCloud;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.outbox.Dispatcher;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsResponse;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/** The service on the memory engine, with time and identifiers that a test decides. */
final class Fixture implements AutoCloseable {
    static final String GROUP = "/aws/lambda/hello";
    static final String FUNCTION = "arn:aws:lambda:eu-central-1:000000000000:function:told";
    static final String STREAM = "2026/01/01/[$LATEST]0123";

    final VirtualTime time = new VirtualTime();
    final Kv kv = new MemoryKv(time);
    final LogsService logs;
    /** What the function was told. */
    final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    /** Because of which groups the function lets CloudWatch Logs in, and how many invocations it still refuses as too many. */
    final Set<String> letIn = ConcurrentHashMap.newKeySet();

    final AtomicInteger throttled = new AtomicInteger();
    /** Invocations with something to tell that were not let in. */
    final Semaphore turnedAway = new Semaphore(0);

    private final Dispatcher dispatcher;
    String account = "000000000000";
    String region = "eu-central-1";

    Fixture() {
        var ids = new Ids(new SplittableRandom(1));
        var gate = new Gate(
                (call, access) -> new Decision(true, access.action(), access.resource(), "", List.of()), entry -> {});
        var cloud = new LocalCloud(gate, time, ids);
        dispatcher = new Dispatcher(kv, time, time, ids);
        logs = new LogsService(kv, dispatcher, cloud, time, ids, time);
        cloud.add(new Service(
                "lambda",
                LambdaClient.class,
                new Told(),
                (operation, request, call) -> List.of(Access.open("lambda:" + operation, call.account())),
                "AccessDeniedException"));
        dispatcher.start();
    }

    /** A function that keeps what it is told. */
    private final class Told implements LambdaClient {
        @Override
        public InvokeResponse invoke(InvokeRequest request) {
            var call = Call.current();
            boolean isIn = call.principal() instanceof Principal.Service service
                    && service.isNamed("logs.amazonaws.com")
                    && letIn.contains(call.context().get("aws:SourceArn"));
            if (!request.functionName().equals(FUNCTION) || !isIn) {
                if (request.invocationType() == InvocationType.EVENT) {
                    turnedAway.release();
                }
                throw LambdaException.builder().statusCode(403).build();
            }
            if (request.invocationType() == InvocationType.EVENT) {
                if (throttled.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    throw TooManyRequestsException.builder().statusCode(429).build();
                }
                told.add(request.payload().asUtf8String());
            }
            return InvokeResponse.builder().statusCode(202).build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

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
        dispatcher.close();
        kv.close();
    }
}
