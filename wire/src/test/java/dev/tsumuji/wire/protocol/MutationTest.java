package dev.tsumuji.wire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.testkit.Seeded;
import dev.tsumuji.wire.http.Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Whatever is done to a valid request, it is answered soon, and never as if the platform had failed. */
class MutationTest {
    private static final InProcess PLATFORM = new InProcess(
            ConstraintsTest.answering(LambdaClient.class, "lambda"),
            ConstraintsTest.answering(IamClient.class, "iam"),
            ConstraintsTest.answering(CloudWatchLogsClient.class, "logs"),
            ConstraintsTest.answering(DynamoDbClient.class, "dynamodb"),
            ConstraintsTest.answering(S3Client.class, "s3"),
            ConstraintsTest.answering(SqsClient.class, "sqs"),
            ConstraintsTest.answering(KinesisClient.class, "kinesis"));
    private static final List<String> TOKENS = List.of(
            "null",
            "{}",
            "[]",
            "\"",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "-",
            "1e999",
            "NaN",
            "%",
            "%00",
            "&",
            "=",
            ".",
            "\\u0000",
            "\\ud800",
            "<",
            ">",
            "<!--",
            "]]>",
            "&#0;",
            "\u0000",
            "ü",
            "99999999999999999999",
            "true",
            "é".repeat(300),
            "/",
            "//");

    private static final List<Request> VALID = List.of(
            json(
                    "dynamodb",
                    "DynamoDB_20120810.PutItem",
                    "{\"TableName\":\"table\",\"Item\":{\"a\":{\"S\":\"x\"},\"n\":{\"N\":\"1.5\"},"
                            + "\"b\":{\"B\":\"AAEC\"},\"l\":{\"L\":[{\"NULL\":true},{\"M\":{\"k\":{\"SS\":[\"a\"]}}}]}},\"ReturnValues\":\"NONE\"}"),
            json(
                    "logs",
                    "Logs_20140328.PutLogEvents",
                    "{\"logGroupName\":\"g\",\"logStreamName\":\"s\",\"logEvents\":[{\"timestamp\":"
                            + "1700000000000,\"message\":\"m\"},{\"timestamp\":1700000000001,\"message\":\"n\"}]}"),
            json(
                    "sqs",
                    "AmazonSQS.SendMessage",
                    "{\"QueueUrl\":\"http://q\",\"MessageBody\":\"b\",\"MessageAttributes\":{\"a\":{"
                            + "\"DataType\":\"String\",\"StringValue\":\"v\"}}}"),
            rest(
                    "lambda",
                    "POST",
                    "/2015-03-31/functions",
                    null,
                    "{\"FunctionName\":\"f\",\"Role\":\"arn:aws:iam::000000000000:role/r\","
                            + "\"Code\":{\"ZipFile\":\"AAAA\"},\"Timeout\":3,\"Environment\":{\"Variables\":{\"AB\":\"c\"}},\"Layers\":[],\"Tags\":{\"k\":\"v\"}}"),
            rest("lambda", "GET", "/2019-09-25/functions/f%3A1/event-invoke-config", "Qualifier=1&MaxItems=5", ""),
            rest(
                    "s3",
                    "PUT",
                    "/bucket/key",
                    "tagging",
                    "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet><Tag><Key>k</Key>"
                            + "<Value>v &amp; w</Value></Tag></TagSet></Tagging>"),
            rest(
                    "s3",
                    "PUT",
                    "/bucket",
                    "acl",
                    "<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList><Grant><Grantee "
                            + "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>i</ID></Grantee>"
                            + "<Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>"),
            rest("s3", "GET", "/bucket/a%20b//c", "partNumber=3&versionId=v", ""),
            form(
                    "iam",
                    "Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument=%7B%7D&Tags.member.1.Key=k"
                            + "&Tags.member.1.Value=v&MaxSessionDuration=3600"),
            form(
                    "sqs",
                    "Action=SendMessageBatch&QueueUrl=q&SendMessageBatchRequestEntry.1.Id=1&SendMessageBatchRequestEntry.1.MessageBody=b"
                            + "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=a&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue=v"),
            cbor());

