package dev.tsumuji.iam;

import dev.tsumuji.iam.AwsPolicies.AwsPolicy;
import dev.tsumuji.iam.IamKeys.ManagedPolicy;
import dev.tsumuji.iam.IamKeys.Version;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.iam.model.*;

/** Policies that stand by themselves, with their versions. Stateless. */
final class ManagedPolicies {
    static final int VERSIONS_MAX = 5;
    static final int SIZE_MAX_CHARS = 6144;
    private static final Pattern ARN =
            Pattern.compile("arn:aws[a-z-]*:iam::(\\d{12}|aws):policy(/[!-~]*)?/[\\w+=,.@-]+");

    private final Directory directory;
    private final AwsPolicies awsPolicies;

    ManagedPolicies(Directory directory, AwsPolicies awsPolicies) {
        this.directory = directory;
        this.awsPolicies = awsPolicies;
    }

    static void requireArn(String arn) {
        if (!ARN.matcher(arn).matches()) {
            throw Failures.of("ValidationError", 400, "ARN " + arn + " is not valid.");
        }
    }

    static Optional<ManagedPolicy> find(Snapshot snapshot, String account, String arn) {
        var name = arn.substring(arn.lastIndexOf('/') + 1);
        return IamKeys.POLICIES
                .get(snapshot, account, IamKeys.low(name))
                .filter(policy -> arn(account, policy).equals(arn));
    }

    static ManagedPolicy require(Snapshot snapshot, String account, String arn) {
        return find(snapshot, account, arn).orElseThrow(() -> IamErrors.noSuch("Policy " + arn + " was not found."));
    }

    static String arn(String account, ManagedPolicy policy) {
        return Directory.arn(account, "policy" + policy.path() + policy.name());
    }

    /** The document in force. */
    Optional<String> document(Snapshot snapshot, String account, String arn) {
        var aws = awsPolicies.find(arn);
        return aws.isPresent()
                ? aws.map(AwsPolicy::document)
                : find(snapshot, account, arn)
                        .flatMap(policy -> IamKeys.VERSIONS.get(
                                snapshot, account, IamKeys.low(policy.name()), policy.defaultVersion()))
                        .map(Version::document);
    }

    CreatePolicyResponse create(CreatePolicyRequest request) {
        var account = Directory.account();
        var document = request.policyDocument();
        var tags = Tags.CASED.of(request.tags());
        check(document);
        var now = directory.now();
        var policy = new ManagedPolicy(
                request.policyName(),
                Users.path(request.path()),
                directory.id("ANPA"),
                request.description(),
                1,
                1,
                now,
                now,
                tags);
        var low = IamKeys.low(policy.name());
        directory.write(txn -> {
            if (IamKeys.POLICIES.get(txn, account, low).isPresent()) {
                throw IamErrors.exists(
                        "A policy called " + policy.name() + " already exists. Duplicate names are not allowed.");
            }
            IamKeys.POLICIES.put(txn, policy, account, low);
            IamKeys.VERSIONS.put(txn, new Version(1, document, now), account, low, 1);
            return null;
        });
        var shown = brief(account, policy, 0, 0);
        return CreatePolicyResponse.builder()
                .policy(
                        policy.tags().isEmpty()
                                ? shown.build()
                                : shown.tags(policy.tags()).build())
                .build();
    }

    private static void check(String document) {
        Documents.identity(document);
        if (Documents.sizeChars(document) > SIZE_MAX_CHARS) {
            throw IamErrors.limit("Cannot exceed quota for PolicySize: " + SIZE_MAX_CHARS);
        }
    }

