package dev.tsumuji.conformance.bench;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tsumuji.sandbox.NativeSandboxes;
import dev.tsumuji.sandbox.Sandbox;
import dev.tsumuji.sandbox.SandboxSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a sandbox adds to a process's start, what takes memory while it waits for a function, and start times and round trips of
 * functions in sandboxes. Run as root on a quiet machine by {@code ./tsumuji bench SandboxBench}; compare figures of one run
 * only. {@code -Dparts=start,stems,trips} for some of it, {@code -Donly='Java.*'} for some stems.
 *
 * <p>Start: from the call that starts a process to the frame by which it says that it is ready, of the same program with the same
 * frames, alone and in a sandbox, in turns. Stems: what one takes alone, and each of four beside each other.
 *
 * <p>Cold: from the call that starts the sandbox to the complete first answer. Warm: one invocation with 1 KB, back to back. The
 * echo in C speaks the same frames as the bootstraps and shows what the sandbox and the platform's side cost by themselves.
 */
class SandboxBench {

    private static final List<String> PARTS =
            List.of(System.getProperty("parts", "start,stems,trips").split(","));
    private static final int START_RUNS = Integer.getInteger("runs", 60);
    private static final int STEMS_BESIDE = 4;
    /** The type of the frame that the first of a function's answers is. */
    private static final byte READY = 2;

    private static final int COLD_RUNS = Integer.getInteger("cold", 15);
    private static final int WARM_RUNS = Integer.getInteger("warm", 20_000);
    private static final String EVENT = "{\"name\":\"" + "x".repeat(1000) + "\"}";

    private static final String ECHO = """
            #include <stdint.h>
            #include <stdio.h>
            #include <string.h>
            #include <sys/socket.h>
            #include <sys/un.h>
            #include <unistd.h>
            static unsigned char b[1 << 20];
            static int full(int s, unsigned char *to, int n) { while (n > 0) { int r = read(s, to, n); if (r <= 0) return 0; to += r; n -= r; } return 1; }
            static uint32_t u32(unsigned char *p) { return (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3]; }
            int main(int count, char **v) {
              struct sockaddr_un a = {.sun_family = AF_UNIX};
              strcpy(a.sun_path, v[count - 1]);
              int s = socket(AF_UNIX, SOCK_STREAM, 0);
              if (count < 2 || connect(s, (struct sockaddr *)&a, sizeof a)) return 1;
              if (write(s, "\\0\\0\\0\\0\\2", 5) != 5) return 1;
              while (full(s, b, 5)) {
                uint32_t n = u32(b);
                if (n > sizeof b || !full(s, b + 5, n)) return 1;
                unsigned char *p = b + 5 + 12;
                for (int i = 0; i < 5; i++) p += 2 + (p[0] << 8 | p[1]);
                uint32_t rest = b + 5 + n - p, length = rest + 4;
                unsigned char h[9] = {length >> 24, length >> 16, length >> 8, length, 3, b[5], b[6], b[7], b[8]};
                memcpy(p - 9, h, 9);
                if (write(s, p - 9, rest + 9) != (ssize_t)(rest + 9)) return 1;
              }
              return 0;
            }
            """;

    private static final String JAVA = """
            package hello;
            public final class Hello implements com.amazonaws.services.lambda.runtime.RequestHandler<java.util.Map<String, Object>, Object> {
                public Object handleRequest(java.util.Map<String, Object> event, com.amazonaws.services.lambda.runtime.Context context) {
                    return event;
                }
            }
            """;

    private final Path directory;

    SandboxBench() throws IOException {
        directory = BenchFolder.make("sandbox");
    }

    @AfterEach
    void remove() throws IOException {
        BenchFolder.delete(directory);
    }

