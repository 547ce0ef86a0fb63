package dev.tsumuji.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

class IamAuthorizerTest {
    private final Cell cell = new Cell();

    @Test
    void a_user_without_policies_may_do_nothing_and_is_told_so_in_aws_words() {
        cell.root.createUser(request -> request.userName("ada"));
        var ada = cell.as(cell.user("ada"), null);

        assertThatThrownBy(() -> ada.getRole(request -> request.roleName("r")))
                .isInstanceOfSatisfying(AwsServiceException.class, e -> {
                    assertThat(e.statusCode()).isEqualTo(403);
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDenied");
                    assertThat(e.awsErrorDetails().errorMessage())
                            .isEqualTo("User: arn:aws:iam::000000000000:user/ada is not authorized to perform:"
                                    + " iam:GetRole on resource: arn:aws:iam::000000000000:role/r because no"
                                    + " identity-based policy allows the iam:GetRole action");
                });
    }

    @Test
    void a_policy_is_in_force_when_the_call_that_put_it_has_returned_and_no_longer_when_it_is_deleted() {
        cell.root.createUser(request -> request.userName("ada"));
        var ada = cell.as(cell.user("ada"), null);
        for (int round = 0; round < 20; round++) {
            cell.root.attachUserPolicy(
                    request -> request.userName("ada").policyArn("arn:aws:iam::aws:policy/IAMReadOnlyAccess"));
            assertThat(ada.listUsers().users()).hasSize(1);
            cell.root.detachUserPolicy(
                    request -> request.userName("ada").policyArn("arn:aws:iam::aws:policy/IAMReadOnlyAccess"));
            assertThatThrownBy(ada::listUsers).isInstanceOf(AwsServiceException.class);
        }
    }

    @Test
    void a_session_of_a_role_that_was_made_anew_has_no_rights() {
        cell.root.createRole(request -> request.roleName("r").assumeRolePolicyDocument(Cell.TRUST_ACCOUNT));
        var admin = "arn:aws:iam::aws:policy/AdministratorAccess";
        cell.root.attachRolePolicy(request -> request.roleName("r").policyArn(admin));
        var session = cell.as(cell.session("r"), null);
        assertThat(session.listRoles().roles()).hasSize(1);

        cell.root.detachRolePolicy(request -> request.roleName("r").policyArn(admin));
        cell.root.deleteRole(request -> request.roleName("r"));
        cell.root.createRole(request -> request.roleName("r").assumeRolePolicyDocument(Cell.TRUST_ACCOUNT));
        cell.root.attachRolePolicy(request -> request.roleName("r").policyArn(admin));

        assertThatThrownBy(session::listRoles).isInstanceOf(AwsServiceException.class);
    }
}