    GetPolicyResponse get(GetPolicyRequest request) {
        var account = Directory.account();
        requireArn(request.policyArn());
        return directory.read(snapshot -> {
            var aws = awsPolicies.find(request.policyArn());
            if (aws.isPresent()) {
                return GetPolicyResponse.builder()
                        .policy(shown(snapshot, account, aws.get())
                                .tags(List.of())
                                .build())
                        .build();
            }
            var policy = require(snapshot, account, request.policyArn());
            return GetPolicyResponse.builder()
                    .policy(shown(snapshot, account, policy)
                            .description(policy.description())
                            .tags(policy.tags())
                            .build())
                    .build();
        });
    }

    ListPoliciesResponse list(ListPoliciesRequest request) {
        var account = Directory.account();
        var scope = request.scope() == null ? PolicyScopeType.ALL : request.scope();
        var prefix = Users.path(request.pathPrefix());
        var usage = request.policyUsageFilter();
        boolean attachedOnly = Boolean.TRUE.equals(request.onlyAttached());
        var shown = directory.read(snapshot -> {
            var all = new ArrayList<Policy>();
            if (scope != PolicyScopeType.AWS) {
                IamKeys.POLICIES
                        .all(snapshot, account)
                        .forEach(policy ->
                                all.add(shown(snapshot, account, policy).build()));
            }
            if (scope != PolicyScopeType.LOCAL) {
                awsPolicies
                        .all()
                        .forEach(policy ->
                                all.add(shown(snapshot, account, policy).build()));
            }
            return all.stream()
                    .filter(policy -> policy.path().startsWith(prefix))
                    .filter(policy ->
                            !attachedOnly || policy.attachmentCount() + policy.permissionsBoundaryUsageCount() > 0)
                    .filter(policy -> usage == null
                            || (usage == PolicyUsageType.PERMISSIONS_BOUNDARY
                                            ? policy.permissionsBoundaryUsageCount()
                                            : policy.attachmentCount())
                                    > 0)
                    .toList();
        });
        var page = Pages.of(shown, request.marker(), request.maxItems());
        return ListPoliciesResponse.builder()
                .policies(page.items())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    DeletePolicyResponse delete(DeletePolicyRequest request) {
        var account = Directory.account();
        var arn = request.policyArn();
        requireOwn(arn);
        directory.write(txn -> {
            var policy = require(txn, account, arn);
            var low = IamKeys.low(policy.name());
            if (!IamKeys.ATTACHMENTS.isEmpty(txn, account, arn) || !IamKeys.BOUNDED.isEmpty(txn, account, arn)) {
                throw IamErrors.conflict("Cannot delete a policy attached to entities.");
            }
            if (IamKeys.VERSIONS.all(txn, account, low).size() > 1) {
                throw IamErrors.conflict("This policy has more than one version. Before you delete a policy, you must"
                        + " delete the policy's versions. The default version is deleted with the policy.");
            }
            IamKeys.VERSIONS.deleteAll(txn, account, low);
            IamKeys.POLICIES.delete(txn, account, low);
            return null;
        });
        return DeletePolicyResponse.builder().build();
    }

    private static void requireOwn(String arn) {
        requireArn(arn);
        if (arn.contains("::aws:")) {
            throw Failures.of("AccessDenied", 403, "Policy is outside your own account.");
        }
    }

    CreatePolicyVersionResponse createVersion(CreatePolicyVersionRequest request) {
        var account = Directory.account();
        requireOwn(request.policyArn());
        check(request.policyDocument());
        boolean asDefault = Boolean.TRUE.equals(request.setAsDefault());
        var version = directory.write(txn -> {
            var policy = require(txn, account, request.policyArn());
            var low = IamKeys.low(policy.name());
            if (IamKeys.VERSIONS.all(txn, account, low).size() >= VERSIONS_MAX) {
                throw IamErrors.limit("A managed policy can have up to " + VERSIONS_MAX
                        + " versions. Before you create a new version, you must delete an existing version.");
            }
            var added = new Version(policy.versions() + 1, request.policyDocument(), directory.now());
            IamKeys.VERSIONS.put(txn, added, account, low, added.number());
            IamKeys.POLICIES.put(
                    txn,
                    with(policy, asDefault ? added.number() : policy.defaultVersion(), added.number()),
                    account,
                    low);
            return added;
        });
        return CreatePolicyVersionResponse.builder()
                .policyVersion(brief(version, asDefault).build())
                .build();
    }

    GetPolicyVersionResponse getVersion(GetPolicyVersionRequest request) {
        var account = Directory.account();
        var arn = request.policyArn();
        requireArn(arn);
        var aws = awsPolicies.find(arn);
        if (aws.isPresent() && request.versionId().equals("v1")) {
            return GetPolicyVersionResponse.builder()
                    .policyVersion(brief(aws.get())
                            .document(Documents.encoded(aws.get().document()))
                            .build())
                    .build();
        }
        return directory.read(snapshot -> {
            var policy = withVersion(snapshot, account, arn, request.versionId());
            var version = version(snapshot, account, policy, request.versionId());
            return GetPolicyVersionResponse.builder()
                    .policyVersion(brief(version, version.number() == policy.defaultVersion())
                            .document(Documents.encoded(version.document()))
                            .build())
                    .build();
        });
    }

    /** Where a version is asked for, a policy that is not there lacks the version. */
    private static ManagedPolicy withVersion(Snapshot snapshot, String account, String arn, String id) {
        return find(snapshot, account, arn).orElseThrow(() -> noSuchVersion(arn, id));
    }

    private static AwsServiceException noSuchVersion(String arn, String id) {
        return IamErrors.noSuch("Policy " + arn + " version " + id + " does not exist or is not attachable.");
    }

    private static Version version(Snapshot snapshot, String account, ManagedPolicy policy, String id) {
        int number = id.matches("v[1-9][0-9]{0,8}") ? Integer.parseInt(id.substring(1)) : 0;
        return IamKeys.VERSIONS
                .get(snapshot, account, IamKeys.low(policy.name()), number)
                .orElseThrow(() -> noSuchVersion(arn(account, policy), id));
    }

    ListPolicyVersionsResponse listVersions(ListPolicyVersionsRequest request) {
        var account = Directory.account();
        requireArn(request.policyArn());
        var aws = awsPolicies.find(request.policyArn());
        if (aws.isPresent()) {
            return ListPolicyVersionsResponse.builder()
                    .versions(brief(aws.get()).build())
                    .isTruncated(false)
                    .build();
        }
        return directory.read(snapshot -> {
            var policy = require(snapshot, account, request.policyArn());
            var page = IamKeys.VERSIONS.page(
                    snapshot,
                    request.marker(),
                    request.maxItems(),
                    version -> true,
                    account,
                    IamKeys.low(policy.name()));
            return ListPolicyVersionsResponse.builder()
                    .versions(page.items().reversed().stream()
                            .map(version -> brief(version, version.number() == policy.defaultVersion())
                                    .build())
                            .toList())
                    .isTruncated(page.truncated())
                    .marker(page.marker())
                    .build();
        });
    }

    SetDefaultPolicyVersionResponse setDefault(SetDefaultPolicyVersionRequest request) {
        requireOwn(request.policyArn());
        var account = Directory.account();
        directory.write(txn -> {
            var policy = withVersion(txn, account, request.policyArn(), request.versionId());
            var version = version(txn, account, policy, request.versionId());
            IamKeys.POLICIES.put(
                    txn, with(policy, version.number(), policy.versions()), account, IamKeys.low(policy.name()));
            return null;
        });
        return SetDefaultPolicyVersionResponse.builder().build();
    }

    DeletePolicyVersionResponse deleteVersion(DeletePolicyVersionRequest request) {
        requireOwn(request.policyArn());
        var account = Directory.account();
        directory.write(txn -> {
            var policy = require(txn, account, request.policyArn());
            var version = version(txn, account, policy, request.versionId());
            if (version.number() == policy.defaultVersion()) {
                throw IamErrors.conflict("Cannot delete the default version of a policy.");
            }
            IamKeys.VERSIONS.delete(txn, account, IamKeys.low(policy.name()), version.number());
            return null;
        });
        return DeletePolicyVersionResponse.builder().build();
    }

    TagPolicyResponse tag(TagPolicyRequest request) {
        retag(request.policyArn(), tags -> Tags.CASED.merged(tags, request.tags()));
        return TagPolicyResponse.builder().build();
    }

    UntagPolicyResponse untag(UntagPolicyRequest request) {
        retag(request.policyArn(), tags -> Tags.CASED.without(tags, request.tagKeys()));
        return UntagPolicyResponse.builder().build();
    }

    ListPolicyTagsResponse tags(ListPolicyTagsRequest request) {
        var account = Directory.account();
        var tags = awsPolicies.knows(request.policyArn())
                ? List.<Tag>of()
                : directory.read(snapshot -> require(snapshot, account, request.policyArn()).tags().stream()
                        .sorted(Comparator.comparing(Tag::key))
                        .toList());
        var page = Pages.of(tags, request.marker(), request.maxItems());
        return ListPolicyTagsResponse.builder()
                .tags(page.items())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    private void retag(String arn, UnaryOperator<List<Tag>> change) {
        requireOwn(arn);
        var account = Directory.account();
        directory.write(txn -> {
            var old = require(txn, account, arn);
            var changed = new ManagedPolicy(
                    old.name(),
                    old.path(),
                    old.id(),
                    old.description(),
                    old.defaultVersion(),
                    old.versions(),
                    old.created(),
                    old.updated(),
                    change.apply(old.tags()));
            IamKeys.POLICIES.put(txn, changed, account, IamKeys.low(old.name()));
            return null;
        });
    }

    private ManagedPolicy with(ManagedPolicy old, int defaultVersion, int versions) {
        return new ManagedPolicy(
                old.name(),
                old.path(),
                old.id(),
                old.description(),
                defaultVersion,
                versions,
                old.created(),
                directory.now(),
                old.tags());
    }

    static PolicyVersion.Builder brief(Version version, boolean isDefault) {
        return PolicyVersion.builder()
                .versionId("v" + version.number())
                .isDefaultVersion(isDefault)
                .createDate(version.created());
    }

    private static PolicyVersion.Builder brief(AwsPolicy policy) {
        return brief(new Version(1, policy.document(), policy.created()), true);
    }

    static Policy.Builder shown(Snapshot snapshot, String account, ManagedPolicy policy) {
        var arn = arn(account, policy);
        return brief(
                account,
                policy,
                IamKeys.ATTACHMENTS.all(snapshot, account, arn).size(),
                IamKeys.BOUNDED.all(snapshot, account, arn).size());
    }

    private static Policy.Builder brief(String account, ManagedPolicy policy, int attached, int bounding) {
        return Policy.builder()
                .policyName(policy.name())
                .policyId(policy.id())
                .arn(arn(account, policy))
                .path(policy.path())
                .defaultVersionId("v" + policy.defaultVersion())
                .attachmentCount(attached)
                .permissionsBoundaryUsageCount(bounding)
                .isAttachable(true)
                .createDate(policy.created())
                .updateDate(policy.updated());
    }

    private static Policy.Builder shown(Snapshot snapshot, String account, AwsPolicy policy) {
        return Policy.builder()
                .policyName(policy.name())
                .policyId(policy.id())
                .arn(policy.arn())
                .path(policy.path())
                .defaultVersionId("v1")
                .attachmentCount(
                        IamKeys.ATTACHMENTS.all(snapshot, account, policy.arn()).size())
                .permissionsBoundaryUsageCount(
                        IamKeys.BOUNDED.all(snapshot, account, policy.arn()).size())
                .isAttachable(true)
                .createDate(policy.created())
                .updateDate(policy.created());
    }
}
