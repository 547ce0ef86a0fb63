package dev.tsumuji.sts;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Actions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.GetFederationTokenRequest;
import software.amazon.awssdk.services.sts.model.Tag;

/**
 * What the operations need. A role is guarded by its trust policy, which must itself let the caller in.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html">Actions of STS</a>
 */
public final class StsActions implements Actions {
    private final RoleDirectory roles;

    StsActions(RoleDirectory roles) {
        this.roles = roles;
    }

    @Override
    public List<Access> of(String operation, SdkRequest request, Call call) {
        return switch (request) {
            case AssumeRoleRequest assume -> assumeRole(assume);
            case GetFederationTokenRequest federation ->
                List.of(Access.of(
                                "sts:GetFederationToken",
                                "arn:aws:sts::" + call.account() + ":federated-user/" + federation.name(),
                                call.account())
                        .with(tags(federation.tags())));
            default ->
                switch (operation) {
                    // the credentials themselves are the permission
                    case "GetCallerIdentity", "GetSessionToken", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity" ->
                        List.of(Access.open("sts:" + operation, call.account()));
                    default -> List.of(Access.of("sts:" + operation, "*", call.account()));
                };
        };
    }

    private List<Access> assumeRole(AssumeRoleRequest request) {
        SessionRules.role(request.roleArn());
        var context = new HashMap<>(tags(request.tags()));
        put(context, "sts:ExternalId", request.externalId());
        put(context, "sts:RoleSessionName", request.roleSessionName());
        put(context, "sts:SourceIdentity", request.sourceIdentity());
        if (request.hasTransitiveTagKeys() && !request.transitiveTagKeys().isEmpty()) {
            context.put("sts:TransitiveTagKeys", request.transitiveTagKeys());
        }
        var needed = new ArrayList<Access>();
        needed.add(access("sts:AssumeRole", request.roleArn(), context));
        if (!request.tags().isEmpty()) {
            needed.add(access("sts:TagSession", request.roleArn(), context));
        }
        if (request.sourceIdentity() != null) {
            needed.add(access("sts:SetSourceIdentity", request.roleArn(), context));
        }
        return needed;
    }

    private Access access(String action, String roleArn, Map<String, List<String>> context) {
        var account = Arn.isArn(roleArn) ? Arn.parse(roleArn).account() : "";
        return Access.of(action, roleArn, account)
                .with(context)
                .trusting(() -> roles.find(roleArn).map(RoleDirectory::trust).orElse(null));
    }

    private static Map<String, List<String>> tags(List<Tag> tags) {
        var context = new HashMap<String, List<String>>();
        tags.forEach(tag -> context.put("aws:RequestTag/" + tag.key(), List.of(tag.value())));
        if (!tags.isEmpty()) {
            context.put("aws:TagKeys", tags.stream().map(Tag::key).toList());
        }
        return context;
    }

    private static void put(Map<String, List<String>> context, String key, @Nullable String value) {
        if (value != null) {
            context.put(key, List.of(value));
        }
    }
}
