package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.AccessKey;
import dev.tsumuji.iam.IamKeys.Attachment;
import dev.tsumuji.iam.IamKeys.Reference;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.*;

/** Users: their making, finding, renaming and end. Stateless. */
final class Users {
    private final Directory directory;
    private final Boundaries boundaries;

    Users(Directory directory, Boundaries boundaries) {
        this.directory = directory;
        this.boundaries = boundaries;
    }

    CreateUserResponse create(CreateUserRequest request) {
        var account = Directory.account();
        var name = request.userName();
        var tags = Tags.CASELESS.of(request.tags());
        var user = new IamKeys.User(
                name, path(request.path()), directory.id("AIDA"), directory.now(), request.permissionsBoundary(), tags);
        directory.write(txn -> {
            absent(txn, account, name);
            boundaries.bind(txn, account, user.boundary(), attachment(user));
            IamKeys.USERS.put(txn, user, account, IamKeys.low(name));
            return null;
        });
        return CreateUserResponse.builder()
                .user(shown(account, user).toBuilder().build())
                .build();
    }

    /** The path of something new. */
    static String path(@Nullable String given) {
        return given == null ? "/" : given;
    }

    private static void absent(Snapshot snapshot, String account, String name) {
        if (IamKeys.USERS.get(snapshot, account, IamKeys.low(name)).isPresent()) {
            throw IamErrors.exists("User with name " + name + " already exists.");
        }
    }

    GetUserResponse get(GetUserRequest request) {
        var account = Directory.account();
        if (request.userName() == null && Call.current().principal() instanceof Principal.Root root) {
            return GetUserResponse.builder().user(root(root)).build();
        }
        var name = nameOrCaller(request.userName());
        var user = directory.read(snapshot -> Directory.user(snapshot, account, name));
        return GetUserResponse.builder().user(shown(account, user)).build();
    }

    private User root(Principal.Root root) {
        var created = directory.read(snapshot -> IamKeys.ACCOUNTS
                .get(snapshot, root.account())
                .map(IamKeys.Account::created)
                .orElse(Instant.EPOCH));
        return User.builder()
                .userId(root.account())
                .arn(root.arn())
                .createDate(created)
                .build();
    }

    /** Operations on oneself may leave the name out. */
    /** @param name null for the caller */
    void require(@Nullable String name) {
        var account = Directory.account();
        var user = nameOrCaller(name);
        directory.read(snapshot -> Directory.user(snapshot, account, user));
    }

    static String nameOrCaller(@Nullable String name) {
        if (name != null) {
            return name;
        }
        if (Call.current().principal() instanceof Principal.User user) {
            return user.name();
        }
        throw Failures.of("ValidationError", 400, "Must specify userName when calling with non-User credentials");
    }

