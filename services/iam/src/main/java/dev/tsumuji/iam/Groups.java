package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.Attachment;
import dev.tsumuji.iam.IamKeys.Reference;
import dev.tsumuji.kernel.kv.Txn;
import software.amazon.awssdk.services.iam.model.*;

/** Groups of users. Stateless. */
final class Groups {
    static final int PER_USER_MAX = 10;

    private final Directory directory;

    Groups(Directory directory) {
        this.directory = directory;
    }

    CreateGroupResponse create(CreateGroupRequest request) {
        var account = Directory.account();
        var group = new IamKeys.Group(
                request.groupName(), Users.path(request.path()), directory.id("AGPA"), directory.now());
        directory.write(txn -> {
            absent(txn, account, group.name());
            IamKeys.GROUPS.put(txn, group, account, IamKeys.low(group.name()));
            return null;
        });
        return CreateGroupResponse.builder().group(shown(account, group)).build();
    }

    private static void absent(Txn txn, String account, String name) {
        if (IamKeys.GROUPS.get(txn, account, IamKeys.low(name)).isPresent()) {
            throw IamErrors.exists("Group with name " + name + " already exists.");
        }
    }

    GetGroupResponse get(GetGroupRequest request) {
        var account = Directory.account();
        return directory.read(snapshot -> {
            var group = Directory.group(snapshot, account, request.groupName());
            var page = IamKeys.MEMBERS.page(
                    snapshot, request.marker(), request.maxItems(), member -> true, account, IamKeys.low(group.name()));
            return GetGroupResponse.builder()
                    .group(shown(account, group))
                    .users(page.items().stream()
                            .map(member -> Users.brief(account, Directory.user(snapshot, account, member.to())))
                            .toList())
                    .isTruncated(page.truncated())
                    .marker(page.marker())
                    .build();
        });
    }

