package dev.tsumuji.wire.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserResponse;

/** What goes wrong is answered in the words and the form of the request's protocol. */
class FaultsTest {
    private final AtomicReference<RuntimeException> failure =
            new AtomicReference<>(new IllegalStateException("secret detail"));

    private final class Tables implements DynamoDbClient {
        @Override
        public GetItemResponse getItem(GetItemRequest request) {
            throw failure.get();
        }

        @Override
        public BatchGetItemResponse batchGetItem(BatchGetItemRequest request) {
            throw failure.get();
        }

        @Override
        public BatchWriteItemResponse batchWriteItem(BatchWriteItemRequest request) {
            throw failure.get();
        }

        @Override
        public String serviceName() {
            return "dynamodb";
        }

        @Override
        public void close() {}
    }

    private final class Identities implements IamClient {
        @Override
        public GetUserResponse getUser(GetUserRequest request) {
            throw failure.get();
        }

        @Override
        public String serviceName() {
            return "iam";
        }

        @Override
        public void close() {}
    }

    private final InProcess platform = new InProcess(new Tables(), new Identities());

    private String getItem(String body) {
        return target("DynamoDB_20120810.GetItem", body.getBytes(StandardCharsets.UTF_8));
    }

    private String target(String target, byte[] body) {
        var headers =
                InProcess.signed("dynamodb", "X-Amz-Target", target, "Content-Type", "application/x-amz-json-1.0");
        var answer = platform.send("POST", "/", null, headers, body);
        return answer.status + " " + answer.text();
    }

    private InProcess.Answer form(String fields) {
        var headers = InProcess.signed("iam", "Content-Type", "application/x-www-form-urlencoded");
        return platform.send("POST", "/", null, headers, fields.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{'TableName':5}~NUMBER_VALUE cannot be converted to String",
                "{'TableName':5.5}~DECIMAL_VALUE cannot be converted to String",
                "{'TableName':true}~TRUE_VALUE cannot be converted to String",
                "{'TableName':{}}~Start of structure or map found where not expected",
                "{'TableName':[]}~Unrecognized collection type class java.lang.String",
                "{'ConsistentRead':'x'}~Unexpected token received from parser",
                "{'ConsistentRead':5}~NUMBER_VALUE cannot be converted to Boolean",
                "{'Key':'x'}~Unexpected field type",
                "{'Key':[]}~Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>",
                "{'Key':{'a':'x'}}~Unexpected value type in payload",
                "{'Key':{'a':[]}}~Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
                "{'Key':{'a':{'B':true}}}~only base-64-encoded strings are convertible to bytes",
                "{'Key':{'a':{'B':[]}}}~Unrecognized collection type class java.nio.ByteBuffer",
                "{'Key':{'a':{'B':'23456'}}}~Base64 encoded length is expected a multiple of 4 bytes but found: 5",
                "{'Key':{'a':{'B':'=+/='}}}~Invalid last non-pad Base64 character dectected",
                "{'Key':{'a':{'B':'+/+='}}}~Invalid last non-pad Base64 character dectected",
                "{'AttributesToGet':'x'}~Unexpected field type",
                "{'AttributesToGet':{}}~Start of structure or map found where not expected",
            })
    void wrong_types_are_serialization_errors(String body, String message) {
        assertThat(getItem(body.replace('\'', '"')))
                .isEqualTo("400 {\"__type\":\"com.amazon.coral.service#SerializationException\",\"Message\":\""
                        + message + "\"}");
    }

    @Test
    void a_wrong_type_inside_of_lists_of_maps_names_no_class() {
        assertThat(target("DynamoDB_20120810.BatchGetItem", bytes("{'RequestItems':{'t':{'Keys':[5]}}}")))
                .contains("ParameterizedTypeImpl cannot be cast to class java.lang.Class");
        assertThat(target("DynamoDB_20120810.BatchWriteItem", bytes("{'RequestItems':[]}")))
                .contains("Unrecognized collection type java.util.Map<java.lang.String,"
                        + " java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>>");
    }