    ListUsersResponse list(ListUsersRequest request) {
        var account = Directory.account();
        var prefix = path(request.pathPrefix());
        var page = directory.read(snapshot -> IamKeys.USERS.page(
                snapshot,
                request.marker(),
                request.maxItems(),
                user -> user.path().startsWith(prefix),
                account));
        return ListUsersResponse.builder()
                .users(page.items().stream().map(user -> brief(account, user)).toList())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    UpdateUserResponse update(UpdateUserRequest request) {
        var account = Directory.account();
        directory.write(txn -> {
            var old = Directory.user(txn, account, request.userName());
            var name = request.newUserName() == null ? old.name() : request.newUserName();
            var path = request.newPath() == null ? old.path() : request.newPath();
            var user = new IamKeys.User(name, path, old.id(), old.created(), old.boundary(), old.tags());
            if (!IamKeys.low(name).equals(IamKeys.low(old.name()))) {
                absent(txn, account, name);
            }
            rename(txn, account, old, user);
            return null;
        });
        return UpdateUserResponse.builder().build();
    }

    /** Moves all that lies under the old name. */
    private void rename(Txn txn, String account, IamKeys.User old, IamKeys.User user) {
        var from = IamKeys.low(old.name());
        var to = IamKeys.low(user.name());
        if (!from.equals(to)) {
            for (var policy : IamKeys.INLINE.all(txn, account, Kind.USER.noun(), from)) {
                IamKeys.INLINE.put(txn, policy, account, Kind.USER.noun(), to, policy.name());
            }
            IamKeys.INLINE.deleteAll(txn, account, Kind.USER.noun(), from);
            for (var policy : IamKeys.ATTACHED.all(txn, account, Kind.USER.noun(), from)) {
                IamKeys.ATTACHED.put(txn, policy, account, Kind.USER.noun(), to, policy.to());
            }
            IamKeys.ATTACHED.deleteAll(txn, account, Kind.USER.noun(), from);
            for (var group : IamKeys.MEMBERSHIPS.all(txn, account, from)) {
                IamKeys.MEMBERSHIPS.put(txn, group, account, to, IamKeys.low(group.to()));
                IamKeys.MEMBERS.delete(txn, account, IamKeys.low(group.to()), from);
                IamKeys.MEMBERS.put(txn, new Reference(user.name()), account, IamKeys.low(group.to()), to);
            }
            IamKeys.MEMBERSHIPS.deleteAll(txn, account, from);
            IamKeys.LOGINS.get(txn, account, from).ifPresent(login -> IamKeys.LOGINS.put(txn, login, account, to));
            IamKeys.LOGINS.delete(txn, account, from);
            ServiceCredentials.rename(txn, account, from, to);
        }
        for (var key : IamKeys.USER_KEYS.all(txn, account, from)) {
            IamKeys.KEYS
                    .get(txn, key.to())
                    .ifPresent(found -> IamKeys.KEYS.put(
                            txn,
                            new AccessKey(
                                    found.id(), found.secret(), account, user.name(), found.active(), found.created()),
                            found.id()));
            IamKeys.USER_KEYS.delete(txn, account, from, key.to());
            IamKeys.USER_KEYS.put(txn, key, account, to, key.to());
        }
        for (var policy : IamKeys.ATTACHED.all(txn, account, Kind.USER.noun(), to)) {
            IamKeys.ATTACHMENTS.delete(txn, account, policy.to(), Kind.USER.noun(), from);
            IamKeys.ATTACHMENTS.put(txn, attachment(user), account, policy.to(), Kind.USER.noun(), to);
        }
        boundaries.release(txn, account, old.boundary(), attachment(old));
        boundaries.bind(txn, account, user.boundary(), attachment(user));
        IamKeys.USERS.delete(txn, account, from);
        IamKeys.USERS.put(txn, user, account, to);
    }

    DeleteUserResponse delete(DeleteUserRequest request) {
        var account = Directory.account();
        directory.write(txn -> {
            var user = Directory.user(txn, account, request.userName());
            var name = IamKeys.low(user.name());
            if (IamKeys.LOGINS.get(txn, account, name).isPresent()) {
                throw IamErrors.conflict("Cannot delete entity, must delete login profile first.");
            }
            if (!IamKeys.USER_KEYS.isEmpty(txn, account, name)) {
                throw IamErrors.conflict("Cannot delete entity, must delete access keys first.");
            }
            if (!IamKeys.SERVICE_CREDENTIALS.isEmpty(txn, account, name)) {
                throw IamErrors.conflict("Cannot delete entity, must remove referenced objects first.");
            }
            AttachedPolicies.requireNone(txn, account, Kind.USER, name);
            if (!IamKeys.MEMBERSHIPS.isEmpty(txn, account, name)) {
                throw IamErrors.conflict("Cannot delete entity, must remove users from group first.");
            }
            boundaries.release(txn, account, user.boundary(), attachment(user));
            IamKeys.USERS.delete(txn, account, name);
            return null;
        });
        return DeleteUserResponse.builder().build();
    }

    TagUserResponse tag(TagUserRequest request) {
        change(
                request.userName(),
                user -> with(user, user.boundary(), Tags.CASELESS.merged(user.tags(), request.tags())));
        return TagUserResponse.builder().build();
    }

    UntagUserResponse untag(UntagUserRequest request) {
        change(
                request.userName(),
                user -> with(user, user.boundary(), Tags.CASELESS.without(user.tags(), request.tagKeys())));
        return UntagUserResponse.builder().build();
    }

    ListUserTagsResponse tags(ListUserTagsRequest request) {
        var account = Directory.account();
        var user = directory.read(snapshot -> Directory.user(snapshot, account, request.userName()));
        var page = Pages.of(user.tags(), request.marker(), request.maxItems());
        return ListUserTagsResponse.builder()
                .tags(page.items())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    PutUserPermissionsBoundaryResponse bind(PutUserPermissionsBoundaryRequest request) {
        rebind(request.userName(), request.permissionsBoundary());
        return PutUserPermissionsBoundaryResponse.builder().build();
    }

    DeleteUserPermissionsBoundaryResponse unbind(DeleteUserPermissionsBoundaryRequest request) {
        rebind(request.userName(), null);
        return DeleteUserPermissionsBoundaryResponse.builder().build();
    }

    private void rebind(String name, @Nullable String boundary) {
        var account = Directory.account();
        directory.write(txn -> {
            var user = Directory.user(txn, account, name);
            boundaries.release(txn, account, user.boundary(), attachment(user));
            boundaries.bind(txn, account, boundary, attachment(user));
            IamKeys.USERS.put(txn, with(user, boundary, user.tags()), account, IamKeys.low(name));
            return null;
        });
    }

    private void change(String name, UnaryOperator<IamKeys.User> change) {
        var account = Directory.account();
        directory.write(txn -> {
            var user = Directory.user(txn, account, name);
            IamKeys.USERS.put(txn, change.apply(user), account, IamKeys.low(name));
            return null;
        });
    }

    private static IamKeys.User with(IamKeys.User user, @Nullable String boundary, List<Tag> tags) {
        return new IamKeys.User(user.name(), user.path(), user.id(), user.created(), boundary, tags);
    }

    private static Attachment attachment(IamKeys.User user) {
        return new Attachment(Kind.USER, user.name(), user.id());
    }

    /** As single answers show a user. */
    static User shown(String account, IamKeys.User user) {
        var shown = brief(account, user).toBuilder();
        if (user.boundary() != null) {
            shown.permissionsBoundary(Boundaries.shown(user.boundary()));
        }
        if (!user.tags().isEmpty()) {
            shown.tags(user.tags());
        }
        return shown.build();
    }

    /** As lists show a user. */
    static User brief(String account, IamKeys.User user) {
        return User.builder()
                .path(user.path())
                .userName(user.name())
                .userId(user.id())
                .arn(Directory.arn(account, "user" + user.path() + user.name()))
                .createDate(user.created())
                .build();
    }
}
