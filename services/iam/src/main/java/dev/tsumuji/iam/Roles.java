package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.Attachment;
import dev.tsumuji.iam.policy.PolicyCheck;
import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.*;

/** Roles and their trust. Stateless. */
final class Roles {
    static final int TRUST_MAX_CHARS = 2048;

    private final Directory directory;
    private final Boundaries boundaries;

    Roles(Directory directory, Boundaries boundaries) {
        this.directory = directory;
        this.boundaries = boundaries;
    }

    CreateRoleResponse create(CreateRoleRequest request) {
        var account = Directory.account();
        var trust = request.assumeRolePolicyDocument();
        checkTrust(trust);
        var role = new IamKeys.Role(
                request.roleName(),
                Users.path(request.path()),
                directory.id("AROA"),
                directory.now(),
                trust,
                request.description(),
                request.maxSessionDuration() == null ? 3600 : request.maxSessionDuration(),
                request.permissionsBoundary(),
                Tags.CASELESS.of(request.tags()));
        insert(account, role);
        return CreateRoleResponse.builder().role(shown(account, role)).build();
    }

    void insert(String account, IamKeys.Role role) {
        directory.write(txn -> {
            if (IamKeys.ROLES.get(txn, account, IamKeys.low(role.name())).isPresent()) {
                throw IamErrors.exists("Role with name " + role.name() + " already exists.");
            }
            requireTrusted(txn, role.trust());
            boundaries.bind(txn, account, role.boundary(), attachment(role));
            IamKeys.ROLES.put(txn, role, account, IamKeys.low(role.name()));
            return null;
        });
    }

    private static void checkTrust(String trust) {
        Documents.trust(trust);
        if (Documents.sizeChars(trust) > TRUST_MAX_CHARS) {
            throw IamErrors.limit("Cannot exceed quota for ACLSizePerRole: " + TRUST_MAX_CHARS);
        }
    }

    /** Users and roles of this platform's accounts that a trust policy names must be there. */
    private static void requireTrusted(Snapshot snapshot, String trust) {
        for (var text : PolicyCheck.trustedArns(trust)) {
            var arn = Arn.parse(text);
            var name = IamKeys.low(arn.resource().substring(arn.resource().lastIndexOf('/') + 1));
            boolean here = IamKeys.ACCOUNTS.get(snapshot, arn.account()).isPresent();
            boolean missing = arn.service().equals("iam")
                    && (arn.resource().startsWith("user/")
                                    && IamKeys.USERS
                                            .get(snapshot, arn.account(), name)
                                            .isEmpty()
                            || arn.resource().startsWith("role/")
                                    && IamKeys.ROLES
                                            .get(snapshot, arn.account(), name)
                                            .isEmpty());
            if (here && missing) {
                throw IamErrors.malformed("Invalid principal in policy: \"AWS\":\"" + text + "\"");
            }
        }
    }

    GetRoleResponse get(GetRoleRequest request) {
        var account = Directory.account();
        var role = directory.read(snapshot -> Directory.role(snapshot, account, request.roleName()));
        return GetRoleResponse.builder()
                .role(shown(account, role).toBuilder()
                        .description(role.description())
                        .maxSessionDuration(role.sessionMaxSeconds())
                        .roleLastUsed(RoleLastUsed.builder().build())
                        .build())
                .build();
    }

