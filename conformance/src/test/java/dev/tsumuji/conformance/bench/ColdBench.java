package dev.tsumuji.conformance.bench;

import dev.tsumuji.conformance.Roles;
import dev.tsumuji.conformance.RunningPlatform;
import dev.tsumuji.conformance.bench.ColdPrograms.Program;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.sign.Signer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;

/**
 * Cold starts, end to end: from a signed {@code Invoke} over HTTP, of a function that no process runs, to its complete answer; by
 * each way there is, in turns with plain processes of the same programs, of Node.js' hello, and AWS's own runtime client on a
 * default JVM. Then bursts, and the platform with many functions that nobody uses. Run as root on a quiet machine by
 * {@code ./tsumuji bench ColdBench}, which takes about a quarter of an hour; compare ratios of one run only.
 *
 * <p>Every cold start's REPORT line says which way it went; one that went another way is counted and left out of its row.
 *
 * <p>{@code -Dparts=ordinary,aot,stem,burst,idle,offline} for some parts, {@code -Druns=50} for another number of runs,
 * {@code -Donly='Python.*'} for some programs. Those with an SDK for Node.js or Python need {@code target/node-sdks} and
 * {@code target/python-sdks}, which {@code ./tsumuji start} fetches.
 */
class ColdBench {
    private static final int RUNS = Integer.getInteger("runs", 20);
    private static final List<String> PARTS = List.of(
            System.getProperty("parts", "ordinary,aot,stem,burst,idle,offline").split(","));
    private static final int BURST = 50;
    private static final int IDLE_FUNCTIONS = 200;
    private static final String NODE = "Node.js hello";
    private static final byte[] EVENT = ColdPrograms.EVENT.getBytes(StandardCharsets.UTF_8);
    private static final Pattern START_PATH = Pattern.compile("Start Path: (\\w+)");
    private static final Pattern STEMS = Pattern.compile("\"stems\" *: *(\\d+)");
    private static final Pattern SANDBOXES = Pattern.compile("\"sandboxes\" *: *(\\d+)");

    private final Path directory = BenchFolder.make("cold");

    /** Of a program, by the way: its rows. */
    private final Map<String, Map<String, Row>> tables = new LinkedHashMap<>();

    ColdBench() throws IOException {}

    @AfterEach
    void remove() throws IOException {
        BenchFolder.delete(directory);
    }

    /** @param starts of processes or sandboxes, by the way they went */
    private record Row(List<Double> millis, Map<String, Integer> starts) {
        Row() {
            this(new ArrayList<>(), new TreeMap<>());
        }

        void add(String way, double took) {
            millis.add(took);
            starts.merge(way, 1, Integer::sum);
        }

        double at(double quantile) {
            if (millis.isEmpty()) {
                return Double.NaN;
            }
            var sorted = new ArrayList<>(millis);
            Collections.sort(sorted);
            return sorted.get(Math.min(sorted.size() - 1, (int) (sorted.size() * quantile)));
        }
    }

    @Test
    void cold_starts() throws Exception {
        var programs = new ColdPrograms(directory.resolve("programs"));
        var chosen = programs.all().stream()
                .filter(program -> program.name().matches(System.getProperty("only", ".*")))
                .toList();
        for (var way : List.of("ordinary", "aot", "stem")) {
            if (PARTS.contains(way)) {
                measure(way, chosen, programs.named(NODE));
            }
        }
        tables.forEach(ColdBench::print);
        if (PARTS.contains("burst")) {
            burst(programs.named(NODE));
            burst(programs.named("Java hello"));
        }
        if (PARTS.contains("idle")) {
            idle(programs.named(NODE), programs.named("Python hello"));
        }
        if (PARTS.contains("offline")) {
            offline(programs.named(NODE), programs.named("Python hello"));
        }
    }

    private static void print(String program, Map<String, Row> rows) {
        System.out.printf(Locale.ROOT, "%n%-40s %9s %9s  %s%n", program, "p50 ms", "p99 ms", "starts");
        rows.forEach((name, row) -> {
            System.out.printf(Locale.ROOT, "%-40s %9.1f %9.1f  %s", name, row.at(0.5), row.at(0.99), row.starts);
            var way = name.substring(name.lastIndexOf(' ') + 1);
            rows.forEach((other, base) -> {
                if (name.startsWith("Invoke") && !other.startsWith("Invoke") && other.endsWith(" " + way)) {
                    System.out.printf(
                            Locale.ROOT,
                            "  1/%.1f of %s",
                            base.at(0.5) / row.at(0.5),
                            other.substring(0, other.lastIndexOf(", in turns")));
                }
            });
            System.out.println();
        });
    }

