package dev.tsumuji.sts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.engines.memory.MemoryKv;
import dev.tsumuji.iam.IamService;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.LocalCloud;
import dev.tsumuji.kernel.time.Ids;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Tag;

class StsServiceTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final InstantSource clock = () -> NOW;
    private final Ids ids = new Ids(new SplittableRandom(3));
    private final IamService iamService = new IamService(new MemoryKv(clock), clock, ids);
    private final LocalCloud cloud = new LocalCloud(new Gate(iamService.authorizer(), entry -> {}), clock, ids);
    private final String account = iamService.accounts().create("main", null).number();
    private final Principal root = new Principal.Root(account);
    private final IamClient iam;

    StsServiceTest() {
        cloud.add(iamService.service());
        cloud.add(new StsService(iamService.credentials(), cloud, clock, ids).service());
        iam = as(IamClient.class, root, null);
    }

    private <C extends SdkClient> C as(Class<C> api, Principal who, @Nullable Session session) {
        return cloud.client(api, new Caller(who, session, who.account(), "eu-west-1", Map.of()));
    }

    private String role(String name, String principal, String actions) {
        return iam.createRole(request -> request.roleName(name)
                        .assumeRolePolicyDocument("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                                + "\"Principal\":" + principal + ",\"Action\":" + actions + "}]}"))
                .role()
                .arn();
    }

    private Principal user(String name) {
        var user = iam.createUser(request -> request.userName(name)).user();
        return new Principal.User(account, user.path(), user.userName(), user.userId());
    }

    private void allow(String user, String action, String resource) {
        iam.putUserPolicy(request -> request.userName(user)
                .policyName("p")
                .policyDocument("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"" + action
                        + "\",\"Resource\":\"" + resource + "\"}}"));
    }

    private static void refused(Runnable call, String code, String message) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(AwsServiceException.class, e -> {
            assertThat(e.awsErrorDetails().errorMessage()).isEqualTo(message);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
        });
    }

    @Test
    void everybody_may_ask_who_he_is() {
        var ada = user("ada");

        var identity = as(StsClient.class, ada, null).getCallerIdentity();

        assertThat(identity.arn()).isEqualTo("arn:aws:iam::000000000000:user/ada");
        assertThat(identity.account()).isEqualTo("000000000000");
        assertThat(identity.userId()).isEqualTo(ada.userId());
    }

    @Test
    void what_is_no_arn_is_told_so_before_anybody_is_asked() {
        var sts = as(StsClient.class, root, null);
        for (var none : new String[] {
            "nothing-valid-in-here",
            "arn::b:::something/test-role",
            "arn:a::::something/test-role",
            "arn:a:::something/test-role",
            "arn:a:a::aaaaaaaaaa:"
        }) {
            refused(
                    () -> sts.assumeRole(r -> r.roleArn(none).roleSessionName("session")),
                    "ValidationError",
                    none + " is invalid");
        }
    }

    @Test
    void a_service_assumes_the_role_that_trusts_it_and_no_other() {
        var trusting = role("f", "{\"Service\":\"lambda.amazonaws.com\"}", "\"sts:AssumeRole\"");
        var lambda = cloud.client(
                StsClient.class,
                Caller.service("lambda.amazonaws.com", account, "eu-west-1", "arn:aws:lambda:eu-west-1:x:function:f"));
        var other = cloud.client(
                StsClient.class,
                Caller.service("events.amazonaws.com", account, "eu-west-1", "arn:aws:events:eu-west-1:x:rule/r"));

        var answer = lambda.assumeRole(request -> request.roleArn(trusting).roleSessionName("f"));

        assertThat(answer.assumedRoleUser().arn()).isEqualTo("arn:aws:sts::000000000000:assumed-role/f/f");
        var credentials = answer.credentials();
        assertThat(credentials.accessKeyId()).startsWith("ASIA");
        assertThat(credentials.expiration()).isEqualTo(NOW.plusSeconds(3600));
        assertThat(iamService.credentials().find(credentials.accessKeyId(), credentials.sessionToken()))
                .hasValueSatisfying(found -> {
                    assertThat(found.secretAccessKey()).isEqualTo(credentials.secretAccessKey());
                    assertThat(found.principal().arn())
                            .isEqualTo(answer.assumedRoleUser().arn());
                });
        refused(
                () -> other.assumeRole(request -> request.roleArn(trusting).roleSessionName("f")),
                "AccessDenied",
                "User: events.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: " + trusting);
    }

    @Test
    void a_role_that_trusts_the_account_leaves_it_to_the_users_own_policy() {
        var role = role("r", "{\"AWS\":\"000000000000\"}", "\"sts:AssumeRole\"");
        var ada = as(StsClient.class, user("ada"), null);

        refused(
                () -> ada.assumeRole(request -> request.roleArn(role).roleSessionName("s1")),
                "AccessDenied",
                "User: arn:aws:iam::000000000000:user/ada is not authorized to perform: sts:AssumeRole on resource: "
                        + role);
        allow("ada", "sts:AssumeRole", role);
        assertThat(ada.assumeRole(request -> request.roleArn(role).roleSessionName("s1"))
                        .credentials())
                .isNotNull();
    }

    @Test
    void a_users_own_policy_does_not_open_a_role_that_does_not_trust_him() {
        var role = role("r", "{\"Service\":\"lambda.amazonaws.com\"}", "\"sts:AssumeRole\"");
        var ada = as(StsClient.class, user("ada"), null);
        allow("ada", "*", "*");

        refused(
                () -> ada.assumeRole(request -> request.roleArn(role).roleSessionName("s1")),
                "AccessDenied",
                "User: arn:aws:iam::000000000000:user/ada is not authorized to perform: sts:AssumeRole on resource: "
                        + role);
    }

    @Test
    void a_missing_role_is_refused_as_an_untrusting_one() {
        refused(
                () -> as(StsClient.class, root, null)
                        .assumeRole(request -> request.roleArn("arn:aws:iam::000000000000:role/nope")
                                .roleSessionName("s1")),
                "AccessDenied",
                "User: arn:aws:iam::000000000000:root is not authorized to perform: sts:AssumeRole on resource:"
                        + " arn:aws:iam::000000000000:role/nope");
    }

    @Test
    void tags_of_a_session_are_checked_as_recorded() {
        var role = role("r", "{\"AWS\":\"000000000000\"}", "[\"sts:AssumeRole\",\"sts:TagSession\"]");
        var sts = as(StsClient.class, root, null);
        var request = AssumeRoleRequest.builder().roleArn(role).roleSessionName("s1");

        refused(
                () -> sts.assumeRole(request.tags(tag("k", "1"), tag("K", "2")).build()),
                "InvalidParameterValue",
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        refused(
                () -> sts.assumeRole(
                        request.tags(tag("k", "1")).transitiveTagKeys("other").build()),
                "InvalidParameterValue",
                "The specified transitive tag key must be included in the requested tags.");
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    @Test
    void a_session_lasts_no_longer_than_its_role_allows() {
        var role = role("r", "{\"AWS\":\"000000000000\"}", "\"sts:AssumeRole\"");

        refused(
                () -> as(StsClient.class, root, null)
                        .assumeRole(request ->
                                request.roleArn(role).roleSessionName("s1").durationSeconds(3601)),
                "ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
}