    private static Request json(String service, String target, String body) {
        return Request.of(
                "POST",
                "/",
                null,
                InProcess.signed(service, "X-Amz-Target", target, "Content-Type", "application/x-amz-json-1.0"),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static Request rest(String service, String method, String path, String query, String body) {
        return Request.of(method, path, query, InProcess.signed(service), body.getBytes(StandardCharsets.UTF_8));
    }

    private static Request form(String service, String body) {
        return Request.of(
                "POST",
                "/",
                null,
                InProcess.signed(service, "Content-Type", "application/x-www-form-urlencoded"),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static Request cbor() {
        var records = PutRecordsRequest.builder()
                .streamName("s")
                .records(r -> r.partitionKey("p").data(SdkBytes.fromUtf8String("hello")))
                .build();
        assertThat(Map.of(Instant.EPOCH, records)).hasSize(1);
        return Request.of(
                "POST",
                "/",
                null,
                InProcess.signed(
                        "kinesis",
                        "X-Amz-Target",
                        "Kinesis_20131202.PutRecords",
                        "Content-Type",
                        "application/x-amz-cbor-1.1"),
                AnswerWriter.json(records, WireFormat.AWS_CBOR));
    }

    @Test
    void mutated_requests_are_never_answered_with_a_failure_of_ours() {
        for (var valid : VALID) {
            var answer = PLATFORM.serve(valid);
            assertThat(answer.status).as(valid.path() + " " + answer.text()).isBetween(200, 299);
        }
        Seeded.check(4_000, seeded -> {
            var valid = seeded.oneOf(VALID);
            var body = body(valid);
            for (int i = seeded.below(4); i >= 0; i--) {
                body = mutate(body, seeded);
            }
            var path = seeded.chance(0.2) ? mutateText(valid.path(), seeded) : valid.path();
            var query = valid.query() != null && seeded.chance(0.2) ? mutateText(valid.query(), seeded) : valid.query();
            var mutated =
                    Request.of(valid.method(), path.startsWith("/") ? path : "/" + path, query, valid.headers(), body);
            Assertions.assertTimeout(Duration.ofSeconds(10), () -> {
                var answer = PLATFORM.serve(mutated);
                assertThat(answer.status)
                        .as(mutated.path() + "?" + mutated.query() + " "
                                + new String(body(mutated), StandardCharsets.UTF_8))
                        .isNotEqualTo(500)
                        .isBetween(200, 501);
            });
        });
    }

    private static byte[] body(Request request) {
        try {
            request.body().reset();
            return request.body().readAllBytes();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            try {
                request.body().reset();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private static byte[] mutate(byte[] body, Seeded seeded) {
        int at = seeded.below(body.length + 1);
        int end = Math.min(body.length, at + 1 + seeded.below(12));
        return switch (seeded.below(6)) {
            case 0 -> Arrays.copyOf(body, at);
            case 1 -> join(Arrays.copyOf(body, at), Arrays.copyOfRange(body, end, Math.max(end, body.length)));
            case 2 ->
                join(
                        Arrays.copyOf(body, at),
                        seeded.oneOf(TOKENS).getBytes(StandardCharsets.UTF_8),
                        Arrays.copyOfRange(body, at, body.length));
            case 3 -> join(Arrays.copyOf(body, end), Arrays.copyOfRange(body, at, body.length));
            case 4 ->
                join(
                        Arrays.copyOf(body, at),
                        seeded.oneOf(TOKENS).getBytes(StandardCharsets.UTF_8),
                        Arrays.copyOfRange(body, end, Math.max(end, body.length)));
            default -> {
                var copy = body.clone();
                if (at < copy.length) {
                    copy[at] = (byte) seeded.below(256);
                }
                yield copy;
            }
        };
    }

    private static String mutateText(String text, Seeded seeded) {
        int at = seeded.below(text.length() + 1);
        return text.substring(0, at)
                + seeded.oneOf(TOKENS)
                + text.substring(Math.min(text.length(), at + seeded.below(3)));
    }

    private static byte[] join(byte[]... parts) {
        var out = new java.io.ByteArrayOutputStream();
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
