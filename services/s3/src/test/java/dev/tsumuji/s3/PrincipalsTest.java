package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Decision;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.LocalCloud;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.testkit.VirtualTime;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserResponse;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;

class PrincipalsTest {
    private final Principals principals;

    PrincipalsTest() {
        var time = new VirtualTime();
        var gate = new Gate(
                (call, access) -> new Decision(true, access.action(), access.resource(), "", List.of()), entry -> {});
        var cloud = new LocalCloud(gate, time, new Ids(new SplittableRandom(1)));
        cloud.add(new Service(
                "iam",
                IamClient.class,
                new Directory(),
                (operation, request, call) -> List.of(Access.open("iam:" + operation, call.account())),
                "AccessDenied"));
        principals = new Principals(cloud);
    }

    /** The user Eve, and the role Reader of a team. */
    private static final class Directory implements IamClient {
        @Override
        public GetUserResponse getUser(GetUserRequest request) {
            if (!request.userName().equals("Eve")) {
                throw NoSuchEntityException.builder().statusCode(404).build();
            }
            return GetUserResponse.builder()
                    .user(user -> user.arn("arn:aws:iam::111111111111:user/Eve"))
                    .build();
        }

        @Override
        public GetRoleResponse getRole(GetRoleRequest request) {
            if (!request.roleName().equals("Reader")) {
                throw NoSuchEntityException.builder().statusCode(404).build();
            }
            return GetRoleResponse.builder()
                    .role(role -> role.arn("arn:aws:iam::111111111111:role/team/Reader"))
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "222222222222",
                "arn:aws:iam::222222222222:root",
                "arn:aws:iam::111111111111:user/Eve",
                "arn:aws:iam::111111111111:role/team/Reader",
                "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
                "arn:aws:sts::111111111111:assumed-role/Any/session"
            })
    void whoever_is_known_or_is_no_user_and_no_role_may_be_named(String principal) {
        assertThat(principals.exists(principal)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "arn:aws:iam::111111111111:user/Adam",
                "arn:aws:iam::111111111111:user/team/Eve",
                "arn:aws:iam::111111111111:role/Reader",
                "arn:aws:iam::222222222222:user/Eve"
            })
    void a_user_or_role_that_there_is_not_may_not(String principal) {
        assertThat(principals.exists(principal)).isFalse();
    }
}
