package dev.tsumuji.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tsumuji.wire.http.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What applications ask of the services most, so often that the server's JVM notes which of its code is used most: functions
 * that start and that run already, items, objects. What a machine can't do, such as run functions without a sandbox, is left out.
 */
record ServiceRehearsal(Endpoint endpoint, Shell shell) {
    private static final int COLD_STARTS = 10;
    private static final int REPETITIONS = 250;

    /** Until a process has been started ahead again. */
    private static final Duration BETWEEN_COLD_STARTS = Duration.ofMillis(200);

    private static final String ROLE = "rehearsal";
    private static final String TABLE = "rehearsal";

    private interface Scene {
        void play() throws IOException, InterruptedException;
    }

    void play() throws InterruptedException {
        scene("role", this::role);
        scene("Node.js", () -> function("nodejs22.x", "index.js", "exports.handler = async (event) => event;"));
        scene("Python", () -> function("python3.13", "index.py", "def handler(event, context):\n    return event\n"));
        scene("items", this::items);
        scene("objects", this::objects);
    }

    private void scene(String name, Scene scene) throws InterruptedException {
        try {
            scene.play();
            shell.err().println("played " + name);
        } catch (CommandFailure | IOException e) {
            shell.err().println("left out " + name + ": " + e.getMessage());
        }
    }

    private void role() {
        var trust = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\","
                + "\"Principal\":{\"Service\":\"lambda.amazonaws.com\"}}]}";
        iam(Map.of("Action", "CreateRole", "RoleName", ROLE, "AssumeRolePolicyDocument", trust));
        iam(Map.of(
                "Action", "AttachRolePolicy",
                "RoleName", ROLE,
                "PolicyArn", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"));
    }

    private String iam(Map<String, String> parameters) {
        var form = new StringBuilder("Version=2010-05-08");
        parameters.forEach(
                (name, value) -> form.append('&').append(name).append('=').append(Functions.encoded(value)));
        return text(send("iam", "POST", "/", "application/x-www-form-urlencoded", bytes(form.toString())));
    }

    private void function(String runtime, String file, String code) throws IOException, InterruptedException {
        var name = "rehearsal-" + runtime.replace('.', '-');
        var answer = iam(Map.of("Action", "GetRole", "RoleName", ROLE));
        var role = answer.substring(answer.indexOf("<Arn>") + "<Arn>".length(), answer.indexOf("</Arn>"));
        var request = Json.object()
                .put("FunctionName", name)
                .put("Runtime", runtime)
                .put("Handler", "index.handler")
                .put("Role", role);
        request.putObject("Code").put("ZipFile", zip(file, code));
        var functions = new Functions(endpoint);
        functions.create(request);
        var path = "/2015-03-31/functions/" + name;
        for (int i = 0; i < COLD_STARTS; i++) {
            var change = Json.object();
            change.putObject("Environment").putObject("Variables").put("TURN", Integer.toString(i));
            functions.updateConfiguration(name, change);
            Thread.sleep(BETWEEN_COLD_STARTS);
            invoke(path);
        }
        for (int i = 0; i < REPETITIONS; i++) {
            invoke(path);
        }
        send("lambda", "DELETE", path, "application/json", new byte[0]);
    }

    private void invoke(String path) {
        send("lambda", "POST", path + "/invocations", "application/json", bytes("{\"key\":\"value\"}"));
    }

    private void items() {
        var table = request();
        table.put("BillingMode", "PAY_PER_REQUEST");
        table.putArray("AttributeDefinitions").add(attribute("AttributeName", "pk", "AttributeType", "S"));
        table.putArray("KeySchema").add(attribute("AttributeName", "pk", "KeyType", "HASH"));
        dynamodb("CreateTable", table);
        for (int i = 0; i < REPETITIONS; i++) {
            var key = Json.object();
            key.putObject("pk").put("S", "key" + i);
            var item = key.deepCopy();
            item.putObject("note").put("S", "some text, and some more of it");
            item.putObject("amount").put("N", Integer.toString(i));
            dynamodb("PutItem", request().set("Item", item));
            dynamodb("GetItem", request().set("Key", key));
            var query = request().put("KeyConditionExpression", "pk = :pk");
            query.putObject("ExpressionAttributeValues").set(":pk", key.get("pk"));
            dynamodb("Query", query);
            var update = request().put("UpdateExpression", "ADD amount :one");
            update.set("Key", key);
            update.putObject("ExpressionAttributeValues").putObject(":one").put("N", "1");
            dynamodb("UpdateItem", update);
        }
        dynamodb("Scan", request());
        dynamodb("DeleteTable", request());
    }

    private static ObjectNode request() {
        return Json.object().put("TableName", TABLE);
    }

    private static ObjectNode attribute(String key, String name, String kind, String type) {
        return Json.object().put(key, name).put(kind, type);
    }

    private void dynamodb(String operation, JsonNode request) {
        var headers = Headers.of(
                "content-type", "application/x-amz-json-1.0", "x-amz-target", "DynamoDB_20120810." + operation);
        Endpoint.must(endpoint.send("dynamodb", "POST", "/", null, headers, Json.bytes(request)));
    }

    private void objects() {
        send("s3", "PUT", "/rehearsal", "application/xml", new byte[0]);
        for (int i = 0; i < REPETITIONS; i++) {
            send("s3", "PUT", "/rehearsal/key" + i, "text/plain", bytes("some text, and some more of it"));
            send("s3", "GET", "/rehearsal/key" + i, "text/plain", new byte[0]);
        }
        send("s3", "GET", "/rehearsal", "text/plain", new byte[0]);
        for (int i = 0; i < REPETITIONS; i++) {
            send("s3", "DELETE", "/rehearsal/key" + i, "text/plain", new byte[0]);
        }
        send("s3", "DELETE", "/rehearsal", "text/plain", new byte[0]);
    }

    private byte[] send(String service, String method, String path, String type, byte[] body) {
        var headers = Headers.of("content-type", type);
        return Endpoint.must(endpoint.send(service, method, path, null, headers, body))
                .body();
    }

    private static byte[] zip(String file, String code) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(file));
            zip.write(bytes(code));
        }
        return bytes.toByteArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
