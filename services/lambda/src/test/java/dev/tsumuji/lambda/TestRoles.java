package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.cloud.Service;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.AssumedRoleUser;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Roles that trust Lambda, except those whose name begins with {@code not-}. */
final class TestRoles implements StsClient {
    static final String ROLE = "arn:aws:iam::000000000000:role/service/worker";

    private final InstantSource clock;

    TestRoles(InstantSource clock) {
        this.clock = clock;
    }

    Service service() {
        return new Service(
                "sts",
                StsClient.class,
                this,
                (operation, request, call) -> List.of(Access.of("sts:" + operation, "*", call.account())),
                "AccessDenied");
    }

    @Override
    public AssumeRoleResponse assumeRole(AssumeRoleRequest request) {
        var role = request.roleArn().substring(request.roleArn().lastIndexOf('/') + 1);
        if (role.startsWith("not-") || !Call.current().principal().arn().equals("lambda.amazonaws.com")) {
            throw Failures.of("AccessDenied", 403, "not trusted");
        }
        return AssumeRoleResponse.builder()
                .assumedRoleUser(AssumedRoleUser.builder()
                        .assumedRoleId("AROATEST:" + request.roleSessionName())
                        .arn("arn:aws:sts::000000000000:assumed-role/" + role + "/" + request.roleSessionName())
                        .build())
                .credentials(Credentials.builder()
                        .accessKeyId("ASIATEST")
                        .secretAccessKey("secret")
                        .sessionToken("token")
                        .expiration(clock.instant().plus(Duration.ofSeconds(request.durationSeconds())))
                        .build())
                .build();
    }

    @Override
    public String serviceName() {
        return "sts";
    }

    @Override
    public void close() {}
}
