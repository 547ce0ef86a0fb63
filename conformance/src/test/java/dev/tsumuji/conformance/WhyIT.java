package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.CloudWatchLogsException;
import software.amazon.awssdk.services.iam.IamClient;

/** A refusal can be explained, and its explanation is a policy that helps. */
class WhyIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void the_least_policy_that_why_prints_allows_what_was_denied() throws IOException {
        var platform = RunningPlatform.shared();
        var wire = new Wire(platform);
        try (var iam = platform.client(IamClient.builder())) {
            iam.createUser(r -> r.userName("curious"));
            var key = iam.createAccessKey(r -> r.userName("curious")).accessKey();
            try (var logs = platform.client(
                    CloudWatchLogsClient.builder(),
                    AwsBasicCredentials.create(key.accessKeyId(), key.secretAccessKey()))) {
                var denied = catchThrowableOfType(
                        CloudWatchLogsException.class, () -> logs.createLogGroup(r -> r.logGroupName("why-group")));
                assertThat(denied.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
                assertThat(denied.awsErrorDetails().errorMessage())
                        .startsWith("User: arn:aws:iam::000000000000:user/curious is not authorized to perform: "
                                + "logs:CreateLogGroup on resource: "
                                + "arn:aws:logs:us-east-1:000000000000:log-group:why-group:log-stream: "
                                + "because no identity-based policy allows the logs:CreateLogGroup action");

                var page = wire.send(
                        wire.signed(wire.message("GET", "/_tsumuji/why/" + denied.requestId(), null, ""), "tsumuji"));
                assertThat(page.status()).as(page.body()).isEqualTo(200);
                var record = JSON.readTree(page.body());
                assertThat(record.path("operation").asText()).isEqualTo("CreateLogGroup");
                var decision = record.path("decisions").get(0);
                assertThat(decision.path("allowed").asBoolean()).isFalse();
                var least = decision.path("leastPolicy");
                iam.putUserPolicy(r -> r.userName("curious")
                        .policyName("least")
                        .policyDocument(least.isTextual() ? least.asText() : least.toString()));
                logs.createLogGroup(r -> r.logGroupName("why-group"));
            }
        }
    }

    @Test
    void strangers_do_not_see_why() {
        var wire = new Wire(RunningPlatform.shared());
        var page = wire.send(wire.message("GET", "/_tsumuji/why/00000000-0000-0000-0000-000000000000", null, ""));
        assertThat(page.status()).isEqualTo(403);
    }
}
