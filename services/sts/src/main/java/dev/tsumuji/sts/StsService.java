package dev.tsumuji.sts;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Credentials;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.time.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.InvalidInputException;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.AssumedRoleUser;
import software.amazon.awssdk.services.sts.model.FederatedUser;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoRequest;
import software.amazon.awssdk.services.sts.model.GetAccessKeyInfoResponse;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.GetFederationTokenRequest;
import software.amazon.awssdk.services.sts.model.GetFederationTokenResponse;
import software.amazon.awssdk.services.sts.model.GetSessionTokenRequest;
import software.amazon.awssdk.services.sts.model.GetSessionTokenResponse;
import software.amazon.awssdk.services.sts.model.PolicyDescriptorType;

/**
 * AWS Security Token Service: short-lived credentials. Nothing is written: a token carries what it stands for. Thread-safe.
 *
 * <p>Unlike on AWS an account's root may assume the roles that trust its account: here the root key is what a developer
 * works with.
 *
 * @see <a href="https://docs.aws.amazon.com/STS/latest/APIReference/">STS API reference</a>
 */
public final class StsService implements StsClient {
    private static final Duration CHAINED_MAX = Duration.ofHours(1);

    private final Credentials credentials;
    private final RoleDirectory roles;
    private final InstantSource clock;
    private final StsActions actions;

    public StsService(Credentials credentials, Cloud cloud, InstantSource clock, Ids ids) {
        this.credentials = credentials;
        this.roles = new RoleDirectory(cloud);
        this.clock = clock;
        this.actions = new StsActions(roles);
    }

    public Service service() {
        return new Service("sts", StsClient.class, this, actions, "AccessDenied");
    }

    @Override
    public String serviceName() {
        return "sts";
    }

    @Override
    public void close() {
        // holds nothing
    }

