package dev.tsumuji.sts;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Cloud;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.iam.model.Role;

/** Roles of any account, asked of IAM on behalf of the account that owns them. Thread-safe. */
final class RoleDirectory {
    private static final Pattern ROLE = Pattern.compile("role/([!-~]*/)?[\\w+=,.@-]+");

    private final Cloud cloud;

    RoleDirectory(Cloud cloud) {
        this.cloud = cloud;
    }

    /** Empty when there is no such role, or the text is not the ARN of one. */
    Optional<Role> find(String roleArn) {
        if (!Arn.isArn(roleArn)) {
            return Optional.empty();
        }
        var arn = Arn.parse(roleArn);
        if (!arn.service().equals("iam") || !ROLE.matcher(arn.resource()).matches()) {
            return Optional.empty();
        }
        var name = arn.resource().substring(arn.resource().lastIndexOf('/') + 1);
        try {
            var role = client(arn.account())
                    .getRole(request -> request.roleName(name))
                    .role();
            return Optional.of(role).filter(found -> found.arn().equals(roleArn));
        } catch (NoSuchEntityException e) {
            return Optional.empty();
        }
    }

    /** The document that says who may assume the role. */
    static String trust(Role role) {
        return URLDecoder.decode(role.assumeRolePolicyDocument(), StandardCharsets.UTF_8);
    }

    IamClient client(String account) {
        return cloud.client(
                IamClient.class, new Caller(new Principal.Root(account), null, account, "us-east-1", Map.of()));
    }
}
