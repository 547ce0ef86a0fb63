package dev.tsumuji.iam.policy;

import dev.tsumuji.kernel.call.Principal;
import java.util.List;

/**
 * The principal element of a resource's policy. Immutable.
 *
 * @param not true for {@code NotPrincipal}
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html">Principal</a>
 */
record Principals(boolean not, List<Named> named) {

    /** @param type {@code AWS}, {@code Service}, {@code Federated}, {@code CanonicalUser}, or {@code *} for everybody */
    record Named(String type, String value) {}

    /** How closely somebody is meant; the later, the closer. */
    enum Match {
        NONE,
        /** The account is named: it may let its principals in, by their own policies. */
        ACCOUNT,
        /** Everybody is. */
        ANYONE,
        /** The role behind a session is; boundary and session policies still bind it. */
        ROLE,
        /** The very user, session, root, or service. */
        ITSELF
    }

    Match match(Principal who, boolean denying) {
        if (not) {
            return excluded(who) ? Match.NONE : Match.ANYONE;
        }
        var best = Match.NONE;
        for (var each : named) {
            var match = match(each, who, denying);
            if (match.compareTo(best) > 0) {
                best = match;
            }
        }
        return best;
    }

    /** An account listed in {@code NotPrincipal} excludes its root only: its users and roles must be listed themselves. */
    private boolean excluded(Principal who) {
        return named.stream()
                .map(each -> match(each, who, true))
                .anyMatch(match ->
                        match.compareTo(Match.ANYONE) >= 0 || match == Match.ACCOUNT && who instanceof Principal.Root);
    }

    private static Match match(Named named, Principal who, boolean denying) {
        return switch (named.type()) {
            case "*" -> Match.ANYONE;
            case "AWS" -> aws(named.value(), who);
            case "Service" -> itself(who instanceof Principal.Service service && service.isNamed(named.value()));
            case "Federated", "CanonicalUser" -> Match.NONE;
            // a kind of principal that nobody knows: let nobody in, keep everybody out
            default -> denying ? Match.ANYONE : Match.NONE;
        };
    }

    private static Match aws(String value, Principal who) {
        if (value.equals("*")) {
            return Match.ANYONE;
        }
        var account = who.account();
        if (!account.isEmpty() && (value.equals(account) || value.equals("arn:aws:iam::" + account + ":root"))) {
            return who instanceof Principal.Root ? Match.ITSELF : Match.ACCOUNT;
        }
        return switch (who) {
            case Principal.User user -> itself(value.equals(user.arn()) || value.equals(user.id()));
            case Principal.AssumedRole role ->
                value.equals(role.roleArn()) || value.equals(role.roleId())
                        ? Match.ROLE
                        : itself(value.equals(role.arn()) || value.equals(role.userId()));
            case Principal.FederatedUser federated -> itself(value.equals(federated.arn()));
            case Principal.Root root -> Match.NONE;
            case Principal.Service service -> Match.NONE;
            case Principal.Anonymous anonymous -> Match.NONE;
        };
    }

    private static Match itself(boolean matches) {
        return matches ? Match.ITSELF : Match.NONE;
    }
}
