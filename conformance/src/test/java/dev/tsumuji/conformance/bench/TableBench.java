package dev.tsumuji.conformance.bench;

import dev.tsumuji.conformance.RunningPlatform;
import dev.tsumuji.engines.rocksdb.RocksKv;
import dev.tsumuji.wire.http.Headers;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * Puts, gets and queries of one item of 1 KB: our tables, durable and with signatures checked, against Amazon's DynamoDB
 * Local in memory, and large tables against small ones; then how long the store takes to open. One run measures all in turn,
 * so that the ratios hold however busy the machine is. Not part of the tests; run it by
 *
 * <pre>{@code ./tsumuji bench TableBench}</pre>
 *
 * and with {@code -Ditems=1000000} for a million items instead of twenty thousand. {@code -Dreference=false} leaves DynamoDB
 * Local out: then only large tables are compared with small ones.
 */
class TableBench {
    private static final int CONNECTIONS = Integer.getInteger("connections", 16);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("seconds", 4));
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final int FEW = 100;
    private static final int SOME = 1_000;
    private static final int MANY = Integer.getInteger("items", 20_000);
    private static final boolean REFERENCE = !"false".equals(System.getProperty("reference"));
    private static final int DISTINCT = 4_096;
    private static final int BATCH = 25;
    private static final String DATA = "x".repeat(1024 - 24);

    /** A kind of request. */
    private enum Kind {
        PUT("PutItem"),
        GET("GetItem"),
        QUERY("Query");

        private final String operation;

        Kind(String operation) {
            this.operation = operation;
        }

        String body(String table, int number) {
            return switch (this) {
                case PUT -> "{\"TableName\":\"%s\",\"Item\":%s}".formatted(table, item(number));
                case GET ->
                    "{\"TableName\":\"%s\",\"Key\":{\"pk\":{\"S\":\"%s\"},\"sk\":{\"S\":\"1\"}}}"
                            .formatted(table, key(number));
                case QUERY ->
                    "{\"TableName\":\"%s\",\"KeyConditionExpression\":\"pk = :p\",\"ExpressionAttributeValues\":{\":p\":{\"S\":\"%s\"}}}"
                            .formatted(table, key(number));
            };
        }
    }

    /** A server with the tables. */
    private record Server(String name, int port, long pid, Map<String, Integer> tables) {}

    private record Case(Server server, Kind kind, String table) {}

    /** @param cpuMicros of the server for one request */
    private record Line(double perSecond, double p50, double p99, double cpuMicros) {}

    @Test
    void tables_against_dynamodb_local_and_large_ones_against_small_ones(@TempDir Path folder) throws Exception {
        try (var platform = RunningPlatform.startAsDistributed(folder.resolve("data"));
                var reference = REFERENCE ? DynamoDbLocal.start(folder.resolve("reference")) : null) {
            var ours = new Server(
                    "tsumuji", platform.port(), platform.pid(), Map.of("few", FEW, "some", SOME, "many", MANY));
            fill(ours);
            var theirs = reference == null ? null : theirs(reference);
            if (theirs != null) {
                fill(theirs);
            }
            var lines = measure(theirs == null ? List.of(ours) : List.of(ours, theirs));
            for (var kind : Kind.values()) {
                print(kind, ours, theirs, lines);
            }
            openingTime(platform);
        }
    }

    private static Server theirs(DynamoDbLocal reference) {
        return new Server(
                "DynamoDB Local", reference.port(), reference.process().pid(), Map.of("some", SOME, "many", MANY));
    }

    private static Map<Case, Line> measure(List<Server> servers) throws Exception {
        var cases = new ArrayList<Case>();
        for (var kind : Kind.values()) {
            for (var table : List.of("few", "some", "many")) {
                for (var server : servers) {
                    if (server.tables().containsKey(table)) {
                        cases.add(new Case(server, kind, table));
                    }
                }
            }
        }
        var lines = new LinkedHashMap<Case, Line>();
        // the first round warms up
        for (int round = 0; round <= ROUNDS; round++) {
            for (var each : cases) {
                var line = run(each);
                if (round > 0) {
                    lines.merge(each, line, TableBench::better);
                }
            }
        }
        return lines;
    }

    /** Noise of the machine only ever adds. */
    private static Line better(Line a, Line b) {
        var faster = a.perSecond() >= b.perSecond() ? a : b;
        return new Line(faster.perSecond(), faster.p50(), faster.p99(), Math.min(a.cpuMicros(), b.cpuMicros()));
    }

    private static Line run(Case each) throws Exception {
        var server = each.server();
        int items = server.tables().getOrDefault(each.table(), 0);
        var random = new SplittableRandom(1);
        var requests = IntStream.range(0, DISTINCT)
                .mapToObj(i -> request(
                        server.port(), each.kind().operation, each.kind().body(each.table(), random.nextInt(items))))
                .toList();
        long before = ProcessorTime.micros(server.pid());
        var result = Load.around(server.port(), requests, CONNECTIONS).run(ROUND);
        double cpu = (double) (ProcessorTime.micros(server.pid()) - before) / result.nanos().length;
        return new Line(result.perSecond(), result.millis(0.5), result.millis(0.99), cpu);
    }

    private static void print(Kind kind, Server ours, @Nullable Server theirs, Map<Case, Line> lines) {
        System.out.printf(
                "%n%s: %d connections, 1 KB, best of %d rounds of %ss%n",
                kind.operation, CONNECTIONS, ROUNDS, ROUND.toSeconds());
        System.out.printf("%-16s %10s %11s %8s %8s %8s%n", "", "items", "per second", "p50 ms", "p99 ms", "CPU us");
        lines.forEach((each, line) -> {
            if (each.kind() == kind) {
                System.out.printf(
                        "%-16s %10d %11.0f %8.2f %8.2f %8.0f%n",
                        each.server().name(),
                        each.server().tables().get(each.table()),
                        line.perSecond(),
                        line.p50(),
                        line.p99(),
                        line.cpuMicros());
            }
        });
        for (var table : theirs == null ? List.<String>of() : List.of("some", "many")) {
            var we = lines.get(new Case(ours, kind, table));
            var they = lines.get(new Case(theirs, kind, table));
            System.out.printf(
                    "  %s items, of DynamoDB Local: %.2f x throughput, %.2f x CPU%n",
                    ours.tables().get(table), we.perSecond() / they.perSecond(), we.cpuMicros() / they.cpuMicros());
        }
        System.out.printf(
                "  %d items, of %d items: %.2f x CPU%n",
                MANY,
                FEW,
                lines.get(new Case(ours, kind, "many")).cpuMicros()
                        / lines.get(new Case(ours, kind, "few")).cpuMicros());
    }

    /** Of the store alone: after an orderly stop, and after a kill, when what the log holds must be read again. */
    private static void openingTime(RunningPlatform platform) throws IOException {
        platform.kill();
        var store = platform.data().resolve("state");
        for (var how : List.of("kill", "stop")) {
            long begin = System.nanoTime();
            try (var kv = RocksKv.open(store, InstantSource.system())) {
                kv.read(snapshot -> snapshot.get(new byte[] {1}));
                System.out.printf(
                        "%nstore of %d items opened after a %s: %d ms%n",
                        FEW + SOME + MANY, how, (System.nanoTime() - begin) / 1_000_000);
            }
        }
    }

    // ---- data

    private static String key(int number) {
        return "k-%010d".formatted(number);
    }

    private static String item(int number) {
        return "{\"pk\":{\"S\":\"%s\"},\"sk\":{\"S\":\"1\"},\"data\":{\"S\":\"%s\"}}".formatted(key(number), DATA);
    }

    private static byte[] request(int port, String operation, String body) {
        var headers = Headers.of(
                "content-type", "application/x-amz-json-1.0", "x-amz-target", "DynamoDB_20120810." + operation);
        return Load.signed(port, "dynamodb", "POST", "/", headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void fill(Server server) throws Exception {
        try (var dynamodb = DynamoDbClient.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + server.port()))
                .region(Region.of(RunningPlatform.REGION))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(RunningPlatform.ACCESS_KEY, RunningPlatform.SECRET_KEY)))
                .build()) {
            for (var table : server.tables().entrySet()) {
                dynamodb.createTable(r -> r.tableName(table.getKey())
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(
                                a -> a.attributeName("pk").attributeType(ScalarAttributeType.S),
                                a -> a.attributeName("sk").attributeType(ScalarAttributeType.S))
                        .keySchema(
                                k -> k.attributeName("pk").keyType(KeyType.HASH),
                                k -> k.attributeName("sk").keyType(KeyType.RANGE)));
                dynamodb.waiter().waitUntilTableExists(r -> r.tableName(table.getKey()));
                fill(server.port(), table.getKey(), table.getValue());
            }
        }
    }

    private static void fill(int port, String table, int items) throws Exception {
        var load = new Load(
                port,
                (connection, number) -> {
                    long first = (number * CONNECTIONS + connection) * BATCH;
                    return first >= items
                            ? null
                            : batch(port, table, (int) first, (int) Math.min(items, first + BATCH));
                },
                CONNECTIONS);
        load.run(Duration.ofHours(1));
    }

    private static byte[] batch(int port, String table, int from, int to) {
        var puts = new ArrayList<String>();
        for (int i = from; i < to; i++) {
            puts.add("{\"PutRequest\":{\"Item\":" + item(i) + "}}");
        }
        return request(
                port, "BatchWriteItem", "{\"RequestItems\":{\"" + table + "\":[" + String.join(",", puts) + "]}}");
    }
}
