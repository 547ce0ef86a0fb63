package dev.tsumuji.lambda;

import dev.tsumuji.engines.disk.DiskBlobs;
import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Decision;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.LocalCloud;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.outbox.Dispatcher;
import dev.tsumuji.kernel.signal.Signals;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.Scheduler;
import dev.tsumuji.kernel.time.SystemScheduler;
import dev.tsumuji.sandbox.NativeSandboxes;
import dev.tsumuji.sandbox.SandboxSettings;
import dev.tsumuji.sandbox.Sandboxes;
import dev.tsumuji.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.Runtime;
import software.amazon.awssdk.services.lambda.model.State;

/** Lambda on the memory engine and real blobs, among as much of a platform as it needs. */
final class Platform implements AutoCloseable {
    final VirtualTime time = new VirtualTime();
    final Kv kv;
    final Path directory;
    final ScriptedSandboxes sandboxes;
    final Sandboxes real;
    private final Scheduler scheduler;
    final TestLogs logs = new TestLogs();
    final Signals signals = new Signals();
    final TestStreams streams;
    final List<String> denied = new java.util.concurrent.CopyOnWriteArrayList<>();
    final LambdaService lambda;
    final LambdaSettings settings;
    private final Dispatcher dispatcher;
    private final InstantSource clock;
    String account = "000000000000";

    Platform() {
        this(defaults -> defaults);
    }

    Platform(java.util.function.UnaryOperator<LambdaSettings> change) {
        this(null, change);
    }

    /** @param kv of a platform that was closed, to start again on what it left; null to start afresh */
    Platform(Platform before, java.util.function.UnaryOperator<LambdaSettings> change) {
        this(before, change, false);
    }

    /** In real time, with this machine's real sandboxes. */
    static Platform real() {
        return new Platform(null, settings -> settings, true);
    }

    private Platform(Platform before, java.util.function.UnaryOperator<LambdaSettings> change, boolean inRealTime) {
        try {
            directory = before == null ? Files.createTempDirectory("lambda-test") : before.directory;
            if (before != null) {
                time.set(before.time.instant());
            }
            clock = inRealTime ? InstantSource.system() : time;
            scheduler = inRealTime ? new SystemScheduler() : time;
            kv = before == null ? new MemoryKv(clock) : before.kv;
            var ids = new Ids(new Locked(new SplittableRandom(before == null ? 1 : 2)));
            settings = change.apply(LambdaSettings.defaults(directory.resolve("packages")));
            sandboxes = new ScriptedSandboxes(clock);
            real = inRealTime ? NativeSandboxes.open(SandboxSettings.in(directory.resolve("sandboxes"))) : sandboxes;
            var gate = new Gate(
                    (call, access) -> new Decision(
                            !denied.contains(access.action()),
                            access.action(),
                            access.resource(),
                            "because no identity-based policy allows the " + access.action() + " action",
                            List.of()),
                    entry -> {});
            var cloud = new LocalCloud(gate, clock, ids);
            dispatcher = new Dispatcher(kv, clock, scheduler, ids);
            lambda = new LambdaService(
                    kv,
                    new DiskBlobs(directory.resolve("blobs"), kv, clock, ids, scheduler),
                    dispatcher,
                    cloud,
                    signals,
                    real,
                    clock,
                    ids,
                    scheduler,
                    settings);
            cloud.add(lambda.service());
            cloud.add(new TestRoles(clock).service());
            cloud.add(logs.service());
            streams = before == null ? new TestStreams(time, signals) : before.streams;
            cloud.add(streams.service());
            dispatcher.start();
            lambda.start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    <T> T call(Supplier<T> body) {
        return ScopedValue.where(Call.CURRENT, newCall()).call(body::get);
    }

    Call newCall() {
        return new Call(
                account,
                "eu-central-1",
                new Principal.Root(account),
                null,
                null,
                java.util.UUID.randomUUID().toString(),
                "127.0.0.1",
                "test",
                clock.instant(),
                true,
                Map.of());
    }

    static CreateFunctionRequest.Builder request(String name, SdkBytes zip) {
        return CreateFunctionRequest.builder()
                .functionName(name)
                .runtime(Runtime.PYTHON3_12)
                .handler("handler.handler")
                .role(TestRoles.ROLE)
                .code(code -> code.zipFile(zip));
    }

    CreateFunctionResponse create(CreateFunctionRequest.Builder request) {
        return call(() -> lambda.createFunction(request.build()));
    }

    /** Creates a function and waits until it is active. */
    Platform with(String name, String... program) {
        create(request(name, Zips.program(program)));
        active(name);
        return this;
    }

    void active(String name) {
        eventually(() -> call(() -> lambda.getFunction(r -> r.functionName(name)))
                        .configuration()
                        .state()
                == State.ACTIVE);
    }

    InvokeResponse invoke(String name, String payload) {
        return invoke(r -> r.functionName(name).payload(SdkBytes.fromUtf8String(payload)));
    }

    InvokeResponse invoke(Consumer<InvokeRequest.Builder> request) {
        return call(() -> lambda.invoke(request));
    }

    /** Waits for what other threads are about to do; time itself stands still. */
    static void eventually(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen");
            }
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** As the process's end: what isn't on disk is gone. */
    void crash() {
        dispatcher.close();
        lambda.close();
        if (real != sandboxes) {
            real.close();
            scheduler.close();
        }
    }

    @Override
    public void close() {
        crash();
        kv.close();
        if (!Files.exists(directory)) {
            return;
        }
        try (var tree = Files.walk(directory)) {
            tree.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A seeded generator that several threads may use. */
    private record Locked(RandomGenerator random) implements RandomGenerator {
        @Override
        public synchronized long nextLong() {
            return random.nextLong();
        }
    }
}
