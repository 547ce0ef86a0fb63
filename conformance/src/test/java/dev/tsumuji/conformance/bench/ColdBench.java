package dev.tsumuji.conformance.bench;

import com.sun.net.httpserver.HttpServer;
import dev.tsumuji.sandbox.NativeSandboxes;
import dev.tsumuji.sandbox.Sandbox;
import dev.tsumuji.sandbox.Sandbox.StartPath;
import dev.tsumuji.sandbox.SandboxSettings;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Cold starts: from the call that starts a function to its complete first answer, by each way there is, beside a plain start of
 * Node.js and AWS's own runtime client on a default JVM, all in one run. Run as root on a quiet machine by
 * {@code ./tsumuji bench ColdBench}; compare ratios of one run only. Every measured start says which way it went; one that went another way is counted and left out of its row.
 *
 * <p>The way of a stem waits for the stem first, as it would have been there; {@code -Druns=50} for another number of runs,
 * {@code -Donly='Python.*'} for some programs. Those with an SDK for Node.js or Python need {@code target/node-sdks} and
 * {@code target/python-sdks}.
 */
class ColdBench {
    private static final int RUNS = Integer.getInteger("runs", 30);
    private static final int BURST = 50;
    private static final int IDLE_FUNCTIONS = 200;
    private static final int MEMORY = 1769;
    private static final String EVENT = "{\"id\":\"7\",\"name\":\"zed\"}";
    private static final FileTime UNPACKED = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

    private static final String HELLO = """
            package hello;
            public final class Hello implements com.amazonaws.services.lambda.runtime.RequestHandler<java.util.Map<String, Object>, Object> {
                public Object handleRequest(java.util.Map<String, Object> event, com.amazonaws.services.lambda.runtime.Context context) {
                    return event;
                }
            }
            """;

    private static final String ITEMS = """
            package items;
            import java.util.Map;
            import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
            import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
            public final class Items implements com.amazonaws.services.lambda.runtime.RequestHandler<Map<String, Object>, Object> {
                private final DynamoDbClient client = DynamoDbClient.create();
                public Object handleRequest(Map<String, Object> event, com.amazonaws.services.lambda.runtime.Context context) {
                    var key = Map.of("id", AttributeValue.fromS("7"));
                    client.putItem(r -> r.tableName("t").item(key));
                    return client.getItem(r -> r.tableName("t").key(key)).item().get("id").s();
                }
            }
            """;

    private static final String NODE_CALL = """
            const client = new DynamoDBClient({});
            const call = async () => (await client.send(new GetItemCommand({ TableName: 't', Key: { id: { S: '7' } } }))).Item.id.S;
            """;

    private static final String NODE_ITEMS =
            "const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');\n" + NODE_CALL
                    + "exports.handler = call;";

    private static final String NODE_MODULE =
            "import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';\n" + NODE_CALL
                    + "export { call as handler };";

    private static final String PYTHON_ITEMS = """
            import boto3
            client = boto3.client('dynamodb')
            def handler(event, context):
                return client.get_item(TableName='t', Key={'id': {'S': '7'}})['Item']['id']['S']
            """;

    /** As {@code ./tsumuji start} and the tests fetch them. */
    private static final Path NODE_SDK =
            Path.of("../target/node-sdks/node_modules").toAbsolutePath().normalize();

    private static final Path PYTHON_SDK =
            Path.of("../target/python-sdks/site-packages").toAbsolutePath().normalize();

    private final Path directory;
    private final HttpServer dynamodb;
    private final Map<String, Double> medians = new LinkedHashMap<>();

