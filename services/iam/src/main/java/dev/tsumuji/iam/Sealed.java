package dev.tsumuji.iam;

import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A session as its token carries it: principal and session in one flat record. */
record Sealed(
        String kind,
        String account,
        String path,
        String name,
        String id,
        String sessionName,
        Instant issuedAt,
        Instant expiresAt,
        List<String> policies,
        List<String> policyArns,
        Map<String, String> tags,
        Map<String, String> context) {

    static Sealed of(Principal principal, Session session) {
        return switch (principal) {
            case Principal.Root root -> of("root", root.account(), "", "", "", "", session);
            case Principal.User user -> of("user", user.account(), user.path(), user.name(), user.id(), "", session);
            case Principal.AssumedRole role ->
                of(
                        "role",
                        role.account(),
                        role.rolePath(),
                        role.roleName(),
                        role.roleId(),
                        role.sessionName(),
                        session);
            case Principal.FederatedUser federated -> federated(federated, session);
            case Principal.Service service -> throw new IllegalArgumentException("a service signs nothing");
            case Principal.Anonymous anonymous -> throw new IllegalArgumentException("nobody has no credentials");
        };
    }

    private static Sealed federated(Principal.FederatedUser federated, Session session) {
        var issuer = of(federated.issuer(), session);
        return of(
                "federated-" + issuer.kind,
                issuer.account,
                issuer.path,
                issuer.name,
                issuer.id,
                federated.name(),
                session);
    }

    private static Sealed of(
            String kind, String account, String path, String name, String id, String sessionName, Session session) {
        return new Sealed(
                kind,
                account,
                path,
                name,
                id,
                sessionName,
                session.issuedAt(),
                session.expiresAt(),
                session.policies(),
                session.policyArns(),
                session.tags(),
                session.context());
    }

    Principal principal() {
        return switch (kind) {
            case "root" -> new Principal.Root(account);
            case "user" -> new Principal.User(account, path, name, id);
            case "role" -> new Principal.AssumedRole(account, path, name, id, sessionName);
            case "federated-root" -> new Principal.FederatedUser(new Principal.Root(account), sessionName);
            case "federated-user" ->
                new Principal.FederatedUser(new Principal.User(account, path, name, id), sessionName);
            default -> throw new IllegalStateException("a session of an unknown kind: " + kind);
        };
    }

    Session session() {
        return new Session(issuedAt, expiresAt, policies, policyArns, tags, context);
    }
}
