package dev.tsumuji.iam.policy;

import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides one request by the policies that apply to it. A pure function: the same request and policies give the same
 * decision, and it throws nothing.
 *
 * <p>A statement that denies decides, wherever it stands. Else the principal must be let in by its own policies, within its
 * boundary and its session's policies, or by the resource's policy: within one account either suffices, across accounts
 * both are needed. A resource's policy that names the very user or session is not narrowed by boundary or session policies;
 * one that names the role behind the session, or everybody, is; one that names only the account leaves it to the
 * account's own policies. A service and a stranger have no policies of their own. An account's root needs none.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html">Policy evaluation logic</a>
 */
public final class Evaluator {
    private final Request request;
    private final Policies policies;
    private final String lowerAction;
    private final List<String> trail = new ArrayList<>();

    private Evaluator(Request request, Policies policies) {
        this.request = request;
        this.policies = policies;
        this.lowerAction = request.action().toLowerCase(Locale.ROOT);
    }

    /**
     * What is asked.
     *
     * @param trusting the resource's policy must itself let the principal in
     */
    public record Request(
            Principal principal,
            String action,
            String resource,
            String resourceAccount,
            boolean trusting,
            Context context) {}

    /** A policy by the name that explanations use. */
    public record Named(String name, Policy policy) {}

    /**
     * What applies.
     *
     * @param boundary null when the principal has none
     * @param session null when the session has no policies; an empty list allows nothing
     * @param resource asked for at most once, and only when it can matter; null when the resource has no policy
     */
    public record Policies(
            List<Named> identity,
            @Nullable Named boundary,
            @Nullable List<Named> session,
            Supplier<@Nullable Named> resource) {}

    public static Decision decide(Request request, Policies policies) {
        return new Evaluator(request, policies).decide();
    }

    private Decision decide() {
        boolean ownerless =
                request.principal() instanceof Principal.Service || request.principal() instanceof Principal.Anonymous;
        boolean root = request.principal() instanceof Principal.Root;
        var boundary = policies.boundary() == null ? List.<Named>of() : List.of(policies.boundary());
        var session = policies.session() == null ? List.<Named>of() : policies.session();

        var identity = root ? Verdict.ROOT : judge(policies.identity(), "identity-based policy");
        var bounded = judge(boundary, "permissions boundary");
        var scoped = judge(session, "session policy");
        for (var verdict : List.of(identity, bounded, scoped)) {
            if (verdict.denied()) {
                return denied("with an explicit deny in " + verdict.article(), verdict.label(), "");
            }
        }
        var resource = judgeResource();
        if (resource.denied()) {
            return denied("with an explicit deny in a resource-based policy", resource.label(), "");
        }
        var own = new Own(
                identity.allowed(),
                policies.boundary() == null || bounded.allowed(),
                policies.session() == null || scoped.allowed());
        if (ownerless) {
            return resource.allowed() ? allowed(resource.label()) : lacking("resource-based policy");
        }
        boolean sameAccount = request.principal().account().equals(request.resourceAccount());
        return sameAccount ? within(own, identity, resource) : across(own, identity, resource);
    }

    /** What the principal's own side says: its policies, and what narrows them. */
    private record Own(boolean identity, boolean boundary, boolean session) {
        boolean narrowed() {
            return !boundary || !session;
        }

        boolean all() {
            return identity && !narrowed();
        }
    }

    private Decision within(Own own, Verdict identity, Verdict resource) {
        boolean direct = switch (resource.match()) {
            case ITSELF -> true;
            case ROLE, ANYONE -> !own.narrowed();
            case ACCOUNT, NONE -> false;
        };
        if (direct) {
            return allowed(resource.label());
        }
        if (request.trusting() && !resource.allowed()) {
            return lacking("resource-based policy");
        }
        return own.all() ? allowed(identity.label()) : ownLack(own);
    }

    private Decision across(Own own, Verdict identity, Verdict resource) {
        if (!own.all()) {
            return ownLack(own);
        }
        if (resource.allowed()) {
            return allowed(resource.label().isEmpty() ? identity.label() : resource.label());
        }
        return lacking("resource-based policy");
    }

    private Decision ownLack(Own own) {
        return lacking(
                !own.identity()
                        ? "identity-based policy"
                        : !own.boundary() ? "permissions boundary" : "session policy");
    }