    @Test
    void what_a_sandbox_adds_to_a_start() throws Exception {
        assumeTrue(PARTS.contains("start"));
        sayHowBusy();
        var echo = echo();
        var node = code("start-node", "index.js", "exports.handler = async (event) => event;");
        System.out.printf(Locale.ROOT, "%n%-28s %9s %9s %9s%n", "start, p50 ms (best)", "plain", "sandbox", "added");
        try (var sandboxes = NativeSandboxes.open(
                new SandboxSettings(directory.resolve("start-echo"), false, Map.of("node", echo.resolve("echo")))
                        .stems(0, Duration.ZERO))) {
            compareStarts(
                    "echo in C",
                    sandboxes,
                    spec("nodejs22.x", echo, "x.x"),
                    List.of(echo.resolve("echo").toString()));
        }
        var own = directory.resolve("start-node-own");
        try (var sandboxes = NativeSandboxes.open(SandboxSettings.in(own).stems(0, Duration.ZERO))) {
            var bootstrap = own.resolve("runtime/node/bootstrap.cjs").toString();
            compareStarts(
                    "Node.js hello",
                    sandboxes,
                    spec("nodejs22.x", node, "index.handler"),
                    List.of("node", "--max-old-space-size=1592", "--max-semi-space-size=88", bootstrap));
        }
    }

    private static void sayHowBusy() {
        var load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        System.out.printf(
                Locale.ROOT,
                "%n%d processors, at which %.1f threads worked in the last minute",
                Runtime.getRuntime().availableProcessors(),
                load);
    }

    private void compareStarts(String name, NativeSandboxes sandboxes, Sandbox.Spec spec, List<String> plain)
            throws Exception {
        var alone = new double[START_RUNS];
        var within = new double[START_RUNS];
        for (int i = -5; i < START_RUNS; i++) {
            var plainTook = plainStart(plain, spec);
            var start = System.nanoTime();
            double took;
            try (var sandbox = sandboxes.start(spec, (at, line) -> {})) {
                check(sandbox.awaitInit());
                took = (System.nanoTime() - start) / 1e6;
            }
            if (i >= 0) {
                alone[i] = plainTook;
                within[i] = took;
            }
        }
        Arrays.sort(alone);
        Arrays.sort(within);
        var middle = START_RUNS / 2;
        System.out.printf(
                Locale.ROOT,
                "%-28s %9.1f %9.1f %9.1f   (%.1f, %.1f, %.1f)%n",
                name,
                alone[middle],
                within[middle],
                within[middle] - alone[middle],
                alone[0],
                within[0],
                within[0] - alone[0]);
    }

