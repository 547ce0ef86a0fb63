package dev.tsumuji.conformance.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The functions whose cold starts are measured, and what they are measured against: plain processes of the same programs, to
 * their end, and AWS's own runtime client on a default JVM. Those that call put an item into table {@code items} and query it.
 */
final class ColdPrograms {

    static final String EVENT = "{\"id\":\"7\",\"name\":\"zed\"}";

    private static final FileTime UNPACKED = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

    private static final String JAVA_HELLO = """
            package hello;
            public final class Hello implements com.amazonaws.services.lambda.runtime.RequestHandler<java.util.Map<String, Object>, Object> {
                public Object handleRequest(java.util.Map<String, Object> event, com.amazonaws.services.lambda.runtime.Context context) {
                    return event;
                }
            }
            """;

    private static final String JAVA_ITEMS = """
            package items;
            import java.util.Map;
            import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
            import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
            public final class Items implements com.amazonaws.services.lambda.runtime.RequestHandler<Map<String, Object>, Object> {
                private final DynamoDbClient client = DynamoDbClient.create();
                public Object handleRequest(Map<String, Object> event, com.amazonaws.services.lambda.runtime.Context context) {
                    var id = AttributeValue.fromS("7");
                    client.putItem(r -> r.tableName("items").item(Map.of("id", id, "name", AttributeValue.fromS("seven"))));
                    return client.query(r -> r.tableName("items").keyConditionExpression("id = :id").expressionAttributeValues(Map.of(":id", id)))
                            .items().get(0).get("name").s();
                }
            }
            """;

    private static final String NODE_CALLS = """
            const client = new DynamoDBClient({});
            const call = async () => {
              await client.send(new PutItemCommand({ TableName: 'items', Item: { id: { S: '7' }, name: { S: 'seven' } } }));
              const found = await client.send(new QueryCommand({
                TableName: 'items', KeyConditionExpression: 'id = :id', ExpressionAttributeValues: { ':id': { S: '7' } } }));
              return found.Items[0].name.S;
            };
            """;

    private static final String NODE_ITEMS =
            "const { DynamoDBClient, PutItemCommand, QueryCommand } = require('@aws-sdk/client-dynamodb');\n"
                    + NODE_CALLS + "exports.handler = call;";

    private static final String NODE_MODULE =
            "import { DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';\n" + NODE_CALLS
                    + "export { call as handler };";

    private static final String PYTHON_ITEMS = """
            import boto3
            client = boto3.client('dynamodb')
            def handler(event, context):
                client.put_item(TableName='items', Item={'id': {'S': '7'}, 'name': {'S': 'seven'}})
                found = client.query(TableName='items', KeyConditionExpression='id = :id', ExpressionAttributeValues={':id': {'S': '7'}})
                return found['Items'][0]['name']['S']
            """;

    /** As {@code ./tsumuji start} and the tests fetch them. */
    static final Path NODE_SDK =
            Path.of("../target/node-sdks/node_modules").toAbsolutePath().normalize();

    static final Path PYTHON_SDK =
            Path.of("../target/python-sdks/site-packages").toAbsolutePath().normalize();

    /** @param code a folder with what the function's package holds */
    record Program(String name, String runtime, Path code, String handler) {
        boolean isJava() {
            return runtime.startsWith("java");
        }

        boolean calls() {
            return name.contains("SDK");
        }

