package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.LogFormat;
import software.amazon.awssdk.services.lambda.model.PackageType;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.TracingMode;

class FunctionsTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:000000000000:function:";

    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private static String message(Throwable error) {
        return ((AwsServiceException) error).awsErrorDetails().errorMessage();
    }

    private void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String code, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsServiceException.class, error -> {
            assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(message(error)).isEqualTo(message);
        });
    }

    @Test
    void a_new_function_has_awss_defaults() {
        var created = platform.create(Platform.request("f", Zips.program("echo")));

        assertThat(created.functionArn()).isEqualTo(ARN + "f");
        assertThat(created.timeout()).isEqualTo(3);
        assertThat(created.memorySize()).isEqualTo(128);
        assertThat(created.ephemeralStorage().size()).isEqualTo(512);
        assertThat(created.packageType()).isEqualTo(PackageType.ZIP);
        assertThat(created.architectures()).containsExactly(Architecture.X86_64);
        assertThat(created.tracingConfig().mode()).isEqualTo(TracingMode.PASS_THROUGH);
        assertThat(created.snapStart().applyOn()).isEqualTo(SnapStartApplyOn.NONE);
        assertThat(created.loggingConfig().logFormat()).isEqualTo(LogFormat.TEXT);
        assertThat(created.loggingConfig().logGroup()).isEqualTo("/aws/lambda/f");
        assertThat(created.description()).isEmpty();
        assertThat(created.environment()).isNull();
        assertThat(created.version()).isEqualTo("$LATEST");
        assertThat(created.lastModified()).isEqualTo("2026-01-01T00:00:00.000+0000");
        assertThat(created.state()).isEqualTo(State.PENDING);
        assertThat(created.stateReason()).isEqualTo("The function is being created.");
        assertThat(created.lastUpdateStatus()).isNull();
        assertThat(created.revisionId()).hasSize(36);
        assertThat(created.codeSha256()).hasSize(44);
        assertThat(created.codeSize()).isPositive();
    }

    @Test
    void a_pending_function_becomes_active_with_another_revision() {
        var created = platform.create(Platform.request("f", Zips.program("echo")));
        platform.active("f");
        var shown = platform.call(() -> platform.lambda.getFunctionConfiguration(r -> r.functionName("f")));

        assertThat(shown.lastUpdateStatus()).isEqualTo(LastUpdateStatus.SUCCESSFUL);
        assertThat(shown.stateReason()).isNull();
        assertThat(shown.revisionId()).isNotEqualTo(created.revisionId());
    }

    @Test
    void a_function_that_was_pending_at_a_crash_becomes_active_after_it() {
        platform.crash();
        var second = new Platform(platform, settings -> settings);
        second.crash();
        // created while nothing is delivered
        second.create(Platform.request("f", Zips.program("return 1")));
        try (var third = new Platform(second, settings -> settings)) {
            third.active("f");
            assertThat(third.invoke("f", "{}").payload().asUtf8String()).isEqualTo("1");
        }
    }

    @Test
    void the_same_name_is_refused_twice() {
        platform.with("f", "echo");
        refused(
                () -> platform.create(Platform.request("f", Zips.program("echo"))),
                "ResourceConflictException",
                "Function already exist: f");
    }

    @Test
    void a_role_that_lambda_may_not_assume_is_refused() {
        refused(
                () -> platform.create(
                        Platform.request("f", Zips.program("echo")).role("arn:aws:iam::000000000000:role/not-trusted")),
                "InvalidParameterValueException",
                "The role defined for the function cannot be assumed by Lambda.");
    }

    @Test
    void unknown_old_and_missing_runtimes_are_refused_each_with_its_reason() {
        refused(
                () -> platform.create(
                        Platform.request("f", Zips.program("echo")).runtime("java8")),
                "InvalidParameterValueException",
                "The runtime parameter of java8 is no longer supported for creating or updating AWS Lambda functions."
                        + " We recommend you use a supported runtime while creating or updating functions.");
        assertThatThrownBy(() -> platform.create(
                        Platform.request("f", Zips.program("echo")).runtime("cobol60")))
                .hasMessageContaining(
                        "Value cobol60 at 'runtime' failed to satisfy constraint: Member must satisfy enum"
                                + " value set: [nodejs20.x, ");
        assertThatThrownBy(() -> platform.create(
                        Platform.request("f", Zips.program("echo")).runtime("ruby3.4")))
                .hasMessageContaining("Install Ruby.");
    }

    @Test
    void reserved_and_too_large_environments_are_refused() {
        refused(
                () -> platform.create(Platform.request("f", Zips.program("echo"))
                        .environment(e -> e.variables(Map.of("AWS_REGION", "x", "A1", "y")))),
                "InvalidParameterValueException",
                "Lambda was unable to configure your environment variables because the environment variables you have"
                        + " provided contains reserved keys that are currently not supported for modification. Reserved"
                        + " keys used in this request: AWS_REGION");
        // {"LARGE":"…"} of 4096 bytes fits
        platform.create(Platform.request("f", Zips.program("echo"))
                .environment(e -> e.variables(Map.of("LARGE", "x".repeat(4096 - 12)))));
        assertThatThrownBy(() -> platform.create(Platform.request("g", Zips.program("echo"))
                        .environment(e -> e.variables(Map.of("LARGE", "x".repeat(4096 - 11))))))
                .hasMessageContaining("exceeded the 4KB limit. String measured: {\"LARGE\":\"xx");
    }

    @Test
    void numbers_outside_of_their_ranges_are_refused() {
        refused(
                () -> platform.create(
                        Platform.request("f", Zips.program("echo")).timeout(901)),
                "ValidationException",
                "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have"
                        + " value less than or equal to 900");
        refused(
                () -> platform.create(
                        Platform.request("f", Zips.program("echo")).memorySize(64)),
                "ValidationException",
                "1 validation error detected: Value '64' at 'memorySize' failed to satisfy constraint: Member must have"
                        + " value greater than or equal to 128");
    }

    @Test
    void ways_to_run_that_are_not_built_are_not_passed_over() {
        List<Consumer<CreateFunctionRequest.Builder>> ways = List.of(
                r -> r.durableConfig(d -> d.executionTimeout(10)),
                r -> r.tenancyConfig(t -> t.tenantIsolationMode("PER_TENANT")),
                r -> r.publishTo("LATEST_PUBLISHED"),
                r -> r.capacityProviderConfig(c -> c.lambdaManagedInstancesCapacityProviderConfig(
                        m -> m.capacityProviderArn("arn:aws:lambda:eu-central-1:000000000000:capacity-provider:x"))));
        for (var way : ways) {
            assertThatThrownBy(() -> platform.create(
                            Platform.request("f", Zips.program("echo")).applyMutation(way)))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
        platform.with("f", "echo");
        assertThatThrownBy(() -> platform.call(() ->
                        platform.lambda.publishVersion(r -> r.functionName("f").publishTo("LATEST_PUBLISHED"))))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> platform.call(() -> platform.lambda.updateFunctionConfiguration(
                        r -> r.functionName("f").durableConfig(d -> d.executionTimeout(10)))))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void networks_are_refused_by_their_form_and_then_as_unknown() {
        refused(
                () -> platform.create(Platform.request("f", Zips.program("echo"))
                        .vpcConfig(v -> v.subnetIds("net-1", "subnet-1").securityGroupIds("sg-1"))),
                "ValidationException",
                "1 validation error detected: Value '[net-1, subnet-1]' at 'vpcConfig.subnetIds' failed to satisfy"
                        + " constraint: Member must satisfy constraint: [Member must have length less than or equal to"
                        + " 1024, Member must have length greater than or equal to 0, Member must satisfy regular"
                        + " expression pattern: ^subnet-[0-9a-z]*$]");
        refused(
                () -> platform.create(Platform.request("f", Zips.program("echo"))
                        .vpcConfig(v -> v.subnetIds("subnet-1").securityGroupIds("group"))),
                "ValidationException",
                "1 validation error detected: Value '[group]' at 'vpcConfig.securityGroupIds' failed to satisfy"
                        + " constraint: Member must satisfy constraint: [Member must have length less than or equal to"
                        + " 1024, Member must have length greater than or equal to 0, Member must satisfy regular"
                        + " expression pattern: ^sg-[0-9a-zA-Z]*$]");
        refused(
                () -> platform.create(Platform.request("f", Zips.program("echo"))
                        .vpcConfig(v -> v.subnetIds("subnet-1").securityGroupIds("sg-1"))),
                "InvalidParameterValueException",
                "Error occurred while DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The"
                        + " subnet ID 'subnet-1' does not exist");
    }

    @Test
    void an_update_of_the_configuration_changes_what_it_names_and_nothing_else() {
        platform.create(Platform.request("f", Zips.program("env COLOR"))
                .description("first")
                .environment(e -> e.variables(Map.of("COLOR", "red"))));
        platform.active("f");
        assertThat(platform.invoke("f", "{}").payload().asUtf8String()).isEqualTo("\"red\"");

        var updated = platform.call(() -> platform.lambda.updateFunctionConfiguration(
                r -> r.functionName("f").environment(e -> e.variables(Map.of("COLOR", "blue")))));

        assertThat(updated.lastUpdateStatus()).isEqualTo(LastUpdateStatus.IN_PROGRESS);
        assertThat(updated.description()).isEqualTo("first");
        assertThat(platform.invoke("f", "{}").payload().asUtf8String()).isEqualTo("\"blue\"");
        Platform.eventually(() -> platform.sandboxes.alive().size() == 1);
    }

    @Test
    void new_code_runs_in_new_instances() {
        platform.with("f", "return 1");
        platform.invoke("f", "{}");
        platform.call(() ->
                platform.lambda.updateFunctionCode(r -> r.functionName("f").zipFile(Zips.program("return 2"))));

        assertThat(platform.invoke("f", "{}").payload().asUtf8String()).isEqualTo("2");
        Platform.eventually(() -> platform.sandboxes.alive().size() == 1);
    }

    @Test
    void a_dry_run_of_new_code_changes_nothing() {
        platform.with("f", "return 1");
        var before = platform.call(() -> platform.lambda.getFunctionConfiguration(r -> r.functionName("f")));
        platform.call(() -> platform.lambda.updateFunctionCode(
                r -> r.functionName("f").zipFile(Zips.program("return 2")).dryRun(true)));

        assertThat(platform.call(() -> platform.lambda.getFunctionConfiguration(r -> r.functionName("f"))))
                .isEqualTo(before);
        assertThat(platform.invoke("f", "{}").payload().asUtf8String()).isEqualTo("1");
    }

    @Test
    void an_update_with_an_old_revision_is_refused() {
        platform.with("f", "echo");
        refused(
                () -> platform.call(() -> platform.lambda.updateFunctionConfiguration(
                        r -> r.functionName("f").description("x").revisionId("old"))),
                "PreconditionFailedException",
                "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to"
                        + " retrieve the latest Revision Id");
    }

    @Test
    void a_deleted_function_is_gone_with_its_instances_and_may_be_created_again() {
        platform.with("f", "return 1");
        platform.invoke("f", "{}");
        platform.call(() -> platform.lambda.deleteFunction(r -> r.functionName("f")));

        refused(
                () -> platform.call(() -> platform.lambda.getFunction(r -> r.functionName("f"))),
                "ResourceNotFoundException",
                "Function not found: " + ARN + "f");
        refused(
                () -> platform.invoke("f", "{}"),
                "ResourceNotFoundException",
                "Function not found: " + ARN + "f:$LATEST");
        Platform.eventually(() -> platform.sandboxes.alive().isEmpty());
        platform.with("f", "return 2");
        assertThat(platform.invoke("f", "{}").payload().asUtf8String()).isEqualTo("2");
    }

    @Test
    void functions_are_listed_in_pages_by_name() {
        for (var name : new String[] {"c", "a", "b"}) {
            platform.with(name, "echo");
        }
        var first = platform.call(() -> platform.lambda.listFunctions(r -> r.maxItems(2)));
        var second = platform.call(
                () -> platform.lambda.listFunctions(r -> r.maxItems(2).marker(first.nextMarker())));

        assertThat(first.functions()).extracting("functionName").containsExactly("a", "b");
        assertThat(second.functions()).extracting("functionName").containsExactly("c");
        assertThat(second.nextMarker()).isNull();
        assertThat(first.functions().getFirst().state()).isNull();
    }

    private <T> long codeBytesAfter(java.util.function.Supplier<T> change) {
        platform.call(change);
        return platform.call(() -> platform.lambda.getAccountSettings())
                .accountUsage()
                .totalCodeSize();
    }

    @Test
    void the_account_knows_how_much_it_has() {
        platform.with("f", "echo");
        platform.with("g", "echo");
        platform.call(() -> platform.lambda.updateFunctionCode(
                r -> r.functionName("g").zipFile(Zips.program("print something longer"))));
        var size = platform.call(() -> platform.lambda.getFunction(r -> r.functionName("g")))
                .configuration()
                .codeSize();
        platform.call(() -> platform.lambda.deleteFunction(r -> r.functionName("f")));

        var settings = platform.call(() -> platform.lambda.getAccountSettings());
        assertThat(settings.accountUsage().functionCount()).isEqualTo(1);
        assertThat(settings.accountUsage().totalCodeSize()).isEqualTo(size);
        assertThat(settings.accountLimit().concurrentExecutions()).isEqualTo(1000);
        assertThat(codeBytesAfter(() -> platform.lambda.publishVersion(r -> r.functionName("g"))))
                .as("a version counts though its code is the function's")
                .isEqualTo(2 * size);
        assertThat(codeBytesAfter(() ->
                        platform.lambda.deleteFunction(r -> r.functionName("g").qualifier("1"))))
                .isEqualTo(size);
        assertThat(codeBytesAfter(() -> platform.lambda.publishVersion(r -> r.functionName("g"))))
                .isEqualTo(2 * size);
        assertThat(codeBytesAfter(() -> platform.lambda.deleteFunction(r -> r.functionName("g"))))
                .isZero();
    }

    @Test
    void the_code_can_be_downloaded_by_its_link_for_a_while() throws Exception {
        var zip = Zips.program("echo");
        platform.create(Platform.request("f", zip));
        var location = platform.call(() -> platform.lambda.getFunction(r -> r.functionName("f")))
                .code()
                .location();
        var token = location.substring(LambdaService.DOWNLOADS.length());

        try (var in = platform.lambda.download(token).orElseThrow()) {
            assertThat(in.readAllBytes()).isEqualTo(zip.asByteArray());
        }
        assertThat(platform.lambda.download("x" + token)).isEmpty();
        platform.time.advance(java.time.Duration.ofMinutes(11));
        assertThat(platform.lambda.download(token)).isEmpty();
    }

    @Test
    void s3_code_is_said_not_to_be_built() {
        assertThatThrownBy(() -> platform.create(Platform.request("f", SdkBytes.fromUtf8String("x"))
                        .code(c -> c.s3Bucket("b").s3Key("k"))))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
