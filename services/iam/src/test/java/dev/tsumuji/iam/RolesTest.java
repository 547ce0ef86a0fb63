package dev.tsumuji.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.Tag;

class RolesTest {
    private static final String PUT_OBJECT =
            "{\"Version\": \"2012-10-17\", \"Statement\": {\"Sid\": \"\", \"Effect\": \"Allow\", \"Action\": \"s3:PutObject\", \"Resource\": \"*\"}}";

    private final Cell cell = new Cell();
    private final IamClient iam = cell.root;

    private static void refused(Runnable call, String code, String message) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(AwsServiceException.class, e -> {
            assertThat(e.awsErrorDetails().errorMessage()).isEqualTo(message);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
        });
    }

    @Test
    void a_role_is_shown_with_its_trust_and_tags_but_listed_without_tags() {
        var made = iam.createRole(request -> request.roleName("r")
                        .path("/role-with-tags/")
                        .description("for tests")
                        .assumeRolePolicyDocument(Cell.TRUST_ACCOUNT)
                        .tags(Tag.builder().key("test").value("value").build()))
                .role();

        assertThat(made.arn()).isEqualTo("arn:aws:iam::000000000000:role/role-with-tags/r");
        assertThat(made.maxSessionDuration()).isNull();
        assertThat(made.description()).isNull();
        assertThat(URLDecoder.decode(made.assumeRolePolicyDocument(), StandardCharsets.UTF_8))
                .isEqualTo(Cell.TRUST_ACCOUNT);
        var shown = iam.getRole(request -> request.roleName("r")).role();
        assertThat(shown.maxSessionDuration()).isEqualTo(3600);
        assertThat(shown.tags()).hasSize(1);
        assertThat(shown.description()).isEqualTo("for tests");
        assertThat(shown.roleLastUsed()).isNotNull();
        assertThat(iam.listRoles().roles())
                .singleElement()
                .satisfies(role -> assertThat(role.hasTags()).isFalse());
    }

    @Test
    void a_trust_policy_cannot_name_a_role_that_is_not_there() {
        refused(
                () -> iam.createRole(request -> request.roleName("r")
                        .assumeRolePolicyDocument(
                                Cell.TRUST_ACCOUNT.replace("000000000000", "arn:aws:iam::000000000000:role/gone"))),
                "MalformedPolicyDocument",
                "Invalid principal in policy: \"AWS\":\"arn:aws:iam::000000000000:role/gone\"");
    }

    @Test
    void a_role_is_deleted_only_when_nothing_hangs_on_it() {
        iam.createRole(request -> request.roleName("r").assumeRolePolicyDocument(Cell.TRUST_ACCOUNT));
        iam.createInstanceProfile(request -> request.instanceProfileName("ip"));
        iam.addRoleToInstanceProfile(
                request -> request.instanceProfileName("ip").roleName("r"));
        var basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        iam.attachRolePolicy(request -> request.roleName("r").policyArn(basic));

        Runnable delete = () -> iam.deleteRole(request -> request.roleName("r"));
        refused(delete, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.");
        iam.removeRoleFromInstanceProfile(
                request -> request.instanceProfileName("ip").roleName("r"));
        refused(delete, "DeleteConflict", "Cannot delete entity, must detach all policies first.");
        iam.detachRolePolicy(request -> request.roleName("r").policyArn(basic));
        delete.run();
        refused(delete, "NoSuchEntity", "The role with name r cannot be found.");
    }

    @ParameterizedTest
    @CsvSource({
        "batch.amazonaws.com,AWSServiceRoleForBatch,BatchServiceRolePolicy,",
        "ecs.amazonaws.com,AWSServiceRoleForECS,AmazonECSServiceRolePolicy,",
        "lexv2.amazonaws.com,AWSServiceRoleForLexV2Bots_mine,AmazonLexV2BotPolicy,mine"
    })
    void a_services_role_is_made_with_its_policy_and_deleted_by_a_task(
            String service, String name, String policy, String suffix) {
        var role = iam.createServiceLinkedRole(
                        request -> request.awsServiceName(service).customSuffix(suffix))
                .role();

        assertThat(role.arn()).isEqualTo("arn:aws:iam::000000000000:role/aws-service-role/" + service + "/" + name);
        assertThat(iam.listAttachedRolePolicies(request -> request.roleName(name))
                        .attachedPolicies())
                .singleElement()
                .satisfies(attached -> assertThat(attached.policyArn())
                        .isEqualTo("arn:aws:iam::aws:policy/aws-service-role/" + policy));
        refused(
                () -> iam.deleteRole(request -> request.roleName(name)),
                "UnmodifiableEntity",
                "Cannot perform the operation on the protected role '" + name
                        + "' - this role is only modifiable by AWS");
        var task =
                iam.deleteServiceLinkedRole(request -> request.roleName(name)).deletionTaskId();
        assertThat(task).startsWith("task/aws-service-role/" + service + "/" + name + "/");
        assertThat(iam.getServiceLinkedRoleDeletionStatus(request -> request.deletionTaskId(task))
                        .statusAsString())
                .isEqualTo("SUCCEEDED");
        assertThat(iam.listRoles().roles()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"appmesh.amazonaws.com", "rds.amazonaws.com", "sso.amazonaws.com", "waf.amazonaws.com"})
    void most_services_roles_take_no_suffix(String service) {
        refused(
                () -> iam.createServiceLinkedRole(
                        request -> request.awsServiceName(service).customSuffix("x")),
                "InvalidInput",
                "Custom suffix is not allowed for " + service);
    }

    @Test
    void a_managed_policy_has_versions_of_which_one_is_in_force() {
        var arn = iam.createPolicy(request -> request.policyName("p").policyDocument(PUT_OBJECT))
                .policy()
                .arn();
        for (int version = 2; version <= 5; version++) {
            iam.createPolicyVersion(request -> request.policyArn(arn).policyDocument(PUT_OBJECT));
        }
        refused(
                () -> iam.createPolicyVersion(request -> request.policyArn(arn).policyDocument(PUT_OBJECT)),
                "LimitExceeded",
                "A managed policy can have up to 5 versions. Before you create a new version, you must delete an"
                        + " existing version.");
        refused(
                () -> iam.deletePolicyVersion(request -> request.policyArn(arn).versionId("v1")),
                "DeleteConflict",
                "Cannot delete the default version of a policy.");
        iam.setDefaultPolicyVersion(request -> request.policyArn(arn).versionId("v3"));
        iam.deletePolicyVersion(request -> request.policyArn(arn).versionId("v1"));
        assertThat(iam.getPolicy(request -> request.policyArn(arn)).policy().defaultVersionId())
                .isEqualTo("v3");
        assertThat(iam.listPolicyVersions(request -> request.policyArn(arn)).versions())
                .extracting(version -> version.versionId())
                .containsExactly("v5", "v4", "v3", "v2");
        refused(
                () -> iam.deletePolicy(request -> request.policyArn(arn)),
                "DeleteConflict",
                "This policy has more than one version. Before you delete a policy, you must delete the policy's"
                        + " versions. The default version is deleted with the policy.");
    }

    @Test
    void a_missing_policy_was_not_found() {
        refused(
                () -> iam.deletePolicy(
                        request -> request.policyArn("arn:aws:iam::000000000000:policy/non-existent-policy")),
                "NoSuchEntity",
                "Policy arn:aws:iam::000000000000:policy/non-existent-policy was not found.");
    }

    @Test
    void a_missing_policy_lacks_the_version_that_is_asked_for() {
        var none = "arn:aws:iam::000000000000:policy/non-existent-policy";
        var message = "Policy " + none + " version v1 does not exist or is not attachable.";
        refused(() -> iam.getPolicyVersion(r -> r.policyArn(none).versionId("v1")), "NoSuchEntity", message);
        refused(() -> iam.setDefaultPolicyVersion(r -> r.policyArn(none).versionId("v1")), "NoSuchEntity", message);
    }

    @Test
    void what_is_no_arn_is_attached_to_nobody() {
        iam.createRole(r -> r.roleName("r").assumeRolePolicyDocument(Cell.TRUST_ACCOUNT));
        refused(
                () -> iam.attachRolePolicy(r -> r.roleName("r").policyArn("longpolicynamebutnoarn")),
                "ValidationError",
                "ARN longpolicynamebutnoarn is not valid.");
    }

    @Test
    void tags_of_policies_differ_in_case_and_are_listed_in_order() {
        var lower = Tag.builder().key("a").value("lower").build();
        var upper = Tag.builder().key("A").value("upper").build();
        var arn = iam.createPolicy(
                        r -> r.policyName("p").policyDocument(PUT_OBJECT).tags(lower, upper))
                .policy()
                .arn();

        assertThat(iam.listPolicyTags(r -> r.policyArn(arn)).tags()).containsExactly(upper, lower);
        refused(
                () -> iam.tagPolicy(r -> r.policyArn(arn).tags(lower, lower)),
                "InvalidInput",
                "Duplicate tag keys found.");
        iam.untagPolicy(r -> r.policyArn(arn).tagKeys("a"));
        assertThat(iam.listPolicyTags(r -> r.policyArn(arn)).tags()).containsExactly(upper);
    }

    @Test
    void members_of_a_group_have_its_policies() {
        iam.createGroup(request -> request.groupName("g"));
        iam.createUser(request -> request.userName("ada"));
        iam.addUserToGroup(request -> request.groupName("g").userName("ada"));
        iam.attachGroupPolicy(request -> request.groupName("g").policyArn("arn:aws:iam::aws:policy/IAMReadOnlyAccess"));
        var ada = cell.as(cell.user("ada"), null);

        assertThat(ada.listGroupsForUser(request -> request.userName("ada")).groups())
                .hasSize(1);
        refused(
                () -> iam.deleteGroup(request -> request.groupName("g")),
                "DeleteConflict",
                "Cannot delete entity, must remove users from group first.");
        iam.removeUserFromGroup(request -> request.groupName("g").userName("ada"));
        assertThatThrownBy(() -> ada.listGroups()).isInstanceOf(AwsServiceException.class);
    }

    @Test
    void a_simulation_decides_as_recorded() {
        var arn = iam.createPolicy(request -> request.policyName("p").policyDocument(PUT_OBJECT))
                .policy()
                .arn();
        var user = iam.createUser(request -> request.userName("ada")).user().arn();
        iam.attachUserPolicy(request -> request.userName("ada").policyArn(arn));

        var results = iam.simulatePrincipalPolicy(request -> request.policySourceArn(user)
                        .actionNames("s3:PutObject", "s3:GetObjectVersion")
                        .resourceArns("arn:aws:s3:::bucket"))
                .evaluationResults();

        assertThat(results)
                .extracting(EvaluationResult::evalDecisionAsString)
                .containsExactly("allowed", "implicitDeny");
        var statement = results.getFirst().matchedStatements().getFirst();
        assertThat(statement.startPosition().line()).isEqualTo(1);
        assertThat(statement.startPosition().column()).isEqualTo(41);
        assertThat(statement.endPosition().column()).isEqualTo(113);
        assertThat(results.get(1).matchedStatements()).isEmpty();
        assertThat(results.getFirst().resourceSpecificResults()).hasSize(1);
    }

    @Test
    void the_whole_account_is_described_in_pages() {
        iam.createUser(request -> request.userName("ada"));
        iam.createGroup(request -> request.groupName("g"));
        iam.createRole(request -> request.roleName("r").assumeRolePolicyDocument(Cell.TRUST_ACCOUNT));
        iam.createPolicy(request -> request.policyName("p").policyDocument(PUT_OBJECT));

        var pages = iam.getAccountAuthorizationDetailsPaginator(request -> request.maxItems(3)).stream()
                .toList();

        assertThat(pages).hasSize(2);
        assertThat(pages.getFirst().userDetailList()).hasSize(1);
        assertThat(pages.getLast().policies()).hasSize(1);
        assertThat(iam.getAccountSummary().summaryMapAsStrings()).containsEntry("Roles", 1);
    }
}
