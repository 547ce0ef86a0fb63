package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.cloud.Failures;
import java.time.Duration;
import java.time.InstantSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;

/**
 * Execution roles, really assumed: by the Lambda service, through STS, as the role's trust policy allows. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html">Execution role</a>
 */
final class Roles {
    static final String SERVICE_PRINCIPAL = "lambda.amazonaws.com";

    private static final String NOT_ASSUMABLE = "The role defined for the function cannot be assumed by Lambda.";
    /** The shortest maximum that a role may have, so that every role allows it. */
    private static final Duration SESSION_DURATION = Duration.ofHours(1);

    private final Cloud cloud;
    private final InstantSource clock;

    Roles(Cloud cloud, InstantSource clock) {
        this.cloud = cloud;
        this.clock = clock;
    }

    /** Refuses a role that a function could not have. */
    void check(FunctionId id, String role) {
        if (!Arn.isArn(role) || !Arn.parse(role).account().equals(id.account())) {
            throw Failures.of("AccessDeniedException", 403, "Cross-account pass role is not allowed.");
        }
        try {
            sts(id, role);
        } catch (AwsServiceException e) {
            throw LambdaErrors.invalid(NOT_ASSUMABLE);
        }
    }

    /** @throws AwsServiceException 403 when the role is gone or no longer trusts Lambda */
    RoleSession assume(FunctionId id, String role) {
        try {
            var answer = sts(id, role);
            var credentials = answer.credentials();
            return new RoleSession(
                    principal(role, answer), Session.plain(clock.instant(), credentials.expiration()), credentials);
        } catch (AwsServiceException e) {
            throw Failures.of("AccessDeniedException", 403, NOT_ASSUMABLE);
        }
    }

    private AssumeRoleResponse sts(FunctionId id, String role) {
        var sts = cloud.client(StsClient.class, Caller.service(SERVICE_PRINCIPAL, id.account(), id.region(), id.arn()));
        return sts.assumeRole(AssumeRoleRequest.builder()
                .roleArn(role)
                .roleSessionName(sessionName(id))
                .durationSeconds((int) SESSION_DURATION.toSeconds())
                .build());
    }

    /** The function's name; STS wants two characters at least. */
    private static String sessionName(FunctionId id) {
        return id.name().length() < 2 ? id.name() + "_" : id.name();
    }

    private static Principal.AssumedRole principal(String role, AssumeRoleResponse answer) {
        var arn = Arn.parse(role);
        var pathAndName = arn.resource().substring("role".length());
        int slash = pathAndName.lastIndexOf('/');
        var user = answer.assumedRoleUser();
        var roleId = user.assumedRoleId().substring(0, user.assumedRoleId().indexOf(':'));
        return new Principal.AssumedRole(
                arn.account(),
                pathAndName.substring(0, slash + 1),
                pathAndName.substring(slash + 1),
                roleId,
                user.arn().substring(user.arn().lastIndexOf('/') + 1));
    }
}
