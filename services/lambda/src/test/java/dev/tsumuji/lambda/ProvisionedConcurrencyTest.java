package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.GetProvisionedConcurrencyConfigResponse;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ProvisionedConcurrencyStatusEnum;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

class ProvisionedConcurrencyTest {
    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private void published(String name, String... program) {
        platform.with(name, program);
        platform.call(() -> platform.lambda.publishVersion(r -> r.functionName(name)));
    }

    private void put(String name, String qualifier, int count) {
        var answer = platform.call(() -> platform.lambda.putProvisionedConcurrencyConfig(
                r -> r.functionName(name).qualifier(qualifier).provisionedConcurrentExecutions(count)));
        assertThat(answer.status()).isEqualTo(ProvisionedConcurrencyStatusEnum.IN_PROGRESS);
        assertThat(answer.availableProvisionedConcurrentExecutions()).isZero();
    }

    private GetProvisionedConcurrencyConfigResponse get(Platform platform, String name, String qualifier) {
        return platform.call(() -> platform.lambda.getProvisionedConcurrencyConfig(
                r -> r.functionName(name).qualifier(qualifier)));
    }

    private void ready(Platform platform, String name, String qualifier) {
        Platform.eventually(() -> get(platform, name, qualifier).status() == ProvisionedConcurrencyStatusEnum.READY);
    }

    private InvokeResponse invoke(String qualifier) {
        return platform.invoke(r -> r.functionName("f").qualifier(qualifier).payload(SdkBytes.fromUtf8String("{}")));
    }

    @Test
    void instances_are_there_before_they_are_wanted_and_stay_however_long_nobody_comes() {
        published("f", "env AWS_LAMBDA_INITIALIZATION_TYPE");
        put("f", "1", 3);
        ready(platform, "f", "1");

        assertThat(platform.sandboxes.alive()).hasSize(3);
        assertThat(get(platform, "f", "1").allocatedProvisionedConcurrentExecutions())
                .isEqualTo(3);
        platform.time.advance(Duration.ofMinutes(30));
        assertThat(invoke("1").payload().asUtf8String()).isEqualTo("\"provisioned-concurrency\"");
        Platform.eventually(() -> platform.sandboxes.alive().size() == 3);
        assertThat(invoke("$LATEST").payload().asUtf8String()).isEqualTo("\"on-demand\"");
    }

    @Test
    void what_is_more_than_provisioned_is_started_on_demand() {
        published("f", "wait gate", "env AWS_LAMBDA_INITIALIZATION_TYPE");
        put("f", "1", 1);
        ready(platform, "f", "1");
        var first = CompletableFuture.supplyAsync(() -> invoke("1"), Thread::startVirtualThread);
        Platform.eventually(
                () -> platform.sandboxes.started.getFirst().invocations.size() == 1);
        var second = CompletableFuture.supplyAsync(() -> invoke("1"), Thread::startVirtualThread);
        Platform.eventually(() -> platform.sandboxes.started.size() == 2
                && platform.sandboxes.started.getLast().invocations.size() == 1);
        platform.sandboxes.open("gate");

        assertThat(first.join().payload().asUtf8String()).isEqualTo("\"provisioned-concurrency\"");
        assertThat(second.join().payload().asUtf8String()).isEqualTo("\"on-demand\"");
    }

    @Test
    void instances_are_made_again_when_the_platform_starts() {
        published("f", "echo");
        put("f", "1", 2);
        ready(platform, "f", "1");
        platform.crash();
        try (var again = new Platform(platform, settings -> settings)) {
            ready(again, "f", "1");
            assertThat(again.sandboxes.alive()).hasSize(2);
        }
    }

    @Test
    void an_alias_takes_its_instances_along_to_another_version() {
        published("f", "env AWS_LAMBDA_FUNCTION_VERSION");
        platform.call(() -> platform.lambda.createAlias(
                r -> r.functionName("f").name("live").functionVersion("1")));
        put("f", "live", 1);
        ready(platform, "f", "live");
        platform.call(() -> platform.lambda.updateFunctionConfiguration(
                r -> r.functionName("f").description("changed")));
        platform.active("f");
        Platform.eventually(() -> platform.call(() -> platform.lambda
                        .getFunctionConfiguration(r -> r.functionName("f"))
                        .lastUpdateStatusAsString())
                .equals("Successful"));
        platform.call(() -> platform.lambda.publishVersion(r -> r.functionName("f")));
        platform.call(() -> platform.lambda.updateAlias(
                r -> r.functionName("f").name("live").functionVersion("2")));
        ready(platform, "f", "live");

        Platform.eventually(() -> platform.sandboxes.alive().size() == 1);
        assertThat(invoke("live").payload().asUtf8String()).isEqualTo("\"2\"");
        platform.call(() -> platform.lambda.deleteProvisionedConcurrencyConfig(
                r -> r.functionName("f").qualifier("live")));
        assertThatThrownBy(() -> get(platform, "f", "live"))
                .hasMessageContaining("No Provisioned Concurrency Config found for this function");
        Platform.eventually(() -> platform.sandboxes.alive().isEmpty());
    }

