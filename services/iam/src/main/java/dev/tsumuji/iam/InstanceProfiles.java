package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.Reference;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.*;

/** Instance profiles: holders of one role. Stateless. */
final class InstanceProfiles {
    private final Directory directory;

    InstanceProfiles(Directory directory) {
        this.directory = directory;
    }

    CreateInstanceProfileResponse create(CreateInstanceProfileRequest request) {
        var account = Directory.account();
        var profile = new IamKeys.InstanceProfile(
                request.instanceProfileName(),
                Users.path(request.path()),
                directory.id("AIPA"),
                directory.now(),
                null,
                Tags.CASELESS.of(request.tags()));
        directory.write(txn -> {
            var low = IamKeys.low(profile.name());
            if (IamKeys.PROFILES.get(txn, account, low).isPresent()) {
                throw IamErrors.exists("Instance Profile " + profile.name() + " already exists.");
            }
            IamKeys.PROFILES.put(txn, profile, account, low);
            return null;
        });
        return CreateInstanceProfileResponse.builder()
                .instanceProfile(brief(account, profile, Optional.empty())
                        .tags(profile.tags())
                        .build())
                .build();
    }

    private static IamKeys.InstanceProfile require(Snapshot snapshot, String account, String name) {
        return IamKeys.PROFILES
                .get(snapshot, account, IamKeys.low(name))
                .orElseThrow(() -> IamErrors.noSuch("Instance Profile " + name + " cannot be found."));
    }

    GetInstanceProfileResponse get(GetInstanceProfileRequest request) {
        var account = Directory.account();
        return directory.read(snapshot -> {
            var profile = require(snapshot, account, request.instanceProfileName());
            return GetInstanceProfileResponse.builder()
                    .instanceProfile(shown(snapshot, account, profile)
                            .tags(profile.tags())
                            .build())
                    .build();
        });
    }

    ListInstanceProfilesResponse list(ListInstanceProfilesRequest request) {
        var account = Directory.account();
        var prefix = Users.path(request.pathPrefix());
        return directory.read(snapshot -> {
            var page = IamKeys.PROFILES.page(
                    snapshot,
                    request.marker(),
                    request.maxItems(),
                    profile -> profile.path().startsWith(prefix),
                    account);
            return ListInstanceProfilesResponse.builder()
                    .instanceProfiles(page.items().stream()
                            .map(profile -> shown(snapshot, account, profile).build())
                            .toList())
                    .isTruncated(page.truncated())
                    .marker(page.marker())
                    .build();
        });
    }

    ListInstanceProfilesForRoleResponse ofRole(ListInstanceProfilesForRoleRequest request) {
        var account = Directory.account();
        return directory.read(snapshot -> {
            var role = Directory.role(snapshot, account, request.roleName());
            var page = IamKeys.ROLE_PROFILES.page(
                    snapshot, request.marker(), request.maxItems(), profile -> true, account, IamKeys.low(role.name()));
            return ListInstanceProfilesForRoleResponse.builder()
                    .instanceProfiles(page.items().stream()
                            .map(profile -> shown(snapshot, account, require(snapshot, account, profile.to()))
                                    .build())
                            .toList())
                    .isTruncated(page.truncated())
                    .marker(page.marker())
                    .build();
        });
    }

    AddRoleToInstanceProfileResponse add(AddRoleToInstanceProfileRequest request) {
        var account = Directory.account();
        directory.write(txn -> {
            var profile = require(txn, account, request.instanceProfileName());
            var role = Directory.role(txn, account, request.roleName());
            if (profile.role() != null) {
                throw IamErrors.limit("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
            }
            IamKeys.PROFILES.put(txn, with(profile, role.name(), profile.tags()), account, IamKeys.low(profile.name()));
            IamKeys.ROLE_PROFILES.put(
                    txn, new Reference(profile.name()), account, IamKeys.low(role.name()), IamKeys.low(profile.name()));
            return null;
        });
        return AddRoleToInstanceProfileResponse.builder().build();
    }

    RemoveRoleFromInstanceProfileResponse remove(RemoveRoleFromInstanceProfileRequest request) {
        var account = Directory.account();
        directory.write(txn -> {
            var profile = require(txn, account, request.instanceProfileName());
            if (profile.role() == null || !IamKeys.low(profile.role()).equals(IamKeys.low(request.roleName()))) {
                throw IamErrors.noSuch("role", request.roleName());
            }
            IamKeys.PROFILES.put(txn, with(profile, null, profile.tags()), account, IamKeys.low(profile.name()));
            IamKeys.ROLE_PROFILES.delete(txn, account, IamKeys.low(request.roleName()), IamKeys.low(profile.name()));
            return null;
        });
        return RemoveRoleFromInstanceProfileResponse.builder().build();
    }

    DeleteInstanceProfileResponse delete(DeleteInstanceProfileRequest request) {
        var account = Directory.account();
        directory.write(txn -> {
            var profile = require(txn, account, request.instanceProfileName());
            if (profile.role() != null) {
                throw IamErrors.conflict("Cannot delete entity, must remove roles from instance profile first.");
            }
            IamKeys.PROFILES.delete(txn, account, IamKeys.low(profile.name()));
            return null;
        });
        return DeleteInstanceProfileResponse.builder().build();
    }

    TagInstanceProfileResponse tag(TagInstanceProfileRequest request) {
        retag(request.instanceProfileName(), tags -> Tags.CASELESS.merged(tags, request.tags()));
        return TagInstanceProfileResponse.builder().build();
    }

    UntagInstanceProfileResponse untag(UntagInstanceProfileRequest request) {
        retag(request.instanceProfileName(), tags -> Tags.CASELESS.without(tags, request.tagKeys()));
        return UntagInstanceProfileResponse.builder().build();
    }

    ListInstanceProfileTagsResponse tags(ListInstanceProfileTagsRequest request) {
        var account = Directory.account();
        var profile = directory.read(snapshot -> require(snapshot, account, request.instanceProfileName()));
        var page = Pages.of(profile.tags(), request.marker(), request.maxItems());
        return ListInstanceProfileTagsResponse.builder()
                .tags(page.items())
                .isTruncated(page.truncated())
                .marker(page.marker())
                .build();
    }

    private void retag(String name, UnaryOperator<List<Tag>> change) {
        var account = Directory.account();
        directory.write(txn -> {
            var profile = require(txn, account, name);
            IamKeys.PROFILES.put(
                    txn, with(profile, profile.role(), change.apply(profile.tags())), account, IamKeys.low(name));
            return null;
        });
    }

    private static IamKeys.InstanceProfile with(IamKeys.InstanceProfile old, @Nullable String role, List<Tag> tags) {
        return new IamKeys.InstanceProfile(old.name(), old.path(), old.id(), old.created(), role, tags);
    }

    static InstanceProfile.Builder shown(Snapshot snapshot, String account, IamKeys.InstanceProfile profile) {
        return brief(
                account,
                profile,
                Optional.ofNullable(profile.role()).map(role -> Directory.role(snapshot, account, role)));
    }

    private static InstanceProfile.Builder brief(
            String account, IamKeys.InstanceProfile profile, Optional<IamKeys.Role> role) {
        return InstanceProfile.builder()
                .path(profile.path())
                .instanceProfileName(profile.name())
                .instanceProfileId(profile.id())
                .arn(Directory.arn(account, "instance-profile" + profile.path() + profile.name()))
                .createDate(profile.created())
                .roles(role.stream().map(found -> Roles.brief(account, found)).toList());
    }
}