    @Test
    void older_services_take_words_for_truths_and_say_nothing_of_what_is_no_document() {
        assertThat(getItem("{\"TableName\":\"t\",\"Key\":{\"a\":{\"S\":\"x\"}},\"ConsistentRead\":\"Yes\"}"))
                .doesNotContain("SerializationException");
        assertThat(getItem("{\"TableName\""))
                .isEqualTo("400 {\"__type\":\"com.amazon.coral.service#SerializationException\"}");
    }

    private static byte[] bytes(String json) {
        return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{~",
                "[]~",
                "x~",
                "{'a':1}}~",
                "{'TableName':'t'~",
                "{'Key':{'a':{'B':'!'}}}~",
                "{'a':NaN}~",
                "{'a':01}~"
            })
    void broken_documents_are_serialization_errors(String body, String none) {
        assertThat(getItem(body.replace('\'', '"')))
                .startsWith("400 {\"__type\":\"com.amazon.coral.service#SerializationException\"");
    }

    @Test
    void documents_out_of_bounds_are_serialization_errors() {
        assertThat(getItem("{\"Key\":" + "{\"M\":".repeat(5000))).contains("SerializationException");
        assertThat(getItem("{\"x\":" + "[".repeat(100_000))).contains("SerializationException");
        assertThat(getItem("{\"x\":" + "9".repeat(100_000) + "}")).contains("SerializationException");
        assertThat(target("DynamoDB_20120810.GetItem", new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}))
                .contains("SerializationException");
    }

    @Test
    void a_body_beyond_its_bound_is_refused() {
        var request = Request.of(
                        "POST",
                        "/",
                        null,
                        InProcess.signed("dynamodb", "X-Amz-Target", "DynamoDB_20120810.GetItem"),
                        new byte[0])
                .withBody(
                        -1,
                        new java.io.SequenceInputStream(
                                new java.io.ByteArrayInputStream("{".getBytes(StandardCharsets.UTF_8)),
                                new java.io.FilterInputStream(InProcess.zeros(1L << 40)) {
                                    @Override
                                    public int read(byte[] b, int off, int len) throws java.io.IOException {
                                        int n = super.read(b, off, len);
                                        java.util.Arrays.fill(b, off, off + Math.max(n, 0), (byte) ' ');
                                        return n;
                                    }
                                }));
        var answer = platform.serve(request);
        assertThat(answer.status).isEqualTo(413);
        assertThat(answer.text()).contains("RequestEntityTooLargeException", "bytes for the GetItem operation");
    }

    @Test
    void of_a_repeated_member_the_last_counts_and_unknown_ones_do_not() {
        failure.set(new UnsupportedOperationException());
        assertThat(getItem("{\"TableName\":\"a\",\"TableName\":\"bbb\",\"Key\":{},\"Unknown\":{\"a\":[1]}}"))
                .startsWith("501 ");
    }

    @Test
    void unknown_operations_are_told_in_each_protocol() {
        assertThat(target("DynamoDB_20120810.Nothing", new byte[0]))
                .isEqualTo("400 {\"__type\":\"com.amazon.coral.service#UnknownOperationException\"}");
        assertThat(target("Nothing.Nothing", new byte[0])).contains("UnknownOperationException");
        assertThat(target("", new byte[0])).contains("UnknownOperationException");
        var action = form("Action=Nothing&Version=2010-05-08");
        assertThat(action.status).isEqualTo(400);
        assertThat(action.text())
                .contains("<Code>InvalidAction</Code>")
                .contains("<Message>Could not find operation Nothing for version 2010-05-08</Message>");
        assertThat(form("Version=2010-05-08").text()).contains("<Code>MissingAction</Code>");
        var rest = platform.send("GET", "/nothing", null, InProcess.signed("lambda"), new byte[0]);
        assertThat(rest.status).isEqualTo(404);
        assertThat(rest.header("x-amzn-ErrorType")).isEqualTo("UnknownOperationException");
    }

    @Test
    void broken_forms_are_refused() {
        assertThat(form("Action=GetUser&UserName=%zz").status).isEqualTo(400);
        assertThat(form("Action=GetUser&UserName=%ff").status).isEqualTo(400);
        assertThat(form("Action=ListUsers&MaxItems=x").text()).contains("<Code>NotImplemented</Code>");
        assertThat(form("Action=GetUser&" + "a.".repeat(100) + "=1").status).isEqualTo(400);
    }

    @Test
    void our_own_failures_tell_nothing_but_the_request_id() {
        var answer = getItem("{\"TableName\":\"table\",\"Key\":{}}");
        assertThat(answer)
                .startsWith("500 {\"__type\":\"com.amazon.coral.service#InternalFailure\"")
                .doesNotContain("secret");
        var form = form("Action=GetUser&Version=2010-05-08");
        assertThat(form.status).isEqualTo(500);
        assertThat(form.text())
                .contains("<Type>Receiver</Type>")
                .contains("<Code>InternalFailure</Code>")
                .contains("<RequestId>" + InProcess.REQUEST_ID + "</RequestId>")
                .doesNotContain("secret");
        assertThat(form.header("x-amzn-RequestId")).isEqualTo(InProcess.REQUEST_ID);
    }

    @Test
    void a_full_or_busy_store_asks_to_try_again() {
        failure.set(new KvException(KvException.Kind.FULL, "no space", null));
        assertThat(getItem("{\"TableName\":\"table\",\"Key\":{}}"))
                .startsWith("503 ")
                .doesNotContain("no space");
        failure.set(new KvException(KvException.Kind.CONFLICT, "busy", null));
        assertThat(form("Action=GetUser").status).isEqualTo(503);
        failure.set(new KvException(KvException.Kind.CORRUPT, "checksum", null));
        assertThat(form("Action=GetUser").status).isEqualTo(500);
    }

    @Test
    void refusals_before_the_operation_take_the_requests_form() {
        var error = Failures.of("SignatureDoesNotMatch", 403, "no & match");
        assertThat(refused(
                        Request.of(
                                "POST",
                                "/",
                                null,
                                InProcess.signed("iam", "Content-Type", "application/x-www-form-urlencoded"),
                                new byte[0]),
                        error))
                .contains("<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">")
                .contains("<Code>SignatureDoesNotMatch</Code>")
                .contains("no &amp; match");
        assertThat(refused(Request.of("GET", "/b/k", null, InProcess.signed("s3"), new byte[0]), error))
                .startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>SignatureDoesNotMatch</Code>");
        assertThat(refused(
                        Request.of(
                                "POST",
                                "/",
                                null,
                                InProcess.signed("dynamodb", "X-Amz-Target", "DynamoDB_20120810.GetItem"),
                                new byte[0]),
                        error))
                .isEqualTo(
                        "{\"__type\":\"com.amazon.coral.service#SignatureDoesNotMatch\",\"message\":\"no & match\"}");
        assertThat(refused(
                        Request.of("GET", "/2015-03-31/functions", null, InProcess.signed("lambda"), new byte[0]),
                        error))
                .isEqualTo("{\"message\":\"no & match\"}");
        assertThat(refused(Request.of("GET", "/", null, Headers.NONE, new byte[0]), error))
                .contains("<Message>no &amp; match</Message>");
    }

    private String refused(Request request, software.amazon.awssdk.awscore.exception.AwsServiceException error) {
        var answer = new InProcess.Answer();
        platform.dispatch().refuse(request, InProcess.REQUEST_ID, error, answer);
        assertThat(answer.status).isEqualTo(403);
        return answer.text();
    }
}