    ColdBench() throws IOException {
        directory = BenchFolder.make("cold");
        dynamodb = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        dynamodb.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        dynamodb.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            var body = "{\"Item\":{\"id\":{\"S\":\"seven\"}}}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/x-amz-json-1.0");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        dynamodb.start();
    }

    @AfterEach
    void remove() throws IOException {
        dynamodb.stop(0);
        BenchFolder.delete(directory);
    }

    private record Program(String name, String runtime, Path code, String handler) {}

    @Test
    void cold_starts() throws Exception {
        var node = new Program("Node.js hello", "nodejs22.x", code("node"), "index.handler");
        Files.writeString(node.code.resolve("index.js"), "exports.handler = async (event) => event;");
        var python = new Program("Python hello", "python3.12", code("python"), "app.handler");
        Files.writeString(python.code.resolve("app.py"), "def handler(event, context):\n    return event\n");
        var hello = new Program("Java hello", "java21", code("hello"), "hello.Hello");
        compile(hello.code, "Hello.java", HELLO);
        var items = new Program("Java, AWS SDK, two calls", "java21", code("items"), "items.Items");
        compile(items.code, "Items.java", ITEMS);
        libraries(items.code);
        var withSdk = withSdk();
        var programs = new ArrayList<>(List.of(node, python, hello, items));
        programs.addAll(withSdk);
        programs.removeIf(program -> !program.name.matches(System.getProperty("only", ".*")));
        withSdk.retainAll(programs);
        var javas = programs.stream()
                .filter(program -> program.runtime.startsWith("java"))
                .toList();

        System.out.printf(Locale.ROOT, "%-28s %-28s %9s %9s%n", "", "", "p50 ms", "p99 ms");
        row("plain process", "node hello.js, to its end", this::plainNode);
        for (var program : javas) {
            row(program.name, "AWS's client, default JVM", () -> awsClient(program));
        }
        try (var none = NativeSandboxes.open(
                settings("none").stems(0, Duration.ofMinutes(5)).caches(0))) {
            System.out.println(none.isolation());
            for (var program : programs) {
                // the bootstrap's own cache is recorded by the first start in Java: these rows are with it, but without
                // a function's
                measure(none, program, StartPath.ORDINARY, false);
            }
        }
        try (var caches = NativeSandboxes.open(settings("caches").stems(0, Duration.ofMinutes(5)))) {
            for (var program : javas) {
                awaitCaches(caches, program);
                measure(caches, program, StartPath.AOT, false);
            }
        }
        try (var stems = NativeSandboxes.open(settings("stems").stems(2048, Duration.ofMinutes(5)))) {
            for (var program : programs) {
                if (program.runtime.startsWith("java")) {
                    awaitCaches(stems, program);
                }
                measure(stems, program, StartPath.STEM, true);
            }
            for (var program : withSdk) {
                inTurns(stems, program);
            }
            for (var program :
                    programs.stream().filter(List.of(node, hello)::contains).toList()) {
                burst(stems, program);
            }
        }
        idle(node);
        ratios();
    }

    private List<Program> withSdk() throws IOException {
        var programs = new ArrayList<Program>();
        if (Files.isDirectory(NODE_SDK)) {
            var node = new Program("Node.js, AWS SDK 3, a call", "nodejs22.x", code("node-items"), "index.handler");
            Files.writeString(node.code.resolve("index.js"), NODE_ITEMS);
            programs.add(node);
            var module = new Program("Node.js, the same by import", "nodejs22.x", code("node-module"), "index.handler");
            Files.writeString(module.code.resolve("index.mjs"), NODE_MODULE);
            programs.add(module);
        }
        if (Files.isDirectory(PYTHON_SDK)) {
            var python = new Program("Python, boto3, a call", "python3.12", code("python-items"), "app.handler");
            Files.writeString(python.code.resolve("app.py"), PYTHON_ITEMS);
            programs.add(python);
        }
        return programs;
    }

    private SandboxSettings settings(String name) {
        return SandboxSettings.in(directory.resolve(name)).nodeModules(NODE_SDK).pythonModules(PYTHON_SDK);
    }

    private void ratios() {
        double plain = medians.getOrDefault("plain process node hello.js, to its end", Double.NaN);
        medians.forEach((name, median) -> System.out.printf(
                Locale.ROOT, "%-58s %6.3f of a plain Node.js start (1/%.1f)%n", name, median / plain, plain / median));
        for (var name : List.of("Java hello", "Java, AWS SDK, two calls")) {
            double aws = medians.getOrDefault(name + " AWS's client, default JVM", Double.NaN);
            for (var way : List.of("aot", "stem")) {
                System.out.printf(
                        Locale.ROOT,
                        "%-40s 1/%.1f of AWS's client on a default JVM%n",
                        name + ", " + way,
                        aws / medians.getOrDefault(name + " " + way, Double.NaN));
            }
        }
    }

    // ---- the ways

    private interface Start {
        void run() throws Exception;
    }

    private void row(String name, String way, Start start) throws Exception {
        var times = new double[RUNS];
        start.run();
        for (int i = 0; i < times.length; i++) {
            var begin = System.nanoTime();
            start.run();
            times[i] = (System.nanoTime() - begin) / 1e6;
        }
        print(name, way, times);
    }

    private void print(String name, String way, double[] times) {
        Arrays.sort(times);
        if (times.length == 0) {
            System.out.printf(Locale.ROOT, "%-28s %-28s none went this way%n", name, way);
            return;
        }
        medians.put(name + " " + way, times[times.length / 2]);
        System.out.printf(
                Locale.ROOT,
                "%-28s %-28s %9.1f %9.1f%n",
                name,
                way,
                times[times.length / 2],
                times[Math.min(times.length - 1, times.length * 99 / 100)]);
    }

    private void plainNode() throws Exception {
        var process = new ProcessBuilder("node", "-e", "console.log(JSON.stringify({hello: 1}))")
                .redirectErrorStream(true)
                .start();
        process.getInputStream().readAllBytes();
        process.waitFor();
    }

    /** Plain processes and starts from stems, one of each after the other: whatever else the machine does, it does to both. */
    private void inTurns(NativeSandboxes sandboxes, Program program) throws Exception {
        var plain = plainly(program);
        var processes = new double[RUNS];
        var starts = new double[RUNS];
        for (int i = -2; i < RUNS; i++) {
            var begin = System.nanoTime();
            plain(plain);
            var end = System.nanoTime();
            sandboxes.expect(spec(program));
            awaitStem(sandboxes, program);
            var second = System.nanoTime();
            try (var sandbox = sandboxes.start(spec(program), (at, line) -> {})) {
                check(sandbox.invoke(invocation()));
                if (i >= 0) {
                    processes[i] = (end - begin) / 1e6;
                    starts[i] = (System.nanoTime() - second) / 1e6;
                }
                if (sandbox.startPath() != StartPath.STEM) {
                    throw new IllegalStateException(program.name + " came by " + sandbox.startPath());
                }
            }
        }
        print(program.name, "plain process, in turns", processes);
        print(program.name, "stem, in turns", starts);
        System.out.printf(
                Locale.ROOT, "%-28s   1/%.1f of a plain process%n", "", processes[RUNS / 2] / starts[RUNS / 2]);
    }

    /** A folder in which the program runs outside of sandboxes: Node.js looks for ES modules in folders above only. */
    private Program plainly(Program program) throws IOException {
        var folder = code(program.code.getFileName() + "-plain");
        try (var files = Files.list(program.code)) {
            for (var file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        if (program.runtime.startsWith("node")) {
            Files.createSymbolicLink(folder.resolve("node_modules"), NODE_SDK);
        }
        return new Program(program.name, program.runtime, folder, program.handler);
    }

    /** Starts a process that loads the program, calls its handler and prints the answer; to its end. */
    private void plain(Program program) throws Exception {
        var module = Files.exists(program.code.resolve("index.mjs")) ? "index.mjs" : "index.js";
        var command = program.runtime.startsWith("python")
                ? List.of("/usr/bin/python3", "-c", "import app; print(app.handler({}, None))")
                : List.of(
                        "node",
                        "-e",
                        module.endsWith(".mjs")
                                ? "import('./index.mjs').then(async (m) => { console.log(await m.handler({})); process.exit(); })"
                                : "require('./index.js').handler({}).then((s) => { console.log(s); process.exit(); })");
        var builder =
                new ProcessBuilder(command).directory(program.code.toFile()).redirectErrorStream(true);
        builder.environment()
                .putAll(environment("http://127.0.0.1:" + dynamodb.getAddress().getPort()));
        builder.environment().put("PYTHONPATH", PYTHON_SDK.toString());
        var process = builder.start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0 || !text.contains("seven")) {
            throw new IllegalStateException(text);
        }
    }

    private void measure(NativeSandboxes sandboxes, Program program, StartPath wanted, boolean stems) throws Exception {
        var times = new ArrayList<Double>();
        var ways = new EnumMap<StartPath, Integer>(StartPath.class);
        long bytes = 0;
        for (int i = -2; i < RUNS; i++) {
            if (stems) {
                sandboxes.expect(spec(program));
                awaitStem(sandboxes, program);
            }
            var begin = System.nanoTime();
            try (var sandbox = sandboxes.start(spec(program), (at, line) -> {})) {
                check(sandbox.invoke(invocation()));
                var millis = (System.nanoTime() - begin) / 1e6;
                if (i >= 0) {
                    ways.merge(sandbox.startPath(), 1, Integer::sum);
                    if (sandbox.startPath() == wanted || (!stems && wanted == StartPath.ORDINARY)) {
                        times.add(millis);
                    }
                }
                bytes = Math.max(bytes, sandbox.memoryPeakMebibytes());
            }
        }
        var way = wanted.name().toLowerCase(Locale.ROOT);
        print(program.name, way, times.stream().mapToDouble(Double::doubleValue).toArray());
        System.out.printf(
                Locale.ROOT, "%-28s   starts %s, peak %d MiB, stem PSS %s%n", "", ways, bytes, pss(sandboxes));
    }

    private void awaitStem(NativeSandboxes sandboxes, Program program) throws InterruptedException {
        for (int i = 0; i < 12_000 && sandboxes.waiting(spec(program)) == 0; i++) {
            Thread.sleep(5);
        }
        Thread.sleep(60); // long enough to be frozen
    }

    private void awaitCaches(NativeSandboxes sandboxes, Program program) throws Exception {
        sandboxes.expect(spec(program));
        for (int i = 0; i < 6_000; i++) {
            sandboxes.expect(spec(program));
            try (var sandbox = sandboxes.start(spec(program), (at, line) -> {})) {
                check(sandbox.invoke(invocation()));
            }
            if (sandboxes.training() == 0) {
                return;
            }
            Thread.sleep(100);
        }
        throw new IllegalStateException("no AOT cache after ten minutes");
    }

    /** Of all processes of this run that wait, in MiB. */
    private static List<Long> pss(NativeSandboxes sandboxes) {
        return ProcessHandle.current()
                .descendants() // of no other platform on this machine
                .filter(process -> text(process, "environ").contains("TSUMUJI_STEM="))
                .map(process -> text(process, "smaps_rollup"))
                .flatMap(String::lines)
                .filter(line -> line.startsWith("Pss:"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .toList();
    }

    private static String text(ProcessHandle process, String file) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/" + file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private void burst(NativeSandboxes sandboxes, Program program) throws Exception {
        var ways = new ConcurrentHashMap<StartPath, Integer>();
        var begin = System.nanoTime();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < BURST; i++) {
                callers.submit(() -> {
                    try (var sandbox = sandboxes.start(spec(program), (at, line) -> {})) {
                        check(sandbox.invoke(invocation()));
                        ways.merge(sandbox.startPath(), 1, Integer::sum);
                    }
                    return null;
                });
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%-28s 0 to %d at once: %d answered in %.0f ms, %s%n",
                program.name,
                BURST,
                ways.values().stream().mapToInt(Integer::intValue).sum(),
                (System.nanoTime() - begin) / 1e6,
                ways);
    }

    /** Functions that were used and are not any more: nothing is left of them. */
    private void idle(Program program) throws Exception {
        try (var sandboxes = NativeSandboxes.open(
                SandboxSettings.in(directory.resolve("idle")).stems(256, Duration.ofSeconds(2)))) {
            for (int i = 0; i < IDLE_FUNCTIONS; i++) {
                try (var sandbox = sandboxes.start(spec(program), (at, line) -> {})) {
                    check(sandbox.invoke(invocation()));
                }
            }
            for (int i = 0; i < 100 && sandboxes.waiting() + sandboxes.running() > 0; i++) {
                Thread.sleep(100);
            }
            System.gc();
            var memory = Runtime.getRuntime();
            System.out.printf(
                    Locale.ROOT,
                    "%d functions used and idle: %d instances, %d stems, %d MiB of heap%n",
                    IDLE_FUNCTIONS,
                    sandboxes.running(),
                    sandboxes.waiting(),
                    memory.totalMemory() - memory.freeMemory() >> 20);
        }
    }

    // ---- AWS's own runtime client

    /** From the start of its process to its first answer to the Runtime API. */
    private void awsClient(Program program) throws Exception {
        var answered = new CompletableFuture<String>();
        var waiting = new AtomicBoolean(true);
        var api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        api.createContext("/2018-06-01/runtime/", exchange -> {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var path = exchange.getRequestURI().getPath();
            if (path.endsWith("/next") && waiting.getAndSet(false)) {
                exchange.getResponseHeaders().add("Lambda-Runtime-Aws-Request-Id", "r1");
                exchange.getResponseHeaders().add("Lambda-Runtime-Invoked-Function-Arn", "arn");
                exchange.getResponseHeaders()
                        .add("Lambda-Runtime-Deadline-Ms", Long.toString(System.currentTimeMillis() + 30_000));
                // without these two its native part crashes
                exchange.getResponseHeaders()
                        .add(
                                "Lambda-Runtime-Trace-Id",
                                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0");
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, EVENT.length());
                exchange.getResponseBody().write(EVENT.getBytes(StandardCharsets.UTF_8));
                exchange.close();
            } else if (path.contains("/invocation/r1/") || path.endsWith("/init/error")) {
                exchange.sendResponseHeaders(202, -1);
                answered.complete(path.endsWith("/response") ? "" : body);
                exchange.close();
            } // else it waits for an event that doesn't come
        });
        api.start();
        var classPath =
                program.code + File.pathSeparator + program.code + "/lib/*" + File.pathSeparator + runtimeClient();
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                        program.handler)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment()
                .putAll(environment("http://127.0.0.1:" + dynamodb.getAddress().getPort()));
        builder.environment()
                .put("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + api.getAddress().getPort());
        builder.environment().put("LAMBDA_TASK_ROOT", program.code.toString());
        builder.environment().put("_HANDLER", program.handler);
        var process = builder.start();
        var error = answered.get(60, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        api.stop(0);
        if (!error.isEmpty()) {
            throw new IllegalStateException(error);
        }
    }

    private static String runtimeClient() {
        return jars("aws-lambda-java-runtime-interface-client", "aws-lambda-java-core", "aws-lambda-java-serialization")
                .stream()
                .map(Path::toString)
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElseThrow();
    }

    private static List<Path> jars(String... parts) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> jar.endsWith(".jar") && Arrays.stream(parts).anyMatch(jar::contains))
                .map(Path::of)
                .toList();
    }

    // ---- functions

    private Path code(String name) throws IOException {
        var code = Files.createDirectories(directory.resolve("code").resolve(name));
        Files.setPosixFilePermissions(directory.resolve("code"), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(code, PosixFilePermissions.fromString("rwxr-xr-x"));
        return code;
    }

    private static void compile(Path code, String file, String source) throws Exception {
        var text = Files.writeString(code.getParent().resolve(file), source);
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-d",
                code.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                text.toString());
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command));
        }
    }

    /** The jars that a build with {@code software.amazon.awssdk:dynamodb} and the small HTTP client puts into {@code lib}. */
    private static void libraries(Path code) throws IOException {
        var lib = Files.createDirectories(code.resolve("lib"));
        Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("rwxr-xr-x"));
        var other = List.of("apache-client", "netty", "/software/amazon/awssdk/services", "/api/", "cbor");
        var services =
                "/software/amazon/awssdk/(?!dynamodb/)(iam|sts|cloudwatch.*|lambda|s3|sqs|sns|kinesis|xray|eventbridge|"
                        + "scheduler|ssm|secretsmanager|sfn|firehose|kms|cognito.*|iot.*|apigateway.*|cloudformation|ses.*|opensearch|"
                        + "pinpoint|resourcegroups.*|dynamodb-enhanced|crt-core|aws-query-protocol|aws-xml-protocol|arns)/.*";
        for (var jar : jars("/software/amazon/", "/reactive-streams/", "/slf4j-api/")) {
            var path = jar.toString();
            if (other.stream().noneMatch(path::contains) && !path.matches(".*" + services)) {
                var to = lib.resolve(jar.getFileName());
                Files.copy(jar, to);
                Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-r--r--"));
                Files.setLastModifiedTime(to, UNPACKED);
            }
        }
    }

    private static Map<String, String> environment(String endpoint) {
        return Map.of(
                "AWS_ENDPOINT_URL", endpoint,
                "AWS_REGION", "us-east-1",
                "AWS_DEFAULT_REGION", "us-east-1",
                "AWS_ACCESS_KEY_ID", "AKIDBENCH",
                "AWS_SECRET_ACCESS_KEY", "secret",
                "AWS_LAMBDA_FUNCTION_NAME", "bench",
                "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(MEMORY),
                "AWS_LAMBDA_LOG_GROUP_NAME", "g",
                "AWS_LAMBDA_LOG_STREAM_NAME", "s");
    }

    private Sandbox.Spec spec(Program program) {
        return new Sandbox.Spec(
                "bench",
                program.runtime,
                program.code,
                program.handler,
                environment("http://127.0.0.1:4566"),
                MEMORY,
                512,
                Duration.ofSeconds(30),
                Map.of(4566, dynamodb.getAddress()));
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

    private static void check(Sandbox.Answer answer) {
        switch (answer) {
            case Sandbox.Answer.Success success -> {}
            case Sandbox.Answer.Failure failure ->
                throw new IllegalStateException(new String(failure.payload(), StandardCharsets.UTF_8));
        }
    }
}
