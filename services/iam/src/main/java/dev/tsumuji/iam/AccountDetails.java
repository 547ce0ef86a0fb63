package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.Reference;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.iam.model.*;

/** All of an account's users, groups, roles and policies in one answer. Stateless. */
final class AccountDetails {
    private final Directory directory;

    AccountDetails(Directory directory) {
        this.directory = directory;
    }

    GetAccountAuthorizationDetailsResponse get(GetAccountAuthorizationDetailsRequest request) {
        var account = Directory.account();
        var wanted = request.filter().isEmpty()
                ? Set.of(EntityType.USER, EntityType.GROUP, EntityType.ROLE, EntityType.LOCAL_MANAGED_POLICY)
                : Set.copyOf(request.filter());
        var page = directory.read(
                snapshot -> Pages.of(everything(snapshot, account, wanted), request.marker(), request.maxItems()));
        var users = new ArrayList<UserDetail>();
        var groups = new ArrayList<GroupDetail>();
        var roles = new ArrayList<RoleDetail>();
        var policies = new ArrayList<ManagedPolicyDetail>();
        for (var item : page.items()) {
            switch (item) {
                case UserDetail user -> users.add(user);
                case GroupDetail group -> groups.add(group);
                case RoleDetail role -> roles.add(role);
                case ManagedPolicyDetail policy -> policies.add(policy);
                default -> throw new AssertionError(item);
            }
        }
        return GetAccountAuthorizationDetailsResponse.builder()
                .userDetailList(users)
                .groupDetailList(groups)
                .roleDetailList(roles)
                .policies(policies)
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    private static List<Object> everything(Snapshot snapshot, String account, Set<EntityType> wanted) {
        var all = new ArrayList<Object>();
        if (wanted.contains(EntityType.USER)) {
            IamKeys.USERS.all(snapshot, account).forEach(user -> all.add(user(snapshot, account, user)));
        }
        if (wanted.contains(EntityType.GROUP)) {
            IamKeys.GROUPS.all(snapshot, account).forEach(group -> all.add(group(snapshot, account, group)));
        }
        if (wanted.contains(EntityType.ROLE)) {
            IamKeys.ROLES.all(snapshot, account).forEach(role -> all.add(role(snapshot, account, role)));
        }
        if (wanted.contains(EntityType.LOCAL_MANAGED_POLICY)) {
            IamKeys.POLICIES.all(snapshot, account).forEach(policy -> all.add(policy(snapshot, account, policy)));
        }
        return all;
    }

    private static UserDetail user(Snapshot snapshot, String account, IamKeys.User user) {
        var shown = Users.shown(account, user);
        return UserDetail.builder()
                .path(shown.path())
                .userName(shown.userName())
                .userId(shown.userId())
                .arn(shown.arn())
                .createDate(shown.createDate())
                .permissionsBoundary(shown.permissionsBoundary())
                .tags(user.tags())
                .groupList(IamKeys.MEMBERSHIPS.all(snapshot, account, IamKeys.low(user.name())).stream()
                        .map(Reference::to)
                        .toList())
                .userPolicyList(inline(snapshot, account, Kind.USER, user.name()))
                .attachedManagedPolicies(attached(snapshot, account, Kind.USER, user.name()))
                .build();
    }

    private static GroupDetail group(Snapshot snapshot, String account, IamKeys.Group group) {
        var shown = Groups.shown(account, group);
        return GroupDetail.builder()
                .path(shown.path())
                .groupName(shown.groupName())
                .groupId(shown.groupId())
                .arn(shown.arn())
                .createDate(shown.createDate())
                .groupPolicyList(inline(snapshot, account, Kind.GROUP, group.name()))
                .attachedManagedPolicies(attached(snapshot, account, Kind.GROUP, group.name()))
                .build();
    }

    private static RoleDetail role(Snapshot snapshot, String account, IamKeys.Role role) {
        var shown = Roles.shown(account, role);
        return RoleDetail.builder()
                .path(shown.path())
                .roleName(shown.roleName())
                .roleId(shown.roleId())
                .arn(shown.arn())
                .createDate(shown.createDate())
                .assumeRolePolicyDocument(shown.assumeRolePolicyDocument())
                .permissionsBoundary(shown.permissionsBoundary())
                .tags(role.tags())
                .roleLastUsed(RoleLastUsed.builder().build())
                .instanceProfileList(IamKeys.ROLE_PROFILES.all(snapshot, account, IamKeys.low(role.name())).stream()
                        .map(profile -> IamKeys.PROFILES.get(snapshot, account, IamKeys.low(profile.to())))
                        .flatMap(Optional::stream)
                        .map(profile -> InstanceProfiles.shown(snapshot, account, profile)
                                .build())
                        .toList())
                .rolePolicyList(inline(snapshot, account, Kind.ROLE, role.name()))
                .attachedManagedPolicies(attached(snapshot, account, Kind.ROLE, role.name()))
                .build();
    }

    private static ManagedPolicyDetail policy(Snapshot snapshot, String account, IamKeys.ManagedPolicy policy) {
        var shown = ManagedPolicies.shown(snapshot, account, policy).build();
        return ManagedPolicyDetail.builder()
                .policyName(shown.policyName())
                .policyId(shown.policyId())
                .arn(shown.arn())
                .path(shown.path())
                .defaultVersionId(shown.defaultVersionId())
                .attachmentCount(shown.attachmentCount())
                .permissionsBoundaryUsageCount(shown.permissionsBoundaryUsageCount())
                .isAttachable(true)
                .description(policy.description())
                .createDate(shown.createDate())
                .updateDate(shown.updateDate())
                .policyVersionList(IamKeys.VERSIONS.all(snapshot, account, IamKeys.low(policy.name())).stream()
                        .map(version -> ManagedPolicies.brief(version, version.number() == policy.defaultVersion())
                                .document(Documents.encoded(version.document()))
                                .build())
                        .toList())
                .build();
    }

    private static List<PolicyDetail> inline(Snapshot snapshot, String account, Kind kind, String name) {
        return IamKeys.INLINE.all(snapshot, account, kind.noun(), IamKeys.low(name)).stream()
                .map(policy -> PolicyDetail.builder()
                        .policyName(policy.name())
                        .policyDocument(Documents.encoded(policy.document()))
                        .build())
                .toList();
    }

    private static List<AttachedPolicy> attached(Snapshot snapshot, String account, Kind kind, String name) {
        return IamKeys.ATTACHED.all(snapshot, account, kind.noun(), IamKeys.low(name)).stream()
                .map(policy -> AttachedPolicies.shown(policy.to()))
                .toList();
    }
}
