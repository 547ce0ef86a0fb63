package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.Attachment;
import dev.tsumuji.iam.IamKeys.Reference;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.*;

/** Managed policies attached to users, groups and roles. Stateless. */
final class AttachedPolicies {
    static final int MAX = 10;

    private final Directory directory;
    private final AwsPolicies awsPolicies;

    AttachedPolicies(Directory directory, AwsPolicies awsPolicies) {
        this.directory = directory;
        this.awsPolicies = awsPolicies;
    }

    void attach(Kind kind, String name, String arn) {
        var account = Directory.account();
        ManagedPolicies.requireArn(arn);
        directory.write(txn -> {
            var id = Directory.modifiable(txn, account, kind, name);
            if (!awsPolicies.knows(arn)
                    && ManagedPolicies.find(txn, account, arn).isEmpty()) {
                throw IamErrors.noSuch("Policy " + arn + " does not exist or is not attachable.");
            }
            var low = IamKeys.low(name);
            if (IamKeys.ATTACHED.get(txn, account, kind.noun(), low, arn).isPresent()) {
                return null;
            }
            if (IamKeys.ATTACHED.all(txn, account, kind.noun(), low).size() >= MAX) {
                throw IamErrors.limit("Cannot exceed quota for PoliciesPer" + kind.title() + ": " + MAX);
            }
            IamKeys.ATTACHED.put(txn, new Reference(arn), account, kind.noun(), low, arn);
            IamKeys.ATTACHMENTS.put(txn, new Attachment(kind, name, id), account, arn, kind.noun(), low);
            return null;
        });
    }

    void detach(Kind kind, String name, String arn) {
        var account = Directory.account();
        ManagedPolicies.requireArn(arn);
        directory.write(txn -> {
            Directory.modifiable(txn, account, kind, name);
            var low = IamKeys.low(name);
            if (IamKeys.ATTACHED.get(txn, account, kind.noun(), low, arn).isEmpty()) {
                throw IamErrors.noSuch("Policy " + arn + " was not found.");
            }
            IamKeys.ATTACHED.delete(txn, account, kind.noun(), low, arn);
            IamKeys.ATTACHMENTS.delete(txn, account, arn, kind.noun(), low);
            return null;
        });
    }

    Table.Page<AttachedPolicy> list(
            Kind kind, String name, @Nullable String pathPrefix, @Nullable String marker, @Nullable Integer maxItems) {
        var account = Directory.account();
        var page = directory.read(snapshot -> {
            Directory.require(snapshot, account, kind, name);
            return IamKeys.ATTACHED.page(
                    snapshot,
                    marker,
                    maxItems,
                    policy -> pathPrefix == null || path(policy.to()).startsWith(pathPrefix),
                    account,
                    kind.noun(),
                    IamKeys.low(name));
        });
        return new Table.Page<>(
                page.items().stream().map(policy -> shown(policy.to())).toList(), page.marker());
    }

    ListEntitiesForPolicyResponse entities(ListEntitiesForPolicyRequest request) {
        var account = Directory.account();
        var arn = request.policyArn();
        boolean bounding = request.policyUsageFilter() == PolicyUsageType.PERMISSIONS_BOUNDARY;
        var table = bounding ? IamKeys.BOUNDED : IamKeys.ATTACHMENTS;
        var wanted = wanted(request.entityFilter());
        var page = directory.read(snapshot -> {
            if (!awsPolicies.knows(arn)) {
                ManagedPolicies.require(snapshot, account, arn);
            }
            return table.page(
                    snapshot,
                    request.marker(),
                    request.maxItems(),
                    entity -> wanted.contains(entity.kind())
                            && (request.pathPrefix() == null
                                    || pathOf(snapshot, account, entity).startsWith(request.pathPrefix())),
                    account,
                    arn);
        });
        var byKind = page.items().stream().collect(Collectors.groupingBy(Attachment::kind));
        return ListEntitiesForPolicyResponse.builder()
                .policyGroups(byKind.getOrDefault(Kind.GROUP, List.of()).stream()
                        .map(entity -> PolicyGroup.builder()
                                .groupName(entity.name())
                                .groupId(entity.id())
                                .build())
                        .toList())
                .policyUsers(byKind.getOrDefault(Kind.USER, List.of()).stream()
                        .map(entity -> PolicyUser.builder()
                                .userName(entity.name())
                                .userId(entity.id())
                                .build())
                        .toList())
                .policyRoles(byKind.getOrDefault(Kind.ROLE, List.of()).stream()
                        .map(entity -> PolicyRole.builder()
                                .roleName(entity.name())
                                .roleId(entity.id())
                                .build())
                        .toList())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    private static Set<Kind> wanted(@Nullable EntityType filter) {
        return switch (filter) {
            case USER -> Set.of(Kind.USER);
            case ROLE -> Set.of(Kind.ROLE);
            case GROUP -> Set.of(Kind.GROUP);
            case null -> Set.of(Kind.values());
            default -> Set.of();
        };
    }

    private static String pathOf(Snapshot snapshot, String account, Attachment entity) {
        return switch (entity.kind()) {
            case USER -> Directory.user(snapshot, account, entity.name()).path();
            case GROUP -> Directory.group(snapshot, account, entity.name()).path();
            case ROLE -> Directory.role(snapshot, account, entity.name()).path();
        };
    }

    /** What stands in the way of deleting a user, group or role. */
    static void requireNone(Snapshot snapshot, String account, Kind kind, String low) {
        if (!IamKeys.ATTACHED.isEmpty(snapshot, account, kind.noun(), low)) {
            throw IamErrors.conflict("Cannot delete entity, must detach all policies first.");
        }
        if (!IamKeys.INLINE.isEmpty(snapshot, account, kind.noun(), low)) {
            throw IamErrors.conflict("Cannot delete entity, must delete policies first.");
        }
    }

    static AttachedPolicy shown(String arn) {
        return AttachedPolicy.builder()
                .policyArn(arn)
                .policyName(arn.substring(arn.lastIndexOf('/') + 1))
                .build();
    }

    private static String path(String arn) {
        return arn.substring(arn.indexOf('/'), arn.lastIndexOf('/') + 1);
    }
}
