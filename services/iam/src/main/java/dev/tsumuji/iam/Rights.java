package dev.tsumuji.iam;

import dev.tsumuji.iam.policy.Evaluator.Named;
import dev.tsumuji.iam.policy.MalformedPolicy;
import dev.tsumuji.iam.policy.Policy;
import dev.tsumuji.iam.policy.PolicyParser;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The policies of principals and sessions, read from the store and parsed; both are remembered. A user or role that is gone,
 * or was made anew under its old name, has none. Thread-safe.
 */
final class Rights {
    private static final int PARSED_MAX = 4_096;

    /** Stands for a document that can't be understood, and so lets nobody do anything. */
    private static final Policy UNREADABLE = PolicyParser.parse(
            "{\"Statement\":{\"Sid\":\"unreadable\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}}");

    private final Directory directory;
    private final ManagedPolicies managed;
    private final Recall<Principal, Of> byPrincipal;
    private final Recall<String, List<Named>> byArn;
    private final Map<String, Policy> parsed = new ConcurrentHashMap<>();

    Rights(Directory directory, ManagedPolicies managed) {
        this.directory = directory;
        this.managed = managed;
        this.byPrincipal = new Recall<>(directory, 10_000);
        this.byArn = new Recall<>(directory, 1_000);
    }

    /** What one principal has. */
    record Of(List<Named> policies, @Nullable Named boundary, Map<String, String> tags) {
        static final Of NOTHING = new Of(List.of(), null, Map.of());
    }

    Of of(Principal principal) {
        return switch (principal) {
            case Principal.User user -> byPrincipal.get(user, () -> directory.read(snapshot -> ofUser(snapshot, user)));
            case Principal.AssumedRole role -> {
                // all sessions of a role share its policies
                var any =
                        new Principal.AssumedRole(role.account(), role.rolePath(), role.roleName(), role.roleId(), "");
                yield byPrincipal.get(any, () -> directory.read(snapshot -> ofRole(snapshot, any)));
            }
            case Principal.FederatedUser federated -> of(federated.issuer());
            case Principal.Root root -> Of.NOTHING;
            case Principal.Service service -> Of.NOTHING;
            case Principal.Anonymous anonymous -> Of.NOTHING;
        };
    }

    /** The policies that membership in a group gives. */
    List<Named> ofGroup(String account, String name) {
        var policies = new ArrayList<Named>();
        directory.read(snapshot -> {
            collect(snapshot, account, Kind.GROUP, name, policies);
            return null;
        });
        return policies;
    }

    /** Null when the session narrows nothing. */
    @Nullable
    List<Named> of(Principal principal, @Nullable Session session) {
        if (session == null
                || session.policies().isEmpty() && session.policyArns().isEmpty()) {
            return principal instanceof Principal.FederatedUser ? List.of() : null;
        }
        var policies = new ArrayList<Named>();
        for (var document : session.policies()) {
            policies.add(new Named("given with the session", parse(document)));
        }
        for (var arn : session.policyArns()) {
            policies.addAll(byArn.get(
                    principal.account() + " " + arn,
                    () -> directory.read(snapshot -> managed.document(snapshot, principal.account(), arn)
                            .map(document -> List.of(new Named(arn, parse(document))))
                            .orElse(List.of()))));
        }
        return policies;
    }

    private Of ofUser(Snapshot snapshot, Principal.User principal) {
        var account = principal.account();
        var user = IamKeys.USERS
                .get(snapshot, account, IamKeys.low(principal.name()))
                .filter(found -> found.id().equals(principal.id()));
        if (user.isEmpty()) {
            return Of.NOTHING;
        }
        var policies = new ArrayList<Named>();
        collect(snapshot, account, Kind.USER, user.get().name(), policies);
        for (var group : IamKeys.MEMBERSHIPS.all(
                snapshot, account, IamKeys.low(user.get().name()))) {
            collect(snapshot, account, Kind.GROUP, group.to(), policies);
        }
        return new Of(
                policies,
                boundary(snapshot, account, user.get().boundary()),
                Tags.map(user.get().tags()));
    }

    private Of ofRole(Snapshot snapshot, Principal.AssumedRole principal) {
        var account = principal.account();
        var role = IamKeys.ROLES
                .get(snapshot, account, IamKeys.low(principal.roleName()))
                .filter(found -> found.id().equals(principal.roleId()));
        if (role.isEmpty()) {
            return Of.NOTHING;
        }
        var policies = new ArrayList<Named>();
        collect(snapshot, account, Kind.ROLE, role.get().name(), policies);
        return new Of(
                policies,
                boundary(snapshot, account, role.get().boundary()),
                Tags.map(role.get().tags()));
    }

    private void collect(Snapshot snapshot, String account, Kind kind, String name, List<Named> policies) {
        var low = IamKeys.low(name);
        for (var policy : IamKeys.INLINE.all(snapshot, account, kind.noun(), low)) {
            policies.add(new Named(policy.name() + " in " + kind.noun() + " " + name, parse(policy.document())));
        }
        for (var policy : IamKeys.ATTACHED.all(snapshot, account, kind.noun(), low)) {
            managed.document(snapshot, account, policy.to())
                    .ifPresent(document -> policies.add(new Named(policy.to(), parse(document))));
        }
    }

    /** A boundary whose policy is gone allows nothing. */
    private @Nullable Named boundary(Snapshot snapshot, String account, @Nullable String arn) {
        return arn == null
                ? null
                : new Named(
                        arn,
                        managed.document(snapshot, account, arn)
                                .map(this::parse)
                                .orElse(UNREADABLE));
    }

    Policy parse(String document) {
        var known = parsed.get(document);
        if (known != null) {
            return known;
        }
        Policy policy;
        try {
            policy = PolicyParser.parse(document);
        } catch (MalformedPolicy e) {
            // documents are checked before they are stored; one that isn't understood must not let anybody in
            policy = UNREADABLE;
        }
        if (parsed.size() >= PARSED_MAX) {
            parsed.clear();
        }
        parsed.put(document, policy);
        return policy;
    }
}
