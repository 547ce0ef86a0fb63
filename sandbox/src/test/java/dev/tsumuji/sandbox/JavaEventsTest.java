package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.S3Event;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.joda.time.DateTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** AWS's own event classes, from AWS's own jar, in a real sandbox. */
class JavaEventsTest {
    static Machine machine;

    @BeforeAll
    static void open() {
        machine = new Machine();
    }

    @AfterAll
    static void close() throws Exception {
        if (machine != null) {
            machine.close();
        }
    }

    private static Machine.Function java(String handler) {
        var function = JavaTest.java(machine, "EventFunctions$" + handler);
        return function.file("lib/events.jar", jarOf(S3Event.class)).file("lib/joda.jar", jarOf(DateTime.class));
    }

    private static byte[] jarOf(Class<?> type) {
        try {
            return Files.readAllBytes(Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI()));
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final String S3 = """
            {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"us-east-1",
             "eventTime":"2024-03-01T10:20:30.456Z","eventName":"ObjectCreated:Put",
             "userIdentity":{"principalId":"AIDA"},"requestParameters":{"sourceIPAddress":"127.0.0.1"},
             "responseElements":{"x-amz-request-id":"REQ","x-amz-id-2":"ID2"},
             "s3":{"s3SchemaVersion":"1.0","configurationId":"c","bucket":{"name":"b",
             "ownerIdentity":{"principalId":"AIDA"},"arn":"arn:aws:s3:::b"},
             "object":{"key":"a+b%C3%A9.txt","size":5000000000,"eTag":"e","versionId":"v","sequencer":"0A"}}}]}""";

    @Test
    void an_event_of_s3() {
        try (var f = java("OfS3")) {
            assertThat(f.ask(S3))
                    .isEqualTo("\"ObjectCreated:Put 2024-03-01T10:20:30.456Z b a bé.txt 5000000000 AIDA REQ\"");
        }
    }

    @Test
    void an_event_of_s3_in_a_function_that_starts_from_a_stem() {
        try (var f = java("OfS3").fromStem()) {
            assertThat(f.ask(S3)).contains(" b a bé.txt 5000000000 ");
        }
    }

    @Test
    void messages_of_a_queue_and_the_ones_that_failed() {
        try (var f = java("OfSqs")) {
            assertThat(f.ask("""
                    {"Records":[{"messageId":"m1","receiptHandle":"r","body":"hello","attributes":
                     {"ApproximateReceiveCount":"1"},"messageAttributes":{"color":{"stringValue":"red","dataType":"String",
                     "stringListValues":[],"binaryListValues":[]}},"md5OfBody":"x","eventSource":"aws:sqs",
                     "eventSourceARN":"arn:aws:sqs:us-east-1:1:q","awsRegion":"us-east-1"}]}"""))
                    .isEqualTo("{\"batchItemFailures\":[{\"itemIdentifier\":"
                            + "\"m1 hello arn:aws:sqs:us-east-1:1:q red\"}]}");
        }
    }

    @Test
    void a_notification() {
        try (var f = java("OfSns")) {
            assertThat(f.ask("""
                    {"Records":[{"EventVersion":"1.0","EventSubscriptionArn":"s","EventSource":"aws:sns","Sns":
                     {"SignatureVersion":"1","Timestamp":"2019-01-02T12:45:07.000Z","MessageId":"m","Message":"hi",
                      "Type":"Notification","TopicArn":"arn:t","MessageAttributes":{}}}]}""")).isEqualTo("\"hi 2019-01-02T12:45:07.000Z arn:t\"");
        }
    }

    @Test
    void a_change_in_a_table() {
        try (var f = java("OfTable")) {
            assertThat(f.ask("""
                    {"Records":[{"eventID":"1","eventName":"INSERT","eventVersion":"1.1","eventSource":"aws:dynamodb",
                     "awsRegion":"us-east-1","dynamodb":{"ApproximateCreationDateTime":1700000000.0,"Keys":
                     {"id":{"S":"k"}},"NewImage":{"id":{"S":"k"},"n":{"N":"1.50"},"b":{"B":"aGk="},
                     "l":{"L":[{"BOOL":true},{"NULL":true}]}},"SequenceNumber":"111","SizeBytes":26,
                     "StreamViewType":"NEW_AND_OLD_IMAGES"},"eventSourceARN":"arn:s"}]}""")).isEqualTo("[\"INSERT\",\"arn:s\",\"k\",\"1.50\",\"hi\",\"true\",\"1700000000000\"]");
        }
    }

    @Test
    void records_of_a_stream() {
        try (var f = java("OfStream")) {
            assertThat(f.ask("""
                    {"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"p","sequenceNumber":"49",
                     "data":"aGVsbG8=","approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis",
                     "eventVersion":"1.0","eventID":"shard:49","eventName":"aws:kinesis:record",
                     "invokeIdentityArn":"r","awsRegion":"us-east-1","eventSourceARN":"arn:k"}]}""")).isEqualTo("\"shard:49 hello p 1545084650987\"");
        }
    }

    @Test
    void requests_and_answers_of_an_api() {
        try (var f = java("OfApi")) {
            assertThat(f.ask("""
                    {"resource":"/{proxy+}","path":"/a","httpMethod":"POST","headers":{"h":"1"},
                     "queryStringParameters":{"q":"2"},"requestContext":{"accountId":"1","identity":
                     {"sourceIp":"127.0.0.1"}},"body":"b","isBase64Encoded":false}"""))
                    .isEqualTo("{\"statusCode\":201,\"headers\":{\"X-Source\":\"127.0.0.1\"},"
                            + "\"body\":\"POST /a 2 b\",\"isBase64Encoded\":false}");
        }
        try (var f = java("OfHttp")) {
            assertThat(f.ask("""
                    {"version":"2.0","routeKey":"$default","rawPath":"/p","rawQueryString":"","headers":{},
                     "requestContext":{"http":{"method":"GET","path":"/p"},"timeEpoch":1},"isBase64Encoded":false}""")).contains("\"statusCode\":200", "\"body\":\"GET /p false\"");
        }
    }

    @Test
    void a_scheduled_event_there_and_back() {
        try (var f = java("OfSchedule")) {
            assertThat(f.ask("""
                    {"version":"0","id":"i","detail-type":"Scheduled Event","source":"aws.events","account":"1",
                     "time":"1970-01-01T00:00:01Z","region":"us-east-1","resources":["r"],"detail":{}}"""))
                    .contains("\"detail-type\":\"Scheduled Event\"", "\"time\":\"1970-01-01T00:00:01.000Z\"");
            assertThat(f.printed).containsExactly("Scheduled Event 1000 1");
        }
    }

    @Test
    void an_event_for_a_method_and_one_beneath_a_class_of_the_function() {
        try (var f = java("OfLogs::take")) {
            assertThat(f.ask("{\"awslogs\":{\"data\":\"H4sI\"}}")).isEqualTo("\"H4sI\"");
        }
        try (var f = java("OfMine")) {
            // AWS's library knows its classes by name: in a class beneath one, its special names aren't found
            assertThat(f.ask("{\"Records\":[{\"body\":\"b\"}]}")).isEqualTo("-1");
            assertThat(f.ask("{\"records\":[{\"body\":\"b\"}]}")).isEqualTo("1");
        }
    }

    @Test
    void an_event_that_does_not_fit_is_told_as_aws_tells_it() {
        try (var f = java("OfS3")) {
            assertThat(f.ask("[1]"))
                    .contains(
                            "\"errorMessage\":\"An error occurred during JSON parsing\"", "java.lang.RuntimeException");
            assertThat(f.ask("{\"Records\":[]}")).contains("java.util.NoSuchElementException");
        }
    }
}