    @Override
    public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
        var who = Call.current().principal();
        return GetCallerIdentityResponse.builder()
                .userId(who.userId())
                .account(who.account())
                .arn(who.arn())
                .build();
    }

    @Override
    public AssumeRoleResponse assumeRole(AssumeRoleRequest request) {
        SessionRules.name(request.roleSessionName());
        SessionRules.tags(request.tags(), request.transitiveTagKeys());
        var policies = SessionRules.policies(request.policy());
        var role = roles.find(request.roleArn())
                .orElseThrow(() -> new IllegalStateException("the gate let somebody assume a role that isn't there"));
        var account = Arn.parse(role.arn()).account();
        checkPolicies(policies, account);
        var policyArns = policyArns(request.policyArns(), account);
        var duration = duration(request.durationSeconds(), role.maxSessionDuration());
        var principal = new Principal.AssumedRole(
                account, role.path(), role.roleName(), role.roleId(), request.roleSessionName());
        var inherited = inheritedTags();
        var tags = new HashMap<>(inherited);
        request.tags().forEach(tag -> {
            if (inherited.keySet().stream().anyMatch(tag.key()::equalsIgnoreCase)) {
                throw SessionRules.invalidParameter(
                        "One of the specified transitive tag keys can't be set because it conflicts with a transitive"
                                + " tag key from the calling session.");
            }
            tags.put(tag.key(), tag.value());
        });
        var context = context(request, inherited.keySet());
        var now = now();
        var credential =
                credentials.issue(principal, new Session(now, now.plus(duration), policies, policyArns, tags, context));
        return AssumeRoleResponse.builder()
                .credentials(shown(credential, now.plus(duration)))
                .assumedRoleUser(AssumedRoleUser.builder()
                        .arn(principal.arn())
                        .assumedRoleId(principal.userId())
                        .build())
                .packedPolicySize(SessionRules.packedPercent(request))
                .sourceIdentity(context.get("aws:SourceIdentity"))
                .build();
    }

    /** What the new session carries on: its source identity, and which tags go on to the next role. */
    private static Map<String, String> context(AssumeRoleRequest request, Iterable<String> inheritedKeys) {
        var context = new HashMap<String, String>();
        var source = Optional.ofNullable(Call.current().session())
                .map(session -> session.context().get("aws:SourceIdentity"))
                .orElse(request.sourceIdentity());
        if (source != null) {
            context.put("aws:SourceIdentity", source);
            context.put("sts:SourceIdentity", source);
        }
        if (request.externalId() != null) {
            context.put("sts:ExternalId", request.externalId());
        }
        var transitive = new TreeSet<String>(request.transitiveTagKeys());
        inheritedKeys.forEach(transitive::add);
        if (!transitive.isEmpty()) {
            context.put(SessionRules.TRANSITIVE, String.join("\n", transitive));
        }
        return context;
    }

    /** The tags that the calling session passes on. */
    private static Map<String, String> inheritedTags() {
        var session = Call.current().session();
        var tags = new HashMap<String, String>();
        if (session != null) {
            var transitive = session.context().getOrDefault(SessionRules.TRANSITIVE, "");
            for (var key : transitive.split("\n")) {
                session.tags().forEach((name, value) -> {
                    if (name.equalsIgnoreCase(key)) {
                        tags.put(name, value);
                    }
                });
            }
        }
        return tags;
    }

    private static Duration duration(@Nullable Integer seconds, int roleMaxSeconds) {
        var asked = Duration.ofSeconds(seconds == null ? 3600 : seconds);
        boolean chained = Call.current().principal() instanceof Principal.AssumedRole;
        if (chained && asked.compareTo(CHAINED_MAX) > 0) {
            throw SessionRules.validation(
                    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        }
        if (asked.toSeconds() > roleMaxSeconds) {
            throw SessionRules.validation(
                    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        }
        return asked;
    }

    /** IAM knows the policy language. */
    private void checkPolicies(List<String> policies, String account) {
        try {
            if (!policies.isEmpty()) {
                roles.client(account).getContextKeysForCustomPolicy(request -> request.policyInputList(policies));
            }
        } catch (InvalidInputException e) {
            var message = e.awsErrorDetails().errorMessage();
            throw Failures.of("MalformedPolicyDocument", 400, message);
        }
    }

    private List<String> policyArns(List<PolicyDescriptorType> given, String account) {
        var iam = roles.client(account);
        return given.stream()
                .map(PolicyDescriptorType::arn)
                .peek(arn -> {
                    try {
                        iam.getPolicy(policy -> policy.policyArn(arn));
                    } catch (NoSuchEntityException e) {
                        throw SessionRules.validation("Policy " + arn + " does not exist or is not attachable.");
                    }
                })
                .toList();
    }

    @Override
    public GetSessionTokenResponse getSessionToken(GetSessionTokenRequest request) {
        var who = Call.current().principal();
        if (Call.current().session() != null) {
            throw Failures.of("AccessDenied", 403, "Cannot call GetSessionToken with session credentials");
        }
        int most = who instanceof Principal.Root ? 3600 : 129_600;
        int seconds = request.durationSeconds() == null ? Math.min(43_200, most) : request.durationSeconds();
        var now = now();
        var expires = now.plusSeconds(Math.min(seconds, most));
        var credential = credentials.issue(who, Session.plain(now, expires));
        return GetSessionTokenResponse.builder()
                .credentials(shown(credential, expires))
                .build();
    }

    @Override
    public GetFederationTokenResponse getFederationToken(GetFederationTokenRequest request) {
        var who = Call.current().principal();
        if (Call.current().session() != null) {
            throw Failures.of("AccessDenied", 403, "Cannot call GetFederationToken with session credentials");
        }
        SessionRules.tags(request.tags(), List.of());
        var policies = SessionRules.policies(request.policy());
        checkPolicies(policies, who.account());
        var policyArns = policyArns(request.policyArns(), who.account());
        int most = who instanceof Principal.Root ? 3600 : 129_600;
        int seconds = request.durationSeconds() == null ? Math.min(43_200, most) : request.durationSeconds();
        var now = now();
        var expires = now.plusSeconds(Math.min(seconds, most));
        var principal = new Principal.FederatedUser(who, request.name());
        var tags = new HashMap<String, String>();
        request.tags().forEach(tag -> tags.put(tag.key(), tag.value()));
        var credential = credentials.issue(principal, new Session(now, expires, policies, policyArns, tags, Map.of()));
        return GetFederationTokenResponse.builder()
                .credentials(shown(credential, expires))
                .federatedUser(FederatedUser.builder()
                        .arn(principal.arn())
                        .federatedUserId(principal.userId())
                        .build())
                .packedPolicySize(0)
                .build();
    }

    @Override
    public GetAccessKeyInfoResponse getAccessKeyInfo(GetAccessKeyInfoRequest request) {
        var account = credentials
                .find(request.accessKeyId(), null)
                .map(credential -> credential.principal().account())
                .orElse(Call.current().account());
        return GetAccessKeyInfoResponse.builder().account(account).build();
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private static software.amazon.awssdk.services.sts.model.Credentials shown(Credential credential, Instant expires) {
        return software.amazon.awssdk.services.sts.model.Credentials.builder()
                .accessKeyId(credential.accessKeyId())
                .secretAccessKey(credential.secretAccessKey())
                .sessionToken(credential.sessionToken())
                .expiration(expires)
                .build();
    }
}
