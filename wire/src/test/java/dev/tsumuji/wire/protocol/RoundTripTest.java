package dev.tsumuji.wire.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.GetLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.OutputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsResponse;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.iam.model.TagRoleResponse;
import software.amazon.awssdk.services.iam.model.UpdateRoleRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleResponse;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionResponse;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.ListFunctionsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionsResponse;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** Requests and answers arrive as they were sent, with the SDK's own clients at the other end. */
class RoundTripTest {
    private final List<SdkRequest> seen = new ArrayList<>();

    private final class Functions implements LambdaClient {
        @Override
        public CreateFunctionResponse createFunction(CreateFunctionRequest request) {
            seen.add(request);
            return CreateFunctionResponse.builder()
                    .functionName(request.functionName())
                    .runtime(request.runtimeAsString())
                    .environment(e -> e.variables(request.environment().variables()))
                    .build();
        }

        @Override
        public InvokeResponse invoke(InvokeRequest request) {
            seen.add(request);
            return InvokeResponse.builder()
                    .statusCode(200)
                    .executedVersion("$LATEST")
                    .functionError("Unhandled")
                    .payload(SdkBytes.fromUtf8String("[" + request.payload().asUtf8String() + "]"))
                    .build();
        }

        @Override
        public GetFunctionResponse getFunction(GetFunctionRequest request) {
            throw ResourceNotFoundException.builder()
                    .message("Function not found: " + request.functionName())
                    .type("User")
                    .build();
        }

        @Override
        public ListFunctionsResponse listFunctions(ListFunctionsRequest request) {
            seen.add(request);
            return ListFunctionsResponse.builder().functions(List.of()).build();
        }

        @Override
        public String serviceName() {
            return "lambda";
        }

        @Override
        public void close() {}
    }

    private final class Logs implements CloudWatchLogsClient {
        @Override
        public PutLogEventsResponse putLogEvents(PutLogEventsRequest request) {
            seen.add(request);
            return PutLogEventsResponse.builder().nextSequenceToken("1").build();
        }

        @Override
        public GetLogEventsResponse getLogEvents(GetLogEventsRequest request) {
            return GetLogEventsResponse.builder()
                    .events(OutputLogEvent.builder()
                            .timestamp(17L)
                            .message("zwölf")
                            .build())
                    .build();
        }

        @Override
        public String serviceName() {
            return "logs";
        }

        @Override
        public void close() {}
    }

    private final class Identities implements IamClient {
        @Override
        public UpdateRoleResponse updateRole(UpdateRoleRequest request) {
            return UpdateRoleResponse.builder().build();
        }

        @Override
        public TagRoleResponse tagRole(TagRoleRequest request) {
            return TagRoleResponse.builder().build();
        }

        @Override
        public CreateRoleResponse createRole(CreateRoleRequest request) {
            seen.add(request);
            return CreateRoleResponse.builder()
                    .role(r -> r.roleName(request.roleName())
                            .path("/a&b/")
                            .createDate(java.time.Instant.ofEpochSecond(1_700_000_000))
                            .tags(request.tags()))
                    .build();
        }

        @Override
        public GetRoleResponse getRole(GetRoleRequest request) {
            throw NoSuchEntityException.builder()
                    .message("The role with name " + request.roleName() + " cannot be found.")
                    .build();
        }

        @Override
        public String serviceName() {
            return "iam";
        }

        @Override
        public void close() {}
    }

    private static final class Tokens implements StsClient {
        @Override
        public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
            return GetCallerIdentityResponse.builder().account("000000000000").build();
        }

        @Override
        public String serviceName() {
            return "sts";
        }