        /** The package; with a file that makes it another than all others. */
        byte[] zip(String other) throws IOException {
            var bytes = new ByteArrayOutputStream();
            try (var zip = new ZipOutputStream(bytes);
                    var files = Files.walk(code)) {
                zip.putNextEntry(new ZipEntry("other.txt"));
                zip.write(other.getBytes(StandardCharsets.UTF_8));
                for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                    zip.putNextEntry(new ZipEntry(code.relativize(file).toString()));
                    Files.copy(file, zip);
                }
            }
            return bytes.toByteArray();
        }
    }

    private final Path directory;
    private final List<Program> programs = new ArrayList<>();

    ColdPrograms(Path directory) throws Exception {
        this.directory = directory;
        program(
                "Node.js hello",
                "nodejs20.x",
                "index.handler",
                "index.js",
                "exports.handler = async (event) => event;");
        program(
                "Python hello",
                "python3.11",
                "app.handler",
                "app.py",
                "def handler(event, context):\n    return event\n");
        compiled("Java hello", "hello.Hello", "Hello.java", JAVA_HELLO);
        libraries(compiled("Java, SDK 2", "items.Items", "Items.java", JAVA_ITEMS).code);
        if (Files.isDirectory(NODE_SDK)) {
            // Node.js looks for ES modules in folders above only
            Files.createSymbolicLink(directory.resolve("node_modules"), NODE_SDK);
            program("Node.js, SDK 3", "nodejs20.x", "index.handler", "index.js", NODE_ITEMS);
            program("Node.js, SDK 3 by import", "nodejs20.x", "index.handler", "index.mjs", NODE_MODULE);
        }
        if (Files.isDirectory(PYTHON_SDK)) {
            program("Python, SDK (boto3)", "python3.11", "app.handler", "app.py", PYTHON_ITEMS);
        }
    }

    List<Program> all() {
        return List.copyOf(programs);
    }

    Program named(String name) {
        return programs.stream()
                .filter(program -> program.name.equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Program program(String name, String runtime, String handler, String file, String source)
            throws IOException {
        var program = new Program(name, runtime, folder("code" + programs.size()), handler);
        Files.writeString(program.code.resolve(file), source);
        programs.add(program);
        return program;
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(directory.resolve(name));
    }

    private Program compiled(String name, String handler, String file, String source) throws Exception {
        var program = new Program(name, "java21", folder("code" + programs.size()), handler);
        var text = Files.writeString(directory.resolve(file), source);
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-d",
                program.code.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                text.toString());
        if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
            throw new IOException(String.join(" ", command));
        }
        programs.add(program);
        return program;
    }

    /** The jars that a build with {@code software.amazon.awssdk:dynamodb} and the small HTTP client puts into {@code lib}. */
    private static void libraries(Path code) throws IOException {
        var lib = Files.createDirectories(code.resolve("lib"));
        var other = List.of("apache-client", "netty", "/software/amazon/awssdk/services", "/api/", "cbor");
        var services =
                "/software/amazon/awssdk/(?!dynamodb/)(iam|sts|cloudwatch.*|lambda|s3.*|sqs|sns|kinesis|xray|eventbridge|"
                        + "scheduler|ssm|secretsmanager|sfn|firehose|kms|cognito.*|iot.*|apigateway.*|cloudformation|ses.*|opensearch|"
                        + "pinpoint|resourcegroups.*|dynamodb-enhanced|crt-core|aws-query-protocol|aws-xml-protocol|arns)/.*";
        for (var jar : jars("/software/amazon/", "/reactive-streams/", "/slf4j-api/")) {
            var path = jar.toString();
            if (other.stream().noneMatch(path::contains) && !path.matches(".*" + services)) {
                var to = lib.resolve(jar.getFileName());
                Files.copy(jar, to);
                Files.setLastModifiedTime(to, UNPACKED);
            }
        }
    }

    private static List<Path> jars(String... parts) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(jar -> jar.endsWith(".jar") && Arrays.stream(parts).anyMatch(jar::contains))
                .map(Path::of)
                .toList();
    }

    // ---- what they are measured against

    /** A process that loads the program, calls its handler and prints the answer; to its end. */
    static void plain(Program program, Map<String, String> environment) throws Exception {
        var module = Files.exists(program.code.resolve("index.mjs")) ? "index.mjs" : "index.js";
        var command = program.runtime.startsWith("python")
                ? List.of("/usr/bin/python3", "-c", "import app; print(app.handler({'id': '7'}, None))")
                : List.of(
                        "node",
                        "-e",
                        module.endsWith(".mjs")
                                ? "import('./index.mjs').then(async (m) => { console.log(await m.handler({ id: '7' })); process.exit(); })"
                                : "require('./index.js').handler({ id: '7' }).then((s) => { console.log(s); process.exit(); })");
        var builder =
                new ProcessBuilder(command).directory(program.code.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("PYTHONPATH", PYTHON_SDK.toString());
        var process = builder.start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0 || !text.contains("7") && !text.contains("seven")) {
            throw new IllegalStateException(text);
        }
    }

    /** AWS's runtime client on a default JVM: from the start of its process to its first answer to the Runtime API. */
    static void awsClient(Program program, Map<String, String> environment) throws Exception {
        var answered = new CompletableFuture<String>();
        var printed = Files.createTempFile("aws-client", ".log");
        var waiting = new AtomicBoolean(true);
        var api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        api.createContext("/2018-06-01/runtime/", exchange -> {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var path = exchange.getRequestURI().getPath();
            if (path.endsWith("/next") && waiting.getAndSet(false)) {
                var headers = exchange.getResponseHeaders();
                headers.add("Lambda-Runtime-Aws-Request-Id", "r1");
                headers.add("Lambda-Runtime-Invoked-Function-Arn", "arn");
                headers.add("Lambda-Runtime-Deadline-Ms", Long.toString(System.currentTimeMillis() + 30_000));
                // without these two its native part crashes
                headers.add(
                        "Lambda-Runtime-Trace-Id",
                        "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0");
                headers.add("Content-Type", "application/json");
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
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        program.code + File.pathSeparator + program.code + "/lib/*" + File.pathSeparator
                                + runtimeClient(),
                        "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                        program.handler)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        builder.environment().putAll(environment);
        builder.environment()
                .putAll(Map.of(
                        "AWS_LAMBDA_RUNTIME_API",
                                "127.0.0.1:" + api.getAddress().getPort(),
                        "LAMBDA_TASK_ROOT", program.code.toString(),
                        "_HANDLER", program.handler,
                        "AWS_LAMBDA_FUNCTION_NAME", "bench",
                        "AWS_LAMBDA_FUNCTION_VERSION", "$LATEST",
                        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769",
                        "AWS_LAMBDA_LOG_GROUP_NAME", "g",
                        "AWS_LAMBDA_LOG_STREAM_NAME", "s"));
        var process = builder.start();
        try {
            var error = answered.get(60, TimeUnit.SECONDS);
            if (!error.isEmpty()) {
                throw new IllegalStateException(error);
            }
        } catch (TimeoutException e) {
            throw new IllegalStateException("no answer; it printed " + Files.readString(printed), e);
        } finally {
            process.destroyForcibly().waitFor();
            api.stop(0);
            Files.delete(printed);
        }
    }

    private static String runtimeClient() {
        return jars("aws-lambda-java-runtime-interface-client", "aws-lambda-java-core", "aws-lambda-java-serialization")
                .stream()
                .map(Path::toString)
                .reduce((a, b) -> a + File.pathSeparator + b)
                .orElseThrow();
    }
}
