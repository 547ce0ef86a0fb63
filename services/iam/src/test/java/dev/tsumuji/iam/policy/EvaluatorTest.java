package dev.tsumuji.iam.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.iam.policy.Evaluator.Named;
import dev.tsumuji.iam.policy.Evaluator.Policies;
import dev.tsumuji.iam.policy.Evaluator.Request;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Decision;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The truth table of AWS's evaluation logic, against rules written down here from the documentation, independently of how the
 * evaluator goes about it.
 */
class EvaluatorTest {
    private static final String HOME = "111111111111";
    private static final String AWAY = "222222222222";
    private static final String RESOURCE = "arn:aws:sqs:eu-west-1:x:q";
    private static final Principal USER = new Principal.User(HOME, "/", "ada", "AIDAADA");
    private static final Principal ROLE = new Principal.AssumedRole(HOME, "/", "role", "AROAROLE", "session");

    private enum Says {
        ABSENT,
        SILENT,
        ALLOW,
        DENY
    }

    private static @Nullable Named policy(Says says, String principal) {
        return switch (says) {
            case ABSENT -> null;
            case SILENT -> named("Allow", "other:Action", principal);
            case ALLOW -> named("Allow", "sqs:SendMessage", principal);
            case DENY -> named("Deny", "sqs:*", principal);
        };
    }

    private static Named named(String effect, String action, String principal) {
        return new Named(
                effect,
                PolicyParser.parse("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"" + effect
                        + "\",\"Action\":\"" + action + "\"," + principal + "\"Resource\":\"*\"}]}"));
    }

    private static Decision decide(
            Principal who,
            String owner,
            boolean trusting,
            Says identity,
            Says resource,
            String naming,
            Says boundary,
            Says session) {
        var own = policy(identity, "");
        var scope = policy(session, "");
        var guard = policy(resource, "\"Principal\":" + naming + ",");
        return Evaluator.decide(
                new Request(who, "sqs:SendMessage", RESOURCE, owner, trusting, Context.of(Map.of())),
                new Policies(
                        own == null ? List.of() : List.of(own),
                        policy(boundary, ""),
                        scope == null ? null : List.of(scope),
                        () -> guard));
    }

    private static boolean allows(Says says) {
        return says == Says.ALLOW;
    }

    private static boolean lets(Says narrowing) {
        return narrowing == Says.ABSENT || narrowing == Says.ALLOW;
    }

    private interface Rule {
        boolean allowed(boolean identity, boolean resource, boolean narrow);
    }

    private static void table(Principal who, String owner, boolean trusting, String naming, Rule rule) {
        for (var identity : Says.values()) {
            for (var resource : Says.values()) {
                for (var boundary : Says.values()) {
                    for (var session : Says.values()) {
                        boolean denied =
                                List.of(identity, resource, boundary, session).contains(Says.DENY);
                        boolean expected = !denied
                                && rule.allowed(allows(identity), allows(resource), lets(boundary) && lets(session));
                        var decision = decide(who, owner, trusting, identity, resource, naming, boundary, session);
                        assertThat(decision.allowed())
                                .as(
                                        "%s owner=%s trusting=%s naming=%s identity=%s resource=%s boundary=%s session=%s",
                                        who.arn(), owner, trusting, naming, identity, resource, boundary, session)
                                .isEqualTo(expected);
                        assertThat(decision.remedy().isEmpty()).isEqualTo(expected || denied);
                    }
                }
            }
        }
    }

    @Test
    void within_an_account_a_policy_naming_the_user_suffices_and_is_not_narrowed() {
        table(
                USER,
                HOME,
                false,
                "{\"AWS\":\"arn:aws:iam::111111111111:user/ada\"}",
                (identity, resource, narrow) -> resource || identity && narrow);
    }

    @Test
    void within_an_account_a_policy_naming_the_session_suffices_and_is_not_narrowed() {
        table(
                ROLE,
                HOME,
                false,
                "{\"AWS\":\"arn:aws:sts::111111111111:assumed-role/role/session\"}",
                (identity, resource, narrow) -> resource || identity && narrow);
    }

    @Test
    void within_an_account_a_policy_naming_the_role_suffices_within_what_narrows_it() {
        table(
                ROLE,
                HOME,
                false,
                "{\"AWS\":\"arn:aws:iam::111111111111:role/role\"}",
                (identity, resource, narrow) -> (resource || identity) && narrow);
    }

    @Test
    void within_an_account_a_policy_naming_the_account_leaves_it_to_the_users_policies() {
        for (var naming : List.of("{\"AWS\":\"111111111111\"}", "{\"AWS\":\"arn:aws:iam::111111111111:root\"}")) {
            table(USER, HOME, false, naming, (identity, resource, narrow) -> identity && narrow);
        }
    }

    @Test
    void across_accounts_both_sides_must_allow() {
        for (var naming :
                List.of("{\"AWS\":\"arn:aws:iam::111111111111:user/ada\"}", "{\"AWS\":\"111111111111\"}", "\"*\"")) {
            table(USER, AWAY, false, naming, (identity, resource, narrow) -> identity && resource && narrow);
        }
    }