        @Override
        public void close() {}
    }

    private final InProcess platform = new InProcess(new Functions(), new Logs(), new Identities(), new Tokens());
    private final LambdaClient lambda = platform.client(LambdaClient.builder());
    private final CloudWatchLogsClient logs = platform.client(CloudWatchLogsClient.builder());
    private final IamClient iam = platform.client(IamClient.builder());

    @Test
    void rest_json_carries_structures_maps_blobs_and_enums() {
        var answer = lambda.createFunction(r -> r.functionName("f")
                .runtime("nodejs20.x")
                .role("arn:aws:iam::000000000000:role/r")
                .code(c -> c.zipFile(SdkBytes.fromByteArray(new byte[] {0, -1, 5})))
                .environment(e -> e.variables(Map.of("NAME", "ü"))));
        var request = (CreateFunctionRequest) seen.getFirst();
        assertThat(request.code().zipFile().asByteArray()).containsExactly(0, -1, 5);
        assertThat(answer.environment().variables()).containsEntry("NAME", "ü");
        assertThat(answer.runtimeAsString()).isEqualTo("nodejs20.x");
    }

    @Test
    void rest_json_carries_labels_headers_and_a_raw_payload() {
        var answer = lambda.invoke(r -> r.functionName("arn:aws:lambda:eu-central-1:000000000000:function:f")
                .qualifier("a_b")
                .invocationType("Event")
                .payload(SdkBytes.fromUtf8String("{}")));
        var request = (InvokeRequest) seen.getFirst();
        assertThat(request.functionName()).isEqualTo("arn:aws:lambda:eu-central-1:000000000000:function:f");
        assertThat(request.qualifier()).isEqualTo("a_b");
        assertThat(request.invocationTypeAsString()).isEqualTo("Event");
        assertThat(answer.payload().asUtf8String()).isEqualTo("[{}]");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.functionError()).isEqualTo("Unhandled");
    }

    @Test
    void an_event_may_come_by_the_operation_of_old() {
        for (var path : List.of("/2014-11-13/functions/f/invoke-async/", "/2014-11-13/functions/f/invoke-async")) {
            seen.clear();
            platform.send("POST", path, null, InProcess.signed("lambda"), new byte[] {'7'});
            assertThat(seen)
                    .containsExactly(InvokeRequest.builder()
                            .functionName("f")
                            .invocationType(InvocationType.EVENT)
                            .payload(SdkBytes.fromUtf8String("7"))
                            .build());
        }
        assertThat(platform.send(
                                "GET",
                                "/2014-11-13/functions/f/invoke-async/",
                                null,
                                InProcess.signed("lambda"),
                                new byte[0])
                        .status)
                .isEqualTo(404);
    }

    @Test
    void rest_json_errors_arrive_as_their_exceptions() {
        assertThatThrownBy(() -> lambda.getFunction(r -> r.functionName("none")))
                .isInstanceOfSatisfying(ResourceNotFoundException.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(404);
                    assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("Function not found: none");
                    assertThat(e.type()).isEqualTo("User");
                    assertThat(e.requestId()).isEqualTo(InProcess.REQUEST_ID);
                });
    }

    @Test
    void a_slash_at_the_end_of_a_path_does_not_matter() {
        lambda.listFunctions(r -> r.maxItems(5));
        assertThat(((ListFunctionsRequest) seen.getFirst()).maxItems()).isEqualTo(5);
        var answer =
                platform.send("GET", "/2015-03-31/functions/", "MaxItems=5", InProcess.signed("lambda"), new byte[0]);
        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"Functions\":[]}");
    }

    @Test
    void aws_json_carries_lists_of_structures_both_ways() {
        logs.putLogEvents(r -> r.logGroupName("g")
                .logStreamName("s")
                .logEvents(e -> e.timestamp(5L).message("hello\n\"there\"")));
        var request = (PutLogEventsRequest) seen.getFirst();
        assertThat(request.logEvents().getFirst().message()).isEqualTo("hello\n\"there\"");
        var events =
                logs.getLogEvents(r -> r.logGroupName("g").logStreamName("s")).events();
        assertThat(events.getFirst().message()).isEqualTo("zwölf");
    }

    @Test
    void query_carries_lists_and_answers_in_xml() {
        var answer = iam.createRole(r -> r.roleName("r")
                .assumeRolePolicyDocument("{\"a\": \"ü&=\"}")
                .tags(t -> t.key("k 1").value("v+ =ü"), t -> t.key("k2").value("")));
        var request = (CreateRoleRequest) seen.getFirst();
        assertThat(request.assumeRolePolicyDocument()).isEqualTo("{\"a\": \"ü&=\"}");
        assertThat(request.tags()).hasSize(2);
        assertThat(answer.role().tags()).isEqualTo(request.tags());
        assertThat(answer.role().path()).isEqualTo("/a&b/");
        assertThat(answer.role().createDate()).isEqualTo("2023-11-14T22:13:20Z");
    }

    @Test
    void an_answer_with_nothing_in_it_has_a_result_where_clients_expect_one() {
        var form = InProcess.signed("iam", "Content-Type", "application/x-www-form-urlencoded");
        var update = "Action=UpdateRole&Version=2010-05-08&RoleName=r".getBytes(StandardCharsets.UTF_8);
        var tag = "Action=TagRole&Version=2010-05-08&RoleName=r&Tags.member.1.Key=k&Tags.member.1.Value=v"
                .getBytes(StandardCharsets.UTF_8);

        assertThat(platform.send("POST", "/", null, form, update).text()).contains("UpdateRoleResult");
        assertThat(platform.send("POST", "/", null, form, tag).text())
                .contains("TagRoleResponse")
                .doesNotContain("TagRoleResult");
    }

    @Test
    void query_errors_arrive_as_their_exceptions() {
        assertThatThrownBy(() -> iam.getRole(r -> r.roleName("none")))
                .isInstanceOfSatisfying(NoSuchEntityException.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(404);
                    assertThat(e.awsErrorDetails().errorMessage())
                            .isEqualTo("The role with name none cannot be found.");
                });
    }

    @Test
    void sts_answers_an_action_in_the_url() {
        var answer = platform.send(
                "GET", "/", "Action=GetCallerIdentity&Version=2011-06-15", InProcess.signed("sts"), new byte[0]);
        assertThat(answer.status).isEqualTo(200);
        assertThat(answer.text()).contains("<Account>000000000000</Account>");
    }

    @Test
    void an_operation_that_is_not_built_answers_501_and_its_name() {
        assertThatThrownBy(() -> lambda.deleteFunction(r -> r.functionName("f")))
                .isInstanceOfSatisfying(LambdaException.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(501);
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("NotImplemented");
                    assertThat(e.awsErrorDetails().errorMessage()).contains("lambda.DeleteFunction");
                });
    }

    @Test
    void an_operation_with_an_event_stream_answers_501_and_its_name() {
        var answer = platform.send(
                "POST",
                "/2021-11-15/functions/f/response-streaming-invocations",
                null,
                InProcess.signed("lambda"),
                new byte[0]);
        assertThat(answer.status).isEqualTo(501);
        assertThat(answer.text()).contains("lambda.InvokeWithResponseStream");
    }

    @Test
    void a_service_that_is_not_built_answers_501_and_its_name() {
        var answer = platform.send(
                "POST",
                "/",
                null,
                InProcess.signed("dynamodb", "X-Amz-Target", "DynamoDB_20120810.CreateTable"),
                new byte[0]);
        assertThat(answer.status).isEqualTo(501);
        assertThat(answer.text()).contains("dynamodb.CreateTable");
    }
}
