package dev.tsumuji.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.model.EntityAlreadyExistsException;

class UsersTest {
    private final Cell cell = new Cell();

    private static void refused(Runnable call, String code, int status, String message) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(AwsServiceException.class, e -> {
            assertThat(e.awsErrorDetails().errorMessage()).isEqualTo(message);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(e.statusCode()).isEqualTo(status);
        });
    }

    @Test
    void a_created_user_is_found_by_its_name() {
        var made = cell.root
                .createUser(request -> request.userName("ada").path("/people/"))
                .user();

        assertThat(made.arn()).isEqualTo("arn:aws:iam::000000000000:user/people/ada");
        assertThat(made.userId()).startsWith("AIDA").hasSize(21);
        assertThat(cell.root.getUser(request -> request.userName("ada")).user()).isEqualTo(made);
    }

    @Test
    void a_missing_user_cannot_be_found() {
        refused(
                () -> cell.root.getUser(request -> request.userName("nobody")),
                "NoSuchEntity",
                404,
                "The user with name nobody cannot be found.");
    }

    @Test
    void nobody_has_what_cannot_be_made() {
        cell.root.createUser(request -> request.userName("ada"));

        assertThat(cell.root.listMFADevices(r -> r.userName("ada")).mfaDevices())
                .isEmpty();
        assertThat(cell.root.listSSHPublicKeys(r -> r.userName("ada")).sshPublicKeys())
                .isEmpty();
        assertThat(cell.root.listSigningCertificates(r -> r.userName("ada")).certificates())
                .isEmpty();
        assertThat(cell.root.listOpenIDConnectProviders(r -> {}).openIDConnectProviderList())
                .isEmpty();
        refused(
                () -> cell.root.listMFADevices(r -> r.userName("nobody")),
                "NoSuchEntity",
                404,
                "The user with name nobody cannot be found.");
    }

    @Test
    void who_is_in_no_group_can_leave_it() {
        cell.root.createUser(request -> request.userName("ada"));
        cell.root.createGroup(request -> request.groupName("writers"));

        cell.root.removeUserFromGroup(request -> request.userName("ada").groupName("writers"));
        refused(
                () -> cell.root.removeUserFromGroup(
                        request -> request.userName("ada").groupName("none")),
                "NoSuchEntity",
                404,
                "The group with name none cannot be found.");
        refused(
                () -> cell.root.removeUserFromGroup(
                        request -> request.userName("nobody").groupName("none")),
                "NoSuchEntity",
                404,
                "The user with name nobody cannot be found.");
    }

    @Test
    void the_last_use_of_a_key_that_is_not_there_is_nobodys_to_know() {
        refused(
                () -> cell.root.getAccessKeyLastUsed(request -> request.accessKeyId("AKIAIOSFODNN7EXAMPLE")),
                "AccessDenied",
                403,
                "User: arn:aws:iam::000000000000:root is not authorized to perform iam:GetAccessKeyLastUsed"
                        + " on resource: access key AKIAIOSFODNN7EXAMPLE");
    }

    @Test
    void a_user_has_one_password() {
        cell.root.createUser(request -> request.userName("ada"));
        cell.root.createLoginProfile(request -> request.userName("ada").password("a-Long-1-password"));

        refused(
                () -> cell.root.createLoginProfile(
                        request -> request.userName("ada").password("a-Long-1-password")),
                "EntityAlreadyExists",
                409,
                "Login Profile for user ada already exists.");
    }

    @Test
    void names_that_differ_in_case_only_are_the_same_name() {
        cell.root.createUser(request -> request.userName("Ada"));

        refused(
                () -> cell.root.createUser(request -> request.userName("ada")),
                "EntityAlreadyExists",
                409,
                "User with name ada already exists.");
    }

    @Test
    void of_two_who_create_one_user_at_once_one_wins() throws Exception {
        for (int round = 0; round < 50; round++) {
            var name = "user" + round;
            Callable<String> create = () -> {
                try {
                    cell.root.createUser(request -> request.userName(name));
                    return "made";
                } catch (EntityAlreadyExistsException e) {
                    return "exists";
                }
            };
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var outcomes = threads.invokeAll(List.of(create, create)).stream()
                        .map(future -> future.resultNow())
                        .toList();
                assertThat(outcomes).containsExactlyInAnyOrder("made", "exists");
            }
        }
    }

    @Test
    void a_user_is_deleted_only_when_nothing_hangs_on_it() {
        var iam = cell.root;
        iam.createUser(request -> request.userName("ada"));
        var key = iam.createAccessKey(request -> request.userName("ada")).accessKey();
        var readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        iam.attachUserPolicy(request -> request.userName("ada").policyArn(readOnly));
        iam.putUserPolicy(
                request -> request.userName("ada")
                        .policyName("p")
                        .policyDocument(
                                "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}"));

        Runnable delete = () -> iam.deleteUser(request -> request.userName("ada"));
        refused(delete, "DeleteConflict", 409, "Cannot delete entity, must delete access keys first.");
        iam.deleteAccessKey(request -> request.userName("ada").accessKeyId(key.accessKeyId()));
        refused(delete, "DeleteConflict", 409, "Cannot delete entity, must detach all policies first.");
        iam.detachUserPolicy(request -> request.userName("ada").policyArn(readOnly));
        refused(delete, "DeleteConflict", 409, "Cannot delete entity, must delete policies first.");
        iam.deleteUserPolicy(request -> request.userName("ada").policyName("p"));
        delete.run();
        assertThat(iam.listUsers().users()).isEmpty();
    }

    @Test
    void a_renamed_user_keeps_its_policies_and_keys() {
        var iam = cell.root;
        iam.createUser(request -> request.userName("ada"));
        var key = iam.createAccessKey(request -> request.userName("ada")).accessKey();
        iam.attachUserPolicy(request -> request.userName("ada").policyArn("arn:aws:iam::aws:policy/ReadOnlyAccess"));

        iam.updateUser(request -> request.userName("ada").newUserName("grace"));

        assertThat(iam.listAttachedUserPolicies(request -> request.userName("grace"))
                        .attachedPolicies())
                .hasSize(1);
        assertThat(cell.iam.credentials().find(key.accessKeyId(), null))
                .hasValueSatisfying(found -> assertThat(found.principal()).isEqualTo(cell.user("grace")));
        refused(
                () -> iam.getUser(request -> request.userName("ada")),
                "NoSuchEntity",
                404,
                "The user with name ada cannot be found.");
    }

    @Test
    void lists_come_in_pages_that_together_hold_everybody_once() {
        for (int i = 0; i < 25; i++) {
            var name = "user%02d".formatted(i);
            cell.root.createUser(request -> request.userName(name));
        }

        var pages = cell.root.listUsersPaginator(request -> request.maxItems(10)).stream()
                .toList();

        assertThat(pages).extracting(page -> page.users().size()).containsExactly(10, 10, 5);
        assertThat(pages).extracting(page -> page.isTruncated()).containsExactly(true, true, false);
        assertThat(pages.stream().flatMap(page -> page.users().stream()))
                .extracting(user -> user.userName())
                .doesNotHaveDuplicates()
                .isSorted()
                .hasSize(25);
    }

    @Test
    void a_credential_for_one_service_shows_its_password_once_and_keeps_its_user() {
        var iam = cell.root;
        iam.createUser(request -> request.userName("ada"));
        var git = iam.createServiceSpecificCredential(
                        request -> request.userName("ada").serviceName("codecommit.amazonaws.com"))
                .serviceSpecificCredential();
        var second = iam.createServiceSpecificCredential(
                        request -> request.userName("ada").serviceName("codecommit.amazonaws.com"))
                .serviceSpecificCredential();

        assertThat(second.serviceUserName()).isNotEqualTo(git.serviceUserName());
        refused(
                () -> iam.createServiceSpecificCredential(
                        request -> request.userName("ada").serviceName("codecommit.amazonaws.com")),
                "LimitExceeded",
                409,
                "Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2");
        refused(
                () -> iam.deleteUser(request -> request.userName("ada")),
                "DeleteConflict",
                409,
                "Cannot delete entity, must remove referenced objects first.");

        iam.updateUser(request -> request.userName("ada").newUserName("grace"));
        var reset = iam.resetServiceSpecificCredential(request ->
                        request.userName("grace").serviceSpecificCredentialId(git.serviceSpecificCredentialId()))
                .serviceSpecificCredential();

        assertThat(reset.servicePassword()).isNotEqualTo(git.servicePassword());
        assertThat(iam.listServiceSpecificCredentials(request -> request.userName("grace"))
                        .serviceSpecificCredentials())
                .hasSize(2)
                .noneMatch(shown -> shown.toString().contains(reset.servicePassword()));
    }
}