    /** Milliseconds until a process of its own has connected and said that it is ready. */
    private double plainStart(List<String> program, Sandbox.Spec spec) throws Exception {
        var socket = directory.resolve("plain.socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            var command = new ArrayList<>(program);
            command.add(socket.toString());
            var builder = new ProcessBuilder(command)
                    .directory(spec.code().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(spec.environment());
            builder.environment().put("_HANDLER", spec.handler());
            builder.environment().put("LAMBDA_TASK_ROOT", spec.code().toString());
            var start = System.nanoTime();
            var process = builder.start();
            try (var connection = server.accept()) {
                var frame = ByteBuffer.allocate(5);
                while (frame.hasRemaining()) {
                    if (connection.read(frame) < 0) {
                        throw new IOException(command + " didn't start");
                    }
                }
                var took = (System.nanoTime() - start) / 1e6;
                if (frame.get(4) != READY) {
                    throw new IOException(command + " says " + frame.get(4));
                }
                return took;
            } finally {
                process.destroyForcibly().waitFor();
            }
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    @Test
    void what_a_stem_takes() throws Exception {
        assumeTrue(PARTS.contains("stems"));
        sayHowBusy();
        var programs = new ColdPrograms(Files.createDirectories(directory.resolve("programs")));
        System.out.printf(
                Locale.ROOT, "%n%-28s %9s %9s %9s %16s%n", "stem, MB", "PSS alone", "RSS", "no file's", "PSS beside");
        for (var program : programs.all()) {
            if (program.name().matches(System.getProperty("only", ".*"))) {
                var settings = SandboxSettings.in(
                                directory.resolve("stems-" + program.name().replaceAll("\\W+", "-")))
                        .nodeModules(ColdPrograms.NODE_SDK)
                        .pythonModules(ColdPrograms.PYTHON_SDK);
                measureStems(program, settings);
            }
        }
    }

    private static void measureStems(ColdPrograms.Program program, SandboxSettings settings) throws Exception {
        var spec = spec(program.runtime(), program.code(), program.handler());
        if (program.isJava()) {
            record(spec, settings);
        }
        try (var sandboxes = NativeSandboxes.open(settings.stems(4096, Duration.ofMinutes(10)))) {
            sandboxes.expect(spec);
            await("a stem", () -> sandboxes.waiting(spec) > 0);
            Thread.sleep(1000); // until it is frozen, as it will be found
            var alone = StemMemory.read();
            await("stems beside it", () -> {
                if (sandboxes.waiting(spec) < STEMS_BESIDE) {
                    sandboxes.expect(spec);
                    Thread.sleep(1000);
                }
                return sandboxes.waiting(spec) >= STEMS_BESIDE;
            });
            Thread.sleep(1000);
            var beside = StemMemory.read();
            System.out.printf(
                    Locale.ROOT,
                    "%-28s %9.1f %9.1f %9.1f %9.1f of %3d%n",
                    program.name(),
                    alone.pss() / 1024.0,
                    alone.rss() / 1024.0,
                    alone.anonymous() / 1024.0,
                    beside.pss() / 1024.0,
                    beside.stems());
        }
    }

    /** Has the caches made from which stems in Java start. */
    private static void record(Sandbox.Spec spec, SandboxSettings settings) throws Exception {
        try (var sandboxes = NativeSandboxes.open(settings.stems(0, Duration.ZERO))) {
            try (var sandbox = sandboxes.start(spec, (at, line) -> {})) {
                check(sandbox.awaitInit());
            }
            awaitCache(settings.directory());
            sandboxes.expect(spec);
            await("caches", () -> sandboxes.training() == 0);
        }
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        var patience = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > patience) {
                throw new IllegalStateException("it didn't come: " + what);
            }
            Thread.sleep(50);
        }
    }

    @Test
    void starts_and_round_trips() throws Exception {
        assumeTrue(PARTS.contains("trips"));
        var node = code("node", "index.js", "exports.handler = async (event) => event;");
        var python = code("python", "app.py", "def handler(event, context):\n    return event\n");
        var java = code("java", "Hello.java", JAVA);
        var classPath = System.getProperty("java.class.path");
        execute(
                "javac",
                "-d",
                java.toString(),
                "-cp",
                classPath,
                java.resolve("Hello.java").toString());
        var echo = echo();

        System.out.printf(
                Locale.ROOT,
                "%-34s %6.1f ms%n",
                "bare process: echo in C, to its end",
                median(() -> bare(echo.resolve("echo").toString())));
        System.out.printf(
                Locale.ROOT, "%-34s %6.1f ms%n", "bare process: node -e 0", median(() -> bare("node", "-e", "0")));
        try (var sandboxes = NativeSandboxes.open(
                new SandboxSettings(directory.resolve("echo-own"), false, Map.of("node", echo.resolve("echo"))))) {
            System.out.println(sandboxes.isolation());
            cold(sandboxes, "echo in C", "nodejs22.x", echo, "x.x");
            warm(sandboxes, "echo in C", "nodejs22.x", echo, "x.x");
        }
        try (var sandboxes = NativeSandboxes.open(SandboxSettings.in(directory.resolve("own")))) {
            double nodeStart = cold(sandboxes, "Node.js hello", "nodejs22.x", node, "index.handler");
            cold(sandboxes, "Python hello", "python3.12", python, "app.handler");
            cold(sandboxes, "Java hello, before the cache", "java21", java, "hello.Hello");
            awaitCache(directory.resolve("own"));
            double javaStart = cold(sandboxes, "Java hello, AOT cache", "java21", java, "hello.Hello");
            System.out.printf(Locale.ROOT, "Java start / Node.js start: %.2f%n", javaStart / nodeStart);
            warm(sandboxes, "Node.js", "nodejs22.x", node, "index.handler");
            warm(sandboxes, "Python", "python3.12", python, "app.handler");
            warm(sandboxes, "Java", "java21", java, "hello.Hello");
        }
    }

    private static void awaitCache(Path own) throws Exception {
        await("the AOT cache", () -> {
            try (var files = Files.list(own.resolve("runtime/java"))) {
                return files.anyMatch(file -> file.getFileName().toString().matches("bootstrap-.*aot"));
            }
        });
    }

    private Path echo() throws Exception {
        var echo = code("echo", "echo.c", ECHO);
        execute(
                "cc",
                "-O2",
                "-o",
                echo.resolve("echo").toString(),
                echo.resolve("echo.c").toString());
        return echo;
    }

    private Path code(String name, String file, String content) throws IOException {
        var code = Files.createDirectories(directory.resolve(name));
        Files.setPosixFilePermissions(code, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(code.resolve(file), content);
        return code;
    }

    private static void execute(String... command) throws Exception {
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command));
        }
    }

    private static void bare(String... command) throws Exception {
        new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private interface Step {
        void run() throws Exception;
    }

    private static double median(Step step) throws Exception {
        var times = new double[COLD_RUNS];
        step.run();
        for (int i = 0; i < times.length; i++) {
            var start = System.nanoTime();
            step.run();
            times[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(times);
        return times[times.length / 2];
    }

    private static Sandbox.Spec spec(String runtime, Path code, String handler) {
        return new Sandbox.Spec(
                "bench",
                runtime,
                code,
                handler,
                Map.of("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769"),
                1769,
                512,
                Duration.ofSeconds(10),
                Map.of());
    }

    private static Sandbox.Invocation invocation() {
        return new Sandbox.Invocation(
                UUID.randomUUID().toString(),
                EVENT.getBytes(StandardCharsets.UTF_8),
                Instant.now().plusSeconds(30),
                "arn:aws:lambda:us-east-1:000000000000:function:bench",
                null,
                null,
                null);
    }

    private static double cold(NativeSandboxes sandboxes, String name, String runtime, Path code, String handler)
            throws Exception {
        var times = new double[COLD_RUNS];
        for (int i = -2; i < times.length; i++) {
            var start = System.nanoTime();
            try (var sandbox = sandboxes.start(spec(runtime, code, handler), (at, line) -> {})) {
                check(sandbox.invoke(invocation()));
                if (i >= 0) {
                    times[i] = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        Arrays.sort(times);
        var middle = times[times.length / 2];
        System.out.printf(
                Locale.ROOT,
                "cold  %-28s %6.1f ms   (best %.1f, worst %.1f)%n",
                name,
                middle,
                times[0],
                times[times.length - 1]);
        return middle;
    }

    private static void warm(NativeSandboxes sandboxes, String name, String runtime, Path code, String handler)
            throws Exception {
        var times = new long[WARM_RUNS];
        try (var sandbox = sandboxes.start(spec(runtime, code, handler), (at, line) -> {})) {
            for (int i = -WARM_RUNS / 4; i < times.length; i++) {
                var invocation = invocation();
                var start = System.nanoTime();
                check(sandbox.invoke(invocation));
                if (i >= 0) {
                    times[i] = System.nanoTime() - start;
                }
            }
        }
        var sum = Arrays.stream(times).sum();
        Arrays.sort(times);
        System.out.printf(
                Locale.ROOT,
                "warm  %-28s p50 %5.0f µs   p99 %6.0f µs   %6.0f/s%n",
                name,
                times[times.length / 2] / 1e3,
                times[times.length * 99 / 100] / 1e3,
                times.length / (sum / 1e9));
    }

    private static void check(Sandbox.Init init) {
        if (init instanceof Sandbox.Init.Failed(var after, var failure)) {
            check(failure);
        }
    }

    private static void check(Sandbox.Answer answer) {
        switch (answer) {
            case Sandbox.Answer.Success success -> {}
            case Sandbox.Answer.Failure failure ->
                throw new IllegalStateException(new String(failure.payload(), StandardCharsets.UTF_8));
        }
    }
}
