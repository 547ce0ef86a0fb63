package dev.tsumuji.iam;

import dev.tsumuji.iam.policy.Context;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.cloud.Access;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The condition keys of one access: AWS's global ones from the call, then what the operation adds, then what the platform
 * and the session carry. A key derived from the call can't be overridden.
 */
final class RequestContext implements Context {
    private final Call call;
    private final Access access;
    private final Map<String, String> principalTags;

    RequestContext(Call call, Access access, Map<String, String> principalTags) {
        this.call = call;
        this.access = access;
        this.principalTags = principalTags;
    }

    @Override
    public @Nullable List<String> values(String key) {
        var low = key.toLowerCase(Locale.ROOT);
        if (low.startsWith("aws:")) {
            var derived = low.startsWith("aws:principaltag/")
                    ? principalTag(key.substring("aws:principaltag/".length()))
                    : derived(low);
            if (derived != null) {
                return List.of(derived);
            }
        }
        return given(low);
    }

    private @Nullable String derived(String low) {
        var who = call.principal();
        boolean service = who instanceof Principal.Service;
        boolean stranger = who instanceof Principal.Anonymous;
        return switch (low) {
            case "aws:principalarn" -> service || stranger ? null : principalArn(who);
            case "aws:principalaccount" -> service || stranger ? null : who.account();
            case "aws:principaltype" -> principalType(who);
            case "aws:principalisawsservice" -> Boolean.toString(service);
            case "aws:principalservicename" -> who instanceof Principal.Service named ? named.name() : null;
            case "aws:userid" -> service ? null : who.userId();
            case "aws:username" -> who instanceof Principal.User user ? user.name() : null;
            case "aws:sourceip" -> service ? null : call.sourceIp();
            case "aws:useragent" -> service ? null : call.userAgent();
            case "aws:securetransport" -> Boolean.toString(call.secure());
            case "aws:viaawsservice" -> "false";
            case "aws:currenttime" ->
                call.time().truncatedTo(ChronoUnit.SECONDS).toString();
            case "aws:epochtime" -> Long.toString(call.time().getEpochSecond());
            case "aws:requestedregion" -> call.region();
            case "aws:resourceaccount" -> access.resourceAccount();
            case "aws:tokenissuetime" -> session(call.session(), low);
            case "aws:multifactorauthpresent" -> session(call.session(), low);
            default -> null;
        };
    }

    private static @Nullable String session(@Nullable Session session, String low) {
        if (session == null) {
            return null;
        }
        return low.equals("aws:tokenissuetime")
                ? session.issuedAt().truncatedTo(ChronoUnit.SECONDS).toString()
                : session.context().getOrDefault("aws:MultiFactorAuthPresent", "false");
    }

    private static String principalArn(Principal who) {
        return who instanceof Principal.AssumedRole role ? role.roleArn() : who.arn();
    }

    private static String principalType(Principal who) {
        return switch (who) {
            case Principal.Root root -> "Account";
            case Principal.User user -> "User";
            case Principal.AssumedRole role -> "AssumedRole";
            case Principal.FederatedUser federated -> "FederatedUser";
            case Principal.Service service -> "Service";
            case Principal.Anonymous anonymous -> "Anonymous";
        };
    }

    /** Tags of the session go before those of the user or role. */
    private @Nullable String principalTag(String name) {
        var session = call.session();
        var own = session == null ? null : ignoringCase(session.tags(), name);
        return own != null ? own : ignoringCase(principalTags, name);
    }

    private @Nullable List<String> given(String low) {
        for (var entry : access.context().entrySet()) {
            if (entry.getKey().equalsIgnoreCase(low)) {
                return entry.getValue();
            }
        }
        var value = ignoringCase(call.context(), low);
        var session = call.session();
        if (value == null && session != null) {
            value = ignoringCase(session.context(), low);
        }
        return value == null ? null : List.of(value);
    }

    private static @Nullable String ignoringCase(Map<String, String> map, String name) {
        for (var entry : map.entrySet()) {
            if (entry.getKey().equalsIgnoreCase(name)) {
                return entry.getValue();
            }
        }
        return null;
    }
}
