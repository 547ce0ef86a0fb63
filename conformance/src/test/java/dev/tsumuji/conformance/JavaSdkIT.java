package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.LogType;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.sts.StsClient;

/** The AWS SDK for Java, version 2. */
class JavaSdkIT {
    private static LambdaClient lambda;
    private static IamClient iam;
    private static CloudWatchLogsClient logs;
    private static StsClient sts;
    private static String role;

    @BeforeAll
    static void connect() {
        var platform = RunningPlatform.shared();
        lambda = platform.client(LambdaClient.builder());
        iam = platform.client(IamClient.builder());
        logs = platform.client(CloudWatchLogsClient.builder());
        sts = platform.client(StsClient.builder());
        role = Roles.basic(iam, "java-sdk-role");
    }

    @AfterAll
    static void disconnect() {
        lambda.close();
        iam.close();
        logs.close();
        sts.close();
    }

    static List<FunctionPackage> languages() {
        return FunctionPackage.all();
    }

    private static void create(String name, FunctionPackage code) {
        lambda.createFunction(r -> r.functionName(name)
                .runtime(code.runtime())
                .handler(code.handler())
                .role(role)
                .timeout(20)
                .memorySize(256)
                .code(c -> c.zipFile(code.bytes())));
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
    }

    @ParameterizedTest
    @MethodSource("languages")
    void a_function_is_created_invoked_and_deleted(FunctionPackage code) {
        var name = "java-sdk-" + code.runtime().replace('.', '-');
        create(name, code);
        var answer = lambda.invoke(r ->
                r.functionName(name).logType(LogType.TAIL).payload(SdkBytes.fromUtf8String("{\"name\":\"world\"}")));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.functionError()).isNull();
        assertThat(answer.executedVersion()).isEqualTo("$LATEST");
        assertThat(answer.payload().asUtf8String()).contains("\"greeting\"", "hello world", name);
        assertThat(new String(Base64.getDecoder().decode(answer.logResult()), StandardCharsets.UTF_8))
                .contains("START RequestId: ", "hello from ", "world", "REPORT RequestId: ");
        var failed = lambda.invoke(
                r -> r.functionName(name).payload(SdkBytes.fromUtf8String("{\"name\":\"x\",\"fail\":true}")));
        assertThat(failed.functionError()).isEqualTo("Unhandled");
        assertThat(failed.payload().asUtf8String()).contains("as you wish");
        lambda.deleteFunction(r -> r.functionName(name));
        assertThatThrownBy(() -> lambda.getFunction(r -> r.functionName(name)))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    /** By the platform's own two times of a line, so that this client's first steps aren't in it, and of several lines. */
    @Test
    void a_line_is_in_the_log_within_200_ms_of_its_print() {
        var name = "java-sdk-tail";
        create(name, FunctionPackage.node());
        var delays = IntStream.range(0, 5)
                .mapToLong(i -> {
                    lambda.invoke(
                            r -> r.functionName(name).payload(SdkBytes.fromUtf8String("{\"name\":\"line" + i + "\"}")));
                    var line = logged("/aws/lambda/" + name, "node line" + i);
                    return line.ingestionTime() - line.timestamp();
                })
                .sorted()
                .toArray();
        assertThat(delays[delays.length / 2]).isLessThanOrEqualTo(200);
        lambda.deleteFunction(r -> r.functionName(name));
    }

    /** Waits for it: an answer may be there before its log group is. */
    private static FilteredLogEvent logged(String group, String pattern) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < deadline) {
            try {
                var found = logs.filterLogEvents(r -> r.logGroupName(group).filterPattern("\"" + pattern + "\""))
                        .events();
                if (!found.isEmpty()) {
                    return found.getFirst();
                }
            } catch (software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException e) {
                // not made yet
            }
        }
        throw new AssertionError("never logged: " + pattern);
    }

    @Test
    void new_code_answers_once_the_update_is_done() {
        var name = "java-sdk-update";
        create(name, FunctionPackage.node());
        var next = FunctionPackage.zip(Map.of("index.js", "exports.handler = async () => 'second';"));
        lambda.updateFunctionCode(r -> r.functionName(name).zipFile(SdkBytes.fromByteArray(next)));
        lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(name));
        assertThat(lambda.invoke(r -> r.functionName(name)).payload().asUtf8String())
                .isEqualTo("\"second\"");
        lambda.deleteFunction(r -> r.functionName(name));
    }

    @Test
    void an_asynchronous_event_is_accepted_and_runs() {
        create("java-sdk-async", FunctionPackage.node());
        var accepted = lambda.invoke(r -> r.functionName("java-sdk-async")
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String("{\"name\":\"later\"}")));
        assertThat(accepted.statusCode()).isEqualTo(202);
        Waiting.until(
                Duration.ofSeconds(20),
                () -> !logs.filterLogEvents(r ->
                                r.logGroupName("/aws/lambda/java-sdk-async").filterPattern("later"))
                        .events()
                        .isEmpty());
        var dry = lambda.invoke(r -> r.functionName("java-sdk-async").invocationType(InvocationType.DRY_RUN));
        assertThat(dry.statusCode()).isEqualTo(204);
        lambda.deleteFunction(r -> r.functionName("java-sdk-async"));
    }

    @Test
    void an_assumed_role_has_the_roles_rights_and_no_others() {
        var name = "java-sdk-assumed";
        iam.createRole(r -> r.roleName(name).assumeRolePolicyDocument("""
                        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:root"},\
                        "Action":"sts:AssumeRole"}]}"""));
        iam.putRolePolicy(r -> r.roleName(name).policyName("list").policyDocument("""
                        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lambda:ListFunctions","Resource":"*"}]}"""));
        // root itself may not assume a role: a user does
        iam.createUser(r -> r.userName("java-sdk-user"));
        iam.putUserPolicy(r -> r.userName("java-sdk-user").policyName("assume").policyDocument("""
                        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}"""));
        var key = iam.createAccessKey(r -> r.userName("java-sdk-user")).accessKey();
        try (var user = RunningPlatform.shared()
                .client(StsClient.builder(), AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey()))) {
            var session = user.assumeRole(
                    r -> r.roleArn("arn:aws:iam::000000000000:role/" + name).roleSessionName("test"));
            var temporary = session.credentials();
            try (var limited = RunningPlatform.shared()
                    .client(
                            LambdaClient.builder(),
                            AwsSessionCredentials.create(
                                    temporary.accessKeyId(), temporary.secretAccessKey(), temporary.sessionToken()))) {
                assertThat(limited.listFunctions().functions()).isNotNull();
                assertThatThrownBy(() -> limited.getAccountSettings())
                        .isInstanceOfSatisfying(LambdaException.class, e -> {
                            assertThat(e.statusCode()).isEqualTo(403);
                            assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
                            assertThat(e.awsErrorDetails().errorMessage())
                                    .startsWith("User: arn:aws:sts::000000000000:assumed-role/" + name + "/test"
                                            + " is not authorized to perform: lambda:GetAccountSettings");
                        });
            }
        }
    }

    @Test
    void identity_is_told_over_query_protocol() {
        assertThat(sts.getCallerIdentity().account()).isEqualTo(RunningPlatform.ACCOUNT);
    }
}