    ListGroupsResponse list(ListGroupsRequest request) {
        var account = Directory.account();
        var prefix = Users.path(request.pathPrefix());
        var page = directory.read(snapshot -> IamKeys.GROUPS.page(
                snapshot,
                request.marker(),
                request.maxItems(),
                group -> group.path().startsWith(prefix),
                account));
        return ListGroupsResponse.builder()
                .groups(page.items().stream()
                        .map(group -> shown(account, group))
                        .toList())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    ListGroupsForUserResponse ofUser(ListGroupsForUserRequest request) {
        var account = Directory.account();
        return directory.read(snapshot -> {
            var user = Directory.user(snapshot, account, request.userName());
            var page = IamKeys.MEMBERSHIPS.page(
                    snapshot,
                    request.marker(),
                    request.maxItems(),
                    membership -> true,
                    account,
                    IamKeys.low(user.name()));
            return ListGroupsForUserResponse.builder()
                    .groups(page.items().stream()
                            .map(membership -> shown(account, Directory.group(snapshot, account, membership.to())))
                            .toList())
                    .isTruncated(page.truncated())
                    .marker(page.marker())
                    .build();
        });
    }

    UpdateGroupResponse update(UpdateGroupRequest request) {
        var account = Directory.account();
        directory.write(txn -> {
            var old = Directory.group(txn, account, request.groupName());
            var group = new IamKeys.Group(
                    request.newGroupName() == null ? old.name() : request.newGroupName(),
                    request.newPath() == null ? old.path() : request.newPath(),
                    old.id(),
                    old.created());
            if (!IamKeys.low(group.name()).equals(IamKeys.low(old.name()))) {
                absent(txn, account, group.name());
            }
            rename(txn, account, old, group);
            return null;
        });
        return UpdateGroupResponse.builder().build();
    }

    /** Moves all that lies under the old name. */
    private static void rename(Txn txn, String account, IamKeys.Group old, IamKeys.Group group) {
        var from = IamKeys.low(old.name());
        var to = IamKeys.low(group.name());
        var noun = Kind.GROUP.noun();
        var inline = IamKeys.INLINE.all(txn, account, noun, from);
        var attached = IamKeys.ATTACHED.all(txn, account, noun, from);
        var members = IamKeys.MEMBERS.all(txn, account, from);
        IamKeys.INLINE.deleteAll(txn, account, noun, from);
        IamKeys.ATTACHED.deleteAll(txn, account, noun, from);
        IamKeys.MEMBERS.deleteAll(txn, account, from);
        inline.forEach(policy -> IamKeys.INLINE.put(txn, policy, account, noun, to, policy.name()));
        for (var policy : attached) {
            IamKeys.ATTACHED.put(txn, policy, account, noun, to, policy.to());
            IamKeys.ATTACHMENTS.delete(txn, account, policy.to(), noun, from);
            IamKeys.ATTACHMENTS.put(
                    txn, new Attachment(Kind.GROUP, group.name(), group.id()), account, policy.to(), noun, to);
        }
        for (var member : members) {
            var user = IamKeys.low(member.to());
            IamKeys.MEMBERS.put(txn, member, account, to, user);
            IamKeys.MEMBERSHIPS.delete(txn, account, user, from);
            IamKeys.MEMBERSHIPS.put(txn, new Reference(group.name()), account, user, to);
        }
        IamKeys.GROUPS.delete(txn, account, from);
        IamKeys.GROUPS.put(txn, group, account, to);
    }

    DeleteGroupResponse delete(DeleteGroupRequest request) {
        var account = Directory.account();
        directory.write(txn -> {
            var low = IamKeys.low(
                    Directory.group(txn, account, request.groupName()).name());
            if (!IamKeys.MEMBERS.isEmpty(txn, account, low)) {
                throw IamErrors.conflict("Cannot delete entity, must remove users from group first.");
            }
            AttachedPolicies.requireNone(txn, account, Kind.GROUP, low);
            IamKeys.GROUPS.delete(txn, account, low);
            return null;
        });
        return DeleteGroupResponse.builder().build();
    }

    AddUserToGroupResponse add(AddUserToGroupRequest request) {
        var account = Directory.account();
        directory.write(txn -> {
            var group = Directory.group(txn, account, request.groupName());
            var user = Directory.user(txn, account, request.userName());
            var lowGroup = IamKeys.low(group.name());
            var lowUser = IamKeys.low(user.name());
            boolean member =
                    IamKeys.MEMBERS.get(txn, account, lowGroup, lowUser).isPresent();
            if (!member && IamKeys.MEMBERSHIPS.all(txn, account, lowUser).size() >= PER_USER_MAX) {
                throw IamErrors.limit("Cannot exceed quota for GroupsPerUser: " + PER_USER_MAX);
            }
            IamKeys.MEMBERS.put(txn, new Reference(user.name()), account, lowGroup, lowUser);
            IamKeys.MEMBERSHIPS.put(txn, new Reference(group.name()), account, lowUser, lowGroup);
            return null;
        });
        return AddUserToGroupResponse.builder().build();
    }

    RemoveUserFromGroupResponse remove(RemoveUserFromGroupRequest request) {
        var account = Directory.account();
        directory.write(txn -> {
            // the user is looked for first, as on AWS
            var lowUser =
                    IamKeys.low(Directory.user(txn, account, request.userName()).name());
            var lowGroup = IamKeys.low(
                    Directory.group(txn, account, request.groupName()).name());
            IamKeys.MEMBERS.delete(txn, account, lowGroup, lowUser);
            IamKeys.MEMBERSHIPS.delete(txn, account, lowUser, lowGroup);
            return null;
        });
        return RemoveUserFromGroupResponse.builder().build();
    }

    static Group shown(String account, IamKeys.Group group) {
        return Group.builder()
                .path(group.path())
                .groupName(group.name())
                .groupId(group.id())
                .arn(Directory.arn(account, "group" + group.path() + group.name()))
                .createDate(group.created())
                .build();
    }
}