    ListRolesResponse list(ListRolesRequest request) {
        var account = Directory.account();
        var prefix = Users.path(request.pathPrefix());
        var page = directory.read(snapshot -> IamKeys.ROLES.page(
                snapshot,
                request.marker(),
                request.maxItems(),
                role -> role.path().startsWith(prefix),
                account));
        return ListRolesResponse.builder()
                .roles(page.items().stream()
                        .map(role -> brief(account, role).toBuilder()
                                .description(role.description())
                                .maxSessionDuration(role.sessionMaxSeconds())
                                .build())
                        .toList())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    UpdateRoleResponse update(UpdateRoleRequest request) {
        change(
                request.roleName(),
                role -> new IamKeys.Role(
                        role.name(),
                        role.path(),
                        role.id(),
                        role.created(),
                        role.trust(),
                        request.description() == null ? role.description() : request.description(),
                        request.maxSessionDuration() == null ? role.sessionMaxSeconds() : request.maxSessionDuration(),
                        role.boundary(),
                        role.tags()));
        return UpdateRoleResponse.builder().build();
    }

    UpdateRoleDescriptionResponse describe(UpdateRoleDescriptionRequest request) {
        var role = change(
                request.roleName(),
                old -> new IamKeys.Role(
                        old.name(),
                        old.path(),
                        old.id(),
                        old.created(),
                        old.trust(),
                        request.description(),
                        old.sessionMaxSeconds(),
                        old.boundary(),
                        old.tags()));
        return UpdateRoleDescriptionResponse.builder()
                .role(shown(Directory.account(), role).toBuilder()
                        .description(role.description())
                        .build())
                .build();
    }

    UpdateAssumeRolePolicyResponse trust(UpdateAssumeRolePolicyRequest request) {
        checkTrust(request.policyDocument());
        directory.read(snapshot -> {
            requireTrusted(snapshot, request.policyDocument());
            return null;
        });
        change(
                request.roleName(),
                role -> new IamKeys.Role(
                        role.name(),
                        role.path(),
                        role.id(),
                        role.created(),
                        request.policyDocument(),
                        role.description(),
                        role.sessionMaxSeconds(),
                        role.boundary(),
                        role.tags()));
        return UpdateAssumeRolePolicyResponse.builder().build();
    }

    DeleteRoleResponse delete(DeleteRoleRequest request) {
        var account = Directory.account();
        directory.write(txn -> {
            var role = Directory.role(txn, account, request.roleName());
            Directory.modifiable(role);
            var low = IamKeys.low(role.name());
            if (!IamKeys.ROLE_PROFILES.isEmpty(txn, account, low)) {
                throw IamErrors.conflict("Cannot delete entity, must remove roles from instance profile first.");
            }
            AttachedPolicies.requireNone(txn, account, Kind.ROLE, low);
            boundaries.release(txn, account, role.boundary(), attachment(role));
            IamKeys.ROLES.delete(txn, account, low);
            return null;
        });
        return DeleteRoleResponse.builder().build();
    }

    TagRoleResponse tag(TagRoleRequest request) {
        change(
                request.roleName(),
                role -> with(role, role.boundary(), Tags.CASELESS.merged(role.tags(), request.tags())));
        return TagRoleResponse.builder().build();
    }

    UntagRoleResponse untag(UntagRoleRequest request) {
        change(
                request.roleName(),
                role -> with(role, role.boundary(), Tags.CASELESS.without(role.tags(), request.tagKeys())));
        return UntagRoleResponse.builder().build();
    }

    ListRoleTagsResponse tags(ListRoleTagsRequest request) {
        var account = Directory.account();
        var role = directory.read(snapshot -> Directory.role(snapshot, account, request.roleName()));
        var page = Pages.of(role.tags(), request.marker(), request.maxItems());
        return ListRoleTagsResponse.builder()
                .tags(page.items())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    PutRolePermissionsBoundaryResponse bind(PutRolePermissionsBoundaryRequest request) {
        rebind(request.roleName(), request.permissionsBoundary());
        return PutRolePermissionsBoundaryResponse.builder().build();
    }

    DeleteRolePermissionsBoundaryResponse unbind(DeleteRolePermissionsBoundaryRequest request) {
        rebind(request.roleName(), null);
        return DeleteRolePermissionsBoundaryResponse.builder().build();
    }

    private void rebind(String name, @Nullable String boundary) {
        var account = Directory.account();
        directory.write(txn -> {
            var role = Directory.role(txn, account, name);
            Directory.modifiable(role);
            boundaries.release(txn, account, role.boundary(), attachment(role));
            boundaries.bind(txn, account, boundary, attachment(role));
            IamKeys.ROLES.put(txn, with(role, boundary, role.tags()), account, IamKeys.low(name));
            return null;
        });
    }

    private IamKeys.Role change(String name, UnaryOperator<IamKeys.Role> change) {
        var account = Directory.account();
        return directory.write(txn -> {
            var role = Directory.role(txn, account, name);
            Directory.modifiable(role);
            var changed = change.apply(role);
            IamKeys.ROLES.put(txn, changed, account, IamKeys.low(name));
            return changed;
        });
    }

    private static IamKeys.Role with(IamKeys.Role role, @Nullable String boundary, List<Tag> tags) {
        return new IamKeys.Role(
                role.name(),
                role.path(),
                role.id(),
                role.created(),
                role.trust(),
                role.description(),
                role.sessionMaxSeconds(),
                boundary,
                tags);
    }

    static Attachment attachment(IamKeys.Role role) {
        return new Attachment(Kind.ROLE, role.name(), role.id());
    }

    static String arn(String account, IamKeys.Role role) {
        return Directory.arn(account, "role" + role.path() + role.name());
    }

    /** As single answers show a role. */
    static Role shown(String account, IamKeys.Role role) {
        var shown = brief(account, role).toBuilder();
        if (role.boundary() != null) {
            shown.permissionsBoundary(Boundaries.shown(role.boundary()));
        }
        if (!role.tags().isEmpty()) {
            shown.tags(role.tags());
        }
        return shown.build();
    }

    /** As every answer shows a role. */
    static Role brief(String account, IamKeys.Role role) {
        return Role.builder()
                .path(role.path())
                .roleName(role.name())
                .roleId(role.id())
                .arn(arn(account, role))
                .createDate(role.created())
                .assumeRolePolicyDocument(Documents.encoded(role.trust()))
                .build();
    }
}
