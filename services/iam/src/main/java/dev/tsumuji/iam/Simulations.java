package dev.tsumuji.iam;

import dev.tsumuji.iam.policy.Context;
import dev.tsumuji.iam.policy.Evaluator;
import dev.tsumuji.iam.policy.Evaluator.Named;
import dev.tsumuji.iam.policy.MalformedPolicy;
import dev.tsumuji.iam.policy.Policy;
import dev.tsumuji.iam.policy.PolicyCheck;
import dev.tsumuji.iam.policy.PolicyParser;
import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Decision;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.*;

/** What policies would decide, without doing anything. Stateless. */
final class Simulations {
    private final Directory directory;
    private final Rights rights;

    Simulations(Directory directory, Rights rights) {
        this.directory = directory;
        this.rights = rights;
    }

    /** Whose policies are tried, and which. */
    private record Subject(
            Principal principal,
            List<Named> policies,
            @Nullable Named boundary) {}

    SimulatePrincipalPolicyResponse principal(SimulatePrincipalPolicyRequest request) {
        var subject = subject(request.policySourceArn());
        var policies = new ArrayList<>(subject.policies());
        policies.addAll(given(request.policyInputList()));
        var boundaries = given(request.permissionsBoundaryPolicyInputList());
        var all = results(
                new Subject(
                        subject.principal(),
                        policies,
                        boundaries.isEmpty() ? subject.boundary() : boundaries.getFirst()),
                request.actionNames(),
                request.resourceArns(),
                request.resourcePolicy(),
                request.contextEntries());
        var page = Pages.of(all, request.marker(), request.maxItems());
        return SimulatePrincipalPolicyResponse.builder()
                .evaluationResults(page.items())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    SimulateCustomPolicyResponse custom(SimulateCustomPolicyRequest request) {
        var boundaries = given(request.permissionsBoundaryPolicyInputList());
        var subject = new Subject(
                principal(request.callerArn()),
                given(request.policyInputList()),
                boundaries.isEmpty() ? null : boundaries.getFirst());
        var all = results(
                subject,
                request.actionNames(),
                request.resourceArns(),
                request.resourcePolicy(),
                request.contextEntries());
        var page = Pages.of(all, request.marker(), request.maxItems());
        return SimulateCustomPolicyResponse.builder()
                .evaluationResults(page.items())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    private static Principal principal(@Nullable String callerArn) {
        var account = Directory.account();
        if (callerArn != null && Arn.isArn(callerArn) && callerArn.contains(":user/")) {
            var arn = Arn.parse(callerArn);
            int slash = arn.resource().lastIndexOf('/');
            return new Principal.User(
                    arn.account(),
                    arn.resource().substring(4, slash + 1),
                    arn.resource().substring(slash + 1),
                    "");
        }
        return new Principal.User(account, "/", "simulated", "");
    }

    private Subject subject(String sourceArn) {
        if (!Arn.isArn(sourceArn)) {
            throw IamErrors.invalid(
                    "Invalid Entity Arn: " + sourceArn + " does not clearly define entity type and name.");
        }
        var arn = Arn.parse(sourceArn);
        var account = arn.account();
        var name = arn.resource().substring(arn.resource().lastIndexOf('/') + 1);
        var kind = arn.resource().substring(0, Math.max(0, arn.resource().indexOf('/')));
        return switch (kind) {
            case "user" -> {
                var user = directory.read(snapshot -> Directory.user(snapshot, account, name));
                yield of(new Principal.User(account, user.path(), user.name(), user.id()));
            }
            case "role" -> {
                var role = directory.read(snapshot -> Directory.role(snapshot, account, name));
                yield of(new Principal.AssumedRole(account, role.path(), role.name(), role.id(), "simulated"));
            }
            case "group" -> {
                directory.read(snapshot -> Directory.group(snapshot, account, name));
                yield new Subject(
                        new Principal.User(account, "/", "simulated", ""), rights.ofGroup(account, name), null);
            }
            default ->
                throw IamErrors.invalid(
                        "Invalid Entity Arn: " + sourceArn + " does not clearly define entity type and name.");
        };
    }

    private Subject of(Principal principal) {
        var own = rights.of(principal);
        return new Subject(principal, own.policies(), own.boundary());
    }

    private static List<Named> given(List<String> documents) {
        var policies = new ArrayList<Named>();
        for (var document : documents) {
            policies.add(new Named("PolicyInputList." + (policies.size() + 1), parse(document)));
        }
        return policies;
    }

    private static Policy parse(String document) {
        try {
            PolicyCheck.identity(document);
            return PolicyParser.parse(document);
        } catch (MalformedPolicy e) {
            throw IamErrors.invalid(String.valueOf(e.getMessage()));
        }
    }

    private List<EvaluationResult> results(
            Subject subject,
            List<String> actions,
            List<String> resources,
            @Nullable String resourcePolicy,
            List<ContextEntry> entries) {
        var values = new HashMap<String, List<String>>();
        if (subject.principal() instanceof Principal.User user && !user.id().isEmpty()) {
            values.put("aws:username", List.of(user.name()));
            values.put("aws:userid", List.of(user.id()));
        }
        entries.forEach(entry -> values.put(entry.contextKeyName(), entry.contextKeyValues()));
        var context = Context.of(values);
        return actions.stream()
                .map(action -> result(subject, action, resources, resourcePolicy, context))
                .toList();
    }

    private EvaluationResult result(
            Subject subject, String action, List<String> resources, @Nullable String resourcePolicy, Context context) {
        var each = (resources.isEmpty() ? List.of("*") : resources)
                .stream()
                        .map(resource -> specific(subject, action, resource, resourcePolicy, context))
                        .toList();
        var first = each.getFirst();
        var decisions = each.stream()
                .map(ResourceSpecificResult::evalResourceDecision)
                .distinct()
                .toList();
        var overall = decisions.size() == 1
                ? decisions.getFirst()
                : decisions.contains(PolicyEvaluationDecisionType.EXPLICIT_DENY)
                        ? PolicyEvaluationDecisionType.EXPLICIT_DENY
                        : PolicyEvaluationDecisionType.IMPLICIT_DENY;
        return EvaluationResult.builder()
                .evalActionName(action)
                .evalResourceName(each.size() == 1 ? first.evalResourceName() : "*")
                .evalDecision(overall)
                .matchedStatements(each.size() == 1 ? first.matchedStatements() : List.of())
                .missingContextValues(each.stream()
                        .flatMap(one -> one.missingContextValues().stream())
                        .distinct()
                        .toList())
                .organizationsDecisionDetail(detail -> detail.allowedByOrganizations(true))
                .evalDecisionDetails(Map.of())
                .resourceSpecificResults(resources.isEmpty() ? null : each)
                .build();
    }

    private ResourceSpecificResult specific(
            Subject subject, String action, String resource, @Nullable String resourcePolicy, Context context) {
        var account = subject.principal().account();
        var request = new Evaluator.Request(subject.principal(), action, resource, account, false, context);
        var named = resourcePolicy == null ? null : new Named("ResourcePolicy", rights.parse(resourcePolicy));
        var decision = Evaluator.decide(
                request, new Evaluator.Policies(subject.policies(), subject.boundary(), null, () -> named));
        return ResourceSpecificResult.builder()
                .evalResourceName(resource)
                .evalResourceDecision(verdict(decision))
                .matchedStatements(Evaluator.matches(request, subject.policies()).stream()
                        .filter(match -> match.denies() || decision.allowed())
                        .map(Simulations::shown)
                        .toList())
                .missingContextValues(Evaluator.missingKeys(request, subject.policies()))
                .build();
    }

    private static PolicyEvaluationDecisionType verdict(Decision decision) {
        if (decision.allowed()) {
            return PolicyEvaluationDecisionType.ALLOWED;
        }
        return decision.reason().startsWith("with an explicit deny")
                ? PolicyEvaluationDecisionType.EXPLICIT_DENY
                : PolicyEvaluationDecisionType.IMPLICIT_DENY;
    }

    private static Statement shown(Evaluator.Match match) {
        return Statement.builder()
                .sourcePolicyId(match.policy().substring(match.policy().lastIndexOf('/') + 1))
                .sourcePolicyType("IAM Policy")
                .startPosition(place -> place.line(match.beginLine()).column(match.beginColumn()))
                .endPosition(place -> place.line(match.endLine()).column(match.endColumn()))
                .build();
    }

    GetContextKeysForCustomPolicyResponse keys(GetContextKeysForCustomPolicyRequest request) {
        var keys = new TreeSet<String>();
        given(request.policyInputList())
                .forEach(named -> keys.addAll(named.policy().contextKeys()));
        return GetContextKeysForCustomPolicyResponse.builder()
                .contextKeyNames(keys)
                .build();
    }

    GetContextKeysForPrincipalPolicyResponse keys(GetContextKeysForPrincipalPolicyRequest request) {
        var keys = new TreeSet<String>();
        Stream.concat(subject(request.policySourceArn()).policies().stream(), given(request.policyInputList()).stream())
                .forEach(named -> keys.addAll(named.policy().contextKeys()));
        return GetContextKeysForPrincipalPolicyResponse.builder()
                .contextKeyNames(keys)
                .build();
    }
}
