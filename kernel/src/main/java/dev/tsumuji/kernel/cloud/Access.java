package dev.tsumuji.kernel.cloud;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One permission that an operation needs.
 *
 * @param action as policies write it, {@code lambda:InvokeFunction}
 * @param resource ARN, or {@code *} for actions without a resource
 * @param resourceAccount the account that owns the resource
 * @param context condition keys of this action, such as {@code iam:PassedToService}; several values for a multi-valued key
 * @param resourcePolicy reads the resource's own policy document, null where it has none; called at most once, and only
 *     when the decision needs it
 * @param trusting true when the resource's own policy must let the principal in, however much an identity policy of the
 *     same account allows: a role's trust policy, a key's policy
 * @param apart true for a part of a call that is refused alone: the operation is told by {@link Denied} and must leave it undone
 * @param open true for the few actions that need no permission, such as {@code sts:GetCallerIdentity}; an explicit deny
 *     does not apply to them either
 */
public record Access(
        String action,
        String resource,
        String resourceAccount,
        Map<String, List<String>> context,
        Supplier<@Nullable String> resourcePolicy,
        boolean trusting,
        boolean apart,
        boolean open) {

    public Access(
            String action,
            String resource,
            String resourceAccount,
            Map<String, List<String>> context,
            Supplier<@Nullable String> resourcePolicy,
            boolean open) {
        this(action, resource, resourceAccount, context, resourcePolicy, false, false, open);
    }

    public static Access of(String action, String resource, String resourceAccount) {
        return new Access(action, resource, resourceAccount, Map.of(), () -> null, false);
    }

    public static Access open(String action, String account) {
        return new Access(action, "*", account, Map.of(), () -> null, true);
    }

    public Access with(Map<String, List<String>> context) {
        return new Access(action, resource, resourceAccount, context, resourcePolicy, trusting, apart, open);
    }

    public Access guardedBy(Supplier<@Nullable String> resourcePolicy) {
        return new Access(action, resource, resourceAccount, context, resourcePolicy, trusting, apart, open);
    }

    /** As {@link #guardedBy}, for a resource whose policy must itself let the principal in. */
    public Access trusting(Supplier<@Nullable String> trustPolicy) {
        return new Access(action, resource, resourceAccount, context, trustPolicy, true, apart, open);
    }

    /** The same, where a denial refuses a part of the call and not all of it. */
    public Access refusedAlone() {
        return new Access(action, resource, resourceAccount, context, resourcePolicy, trusting, true, open);
    }
}
