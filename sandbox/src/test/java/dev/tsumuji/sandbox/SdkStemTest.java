package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions in Node.js and Python that come from stems in which the platform's SDK was used before. */
class SdkStemTest {
    static Machine machine;

    /** Where nothing waits, so that each process is started for its function. */
    static Machine processes;

    static HttpServer dynamodb;

    /** Requests as they came, without what differs from one to the next. */
    static final List<Map<String, String>> requests = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void open() throws IOException {
        var node = fetched("node").resolve("node_modules");
        var python = fetched("python").resolve("site-packages");
        machine = new Machine(settings ->
                settings.stems(1024, settings.stemsIdleTime()).nodeModules(node).pythonModules(python));
        processes = new Machine(settings ->
                settings.stems(0, Duration.ofMinutes(1)).nodeModules(node).pythonModules(python));
        dynamodb = ItemEndpoint.start((seen, body) -> {
            var headers = new TreeMap<String, String>();
            seen.forEach((name, values) -> headers.put(name, values.getFirst()));
            headers.replaceAll((name, value) -> value.replaceAll("Signature=.*|\\d{8}T\\d{6}Z|[0-9a-f-]{36}", "…")
                    .replaceAll(" m/[A-Za-z,]+", " m/…"));
            headers.put("body", body);
            requests.add(headers);
        });
    }

    @AfterAll
    static void close() throws Exception {
        if (dynamodb != null) {
            dynamodb.stop(0);
        }
        for (var each : new Machine[] {machine, processes}) {
            if (each != null) {
                each.close();
            }
        }
    }

    @BeforeEach
    void forget() {
        requests.clear();
    }

