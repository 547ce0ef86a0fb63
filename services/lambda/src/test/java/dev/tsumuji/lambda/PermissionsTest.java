package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.FunctionUrlAuthType;

class PermissionsTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:000000000000:function:f";

    private final Platform platform = new Platform();

    @BeforeEach
    void create() {
        platform.with("f", "echo");
    }

    @AfterEach
    void close() {
        platform.close();
    }

    private String add(String id, String principal, Consumer<AddPermissionRequest.Builder> more) {
        return platform.call(() -> platform.lambda.addPermission(r -> more.accept(r.functionName("f")
                        .statementId(id)
                        .action("lambda:InvokeFunction")
                        .principal(principal))))
                .statement();
    }

    private void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String code, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsServiceException.class, error -> {
            assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(error.awsErrorDetails().errorMessage()).isEqualTo(message);
        });
    }

    @Test
    void statements_are_written_as_aws_writes_them() {
        assertThat(add("s3", "s3.amazonaws.com", r -> r.sourceArn("arn:aws:s3:::bucket")))
                .isEqualTo("{\"Sid\":\"s3\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"s3.amazonaws.com\"},"
                        + "\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"" + ARN + "\","
                        + "\"Condition\":{\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:s3:::bucket\"}}}");
        assertThat(add("account", "111122223333", r -> r.sourceAccount("111122223333")))
                .contains("\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:root\"}")
                .contains("\"Condition\":{\"StringEquals\":{\"AWS:SourceAccount\":\"111122223333\"}}");
        assertThat(add(
                        "all",
                        "*",
                        r -> r.action("lambda:InvokeFunctionUrl").functionUrlAuthType(FunctionUrlAuthType.NONE)))
                .contains("\"Principal\":\"*\"")
                .contains("{\"StringEquals\":{\"lambda:FunctionUrlAuthType\":\"NONE\"}}");
        assertThat(add("role", "arn:aws:iam::111122223333:role/x", r -> r.eventSourceToken("t")))
                .contains("\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/x\"}")
                .contains("{\"StringEquals\":{\"lambda:EventSourceToken\":\"t\"}}");
    }

    @Test
    void the_policy_has_the_statements_in_their_order_and_a_revision() {
        var first = add("logs", "logs.amazonaws.com", r -> {});
        var revision = platform.call(() -> platform.lambda.getPolicy(r -> r.functionName("f")))
                .revisionId();
        var second = add("kinesis", "kinesis.amazonaws.com", r -> r.revisionId(revision));
        var policy = platform.call(() -> platform.lambda.getPolicy(r -> r.functionName("f")));

        assertThat(policy.policy())
                .isEqualTo(
                        "{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[" + first + "," + second + "]}");
        assertThat(policy.revisionId()).isNotEqualTo(revision);
    }

    @Test
    void a_policy_without_statements_is_none() {
        add("s3", "s3.amazonaws.com", r -> {});
        platform.call(
                () -> platform.lambda.removePermission(r -> r.functionName("f").statementId("s3")));

        refused(
                () -> platform.call(() -> platform.lambda.getPolicy(r -> r.functionName("f"))),
                "ResourceNotFoundException",
                "The resource you requested does not exist.");
        refused(
                () -> platform.call(() -> platform.lambda.removePermission(
                        r -> r.functionName("f").statementId("s3"))),
                "ResourceNotFoundException",
                "No policy is associated with the given resource.");
    }

    @Test
    void wrong_requests_are_refused_in_awss_words() {
        add("s3", "s3.amazonaws.com", r -> {});
        refused(
                () -> add("s3", "s3.amazonaws.com", r -> {}),
                "ResourceConflictException",
                "The statement id (s3) provided already exists. Please provide a new statement id, or remove the existing"
                        + " statement.");
        refused(
                () -> add("example.com", "s3.amazonaws.com", r -> {}),
                "ValidationException",
                "1 validation error detected: Value 'example.com' at 'statementId' failed to satisfy constraint: Member"
                        + " must satisfy regular expression pattern: ([a-zA-Z0-9-_]+)");
        refused(
                () -> add("x", "invalid.nonaws.com", r -> {}),
                "InvalidParameterValueException",
                "The provided principal was invalid. Please check the principal and try again.");
        refused(
                () -> add("x", "s3.amazonaws.com", r -> r.qualifier("$LATEST")),
                "InvalidParameterValueException",
                "We currently do not support adding policies for $LATEST.");
        refused(
                () -> add("x", "*", r -> r.functionUrlAuthType(FunctionUrlAuthType.NONE)),
                "InvalidParameterValueException",
                "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action");
        refused(
                () -> add("x", "s3.amazonaws.com", r -> r.qualifier("42")),
                "ResourceNotFoundException",
                "Function not found: " + ARN + ":42");
        refused(
                () -> add("x", "s3.amazonaws.com", r -> r.qualifier("alias-doesnotexist")),
                "ResourceNotFoundException",
                "Cannot find alias arn: " + ARN + ":alias-doesnotexist");
        refused(
                () -> add("x", "s3.amazonaws.com", r -> r.qualifier("valid-with-$-but-doesnotexist")),
                "ResourceNotFoundException",
                "Function not found: " + ARN + ":valid-with-$-but-doesnotexist");
        refused(
                () -> add("x", "s3.amazonaws.com", r -> r.revisionId("wrong")),
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the"
                        + " latest Revision Id");
        refused(
                () -> platform.call(() -> platform.lambda.removePermission(
                        r -> r.functionName("nobody").statementId("s3"))),
                "ResourceNotFoundException",
                "No policy found for: arn:aws:lambda:eu-central-1:000000000000:function:nobody");
    }

    @Test
    void a_policy_has_a_largest_size() {
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 200; i++) {
                        add("s" + i, "s3.amazonaws.com", r -> r.sourceArn("arn:aws:s3:::" + "b".repeat(60)));
                    }
                })
                .hasMessageContaining("is bigger than the limit (20480).");
    }

    @Test
    void what_operations_need_is_named_and_guarded_by_the_policy() {
        add("s3", "s3.amazonaws.com", r -> {});
        var actions = platform.lambda.service().actions();
        var call = platform.newCall();
        var invoke = actions.of(
                "Invoke",
                software.amazon.awssdk.services.lambda.model.InvokeRequest.builder()
                        .functionName("f")
                        .build(),
                call);

        assertThat(invoke).singleElement().satisfies(access -> {
            assertThat(access.action()).isEqualTo("lambda:InvokeFunction");
            assertThat(access.resource()).isEqualTo(ARN);
            assertThat(access.resourcePolicy().get()).contains("\"Sid\":\"s3\"");
        });
        var create = actions.of(
                "CreateFunction", Platform.request("g", Zips.program("echo")).build(), call);
        assertThat(create).extracting("action").containsExactly("lambda:CreateFunction", "iam:PassRole");
        assertThat(create.get(1).resource()).isEqualTo(TestRoles.ROLE);
        assertThat(create.get(1).context())
                .containsEntry("iam:PassedToService", java.util.List.of("lambda.amazonaws.com"));
    }

    @Test
    void every_operation_that_is_built_names_its_permission() {
        var actions = platform.lambda.service().actions();
        var call = platform.newCall();
        var list = software.amazon.awssdk.services.lambda.model.ListFunctionsRequest.builder()
                .build();
        var tag = software.amazon.awssdk.services.lambda.model.ListTagsRequest.builder()
                .resource(ARN)
                .build();

        assertThat(actions.of("ListFunctions", list, call)).singleElement().satisfies(access -> {
            assertThat(access.action()).isEqualTo("lambda:ListFunctions");
            assertThat(access.resource()).isEqualTo("*");
        });
        assertThat(actions.of("ListTags", tag, call))
                .singleElement()
                .satisfies(access -> assertThat(access.resource()).isEqualTo(ARN));
    }
}