    // ---- one start after the other

    private void measure(String way, List<Program> programs, Program node) throws Exception {
        var settings = switch (way) {
            case "ordinary" -> new String[] {"--stems", "0", "--start-caches", "0"};
            case "aot" -> new String[] {"--stems", "0"};
            default -> new String[] {"--stems", "1g"};
        };
        try (var running = new Running(directory.resolve(way), settings)) {
            for (var program : programs) {
                running.create(function(program), program, "");
            }
            var javas = programs.stream().filter(Program::isJava).count();
            if (!way.equals("ordinary") && !running.awaitCaches(javas, Duration.ofMinutes(15))) {
                System.out.println("not all caches were made within a quarter of an hour");
            }
            for (var program : programs) {
                if (!way.equals("aot") || program.isJava()) {
                    turns(running, way, program, node);
                }
            }
        }
    }

    private static String function(Program program) {
        return program.name().replaceAll("\\W+", "-");
    }

    private void turns(Running running, String way, Program program, Program node) throws Exception {
        var rows = tables.computeIfAbsent(program.name(), name -> new LinkedHashMap<>());
        var environment = running.platform.environment();
        for (int i = -2; i < RUNS; i++) {
            running.makeCold(function(program), "turn" + i);
            running.awaitSteady(way.equals("stem") ? 1 : 0, program.isJava());
            var times = new LinkedHashMap<String, Double>();
            if (program != node) {
                times.put("plain Node.js hello", millis(() -> ColdPrograms.plain(node, environment)));
            }
            if (program.isJava()) {
                if (!way.equals("ordinary")) {
                    times.put(
                            "AWS's client on a default JVM",
                            millis(() -> ColdPrograms.awsClient(program, environment)));
                }
            } else {
                times.put("its plain process", millis(() -> ColdPrograms.plain(program, environment)));
            }
            var went = running.invoke(function(program));
            if (i < 0) {
                continue;
            }
            times.forEach((name, time) -> rows.computeIfAbsent(name + ", in turns with " + way, key -> new Row())
                    .add("process", time));
            var row = rows.computeIfAbsent("Invoke, " + way, key -> new Row());
            if (went.way.equals(way) || way.equals("ordinary")) {
                row.add(went.way, went.millis);
            } else {
                row.starts.merge(went.way, 1, Integer::sum);
            }
        }
    }

    private interface Start {
        void run() throws Exception;
    }

    private static double millis(Start start) throws Exception {
        var begin = System.nanoTime();
        start.run();
        return (System.nanoTime() - begin) / 1e6;
    }

    // ---- many at once

    /** Of as many functions, and of one; right after they were made, while whatever is made for them is still being made. */
    private void burst(Program program) throws Exception {
        try (var running = new Running(directory.resolve("burst-" + function(program)))) {
            var names = new ArrayList<String>();
            for (int i = 0; i < BURST; i++) {
                names.add("different" + i);
                running.create(names.getLast(), program, names.getLast());
            }
            running.create("one", program, "one");
            burst(running, program.name() + ", one each of " + BURST + " functions", names);
            burst(running, program.name() + ", " + BURST + " of one function", Collections.nCopies(BURST, "one"));
        }
    }

