package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.PublishVersionResponse;
import software.amazon.awssdk.services.lambda.model.State;

class VersionsTest {
    private static final String ARN = "arn:aws:lambda:eu-central-1:000000000000:function:f";

    private final Platform platform = new Platform();

    @BeforeEach
    void create() {
        platform.with("f", "return 1");
    }

    @AfterEach
    void close() {
        platform.close();
    }

    private PublishVersionResponse publish() {
        return platform.call(() -> platform.lambda.publishVersion(r -> r.functionName("f")));
    }

    private void update(String... program) {
        platform.call(() ->
                platform.lambda.updateFunctionCode(r -> r.functionName("f").zipFile(Zips.program(program))));
        Platform.eventually(() ->
                platform.call(() -> platform.lambda.getFunctionConfiguration(r -> r.functionName("f")))
                                .lastUpdateStatus()
                        == LastUpdateStatus.SUCCESSFUL);
    }

    private InvokeResponse invoke(String qualifier) {
        return platform.invoke(r -> r.functionName("f").qualifier(qualifier).payload(SdkBytes.fromUtf8String("{}")));
    }

    private void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String code, String message) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsServiceException.class, error -> {
            assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(error.awsErrorDetails().errorMessage()).isEqualTo(message);
        });
    }

    @Test
    void snap_start_is_on_for_published_versions_and_off_for_the_latest() {
        platform.create(Platform.request("snap", Zips.program("return 1"))
                .runtime(software.amazon.awssdk.services.lambda.model.Runtime.JAVA21)
                .snapStart(s -> s.applyOn("PublishedVersions")));
        platform.active("snap");
        var published = platform.call(() -> platform.lambda.publishVersion(r -> r.functionName("snap")));
        var latest = platform.call(() -> platform.lambda.getFunctionConfiguration(r -> r.functionName("snap")));

        assertThat(latest.snapStart().applyOnAsString()).isEqualTo("PublishedVersions");
        assertThat(latest.snapStart().optimizationStatusAsString()).isEqualTo("Off");
        assertThat(published.snapStart().applyOnAsString()).isEqualTo("PublishedVersions");
        assertThat(published.snapStart().optimizationStatusAsString()).isEqualTo("On");
        assertThat(publish().snapStart().optimizationStatusAsString()).isEqualTo("Off");
    }

    @Test
    void a_version_keeps_the_code_that_it_was_published_with() {
        var first = publish();
        update("return 2");
        var second = publish();

        assertThat(first.version()).isEqualTo("1");
        assertThat(first.functionArn()).isEqualTo(ARN + ":1");
        assertThat(first.state()).isEqualTo(State.ACTIVE);
        assertThat(second.version()).isEqualTo("2");
        assertThat(invoke("1").payload().asUtf8String()).isEqualTo("1");
        assertThat(invoke("1").executedVersion()).isEqualTo("1");
        assertThat(invoke("2").payload().asUtf8String()).isEqualTo("2");
        assertThat(platform.call(() -> platform.lambda.listVersionsByFunction(r -> r.functionName("f")))
                        .versions())
                .extracting("functionArn")
                .containsExactly(ARN + ":$LATEST", ARN + ":1", ARN + ":2");
    }

    @Test
    void publishing_twice_without_a_change_is_publishing_once() {
        var first = publish();
        var again = publish();

        assertThat(again.version()).isEqualTo("1");
        assertThat(again.revisionId()).isEqualTo(first.revisionId());
    }

    @Test
    void publishing_other_code_than_expected_is_refused() {
        var sha = platform.call(() -> platform.lambda.getFunctionConfiguration(r -> r.functionName("f")))
                .codeSha256();
        refused(
                () -> platform.call(() ->
                        platform.lambda.publishVersion(r -> r.functionName("f").codeSha256("aaaa"))),
                "InvalidParameterValueException",
                "CodeSHA256 (aaaa) is different from current CodeSHA256 in $LATEST (" + sha
                        + "). Please try again with the CodeSHA256 in $LATEST.");
    }

    @Test
    void a_function_can_be_created_and_updated_with_a_version_at_once() {
        var created =
                platform.create(Platform.request("g", Zips.program("return 1")).publish(true));
        platform.active("g");
        var updated = platform.call(() -> platform.lambda.updateFunctionCode(
                r -> r.functionName("g").zipFile(Zips.program("return 2")).publish(true)));

        assertThat(created.version()).isEqualTo("1");
        assertThat(updated.version()).isEqualTo("2");
        assertThat(updated.state()).isEqualTo(State.PENDING);
        assertThat(updated.functionArn()).endsWith(":function:g:2");
        assertThat(platform.invoke("g:2", "{}").payload().asUtf8String()).isEqualTo("2");
        assertThat(platform.invoke("g:1", "{}").payload().asUtf8String()).isEqualTo("1");
    }

    @Test
    void a_deleted_version_takes_its_code_with_it_unless_another_version_has_it() {
        publish();
        platform.call(
                () -> platform.lambda.deleteFunction(r -> r.functionName("f").qualifier("1")));

        assertThat(platform.invoke("f", "{}").payload().asUtf8String()).isEqualTo("1");
        refused(() -> invoke("1"), "ResourceNotFoundException", "Function not found: " + ARN + ":1");
        refused(
                () -> platform.call(() ->
                        platform.lambda.deleteFunction(r -> r.functionName("f").qualifier("$LATEST"))),
                "InvalidParameterValueException",
                "$LATEST version cannot be deleted without deleting the function.");
        assertThat(publish().version()).isEqualTo("2");
        platform.call(() -> platform.lambda.createAlias(
                r -> r.functionName("f").name("live").functionVersion("2")));
        refused(
                () -> platform.call(() ->
                        platform.lambda.deleteFunction(r -> r.functionName("f").qualifier("2"))),
                "ResourceConflictException",
                "Unable to delete version because the following aliases reference it: [live]");
    }

    @Test
    void an_alias_can_be_moved() {
        publish();
        update("return 2");
        publish();
        var alias = platform.call(() -> platform.lambda.createAlias(
                r -> r.functionName("f").name("prod").functionVersion("1")));
        assertThat(alias.aliasArn()).isEqualTo(ARN + ":prod");
        assertThat(invoke("prod").payload().asUtf8String()).isEqualTo("1");
        assertThat(invoke("prod").executedVersion()).isEqualTo("1");

        platform.call(() -> platform.lambda.updateAlias(
                r -> r.functionName("f").name("prod").functionVersion("2")));
        assertThat(invoke("prod").payload().asUtf8String()).isEqualTo("2");
        var invoked = platform.sandboxes.started.getLast().invocations.getLast();
        assertThat(invoked.functionArn()).isEqualTo(ARN + ":prod");
    }

    @Test
    void an_alias_can_share_invocations_between_two_versions() {
        publish();
        update("return 2");
        publish();
        platform.call(() -> platform.lambda.createAlias(r -> r.functionName("f")
                .name("prod")
                .functionVersion("1")
                .routingConfig(c -> c.additionalVersionWeights(Map.of("2", 0.25)))));
        int second = 0;
        for (int i = 0; i < 1000; i++) {
            second += invoke("prod").executedVersion().equals("2") ? 1 : 0;
        }
        assertThat(second).isBetween(180, 320);
    }

    @Test
    void aliases_that_make_no_sense_are_refused() {
        publish();
        refused(
                () -> platform.call(() -> platform.lambda.createAlias(
                        r -> r.functionName("f").name("x").functionVersion("9"))),
                "ResourceNotFoundException",
                "Function not found: " + ARN + ":9");
        refused(
                () -> platform.call(() -> platform.lambda.createAlias(r -> r.functionName("f")
                        .name("x")
                        .functionVersion("1")
                        .routingConfig(c -> c.additionalVersionWeights(Map.of("$LATEST", 0.5))))),
                "InvalidParameterValueException",
                "$LATEST is not supported for an alias pointing to more than 1 version");
        refused(
                () -> platform.call(() -> platform.lambda.updateAlias(
                        r -> r.functionName("f").name("nobody").functionVersion("1"))),
                "ResourceNotFoundException",
                "Alias not found: " + ARN + ":nobody");
        refused(
                () -> invoke("non-existent-alias"),
                "ResourceNotFoundException",
                "Function not found: " + ARN + ":non-existent-alias");
        refused(
                () -> platform.call(() ->
                        platform.lambda.deleteFunction(r -> r.functionName("f").qualifier("prod"))),
                "InvalidParameterValueException",
                "Deletion of aliases is not currently supported.");
    }

    @Test
    void how_events_are_handled_can_be_set_per_function() {
        update("count runs", "fail Error always");
        var put = platform.call(() -> platform.lambda.putFunctionEventInvokeConfig(
                r -> r.functionName("f").maximumRetryAttempts(0)));
        assertThat(put.functionArn()).isEqualTo(ARN + ":$LATEST");
        assertThat(put.destinationConfig().onFailure()).isNotNull();
        assertThat(put.maximumEventAgeInSeconds()).isNull();

        platform.invoke(r -> r.functionName("f").invocationType(InvocationType.EVENT));
        Platform.eventually(() -> platform.sandboxes.count("runs") == 1);
        platform.time.advance(java.time.Duration.ofMinutes(10));
        assertThat(platform.sandboxes.count("runs")).isEqualTo(1);

        platform.call(() -> platform.lambda.deleteFunctionEventInvokeConfig(r -> r.functionName("f")));
        refused(
                () -> platform.call(() -> platform.lambda.getFunctionEventInvokeConfig(r -> r.functionName("f"))),
                "ResourceNotFoundException",
                "The function " + ARN + ":$LATEST doesn't have an EventInvokeConfig");
        refused(
                () -> platform.call(() -> platform.lambda.putFunctionEventInvokeConfig(
                        r -> r.functionName("nobody").maximumRetryAttempts(1))),
                "ResourceNotFoundException",
                "The function doesn't exist.");
        refused(
                () -> platform.call(() -> platform.lambda.putFunctionEventInvokeConfig(r -> r.functionName("f"))),
                "InvalidParameterValueException",
                "You must specify at least one of error handling or destination setting.");
    }
}