    @Test
    void reservations_and_what_is_provisioned_share_one_account() {
        published("f", "echo");
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(2)));
        assertThatThrownBy(() -> put("f", "1", 3))
                .hasMessageContaining("Requested Provisioned Concurrency should not be greater than the"
                        + " reservedConcurrentExecution for function");
        put("f", "1", 2);
        ready(platform, "f", "1");

        assertThatThrownBy(() -> platform.call(() -> platform.lambda.putFunctionConcurrency(
                        r -> r.functionName("f").reservedConcurrentExecutions(1))))
                .hasMessageContaining(" ReservedConcurrentExecutions  1 should not be lower than function's total"
                        + " provisioned concurrency [2].");
        assertThatThrownBy(() -> invoke("$LATEST")).isInstanceOf(TooManyRequestsException.class);
        assertThat(invoke("1").functionError()).isNull();
    }

    @Test
    void what_can_not_be_provisioned_is_refused_in_the_words_of_aws() {
        published("f", "echo");
        assertThatThrownBy(() -> put("f", "$LATEST", 1))
                .hasMessageContaining(
                        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
        assertThatThrownBy(() -> put("f", "7", 1)).hasMessageContaining("Function not found: ");
        assertThatThrownBy(() -> put("f", "none", 1)).hasMessageContaining("Cannot find alias arn: ");
        assertThatThrownBy(() -> put("f", "1", 1001))
                .hasMessageContaining("Specified ConcurrentExecutions for function is greater than account's unreserved"
                        + " concurrency [1000].");
        assertThatThrownBy(() -> put("f", "1", 901))
                .hasMessageContaining("Specified ConcurrentExecutions for function decreases account's"
                        + " UnreservedConcurrentExecution below its minimum value of [100].");
        platform.call(() -> platform.lambda.createAlias(
                r -> r.functionName("f").name("live").functionVersion("1")));
        put("f", "live", 1);
        assertThatThrownBy(() -> put("f", "1", 1))
                .hasMessageContaining("Version is pointed to by a Provisioned Concurrency alias");
        assertThat(platform.call(() -> platform.lambda.listProvisionedConcurrencyConfigs(r -> r.functionName("f")))
                        .provisionedConcurrencyConfigs())
                .singleElement()
                .satisfies(config -> assertThat(config.functionArn()).endsWith(":function:f:live"));
    }

    private String gigabyteSeconds() {
        var report =
                JsonTree.parse(platform.lambda.usages().report("000000000000", Duration.ofHours(2), "f", "aws", null));
        var total = (java.util.Map<?, ?>) ((java.util.Map<?, ?>) report).get("total");
        return String.valueOf(total.get("provisionedGigabyteSeconds"));
    }

    @Test
    void what_is_kept_is_billed_by_five_minutes_that_were_begun() {
        published("f", "echo");
        assertThat(gigabyteSeconds()).isEqualTo("null");
        put("f", "1", 2);
        ready(platform, "f", "1");
        assertThat(gigabyteSeconds()).as("128 MB twice for 300 s").isEqualTo("75");
        platform.time.advance(Duration.ofMinutes(4));
        put("f", "1", 3);
        assertThat(gigabyteSeconds()).as("one more").isEqualTo("112.5");
        platform.time.advance(Duration.ofMinutes(2));
        assertThat(gigabyteSeconds()).as("three for the next five minutes").isEqualTo("225");
        platform.call(() -> platform.lambda.deleteProvisionedConcurrencyConfig(
                r -> r.functionName("f").qualifier("1")));
        platform.time.advance(Duration.ofMinutes(30));
        assertThat(gigabyteSeconds()).isEqualTo("225");
    }

    @Test
    void a_function_that_does_not_initialise_is_said_to_have_failed() {
        published("f", "broken");
        put("f", "1", 1);
        Platform.eventually(() -> get(platform, "f", "1").status() == ProvisionedConcurrencyStatusEnum.FAILED);
        assertThat(get(platform, "f", "1").statusReason()).isEqualTo("FUNCTION_ERROR_INIT_FAILURE");
    }
}