    /** The SDKs that {@code ./tsumuji start} fetches. */
    private static Path fetched(String language) throws IOException {
        var folder =
                Path.of("..", "target", language + "-sdks").toAbsolutePath().normalize();
        var script = Path.of("src", "main", language, "fetch.sh").toString();
        try {
            var exit = new ProcessBuilder("sh", script, folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            assumeTrue(exit == 0, "skipped: the SDK for " + language + " can't be had");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return folder;
    }

    private static final String NODE_SURROUNDINGS = """
            const sorted = (o) => Object.fromEntries(Object.entries(o).sort());
            const surroundings = () => ({
              environment: sorted(process.env), directory: process.cwd(), arguments: process.argv, title: process.title,
              zone: new Date(0).getHours(), globals: Object.keys(globalThis).sort(), lambda: Object.keys(awslambda).sort(),
              listeners: process.eventNames().map(String).sort(),
              warn: process.emitWarning.name });
            """;

    /** Programs that call GetItem, and tell whether the SDK was there before them. */
    enum Program {
        NODE_BY_REQUIRE("node", "index.js", """
                const before = Object.keys(require.cache).some((file) => file.includes('/client-dynamodb/'));
                const { DynamoDBClient, GetItemCommand } = require('@aws-sdk/client-dynamodb');
                %s
                const client = new DynamoDBClient();
                exports.handler = async () => {
                  const around = surroundings();
                  const item = (await client.send(new GetItemCommand({ TableName: 't', Key: { id: { S: '7' } } }))).Item;
                  return { before, item: item.id.S, around };
                };
                """.formatted(NODE_SURROUNDINGS)),
        NODE_BY_IMPORT("node", "index.mjs", """
                import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
                import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
                import { createRequire } from 'node:module';
                const before = false;
                %s
                const client = DynamoDBDocumentClient.from(new DynamoDBClient());
                export const handler = async () => {
                  const around = surroundings();
                  const item = (await client.send(new GetCommand({ TableName: 't', Key: { id: '7' } }))).Item;
                  return { before, item: item.id, around };
                };
                """.formatted(NODE_SURROUNDINGS)),
        NODE_OLD("node", "index.js", """
                const before = Object.keys(require.cache).some((file) => file.includes('/aws-sdk/'));
                const AWS = require('aws-sdk');
                %s
                const client = new AWS.DynamoDB({ endpoint: process.env.AWS_ENDPOINT_URL });
                exports.handler = async () => {
                  const around = surroundings();
                  const item = (await client.getItem({ TableName: 't', Key: { id: { S: '7' } } }).promise()).Item;
                  return { before, item: item.id.S, around, region: AWS.config.region, key: AWS.config.credentials.accessKeyId };
                };
                """.formatted(NODE_SURROUNDINGS)),
        PYTHON("python", "app.py", """
                import sys
                before = 'botocore' in sys.modules
                import boto3, gc, logging, os, threading, time
                client = boto3.client('dynamodb')
                def handler(event, context):
                    around = {'environment': dict(sorted(os.environ.items())), 'directory': os.getcwd(), 'path': sys.path,
                              'zone': time.localtime(0).tm_hour, 'handlers': len(logging.getLogger().handlers),
                              'threads': threading.active_count(), 'boto3': boto3.__file__,
                              'places': client.meta.events and boto3.DEFAULT_SESSION._loader.search_paths,
                              'main': sorted(k for k in sys.modules['__main__'].__dict__ if not k.startswith('_'))}
                    item = client.get_item(TableName='t', Key={'id': {'S': '7'}})['Item']
                    item = boto3.resource('dynamodb').Table('t').get_item(Key={'id': '7'})['Item']
                    return {'before': before, 'item': item['id'], 'around': around,
                            'region': boto3.Session().region_name, 'key': boto3.Session().get_credentials().access_key}
                """);

        private final String language;
        private final String file;
        private final String text;

        Program(String language, String file, String text) {
            this.language = language;
            this.file = file;
            this.text = text;
        }

        Machine.Function on(Machine machine, String key) {
            var function = language.equals("node")
                    ? machine.function("nodejs22.x", "index.handler")
                    : machine.function("python3.12", "app.handler");
            function.endpoints.put(4999, dynamodb.getAddress());
            function.environment.putAll(Map.of(
                    "AWS_ACCESS_KEY_ID", key,
                    "AWS_SECRET_ACCESS_KEY", "secret",
                    "AWS_SESSION_TOKEN", "token-of-" + key,
                    "AWS_REGION", "eu-north-1",
                    "AWS_DEFAULT_REGION", "eu-north-1",
                    "AWS_ENDPOINT_URL", "http://127.0.0.1:4999",
                    "AWS_LAMBDA_FUNCTION_NAME", "f",
                    "TZ", "Asia/Tokyo"));
            return function.file(file, text);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_function_finds_and_sends_what_it_would_in_a_process_of_its_own(Program program) {
        try (var own = program.on(processes, "AKIDONE");
                var stem = program.on(machine, "AKIDONE")) {
            var expected = own.ask("{}");
            assertThat(expected).contains("seven", "AKIDONE").doesNotContain("errorMessage");
            assertThat(own.sandbox().startPath()).isEqualTo(Sandbox.StartPath.ORDINARY);
            var wanted = List.copyOf(requests);
            requests.clear();
            assertThat(surroundings(stem.fromStem().ask("{}"))).isEqualTo(surroundings(expected));
            assertThat(requests).isEqualTo(wanted).isNotEmpty();
            assertThat(requests.toString())
                    .contains("Credential=AKIDONE/", "/eu-north-1/dynamodb/", "token-of-AKIDONE")
                    .doesNotContain("none");
            // what an SDK warns of when it is used first
            assertThat(warnings(stem)).isEqualTo(warnings(own));
        }
    }

    /** Without whether the SDK was there already. */
    private static String surroundings(String answer) {
        return answer.replaceFirst("\"before\": ?(true|false)", "");
    }

    private static List<String> warnings(Machine.Function function) {
        return function.printed.stream()
                .filter(line -> line.contains("Warning"))
                .map(line -> line.replaceAll("\\d", ""))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"NODE_BY_REQUIRE", "NODE_OLD", "PYTHON"})
    void the_sdk_is_there_before_the_function(Program program) {
        try (var stem = program.on(machine, "AKIDTWO")) {
            assertThat(stem.fromStem().ask("{}")).containsPattern("\"before\": ?true");
        }
    }

    @Test
    void each_function_calls_with_its_own_credentials() {
        for (var program : Program.values()) {
            for (var key : List.of("AKIDTHREE", "AKIDFOUR")) {
                requests.clear();
                try (var stem = program.on(machine, key)) {
                    assertThat(stem.fromStem().ask("{}")).contains("seven");
                    assertThat(requests)
                            .isNotEmpty()
                            .allSatisfy(request ->
                                    assertThat(request.get("Authorization")).contains("Credential=" + key + "/"));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "python"})
    void functions_that_ask_for_none_come_from_stems_without(String language) {
        var loaded = language.equals("node")
                ? machine.node("exports.handler = async () => Object.keys(require.cache)")
                : machine.python("""
                        import sys
                        def handler(event, context):
                            return [name for name in sys.modules if name.startswith(('boto', 'urllib3', 'six'))]
                        """);
        try (loaded) {
            assertThat(loaded.fromStem().ask("{}")).doesNotContain("node_modules", "boto", "urllib3", "errorMessage");
        }
    }

    /** Also what was seen too late or not at all to be left out of the stem. */
    @Test
    void a_function_gets_the_modules_that_it_brings() {
        try (var node = machine.node(
                        "const own = require('@aws-sdk/client-s3').own; require('@aws-sdk/client-sts'); exports.handler = async () => own;")
                .file("node_modules/@aws-sdk/client-s3/index.js", "exports.own = 'own';")) {
            assertThat(node.fromStem().ask("{}")).isEqualTo("\"own\"");
        }
        for (var name : List.of("boto3", "queue")) {
            var program = "import %s\ndef handler(event, context): return %s.__file__\ndef other():\n    import boto3"
                    .formatted(name, name);
            try (var python = machine.python(program)) {
                assertThat(python.fromStem().ask("{}")).containsPattern("/(site-packages/boto3|queue.py)");
            }
            for (var file : List.of(name + ".py", name + "/__init__.py")) {
                try (var python = machine.python(program).file(file, "")) {
                    assertThat(python.fromStem().ask("{}")).isEqualTo("\"/var/task/" + file + "\"");
                }
                var layer = machine.newDirectory();
                write(layer.resolve("python").resolve(file), "");
                try (var python = machine.python(program).layer(layer)) {
                    assertThat(python.fromStem().ask("{}")).isEqualTo("\"/opt/python/" + file + "\"");
                }
            }
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
