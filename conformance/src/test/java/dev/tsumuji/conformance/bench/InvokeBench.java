package dev.tsumuji.conformance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.conformance.Roles;
import dev.tsumuji.conformance.RunningPlatform;
import dev.tsumuji.wire.http.Headers;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;

/**
 * Warm invocations of a 1 KB echo, end to end: signature verified, authorised, run in a sandbox, its log lines written to
 * disk; against the front door's own signed echo. One run measures all, several times in turn, so that the ratios hold
 * however busy the machine is. Not part of the tests; run it by
 *
 * <pre>{@code ./tsumuji bench InvokeBench}</pre>
 */
class InvokeBench {
    private static final int CONNECTIONS = Integer.getInteger("connections", 16);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("seconds", 5));
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final byte[] EVENT =
            ("{\"text\":\"" + "x".repeat(1024 - 11) + "\"}").getBytes(StandardCharsets.UTF_8);

    /**
     * @param best the round with the most requests: noise of the machine only ever takes away
     * @param cpuMicros of the server's process for one request, without the sandbox's; the least of all rounds
     */
    private record Line(String name, Load.Result best, double cpuMicros) {}

    @Test
    void warm_invocations_against_the_front_doors_own_echo(@TempDir Path folder) throws Exception {
        try (var echo = BareDoor.start(folder.resolve("files"));
                var platform = RunningPlatform.startAsDistributed(folder.resolve("data"))) {
            var loads = new LinkedHashMap<String, Load>();
            loads.put("front door's echo", load(echo.port(), BareDoor.ECHO, "tsumuji"));
            for (var function : functions(folder).entrySet()) {
                create(platform, function.getKey(), function.getValue());
                loads.put(
                        function.getKey(),
                        load(platform.port(), "/2015-03-31/functions/" + function.getKey() + "/invocations", "lambda"));
            }
            var lines = new LinkedHashMap<String, Line>();
            for (int round = 0; round <= ROUNDS; round++) {
                for (var load : loads.entrySet()) {
                    long pid = load.getValue().port() == echo.port() ? echo.pid() : platform.pid();
                    long before = ProcessorTime.micros(pid);
                    var result = load.getValue().run(ROUND);
                    double cpu = (double) (ProcessorTime.micros(pid) - before) / result.nanos().length;
                    // the first round warms up
                    if (round > 0) {
                        lines.merge(load.getKey(), new Line(load.getKey(), result, cpu), InvokeBench::better);
                    }
                }
            }
            print(List.copyOf(lines.values()));
        }
    }

    private static Line better(Line a, Line b) {
        var best = a.best().perSecond() >= b.best().perSecond() ? a.best() : b.best();
        return new Line(a.name(), best, Math.min(a.cpuMicros(), b.cpuMicros()));
    }

    private static void print(List<Line> lines) {
        double base = lines.getFirst().best().perSecond();
        System.out.printf("%n%d connections, 1 KB, best of %d rounds of %ss%n", CONNECTIONS, ROUNDS, ROUND.toSeconds());
        System.out.printf("%-20s %10s %8s %9s %9s %9s%n", "", "per second", "ratio", "p50 ms", "p99 ms", "CPU us");
        for (var line : lines) {
            System.out.printf(
                    "%-20s %10.0f %8.2f %9.2f %9.2f %9.0f%n",
                    line.name(),
                    line.best().perSecond(),
                    line.best().perSecond() / base,
                    line.best().millis(0.5),
                    line.best().millis(0.99),
                    line.cpuMicros());
        }
    }

    private static Load load(int port, String path, String service) {
        return Load.repeating(port, Load.signed(port, service, "POST", path, Headers.of(), EVENT), CONNECTIONS);
    }

    /** A function by its name: runtime, handler and files. */
    private record Function(String runtime, String handler, Path zip) {}

    private static Map<String, Function> functions(Path folder) throws Exception {
        var functions = new LinkedHashMap<String, Function>();
        functions.put("native", new Function("python3.11", "app.handler", nativeEcho(folder)));
        var type = EchoHandler.class.getName();
        try (var java = InvokeBench.class.getResourceAsStream("EchoHandler.class")) {
            functions.put(
                    "java",
                    new Function(
                            "java25",
                            type + "::handle",
                            pack(
                                    folder.resolve("java.zip"),
                                    Map.of(
                                            type.replace('.', '/') + ".class",
                                            Objects.requireNonNull(java).readAllBytes()))));
        }
        functions.put(
                "node",
                new Function(
                        "nodejs20.x",
                        "index.handler",
                        pack(
                                folder.resolve("node.zip"),
                                Map.of("index.js", "exports.handler = async (event) => event;".getBytes()))));
        functions.put(
                "python",
                new Function(
                        "python3.11",
                        "app.handler",
                        pack(
                                folder.resolve("python.zip"),
                                Map.of("app.py", "def handler(event, context):\n    return event\n".getBytes()))));
        return functions;
    }

    /** A Python function that, when it is loaded, becomes a C program on the same socket. */
    private static Path nativeEcho(Path folder) throws Exception {
        var source = folder.resolve("echo.c");
        try (var echo = Objects.requireNonNull(InvokeBench.class.getResourceAsStream("echo.c"))) {
            Files.copy(echo, source);
        }
        var compiler = new ProcessBuilder("cc", "-O2", "-o", "echo", source.toString())
                .directory(folder.toFile())
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).as("exit code of cc").isZero();
        var become = """
                import os, sys
                socket = sys.modules["__main__"]._socket
                socket.set_inheritable(True)
                os.execv("/var/task/echo", ["echo", str(socket.fileno())])
                """;
        return pack(
                folder.resolve("native.zip"),
                Map.of("app.py", become.getBytes(), "echo", Files.readAllBytes(folder.resolve("echo"))));
    }

    /** A zip file whose files may be executed. */
    private static Path pack(Path zip, Map<String, byte[]> content) throws IOException {
        try (var files = FileSystems.newFileSystem(
                URI.create("jar:" + zip.toUri()), Map.of("create", "true", "enablePosixFileAttributes", "true"))) {
            for (var file : content.entrySet()) {
                var path = files.getPath("/" + file.getKey());
                Files.createDirectories(Objects.requireNonNull(path.getParent()));
                Files.write(path, file.getValue());
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return zip;
    }

    private static void create(RunningPlatform platform, String name, Function function) throws Exception {
        try (var iam = platform.client(IamClient.builder());
                var lambda = platform.client(LambdaClient.builder())) {
            var role = Roles.basic(iam, "bench-role");
            var zip = SdkBytes.fromByteArray(Files.readAllBytes(function.zip()));
            lambda.createFunction(r -> r.functionName(name)
                    .runtime(function.runtime())
                    .handler(function.handler())
                    .role(role)
                    .timeout(30)
                    .memorySize(1769)
                    .code(c -> c.zipFile(zip)));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
            var answer = lambda.invoke(r -> r.functionName(name).payload(SdkBytes.fromByteArray(EVENT)));
            assertThat(answer.payload().asUtf8String()).hasSizeBetween(1024, 1030);
        }
    }
}