    @Test
    void a_trust_policy_must_itself_let_the_principal_in() {
        table(
                USER,
                HOME,
                true,
                "{\"AWS\":\"111111111111\"}",
                (identity, resource, narrow) -> identity && resource && narrow);
        table(
                USER,
                HOME,
                true,
                "{\"AWS\":\"arn:aws:iam::111111111111:user/ada\"}",
                (identity, resource, narrow) -> resource);
    }

    private static boolean lets(String named, String service) {
        var naming = "{\"Service\":\"" + named + "\"}";
        var who = new Principal.Service(service);
        return decide(who, HOME, false, Says.ABSENT, Says.ALLOW, naming, Says.ABSENT, Says.ABSENT)
                .allowed();
    }

    @Test
    void a_service_of_a_region_is_let_in_by_its_name_with_and_without_the_region() {
        var service = "logs.eu-central-1.amazonaws.com";
        assertThat(lets("logs.eu-central-1.amazonaws.com", service)).isTrue();
        assertThat(lets("logs.amazonaws.com", service)).isTrue();
        assertThat(lets("logs.us-east-1.amazonaws.com", service)).isFalse();
        assertThat(lets("sns.amazonaws.com", service)).isFalse();
        assertThat(lets("s3.amazonaws.com", "lifecycle.s3.amazonaws.com")).isFalse();
        assertThat(lets("lifecycle.amazonaws.com", "lifecycle.s3.amazonaws.com"))
                .isFalse();
    }

    @Test
    void a_service_and_a_stranger_are_let_in_by_the_resource_alone() {
        var service = new Principal.Service("sns.amazonaws.com");
        for (var says : Says.values()) {
            assertThat(decide(
                                    service,
                                    HOME,
                                    false,
                                    Says.ABSENT,
                                    says,
                                    "{\"Service\":\"sns.amazonaws.com\"}",
                                    Says.ABSENT,
                                    Says.ABSENT)
                            .allowed())
                    .isEqualTo(says == Says.ALLOW);
            assertThat(decide(
                                    new Principal.Anonymous(),
                                    HOME,
                                    false,
                                    Says.ABSENT,
                                    says,
                                    "{\"AWS\":\"*\"}",
                                    Says.ABSENT,
                                    Says.ABSENT)
                            .allowed())
                    .isEqualTo(says == Says.ALLOW);
            assertThat(decide(
                                    new Principal.Anonymous(),
                                    HOME,
                                    false,
                                    Says.ABSENT,
                                    says,
                                    "{\"AWS\":\"111111111111\"}",
                                    Says.ABSENT,
                                    Says.ABSENT)
                            .allowed())
                    .isFalse();
        }
    }

    @Test
    void the_accounts_root_needs_no_policy_and_is_bound_by_the_resources_denial() {
        var root = new Principal.Root(HOME);
        for (var says : Says.values()) {
            assertThat(decide(root, HOME, false, Says.ABSENT, says, "\"*\"", Says.ABSENT, Says.ABSENT)
                            .allowed())
                    .isEqualTo(says != Says.DENY);
            assertThat(decide(root, AWAY, false, Says.ABSENT, says, "\"*\"", Says.ABSENT, Says.ABSENT)
                            .allowed())
                    .isEqualTo(says == Says.ALLOW);
        }
    }

    @Test
    void reasons_are_in_aws_words_and_the_deciding_statement_is_named() {
        var denied = decide(USER, HOME, false, Says.DENY, Says.ABSENT, "\"*\"", Says.ABSENT, Says.ABSENT);
        assertThat(denied.reason()).isEqualTo("with an explicit deny in an identity-based policy");
        assertThat(denied.decidedBy()).isEqualTo("Deny, statement 1");
        assertThat(decide(USER, HOME, false, Says.ABSENT, Says.ABSENT, "\"*\"", Says.ABSENT, Says.ABSENT)
                        .reason())
                .isEqualTo("because no identity-based policy allows the sqs:SendMessage action");
        assertThat(decide(USER, HOME, false, Says.ALLOW, Says.ABSENT, "\"*\"", Says.SILENT, Says.ABSENT)
                        .reason())
                .isEqualTo("because no permissions boundary allows the sqs:SendMessage action");
        assertThat(decide(USER, HOME, false, Says.ALLOW, Says.ABSENT, "\"*\"", Says.ABSENT, Says.SILENT)
                        .reason())
                .isEqualTo("because no session policy allows the sqs:SendMessage action");
        var across = decide(USER, AWAY, false, Says.ALLOW, Says.ABSENT, "\"*\"", Says.ABSENT, Says.ABSENT);
        assertThat(across.reason()).isEqualTo("because no resource-based policy allows the sqs:SendMessage action");
        assertThat(across.remedy())
                .isEqualTo("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
                        + "\"arn:aws:iam::111111111111:user/ada\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\""
                        + RESOURCE + "\"}]}");
    }
}
