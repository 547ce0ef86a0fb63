package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.testkit.Seeded;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.InvocationType;

/**
 * kill -9 in the middle of functions being created, events being accepted and lines being written, again and again on the
 * same data: what was acknowledged is there afterwards, and every accepted event runs. {@code -Dcrashes=20} for more.
 */
class PlatformCrashTest {
    private static final int CRASHES = Integer.getInteger("crashes", 3);
    private static final String WORKER = "worker";
    private static final String GROUP = "crash";
    private static final String ROLE = "crash-role";

    private final Collection<String> functions = new ConcurrentLinkedQueue<>();
    private final Collection<String> events = new ConcurrentLinkedQueue<>();
    private final Collection<String> lines = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    @Test
    void what_was_acknowledged_survives() {
        var data = RunningPlatform.temporary("crash");
        var zip = FunctionPackage.node().bytes();
        Seeded.check(1, seeded -> {
            prepare(data, zip);
            for (int crash = 0; crash < CRASHES; crash++) {
                var platform = RunningPlatform.start(data);
                var stop = new AtomicBoolean();
                try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                    threads.submit(() -> createFunctions(platform, zip, stop));
                    threads.submit(() -> sendEvents(platform, stop));
                    threads.submit(() -> writeLines(platform, stop));
                    var before = acknowledged();
                    Waiting.until(Duration.ofSeconds(30), () -> acknowledged().allMoreThan(before));
                    Waiting.pause(Duration.ofMillis(seeded.below(1000)));
                    platform.kill();
                    stop.set(true);
                }
            }
            try (var platform = RunningPlatform.start(data)) {
                everythingIsThere(platform);
            }
        });
        assertThat(functions).as("functions acknowledged").isNotEmpty();
        assertThat(events).as("events acknowledged").isNotEmpty();
        assertThat(lines).as("lines acknowledged").isNotEmpty();
    }

    private static void prepare(Path data, SdkBytes zip) {
        try (var platform = RunningPlatform.start(data);
                var iam = platform.client(IamClient.builder());
                var lambda = platform.client(LambdaClient.builder());
                var logs = platform.client(CloudWatchLogsClient.builder())) {
            var role = Roles.basic(iam, ROLE);
            create(lambda, WORKER, role, zip);
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(WORKER));
            logs.createLogGroup(r -> r.logGroupName(GROUP));
            logs.createLogStream(r -> r.logGroupName(GROUP).logStreamName("s"));
        }
    }

    private static void create(LambdaClient lambda, String name, String role, SdkBytes zip) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime(FunctionPackage.node().runtime())
                .handler(FunctionPackage.node().handler())
                .role(role)
                .timeout(10)
                .code(c -> c.zipFile(zip)));
    }

    private record Counts(int functions, int events, int lines) {
        boolean allMoreThan(Counts before) {
            return functions > before.functions && events > before.events && lines > before.lines;
        }
    }

    private Counts acknowledged() {
        return new Counts(functions.size(), events.size(), lines.size());
    }

    private String next(String kind) {
        return kind + "-" + count.incrementAndGet();
    }

    private void createFunctions(RunningPlatform platform, SdkBytes zip, AtomicBoolean stop) {
        try (var lambda = impatient(platform)) {
            while (!stop.get()) {
                var name = next("function");
                create(lambda, name, "arn:aws:iam::000000000000:role/" + ROLE, zip);
                functions.add(name);
            }
        } catch (SdkException e) {
            // killed in the middle: this one was not acknowledged
        }
    }

    private void sendEvents(RunningPlatform platform, AtomicBoolean stop) {
        try (var lambda = impatient(platform)) {
            while (!stop.get()) {
                var name = next("event");
                lambda.invoke(r -> r.functionName(WORKER)
                        .invocationType(InvocationType.EVENT)
                        .payload(SdkBytes.fromUtf8String("{\"name\":\"" + name + "\"}")));
                events.add(name);
                Waiting.pause(Duration.ofMillis(10));
            }
        } catch (SdkException e) {
            // killed in the middle: this one was not acknowledged
        }
    }

    private void writeLines(RunningPlatform platform, AtomicBoolean stop) {
        try (var logs = platform.client(
                CloudWatchLogsClient.builder().overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1))))) {
            while (!stop.get()) {
                var line = next("line");
                var event = InputLogEvent.builder()
                        .timestamp(System.currentTimeMillis())
                        .message(line)
                        .build();
                logs.putLogEvents(r -> r.logGroupName(GROUP).logStreamName("s").logEvents(event));
                lines.add(line);
            }
        } catch (SdkException e) {
            // killed in the middle: this one was not acknowledged
        }
    }

    private static LambdaClient impatient(RunningPlatform platform) {
        return platform.client(
                LambdaClient.builder().overrideConfiguration(c -> c.retryStrategy(s -> s.maxAttempts(1))));
    }

    private void everythingIsThere(RunningPlatform platform) {
        try (var lambda = platform.client(LambdaClient.builder());
                var logs = platform.client(CloudWatchLogsClient.builder())) {
            var there = new HashSet<>(lambda.listFunctionsPaginator().functions().stream()
                    .map(FunctionConfiguration::functionName)
                    .toList());
            assertThat(there).containsAll(functions);
            assertThat(found(logs, GROUP, "line")).containsAll(lines);
            var ran = new HashSet<String>();
            assertThat(events).as("events acknowledged").isNotEmpty();
            Waiting.until(Duration.ofSeconds(90), () -> {
                ran.addAll(found(logs, "/aws/lambda/" + WORKER, "event"));
                return ran.containsAll(events);
            });
            // the code of a function that was created in the crash's second is whole
            for (var name : lastOf(functions, 3)) {
                var answer = lambda.invoke(
                        r -> r.functionName(name).payload(SdkBytes.fromUtf8String("{\"name\":\"again\"}")));
                assertThat(answer.payload().asUtf8String()).contains("hello again");
            }
        }
    }

    private static Set<String> found(CloudWatchLogsClient logs, String group, String kind) {
        var found = new HashSet<String>();
        var pattern = java.util.regex.Pattern.compile(kind + "-\\d+");
        logs.filterLogEventsPaginator(r -> r.logGroupName(group).filterPattern("\"" + kind + "-\"")).events().stream()
                .map(FilteredLogEvent::message)
                .forEach(message -> {
                    var match = pattern.matcher(message);
                    if (match.find()) {
                        found.add(match.group());
                    }
                });
        return found;
    }

    private static List<String> lastOf(Collection<String> names, int count) {
        var all = new ArrayList<>(names);
        return all.subList(Math.max(0, all.size() - count), all.size());
    }
}
