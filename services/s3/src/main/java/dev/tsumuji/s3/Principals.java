package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Cloud;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;

/**
 * Whether there are the users and roles that policies name, asked of IAM on behalf of the account that owns them. Of everybody else a
 * policy may name whom it likes. Thread-safe.
 */
final class Principals {
    private static final Pattern OWNED = Pattern.compile("(?:user|role)/[!-~]+");
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");

    private final Cloud cloud;

    Principals(Cloud cloud) {
        this.cloud = cloud;
    }

    boolean exists(String principal) {
        if (!Arn.isArn(principal)) {
            return true;
        }
        var arn = Arn.parse(principal);
        if (!arn.service().equals("iam")
                || !ACCOUNT.matcher(arn.account()).matches()
                || !OWNED.matcher(arn.resource()).matches()) {
            return true;
        }
        var iam = cloud.client(
                IamClient.class,
                new Caller(new Principal.Root(arn.account()), null, arn.account(), "us-east-1", Map.of()));
        var name = arn.resource().substring(arn.resource().lastIndexOf('/') + 1);
        try {
            var found = arn.resource().startsWith("role/")
                    ? iam.getRole(request -> request.roleName(name)).role().arn()
                    : iam.getUser(request -> request.userName(name)).user().arn();
            return found.equals(principal);
        } catch (NoSuchEntityException e) {
            return false;
        }
    }
}
