package dev.tsumuji.iam;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Actions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.iam.model.Tag;

/**
 * Every operation needs the action of its own name, on the user, group, role, policy or instance profile that its request
 * names.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html">Actions of IAM</a>
 */
public final class IamActions implements Actions {
    /** Without a user's name these are about the caller. */
    private static final Set<String> ON_ONESELF = Set.of(
            "GetUser",
            "CreateAccessKey",
            "ListAccessKeys",
            "UpdateAccessKey",
            "DeleteAccessKey",
            "ListMFADevices",
            "ListSSHPublicKeys",
            "ListSigningCertificates",
            "ChangePassword",
            "CreateServiceSpecificCredential",
            "ListServiceSpecificCredentials",
            "UpdateServiceSpecificCredential",
            "DeleteServiceSpecificCredential",
            "ResetServiceSpecificCredential");

    private static final Map<String, String> LISTS = Map.of(
            "ListUsers", "user",
            "ListGroups", "group",
            "ListRoles", "role",
            "ListInstanceProfiles", "instance-profile");

    private final Directory directory;

    IamActions(Directory directory) {
        this.directory = directory;
    }

    @Override
    public List<Access> of(String operation, SdkRequest request, Call call) {
        var context = new HashMap<String, List<String>>();
        var resource = resource(operation, request, call, context);
        addTags(request, context);
        field(request, "PermissionsBoundary").ifPresent(arn -> context.put("iam:PermissionsBoundary", List.of(arn)));
        field(request, "AWSServiceName").ifPresent(name -> context.put("iam:AWSServiceName", List.of(name)));
        return List.of(Access.of("iam:" + operation, resource, call.account()).with(context));
    }

    private String resource(String operation, SdkRequest request, Call call, Map<String, List<String>> context) {
        var account = call.account();
        if (LISTS.containsKey(operation)) {
            return Directory.arn(account, LISTS.get(operation) + Users.path(text(request, "PathPrefix")));
        }
        if (operation.equals("CreatePolicy")) {
            return Directory.arn(account, "policy" + Users.path(text(request, "Path")) + text(request, "PolicyName"));
        }
        if (operation.equals("CreateServiceLinkedRole")) {
            return Directory.arn(account, "role/aws-service-role/" + text(request, "AWSServiceName") + "/*");
        }
        if (operation.startsWith("Attach") || operation.startsWith("Detach")) {
            field(request, "PolicyArn").ifPresent(arn -> context.put("iam:PolicyARN", List.of(arn)));
            return entity(operation, request, account, context);
        }
        var arn = text(request, "PolicyArn");
        if (arn == null) {
            arn = text(request, "PolicySourceArn");
        }
        if (arn != null) {
            return arn;
        }
        if (ON_ONESELF.contains(operation)
                && text(request, "UserName") == null
                && call.principal() instanceof Principal.User user) {
            return user.arn();
        }
        return entity(operation, request, account, context);
    }

    /** The instance profile, group, role or user that the request names, in this order: the first is what changes. */
    private String entity(String operation, SdkRequest request, String account, Map<String, List<String>> context) {
        boolean making = operation.startsWith("Create");
        var path = making ? text(request, "Path") : null;
        var profile = text(request, "InstanceProfileName");
        if (profile != null) {
            return directory.read(snapshot -> IamKeys.PROFILES
                    .get(snapshot, account, IamKeys.low(profile))
                    .map(found -> Directory.arn(account, "instance-profile" + found.path() + found.name()))
                    .orElse(Directory.arn(account, "instance-profile" + Users.path(path) + profile)));
        }
        var group = text(request, "GroupName");
        if (group != null) {
            return directory.read(snapshot -> IamKeys.GROUPS
                    .get(snapshot, account, IamKeys.low(group))
                    .map(found -> Directory.arn(account, "group" + found.path() + found.name()))
                    .orElse(Directory.arn(account, "group" + Users.path(path) + group)));
        }
        var role = text(request, "RoleName");
        if (role != null) {
            return directory.read(snapshot -> IamKeys.ROLES
                    .get(snapshot, account, IamKeys.low(role))
                    .map(found -> {
                        tagged(context, found.tags());
                        return Roles.arn(account, found);
                    })
                    .orElse(Directory.arn(account, "role" + Users.path(path) + role)));
        }
        var user = text(request, "UserName");
        if (user != null) {
            return directory.read(snapshot -> IamKeys.USERS
                    .get(snapshot, account, IamKeys.low(user))
                    .map(found -> {
                        tagged(context, found.tags());
                        return Directory.arn(account, "user" + found.path() + found.name());
                    })
                    .orElse(Directory.arn(account, "user" + Users.path(path) + user)));
        }
        return "*";
    }

    private static void tagged(Map<String, List<String>> context, List<Tag> tags) {
        for (var tag : tags) {
            context.put("aws:ResourceTag/" + tag.key(), List.of(tag.value()));
            context.put("iam:ResourceTag/" + tag.key(), List.of(tag.value()));
        }
    }

    private static void addTags(SdkRequest request, Map<String, List<String>> context) {
        var keys = new ArrayList<String>();
        request.getValueForField("Tags", List.class).ifPresent(tags -> {
            for (var each : tags) {
                if (each instanceof Tag tag) {
                    context.put("aws:RequestTag/" + tag.key(), List.of(tag.value()));
                    keys.add(tag.key());
                }
            }
        });
        request.getValueForField("TagKeys", List.class).ifPresent(names -> {
            for (var name : names) {
                keys.add(String.valueOf(name));
            }
        });
        if (!keys.isEmpty()) {
            context.put("aws:TagKeys", keys);
        }
    }

    private static Optional<String> field(SdkRequest request, String name) {
        return request.getValueForField(name, String.class);
    }

    private static @Nullable String text(SdkRequest request, String name) {
        return field(request, name).orElse(null);
    }
}
