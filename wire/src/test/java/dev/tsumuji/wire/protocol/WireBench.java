package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.shape.Member;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;

/** CPU time of reading a 1 KB PutItem, of writing a 1 KB GetItem answer, and of the whole dispatch. Run by hand. */
final class WireBench {
    private WireBench() {}

    private interface Step {
        void run() throws IOException;
    }

    public static void main(String[] arguments) throws IOException {
        var item = new LinkedHashMap<String, AttributeValue>();
        for (int i = 0; i < 10; i++) {
            item.put(
                    "attribute" + i,
                    i % 3 == 0 ? AttributeValue.fromN("12345" + i) : AttributeValue.fromS("x".repeat(90)));
        }
        var body = AnswerWriter.json(
                PutItemRequest.builder().tableName("table").item(item).build(), WireFormat.JSON_10);
        var answer = GetItemResponse.builder().item(item).build();
        var platform = new InProcess(ConstraintsTest.answering(DynamoDbClient.class, "dynamodb"));
        var headers = InProcess.signed(
                "dynamodb", "X-Amz-Target", "DynamoDB_20120810.PutItem", "Content-Type", "application/x-amz-json-1.0");
        System.out.println("body " + body.length + " bytes: " + new String(body, 0, 60, StandardCharsets.UTF_8));
        for (int round = 0; round < 3; round++) {
            measure("parse", () -> {
                var builder = (SdkPojo) PutItemRequest.builder();
                try (var parser = Json.parser(new ByteArrayInputStream(body), WireFormat.JSON_10)) {
                    new JsonReader(parser, false, new WrongTypes(null)).document(builder);
                }
                if (Member.build(builder) == null) {
                    throw new IllegalStateException();
                }
            });
            measure("write", () -> {
                if (AnswerWriter.json(answer, WireFormat.JSON_10).length == 0) {
                    throw new IllegalStateException();
                }
            });
            measure("dispatch", () -> platform.serve(Request.of("POST", "/", null, headers, body)));
        }
    }

    private static void measure(String what, Step step) throws IOException {
        var threads = ManagementFactory.getThreadMXBean();
        int count = 100_000;
        for (int i = 0; i < count / 2; i++) {
            step.run();
        }
        long start = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < count; i++) {
            step.run();
        }
        System.out.printf("%s %.2f µs CPU%n", what, (threads.getCurrentThreadCpuTime() - start) / 1000.0 / count);
    }
}