    private Decision allowed(String label) {
        return new Decision(true, request.action(), request.resource(), "", trail, label, "");
    }

    private Decision denied(String reason, String label, String remedy) {
        return new Decision(false, request.action(), request.resource(), reason, trail, label, remedy);
    }

    /** AWS doesn't say why somebody may not assume a role. */
    private Decision lacking(String kind) {
        var reason = request.trusting() ? "" : "because no " + kind + " allows the " + request.action() + " action";
        return denied(reason, "", Remedy.of(request, kind));
    }

    /** What some policies of one kind say together. */
    private record Verdict(boolean allowed, boolean denied, String kind, String label, Principals.Match match) {
        static final Verdict ROOT = new Verdict(true, false, "root", "the account's root user", Principals.Match.NONE);

        String article() {
            return (kind.startsWith("identity") ? "an " : "a ") + kind;
        }
    }

    private Verdict judge(List<Named> several, String kind) {
        var label = "";
        for (var named : several) {
            var verdict = judge(named, kind);
            if (verdict.denied()) {
                return verdict;
            }
            if (verdict.allowed() && label.isEmpty()) {
                label = verdict.label();
            }
        }
        return new Verdict(!label.isEmpty(), false, kind, label, Principals.Match.NONE);
    }

    private Verdict judge(Named named, String kind) {
        var label = "";
        for (var statement : named.policy().statements()) {
            if (statement.covers(lowerAction, request.resource(), request.context())) {
                var found = named.name() + ", " + statement.label();
                if (statement.denies()) {
                    trail.add(kind + " " + found + ": denies");
                    return new Verdict(false, true, kind, found, Principals.Match.NONE);
                }
                label = label.isEmpty() ? found : label;
            }
        }
        trail.add(kind + " " + (label.isEmpty() ? named.name() + ": says nothing about it" : label + ": allows"));
        return new Verdict(!label.isEmpty(), false, kind, label, Principals.Match.NONE);
    }

    private Verdict judgeResource() {
        var named = policies.resource().get();
        var kind = "resource-based policy";
        if (named == null) {
            return new Verdict(false, false, kind, "", Principals.Match.NONE);
        }
        var best = Principals.Match.NONE;
        var label = "";
        for (var statement : named.policy().statements()) {
            var match = statement.principal(request.principal());
            if (match != Principals.Match.NONE
                    && statement.covers(lowerAction, request.resource(), request.context())) {
                var found = named.name() + ", " + statement.label();
                if (statement.denies()) {
                    trail.add(kind + " " + found + ": denies");
                    return new Verdict(false, true, kind, found, match);
                }
                if (match.compareTo(best) > 0) {
                    best = match;
                    label = found;
                }
            }
        }
        trail.add(kind + " " + (label.isEmpty() ? named.name() + ": says nothing about it" : label + ": allows"));
        return new Verdict(best != Principals.Match.NONE, false, kind, label, best);
    }

    /** The statements of these policies that cover a request, for simulations. */
    public static List<Match> matches(Request request, List<Named> policies) {
        var lowerAction = request.action().toLowerCase(Locale.ROOT);
        var matches = new ArrayList<Match>();
        for (var named : policies) {
            for (var statement : named.policy().statements()) {
                if (statement.covers(lowerAction, request.resource(), request.context())) {
                    var place = statement.place();
                    matches.add(new Match(
                            named.name(),
                            statement.denies(),
                            place.beginLine(),
                            place.beginColumn(),
                            place.endLine(),
                            place.endColumn()));
                }
            }
        }
        return matches;
    }

    /** A statement that covers a request, and where it stands. */
    public record Match(String policy, boolean denies, int beginLine, int beginColumn, int endLine, int endColumn) {}

    /** The condition keys that policies ask for and the request lacks. */
    public static List<String> missingKeys(Request request, List<Named> policies) {
        var lowerAction = request.action().toLowerCase(Locale.ROOT);
        return policies.stream()
                .flatMap(named -> named.policy().statements().stream())
                .filter(statement -> statement.coversAction(lowerAction))
                .flatMap(statement -> statement.conditions().stream())
                .map(Condition::key)
                .filter(key ->
                        Optional.ofNullable(request.context().values(key)).isEmpty())
                .distinct()
                .toList();
    }
}
