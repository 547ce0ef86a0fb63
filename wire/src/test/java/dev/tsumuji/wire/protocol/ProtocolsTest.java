package dev.tsumuji.wire.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.call.EventLoop;
import dev.tsumuji.wire.http.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.PutMetricDataRequest;
import software.amazon.awssdk.services.cloudwatch.model.PutMetricDataResponse;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListBucketsRequest;
import software.amazon.awssdk.services.s3.model.ListBucketsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutBucketTaggingRequest;
import software.amazon.awssdk.services.s3.model.PutBucketTaggingResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.CreateQueueRequest;
import software.amazon.awssdk.services.sqs.model.CreateQueueResponse;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/** The remaining protocols and services, against implementations that record what they are given. */
class ProtocolsTest {
    private final List<SdkRequest> seen = new ArrayList<>();

    private final class Objects implements S3Client {
        private byte[] content = {};
        private long received;

        @Override
        public PutObjectResponse putObject(PutObjectRequest request, RequestBody body) {
            seen.add(request);
            try (var in = body.contentStreamProvider().newStream()) {
                if (body.optionalContentLength().orElse(0L) > 1_000_000) {
                    received = in.transferTo(java.io.OutputStream.nullOutputStream());
                } else {
                    content = in.readAllBytes();
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return PutObjectResponse.builder().eTag("\"e\"").build();
        }

        @Override
        public <T> T getObject(GetObjectRequest request, ResponseTransformer<GetObjectResponse, T> transformer) {
            seen.add(request);
            if (request.key().equals("none")) {
                throw NoSuchKeyException.builder()
                        .message("The specified key does not exist.")
                        .build();
            }
            var answer = GetObjectResponse.builder()
                    .contentLength((long) content.length)
                    .contentType("text/plain")
                    .metadata(Map.of("color", "blue"))
                    .lastModified(Instant.ofEpochSecond(1_700_000_000))
                    .build();
            try {
                return transformer.transform(
                        answer, AbortableInputStream.create(new java.io.ByteArrayInputStream(content)));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public HeadObjectResponse headObject(HeadObjectRequest request) {
            seen.add(request);
            throw NoSuchKeyException.builder()
                    .statusCode(404)
                    .message("Not Found")
                    .build();
        }

        @Override
        public ListBucketsResponse listBuckets(ListBucketsRequest request) {
            return ListBucketsResponse.builder()
                    .buckets(b -> b.name("one").creationDate(Instant.ofEpochSecond(1_700_000_000)))
                    .build();
        }

        @Override
        public ListObjectsV2Response listObjectsV2(ListObjectsV2Request request) {
            seen.add(request);
            return ListObjectsV2Response.builder()
                    .name(request.bucket())
                    .contents(o -> o.key("a<b").size(3L), o -> o.key("c").size(4L))
                    .commonPrefixes(p -> p.prefix("x/"))
                    .build();
        }

        @Override
        public CreateMultipartUploadResponse createMultipartUpload(CreateMultipartUploadRequest request) {
            seen.add(request);
            return CreateMultipartUploadResponse.builder().uploadId("u").build();
        }

        @Override
        public CompleteMultipartUploadResponse completeMultipartUpload(CompleteMultipartUploadRequest request) {
            seen.add(request);
            return CompleteMultipartUploadResponse.builder()
                    .bucket(request.bucket())
                    .key(request.key())
                    .location("http://elsewhere/")
                    .build();
        }

        @Override
        public PutBucketTaggingResponse putBucketTagging(PutBucketTaggingRequest request) {
            seen.add(request);
            return PutBucketTaggingResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return "s3";
        }

        @Override
        public void close() {}
    }

    private final class Queues implements SqsClient {
        @Override
        public CreateQueueResponse createQueue(CreateQueueRequest request) {
            seen.add(request);
            if (request.queueName().equals("none")) {
                throw QueueDoesNotExistException.builder()
                        .message("The specified queue does not exist.")
                        .build();
            }
            return CreateQueueResponse.builder().queueUrl("http://q").build();
        }

        @Override
        public SendMessageBatchResponse sendMessageBatch(SendMessageBatchRequest request) {
            seen.add(request);
            return SendMessageBatchResponse.builder()
                    .successful(s -> s.id("1").messageId("m"))
                    .build();
        }

        @Override
        public ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
            seen.add(request);
            return ReceiveMessageResponse.builder()
                    .messages(Message.builder()
                            .messageId("m")
                            .body("b")
                            .attributesWithStrings(Map.of("SentTimestamp", "5"))
                            .messageAttributes(Map.of(
                                    "a",
                                    MessageAttributeValue.builder()
                                            .dataType("String")
                                            .stringValue("v")
                                            .build()))
                            .build())
                    .build();
        }

        @Override
        public String serviceName() {
            return "sqs";
        }

        @Override
        public void close() {}
    }

    private final class Tables implements DynamoDbClient {
        @Override
        public PutItemResponse putItem(PutItemRequest request) {
            seen.add(request);
            throw ConditionalCheckFailedException.builder()
                    .message("The conditional request failed")
                    .item(request.item())
                    .build();
        }

        @Override
        public GetItemResponse getItem(GetItemRequest request) {
            seen.add(request);
            return GetItemResponse.builder().item(request.key()).build();
        }

        @Override
        public String serviceName() {
            return "dynamodb";
        }

        @Override
        public void close() {}
    }

    private final class Shards implements KinesisClient {
        @Override
        public GetShardIteratorResponse getShardIterator(GetShardIteratorRequest request) {
            seen.add(request);
            return GetShardIteratorResponse.builder().shardIterator("i").build();
        }

        @Override
        public GetRecordsResponse getRecords(GetRecordsRequest request) {
            return GetRecordsResponse.builder()
                    .records(r -> r.sequenceNumber("1")
                            .partitionKey("p")
                            .data(SdkBytes.fromByteArray(new byte[] {1, 2, -3}))
                            .approximateArrivalTimestamp(Instant.ofEpochMilli(1_700_000_000_123L)))
                    .millisBehindLatest(0L)
                    .build();
        }

        @Override
        public String serviceName() {
            return "kinesis";
        }

        @Override
        public void close() {}
    }

    private final class Metrics implements CloudWatchClient {
        @Override
        public PutMetricDataResponse putMetricData(PutMetricDataRequest request) {
            seen.add(request);
            return PutMetricDataResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return "monitoring";
        }

        @Override
        public void close() {}
    }

    private final Objects objects = new Objects();
    private final InProcess platform = new InProcess(objects, new Queues(), new Tables(), new Shards(), new Metrics());
    private final S3Client s3 = platform.client(S3Client.builder()
            .forcePathStyle(true)
            .requestChecksumCalculation(software.amazon.awssdk.core.checksums.RequestChecksumCalculation.WHEN_REQUIRED)
            .serviceConfiguration(c -> c.chunkedEncodingEnabled(false)));
    private final DynamoDbClient dynamodb = platform.client(DynamoDbClient.builder());
    private final KinesisClient kinesis = platform.client(KinesisClient.builder());
    private final SqsClient sqs = platform.client(SqsClient.builder());

    @Test
    void only_operations_that_their_service_calls_prompt_stay_on_the_event_loop() {
        var left = new ArrayList<String>();
        var prompt = new InProcess(Set.of("GetItem"), new Tables());
        for (var operation : List.of("GetItem", "PutItem")) {
            var headers = InProcess.signed(
                    "dynamodb",
                    "x-amz-target",
                    "DynamoDB_20120810." + operation,
                    "content-type",
                    "application/x-amz-json-1.0");
            var body = "{\"TableName\":\"table\",\"Key\":{},\"Item\":{}}".getBytes(StandardCharsets.UTF_8);
            EventLoop.during(() -> left.add(operation), () -> prompt.send("POST", "/", null, headers, body));
        }
        assertThat(left).containsExactly("PutItem");
    }

    @Test
    void rest_xml_carries_keys_metadata_and_streams() throws IOException {
        s3.putObject(
                r -> r.bucket("b").key("a//b c/ü+%2F").metadata(Map.of("color", "blue")),
                RequestBody.fromString("hello"));
        var put = (PutObjectRequest) seen.getFirst();
        assertThat(put.bucket()).isEqualTo("b");
        assertThat(put.key()).isEqualTo("a//b c/ü+%2F");
        assertThat(put.metadata()).containsEntry("color", "blue");
        try (ResponseInputStream<GetObjectResponse> got =
                s3.getObject(r -> r.bucket("b").key("k").range("bytes=0-"))) {
            assertThat(new String(got.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("hello");
            assertThat(got.response().metadata()).containsEntry("color", "blue");
            assertThat(got.response().lastModified()).isEqualTo("2023-11-14T22:13:20Z");
            assertThat(got.response().contentType()).isEqualTo("text/plain");
        }
        assertThat(((GetObjectRequest) seen.get(1)).range()).isEqualTo("bytes=0-");
    }

    @Test
    void a_stream_larger_than_the_heap_passes_through() {
        long size = 3L << 30;
        var request = Request.of("PUT", "/b/k", "x-id=PutObject", InProcess.signed("s3"), new byte[0])
                .withBody(size, InProcess.zeros(size));
        assertThat(platform.serve(request).status).isEqualTo(200);
        assertThat(objects.received).isEqualTo(size);
    }

    @Test
    void rest_xml_routes_by_query_and_bucket() {
        assertThat(s3.listBuckets().buckets().getFirst().name()).isEqualTo("one");
        var list = s3.listObjectsV2(r -> r.bucket("b").prefix("p").maxKeys(2));
        assertThat(list.contents()).extracting("key").containsExactly("a<b", "c");
        assertThat(list.commonPrefixes().getFirst().prefix()).isEqualTo("x/");
        assertThat(((ListObjectsV2Request) seen.getFirst()).maxKeys()).isEqualTo(2);
        assertThat(s3.createMultipartUpload(r -> r.bucket("b").key("k")).uploadId())
                .isEqualTo("u");
        s3.putBucketTagging(r -> r.bucket("b")
                .tagging(t -> t.tagSet(Tag.builder().key("k").value("v").build())));
        assertThat(((PutBucketTaggingRequest) seen.getLast())
                        .tagging()
                        .tagSet()
                        .getFirst()
                        .value())
                .isEqualTo("v");
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, /b, logging, LOGGING_STATUS",
        "DELETE, /b, requestPayment=, REQUEST_PAYMENT",
        "DELETE, /b, acl, ACL",
        "PUT, /b, location, LOCATION",
        "PUT, /b, versions, BUCKETVERSIONS",
        "PUT, /b/k, torrent, TORRENT",
        "DELETE, /b/k, legal-hold, LEGAL_HOLD",
        "GET, /b/k, uploads, UPLOADS",
        "POST, /b, x, BUCKET",
    })
    void a_part_that_a_method_is_not_for_is_not_taken_for_the_whole(
            String method, String path, String query, String type) {
        var answer = platform.send(method, path, query, InProcess.signed("s3"), new byte[0]);
        assertThat(answer.status).isEqualTo(405);
        assertThat(answer.text()).contains("<ResourceType>" + type + "</ResourceType>");
        assertThat(seen).isEmpty();
    }

    @Test
    void a_part_of_no_upload_is_not_taken_for_the_object() {
        var answer = platform.send("PUT", "/b/k", "partNumber=1", InProcess.signed("s3"), new byte[0]);
        assertThat(answer.status).isEqualTo(400);
        assertThat(answer.text())
                .contains("<Message>This operation does not accept partNumber without uploadId</Message>")
                .contains("<ArgumentValue>partNumber</ArgumentValue>");
        assertThat(seen).isEmpty();
    }

    @Test
    void a_part_without_a_number_is_not_taken_for_the_object() {
        var answer = platform.send("PUT", "/b/k", "uploadId=u", InProcess.signed("s3"), new byte[1]);
        assertThat(answer.status).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("DELETE, POST, GET");
        assertThat(answer.text()).contains("<ResourceType>UPLOAD</ResourceType>");
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"GET,/b/k,", "HEAD,/b/k,", "GET,/b,list-type=2"})
    void an_operation_that_encrypts_nothing_refuses_to_be_told_how(String method, String path, String query) {
        var answer = platform.send(
                method, path, query, InProcess.signed("s3", "x-amz-server-side-encryption", "AES256"), new byte[0]);
        assertThat(answer.status).isEqualTo(400);
        if (!method.equals("HEAD")) {
            assertThat(answer.text())
                    .contains("x-amz-server-side-encryption header is not supported for this operation.")
                    .contains("<ArgumentValue>AES256</ArgumentValue>");
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void a_checksum_that_nobody_knows_or_nobody_announced_is_refused() {
        assertThat(platform.send("PUT", "/b/k", null, InProcess.signed("s3", "x-amz-checksum-md4", "AA=="), new byte[1])
                        .text())
                .contains("The algorithm type you specified in x-amz-checksum- header is invalid.");
        assertThat(platform.send(
                                "PUT",
                                "/b/k",
                                null,
                                InProcess.signed(
                                        "s3",
                                        "x-amz-sdk-checksum-algorithm",
                                        "SHA256",
                                        "x-amz-checksum-crc32",
                                        "AAAAAA=="),
                                new byte[1])
                        .text())
                .contains("Value for x-amz-sdk-checksum-algorithm header is invalid.");
        assertThat(seen).isEmpty();
    }

    @Test
    void a_read_can_not_override_what_is_no_header_of_the_answer() {
        assertThat(platform.send("GET", "/b/k", "response-nothing=x", InProcess.signed("s3"), new byte[0])
                        .text())
                .contains("response-nothing is not in the set of overridable response headers.")
                .contains("<ArgumentValue>x</ArgumentValue>");
        assertThat(seen).isEmpty();
    }

    @Test
    void what_completes_an_upload_tells_the_checksum_of_the_object() {
        var parts =
                "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>e</ETag></Part></CompleteMultipartUpload>";
        platform.send(
                "POST",
                "/b/k",
                "uploadId=u",
                InProcess.signed("s3", "x-amz-checksum-crc32", "AAAAAA=="),
                parts.getBytes(StandardCharsets.UTF_8));
        assertThat(((CompleteMultipartUploadRequest) seen.getLast()).checksumCRC32())
                .isEqualTo("AAAAAA==");
    }

    @Test
    void rest_xml_errors_have_their_codes_and_heads_no_body() {
        assertThatThrownBy(() -> s3.getObjectAsBytes(r -> r.bucket("b").key("none")))
                .isInstanceOfSatisfying(NoSuchKeyException.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(404);
                    assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("The specified key does not exist.");
                });
        assertThatThrownBy(() -> s3.headObject(r -> r.bucket("b").key("none")))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(404));
        var head = platform.send("HEAD", "/b/none", null, InProcess.signed("s3"), new byte[0]);
        assertThat(head.body()).isEmpty();
        var broken = tagging("<Tagging><TagSet>");
        assertThat(broken.status).isEqualTo(400);
        assertThat(broken.text()).contains("<Code>MalformedXML</Code>").contains("<HostId>");
    }

    @Test
    void a_document_other_than_its_digest_says_is_refused() {
        var tags = "<Tagging><TagSet/></Tagging>".getBytes(StandardCharsets.UTF_8);
        assertThat(platform.send(
                                "PUT",
                                "/b",
                                "tagging",
                                InProcess.signed("s3", "Content-MD5", "XrY7u+Ae7tCTyyK7j1rNww=="),
                                tags)
                        .text())
                .contains("<Code>BadDigest</Code>")
                .contains("<ExpectedDigest>5eb63bbbe01eeed093cb22bb8f5acdc3</ExpectedDigest>");
        assertThat(platform.send("PUT", "/b", "tagging", InProcess.signed("s3", "Content-MD5", "short"), tags)
                        .text())
                .contains("<Code>InvalidDigest</Code>");
        assertThat(platform.send(
                                "PUT",
                                "/b",
                                "tagging",
                                InProcess.signed("s3", "x-amz-checksum-crc32", "AAAAAA=="),
                                tags)
                        .text())
                .contains("The CRC32 you specified did not match the calculated checksum.");
    }

    @Test
    void an_object_put_together_is_where_it_was_asked_for() {
        var parts = "<CompleteMultipartUpload/>".getBytes(StandardCharsets.UTF_8);
        assertThat(platform.send(
                                "POST",
                                "/b/a/b%20c",
                                "uploadId=u",
                                InProcess.signed("s3", "host", "127.0.0.1:4566"),
                                parts)
                        .text())
                .contains("<Location>http://127.0.0.1:4566/b/a%2Fb%20c</Location>");
        var inHost = InProcess.signed("s3", "host", "b.s3.localhost:4566");
        assertThat(platform.send("POST", "/a/b", "uploadId=u", inHost, parts).text())
                .contains("<Location>http://b.s3.localhost:4566/a%2Fb</Location>");
    }

    @Test
    void an_object_must_announce_its_length() {
        var unsigned = InProcess.signed("s3", "x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        var none = platform.send("PUT", "/b/k", null, unsigned, new byte[0]);
        assertThat(none.status).isEqualTo(411);
        assertThat(none.text()).contains("<Code>MissingContentLength</Code>");
        assertThat(seen).isEmpty();
        assertThat(platform.send("PUT", "/b/k", null, unsigned.with("content-length", "0"), new byte[0]).status)
                .isEqualTo(200);
    }

    @Test
    void document_types_and_entities_are_refused() {
        var bomb =
                "<!DOCTYPE t [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><Tagging><TagSet><Tag><Key>&a;</Key></Tag></TagSet></Tagging>";
        assertThat(tagging(bomb).text()).contains("<Code>MalformedXML</Code>");
        assertThat(seen).isEmpty();
    }

    private InProcess.Answer tagging(String document) {
        var bytes = document.getBytes(StandardCharsets.UTF_8);
        return platform.send(
                "PUT", "/b", "tagging", InProcess.signed("s3", "x-amz-checksum-crc32", crc32(bytes)), bytes);
    }

    private static String crc32(byte[] bytes) {
        var crc = new CRC32();
        crc.update(bytes);
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
    }

    @Test
    void a_document_of_another_kind_is_refused() {
        assertThat(tagging("<CORSConfiguration><TagSet/></CORSConfiguration>").text())
                .contains("<Code>MalformedXML</Code>");
        assertThat(seen).isEmpty();
        assertThat(tagging("<t:Tagging xmlns:t=\"http://s3.amazonaws.com/doc/2006-03-01/\"><t:TagSet/></t:Tagging>")
                        .status)
                .isLessThan(300);
    }

    @Test
    void a_document_that_must_tell_its_digest_is_refused_without_one() {
        var tags = "<Tagging><TagSet/></Tagging>".getBytes(StandardCharsets.UTF_8);
        assertThat(platform.send("PUT", "/b", "tagging", InProcess.signed("s3"), tags)
                        .text())
                .contains("<Code>InvalidRequest</Code>")
                .contains("Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
        assertThat(seen).isEmpty();
        assertThat(tagging("<Tagging><TagSet/></Tagging>").status).isLessThan(300);
    }

    @Test
    void a_method_that_is_refused_is_answered_with_those_that_are_not() {
        var answer = platform.send("POST", "/b", "tagging", InProcess.signed("s3"), new byte[0]);
        assertThat(answer.status).isEqualTo(405);
        assertThat(answer.header("Allow"))
                .contains("DELETE, GET")
                .contains("PUT")
                .doesNotContain("POST");
    }

    @Test
    void an_algorithm_without_a_checksum_asks_for_none() {
        platform.send(
                "PUT", "/b/k", null, InProcess.signed("s3", "x-amz-sdk-checksum-algorithm", "SHA256"), new byte[1]);
        assertThat(((PutObjectRequest) seen.getLast()).checksumAlgorithm()).isNull();
    }

    @Test
    void dynamodb_values_of_every_type_survive() {
        var key = Map.of(
                "s", AttributeValue.fromS(""),
                "n", AttributeValue.fromN("12345678901234567890123456789012345678"),
                "b", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1})),
                "l", AttributeValue.fromL(List.of(AttributeValue.fromBool(false), AttributeValue.fromNul(true))),
                "m", AttributeValue.fromM(Map.of("x", AttributeValue.fromSs(List.of("a", "b")))),
                "e", AttributeValue.fromL(List.of()));
        assertThat(dynamodb.getItem(r -> r.tableName("table").key(key)).item()).isEqualTo(key);
    }

    @Test
    void modeled_errors_carry_their_members() {
        var item = Map.of("id", AttributeValue.fromS("456"));
        assertThatThrownBy(() -> dynamodb.putItem(r -> r.tableName("table").item(item)))
                .isInstanceOfSatisfying(ConditionalCheckFailedException.class, e -> {
                    assertThat(e.item()).isEqualTo(item);
                    assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("The conditional request failed");
                });
        var answer = platform.send(
                "POST",
                "/",
                null,
                InProcess.signed(
                        "dynamodb",
                        "X-Amz-Target",
                        "DynamoDB_20120810.PutItem",
                        "Content-Type",
                        "application/x-amz-json-1.0"),
                "{\"TableName\":\"table\",\"Item\":{}}".getBytes(StandardCharsets.UTF_8));
        assertThat(answer.header("Content-Type")).isEqualTo("application/x-amz-json-1.0");
        assertThat(answer.text())
                .contains("\"__type\":\"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException\"");
    }

    @Test
    void the_older_cbor_form_has_times_in_milliseconds() {
        var at = Instant.ofEpochMilli(1_700_000_000_123L);
        kinesis.getShardIterator(r ->
                r.streamName("s").shardId("0").shardIteratorType("AT_TIMESTAMP").timestamp(at));
        assertThat(platform.last.header("content-type")).contains("cbor");
        assertThat(((GetShardIteratorRequest) seen.getFirst()).timestamp()).isEqualTo(at);
        var events = kinesis.getRecords(r -> r.shardIterator("i")).records();
        assertThat(events.getFirst().approximateArrivalTimestamp()).isEqualTo(at);
        assertThat(events.getFirst().data().asByteArray()).containsExactly(1, 2, -3);
    }

    @Test
    void sqs_speaks_json_with_query_compatible_errors() {
        sqs.createQueue(r -> r.queueName("q").attributesWithStrings(Map.of("DelaySeconds", "5")));
        assertThat(((CreateQueueRequest) seen.getFirst()).attributesAsStrings()).containsEntry("DelaySeconds", "5");
        assertThatThrownBy(() -> sqs.createQueue(r -> r.queueName("none")))
                .isInstanceOfSatisfying(
                        QueueDoesNotExistException.class,
                        e -> assertThat(e.awsErrorDetails().errorCode())
                                .isEqualTo("AWS.SimpleQueueService.NonExistentQueue"));
    }

    private InProcess.Answer form(String service, String fields) {
        return platform.send(
                "POST",
                "/",
                null,
                InProcess.signed(service, "Content-Type", "application/x-www-form-urlencoded"),
                fields.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void sqs_speaks_the_older_query_protocol_with_its_names() {
        form(
                "sqs",
                "Action=CreateQueue&QueueName=q&Attribute.1.Name=DelaySeconds&Attribute.1.Value=5&Tag.1.Key=k&Tag.1.Value=v");
        var create = (CreateQueueRequest) seen.getFirst();
        assertThat(create.attributesAsStrings()).containsEntry("DelaySeconds", "5");
        assertThat(create.tags()).containsEntry("k", "v");
        var batch = form(
                "sqs",
                "Action=SendMessageBatch&QueueUrl=q&SendMessageBatchRequestEntry.1.Id=1&SendMessageBatchRequestEntry.1.MessageBody=b"
                        + "&SendMessageBatchRequestEntry.1.MessageAttribute.1.Name=a&SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue=v");
        var entry = ((SendMessageBatchRequest) seen.get(1)).entries().getFirst();
        assertThat(entry.messageAttributes().get("a").stringValue()).isEqualTo("v");
        assertThat(batch.text())
                .contains("<SendMessageBatchResult><SendMessageBatchResultEntry><Id>1</Id><MessageId>m</MessageId>")
                .contains("xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"");
        assertThat(form("sqs", "Action=ReceiveMessage&QueueUrl=q&AttributeName.1=All")
                        .text())
                .contains("<Attribute><Name>SentTimestamp</Name><Value>5</Value></Attribute>")
                .contains("<MessageAttribute><Name>a</Name><Value><StringValue>v</StringValue>");
        assertThat(((ReceiveMessageRequest) seen.get(2)).attributeNamesAsStrings())
                .containsExactly("All");
        assertThat(form("sqs", "Action=CreateQueue&QueueName=none").text())
                .contains("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>");
    }

    @Test
    void cloudwatch_speaks_query_and_rpc_cbor() throws IOException {
        platform.client(CloudWatchClient.builder())
                .putMetricData(r -> r.namespace("n")
                        .metricData(m -> m.metricName("m")
                                .value(2.5)
                                .unit(StandardUnit.SECONDS)
                                .timestamp(Instant.ofEpochSecond(1_700_000_000))
                                .dimensions(d -> d.name("d").value("v"))));
        var sent = (PutMetricDataRequest) seen.getFirst();
        assertThat(sent.metricData().getFirst().dimensions().getFirst().value()).isEqualTo("v");
        var answer = platform.send(
                "POST",
                "/service/GraniteServiceVersion20100801/operation/PutMetricData",
                null,
                InProcess.signed("monitoring", "smithy-protocol", "rpc-v2-cbor", "Content-Type", "application/cbor"),
                AnswerWriter.json(sent, WireFormat.RPC_CBOR));
        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.header("smithy-protocol")).isEqualTo("rpc-v2-cbor");
        assertThat(seen.get(1)).isEqualTo(sent);
    }

    @Test
    void a_body_is_read_to_its_end_before_the_service_is_called() {
        var checked = new InputStream() {
            private final byte[] bytes =
                    "{\"TableName\":\"table\",\"Key\":{},\"Item\":{}}  ".getBytes(StandardCharsets.UTF_8);
            private int at;

            @Override
            public int read() {
                if (at == bytes.length) {
                    throw dev.tsumuji.kernel.cloud.Failures.of("XAmzContentSHA256Mismatch", 400, "no match");
                }
                return bytes[at++];
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                buffer[offset] = (byte) read();
                return 1;
            }
        };
        var request = Request.of(
                        "POST",
                        "/",
                        null,
                        InProcess.signed("dynamodb", "X-Amz-Target", "DynamoDB_20120810.GetItem"),
                        new byte[0])
                .withBody(-1, checked);
        var answer = platform.serve(request);
        assertThat(answer.status).isEqualTo(400);
        assertThat(answer.text()).contains("XAmzContentSHA256Mismatch");
        assertThat(seen).isEmpty();
    }
}