    private static void burst(Running running, String what, List<String> functions) {
        var ways = new ConcurrentSkipListMap<String, Integer>();
        var times = Collections.synchronizedList(new ArrayList<Double>());
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var function : functions) {
                callers.submit(() -> {
                    var went = running.invoke(function);
                    ways.merge(went.way, 1, Integer::sum);
                    times.add(went.millis);
                    return null;
                });
            }
        }
        var all = new Row(times, ways);
        System.out.printf(
                Locale.ROOT,
                "%s at once: %d answered, p50 %.0f ms, last after %.0f ms, %s; %d caches made%n",
                what,
                ways.values().stream().mapToInt(Integer::intValue).sum(),
                all.at(0.5),
                all.at(1),
                ways,
                running.caches());
    }

    // ---- none at all

    private void idle(Program node, Program python) throws Exception {
        try (var running = new Running(directory.resolve("idle"), "--idle", "5s")) {
            for (int i = 0; i < IDLE_FUNCTIONS; i++) {
                running.create("idle" + i, i % 2 == 0 ? node : python, "idle" + i);
            }
            for (int i = 0; i < 600 && running.stems() + running.sandboxes() > 0; i++) {
                Thread.sleep(100);
            }
            Thread.sleep(5_000);
            var pid = running.platform.pid();
            System.out.printf(
                    Locale.ROOT,
                    "%d functions, none in use: %d instances, %d stems; the platform takes %d MB (PSS), of %d MB resident%n",
                    IDLE_FUNCTIONS,
                    running.sandboxes(),
                    running.stems(),
                    memory(pid, "Pss:"),
                    memory(pid, "Rss:"));
        }
    }

    private static long memory(long pid, String kind) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup")).stream()
                .filter(line -> line.startsWith(kind))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .sum();
    }

    // ---- beside serverless-offline

    private void offline(Program node, Program python) throws Exception {
        try (var offline = ServerlessOffline.start(directory.resolve("offline"), node, python, RUNS);
                var running = new Running(directory.resolve("beside"), "--stems", "1g")) {
            for (var program : List.of(node, python)) {
                running.create(function(program), program, "");
                var cold = new Row();
                var warm = new Row();
                var theirCold = new Row();
                var theirWarm = new Row();
                for (int i = 0; i < RUNS; i++) {
                    var theirs = offline.function(program, i);
                    theirCold.add("offline", millis(() -> offline.invoke(theirs)));
                    theirWarm.add("offline", millis(() -> offline.invoke(theirs)));
                    running.makeCold(function(program), "turn" + i);
                    running.awaitSteady(1, false);
                    var first = running.invoke(function(program));
                    cold.add(first.way, first.millis);
                    var second = running.invoke(function(program));
                    warm.add(second.way, second.millis);
                }
                for (var pair : List.of(Map.entry(cold, theirCold), Map.entry(warm, theirWarm))) {
                    System.out.printf(
                            Locale.ROOT,
                            "%-14s %s: %.1f ms (p99 %.1f), serverless-offline %.1f ms (p99 %.1f): 1/%.1f of its%n",
                            program.name(),
                            pair.getKey() == cold ? "cold" : "warm",
                            pair.getKey().at(0.5),
                            pair.getKey().at(0.99),
                            pair.getValue().at(0.5),
                            pair.getValue().at(0.99),
                            pair.getValue().at(0.5) / pair.getKey().at(0.5));
                }
            }
        } catch (ServerlessOffline.Unavailable e) {
            System.out.println("not beside serverless-offline: " + e.getMessage());
        }
    }

    // ---- a platform and what is asked of it

    private static final class Running implements AutoCloseable {
        final RunningPlatform platform;
        private final LambdaClient lambda;
        private final String role;

        Running(Path data, String... settings) throws IOException {
            var all = new ArrayList<>(List.of(settings));
            if (Files.isDirectory(ColdPrograms.NODE_SDK)) {
                all.addAll(List.of("--node-modules", ColdPrograms.NODE_SDK.toString()));
            }
            if (Files.isDirectory(ColdPrograms.PYTHON_SDK)) {
                all.addAll(List.of("--python-modules", ColdPrograms.PYTHON_SDK.toString()));
            }
            platform = RunningPlatform.startAsDistributed(data, all.toArray(String[]::new));
            lambda = platform.client(LambdaClient.builder()
                    .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofMinutes(2))));
            try {
                role = prepare(platform);
            } catch (RuntimeException e) {
                close();
                throw e;
            }
        }

        /** @return the functions' role, which may use the table that they use */
        private static String prepare(RunningPlatform platform) {
            try (var iam = platform.client(IamClient.builder());
                    var dynamodb = platform.client(DynamoDbClient.builder())) {
                var role = Roles.basic(iam, "bench");
                iam.putRolePolicy(r -> r.roleName("bench")
                        .policyName("all")
                        .policyDocument("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                                + "\"Action\":\"dynamodb:*\",\"Resource\":\"*\"}]}"));
                dynamodb.createTable(r -> r.tableName("items")
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(a -> a.attributeName("id").attributeType(ScalarAttributeType.S))
                        .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH)));
                dynamodb.waiter().waitUntilTableExists(r -> r.tableName("items"));
                return role;
            }
        }

        void create(String name, Program program, String other) throws IOException {
            var zip = SdkBytes.fromByteArray(program.zip(other));
            lambda.createFunction(r -> r.functionName(name)
                    .runtime(program.runtime())
                    .handler(program.handler())
                    .role(role)
                    .timeout(60)
                    .memorySize(1769)
                    .code(c -> c.zipFile(zip)));
            lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        }

        /** Ends the processes of a function, as any change of it does. */
        void makeCold(String name, String turn) {
            lambda.updateFunctionConfiguration(
                    r -> r.functionName(name).environment(e -> e.variables(Map.of("TURN", turn))));
            lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(name));
        }

        /**
         * How an invocation went.
         *
         * @param way of its start; {@code warm} for none
         * @param millis from a connection's opening to the whole answer; the request was signed before
         */
        private record Went(String way, double millis) {}

        /** By a client that takes next to no time itself. */
        Went invoke(String name) throws IOException {
            var path = "/2015-03-31/functions/" + name + "/invocations";
            var connection = request("lambda", "POST", path, Headers.of("x-amz-log-type", "Tail"), EVENT);
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(EVENT.length);
            var begin = System.nanoTime();
            byte[] payload;
            try (var out = connection.getOutputStream()) {
                out.write(EVENT);
            }
            try (var in = connection.getInputStream()) {
                payload = in.readAllBytes();
            }
            var took = (System.nanoTime() - begin) / 1e6;
            if (connection.getHeaderField("x-amz-function-error") != null) {
                throw new IllegalStateException(new String(payload, StandardCharsets.UTF_8));
            }
            var report = new String(
                    Base64.getDecoder().decode(connection.getHeaderField("x-amz-log-result")), StandardCharsets.UTF_8);
            var way = START_PATH.matcher(report);
            return new Went(way.find() ? way.group(1) : "warm", took);
        }

        private HttpURLConnection request(String service, String method, String path, Headers more, byte[] body)
                throws IOException {
            var signer = new Signer(
                    RunningPlatform.ACCESS_KEY, RunningPlatform.SECRET_KEY, null, RunningPlatform.REGION, service);
            var own = more.with("host", "127.0.0.1:" + platform.port());
            var headers = signer.sign(method, path, null, own, body, Instant.now());
            var connection = (HttpURLConnection)
                    URI.create(platform.url() + path).toURL().openConnection();
            connection.setRequestMethod(method);
            headers.forEach(connection::setRequestProperty);
            return connection;
        }

        /** Until as many stems wait as there will: nothing grows beside what is measured. */
        void awaitSteady(int least, boolean slow) throws Exception {
            if (least == 0) {
                return;
            }
            var deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
            int before = -1;
            for (var since = System.nanoTime(); System.nanoTime() < deadline; ) {
                var now = stems();
                if (now != before) {
                    before = now;
                    since = System.nanoTime();
                } else if (now >= least && System.nanoTime() - since > (slow ? 2_500_000_000L : 800_000_000L)) {
                    return;
                }
                Thread.sleep(50);
            }
        }

        boolean awaitCaches(long functions, Duration patience) throws Exception {
            var deadline = System.nanoTime() + patience.toNanos();
            while (caches("function-") < functions) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                Thread.sleep(200);
            }
            return true;
        }

        long caches() {
            return caches("");
        }

        private long caches(String kind) {
            var names =
                    platform.data().resolve("sandboxes/runtime/caches").toFile().list();
            return names == null
                    ? 0
                    : List.of(names).stream()
                            .filter(name -> name.startsWith(kind) && !name.equals("new"))
                            .count();
        }

        int stems() throws IOException {
            return number(STEMS);
        }

        int sandboxes() throws IOException {
            return number(SANDBOXES);
        }

        private int number(Pattern pattern) throws IOException {
            var connection = request("tsumuji", "GET", "/_tsumuji/status", Headers.of(), new byte[0]);
            try (var in = connection.getInputStream()) {
                var found = pattern.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                return found.find() ? Integer.parseInt(found.group(1)) : -1;
            }
        }

        @Override
        public void close() {
            lambda.close();
            platform.close();
        }
    }
}
