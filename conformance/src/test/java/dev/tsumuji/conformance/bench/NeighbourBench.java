package dev.tsumuji.conformance.bench;

import dev.tsumuji.sandbox.NativeSandboxes;
import dev.tsumuji.sandbox.Sandbox;
import dev.tsumuji.sandbox.SandboxSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a function notices of one that misbehaves beside it: the 50th and 99th percentile of its warm invocations, a few
 * milliseconds apart, while nothing else runs, and while a neighbour does all that it can to be in the way. Each attack stands
 * beside the quiet times right before and after it, so that ratios hold whatever else the machine does. Run as root by
 *
 * <pre>{@code ./tsumuji bench NeighbourBench}</pre>
 *
 * and with {@code -Dmemory=1769} for attackers that have a whole processor.
 */
class NeighbourBench {

    private static final int RUNS = Integer.getInteger("runs", 600);
    private static final int ATTACKER_MEBIBYTES = Integer.getInteger("memory", 512);
    private static final long PAUSE_NANOS = Duration.ofMillis(4).toNanos();
    private static final Duration ATTACK = Duration.ofSeconds(2);

    private static final Map<String, String> ATTACKS = new LinkedHashMap<>();

    static {
        ATTACKS.put("processes without end", """
                import os
                def handler(event, context):
                    while True:
                        try:
                            if os.fork() == 0:
                                while True: pass
                        except OSError:
                            pass
                """);
        ATTACKS.put("threads that spin", """
                import os
                def handler(event, context):
                    for i in range(64):
                        if os.fork() == 0:
                            while True: pass
                    while True: pass
                """);
        ATTACKS.put("memory without end", """
                def handler(event, context):
                    held = []
                    while True: held.append(bytearray(b'x' * (1 << 20)))
                """);
        ATTACKS.put("memory, taken and given back", """
                import mmap
                def handler(event, context):
                    while True:
                        with mmap.mmap(-1, 300 << 20) as area:
                            for at in range(0, 300 << 20, 4096): area[at] = 1
                """);
        ATTACKS.put("output without end", """
                import os
                def handler(event, context):
                    line = b'x' * 4095 + b'\\n'
                    while True: os.write(1, line)
                """);
        ATTACKS.put("files filled and synced", """
                import os
                def handler(event, context):
                    while True:
                        with open('/tmp/fill', 'wb') as file:
                            for i in range(32):
                                file.write(bytes(1 << 20))
                                os.fsync(file.fileno())
                """);
        ATTACKS.put("files made and removed", """
                import os
                def handler(event, context):
                    while True:
                        for i in range(1000): open('/tmp/%d' % i, 'w').close()
                        for i in range(1000): os.unlink('/tmp/%d' % i)
                """);
        ATTACKS.put("system calls", """
                import os
                def handler(event, context):
                    while True: os.getppid()
                """);
        ATTACKS.put("connections", """
                import socket
                def handler(event, context):
                    while True:
                        try:
                            with socket.socket() as s:
                                s.settimeout(0.05)
                                s.connect(('sts.amazonaws.com', 443))
                        except OSError:
                            pass
                """);
    }

    private final Path directory;

    NeighbourBench() throws IOException {
        directory = BenchFolder.make("neighbour");
    }

    @AfterEach
    void remove() throws IOException {
        BenchFolder.delete(directory);
    }

    @Test
    void a_neighbour_under_attack() throws Exception {
        var echo = code("neighbour", "def handler(event, context):\n    return event\n");
        try (var sandboxes = NativeSandboxes.open(
                SandboxSettings.in(directory.resolve("own")).stems(0, Duration.ofMinutes(1)))) {
            System.out.println(sandboxes.isolation());
            System.out.printf(
                    Locale.ROOT,
                    "%-32s %9s %9s %9s %9s %7s%n",
                    "",
                    "quiet p50",
                    "p99 ms",
                    "attacked",
                    "p99 ms",
                    "p99 ×");
            try (var neighbour = start(sandboxes, echo, 512)) {
                measure(neighbour);
                for (var attack : ATTACKS.entrySet()) {
                    var code = code(attack.getKey().replace(' ', '-').replace(",", ""), attack.getValue());
                    var before = measure(neighbour);
                    var during = attacked(sandboxes, code, neighbour);
                    var after = measure(neighbour);
                    double p50 = (before[0] + after[0]) / 2;
                    double p99 = (before[1] + after[1]) / 2;
                    System.out.printf(
                            Locale.ROOT,
                            "%-32s %9.2f %9.2f %9.2f %9.2f %7.2f%n",
                            attack.getKey(),
                            p50,
                            p99,
                            during[0],
                            during[1],
                            during[1] / p99);
                }
            }
        }
    }

    /** The neighbour's times while attackers run, one after the other without a pause. */
    private static double[] attacked(NativeSandboxes sandboxes, Path code, Sandbox neighbour) throws Exception {
        var over = new AtomicBoolean();
        var attacker = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                try (var sandbox = start(sandboxes, code, ATTACKER_MEBIBYTES)) {
                    sandbox.invoke(invocation(ATTACK));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        });
        Thread.sleep(500);
        var times = measure(neighbour);
        over.set(true);
        attacker.join();
        return times;
    }

    /** The 50th and the 99th percentile, in milliseconds. */
    private static double[] measure(Sandbox neighbour) {
        var times = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            LockSupport.parkNanos(PAUSE_NANOS);
            var start = System.nanoTime();
            if (!(neighbour.invoke(invocation(Duration.ofSeconds(10))) instanceof Sandbox.Answer.Success)) {
                throw new IllegalStateException("the neighbour did not answer");
            }
            times[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(times);
        return new double[] {times[RUNS / 2], times[RUNS * 99 / 100]};
    }

    private Path code(String name, String source) throws IOException {
        var code = Files.createDirectories(directory.resolve(name));
        Files.setPosixFilePermissions(code, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(code.resolve("app.py"), source);
        return code;
    }

    private static Sandbox start(NativeSandboxes sandboxes, Path code, int memory) throws IOException {
        return sandboxes.start(
                new Sandbox.Spec(
                        code.getFileName().toString(),
                        "python3.12",
                        code,
                        "app.handler",
                        Map.of(),
                        memory,
                        512,
                        Duration.ofSeconds(10),
                        Map.of()),
                (at, line) -> {});
    }

    private static Sandbox.Invocation invocation(Duration timeout) {
        return new Sandbox.Invocation(
                UUID.randomUUID().toString(),
                new byte[] {'1'},
                Instant.now().plus(timeout),
                "arn:aws:lambda:us-east-1:000000000000:function:bench",
                null,
                null,
                null);
    }
}
