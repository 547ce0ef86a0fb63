package dev.tsumuji.iam;

import dev.tsumuji.iam.IamKeys.Attachment;
import dev.tsumuji.iam.IamKeys.Reference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.*;

/** Roles that belong to a service: it alone may assume and change them. Stateless. */
final class ServiceLinkedRoles {
    private static final Set<String> SUFFIX_ALLOWED =
            Set.of("autoscaling.amazonaws.com", "connect.amazonaws.com", "lexv2.amazonaws.com");

    private final Directory directory;
    private final Roles roles;
    private final Map<String, Known> known = known();

    ServiceLinkedRoles(Directory directory, Roles roles) {
        this.directory = directory;
        this.roles = roles;
    }

    /** What AWS calls a service's role, and the policy it attaches. */
    private record Known(
            String role, String policy, @Nullable String description) {}

    private static Map<String, Known> known() {
        try (var in = ServiceLinkedRoles.class.getResourceAsStream("service-linked-roles.tsv")) {
            var byService = new HashMap<String, Known>();
            for (var line : new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                var fields = line.split("\t", -1);
                byService.put(fields[0], new Known(fields[1], fields[2], fields[3].isEmpty() ? null : fields[3]));
            }
            return Map.copyOf(byService);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    CreateServiceLinkedRoleResponse create(CreateServiceLinkedRoleRequest request) {
        var account = Directory.account();
        var service = request.awsServiceName();
        if (request.customSuffix() != null && !SUFFIX_ALLOWED.contains(service)) {
            throw IamErrors.invalid("Custom suffix is not allowed for " + service);
        }
        var linked = known.getOrDefault(service, unlisted(service));
        var name = linked.role() + (request.customSuffix() == null ? "" : "_" + request.customSuffix());
        var role = new IamKeys.Role(
                name,
                "/aws-service-role/" + service + "/",
                directory.id("AROA"),
                directory.now(),
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\""
                        + service + "\"},\"Action\":\"sts:AssumeRole\"}]}",
                request.description() == null ? linked.description() : request.description(),
                3600,
                null,
                List.of());
        Documents.trust(role.trust());
        try {
            roles.insert(account, role);
        } catch (EntityAlreadyExistsException e) {
            throw IamErrors.invalid(
                    "Service role name " + name + " has been taken in this account, please try a different suffix.");
        }
        if (!linked.policy().isEmpty()) {
            attach(account, role, "arn:aws:iam::aws:policy/aws-service-role/" + linked.policy());
        }
        return CreateServiceLinkedRoleResponse.builder()
                .role(Roles.shown(account, role))
                .build();
    }

    private void attach(String account, IamKeys.Role role, String arn) {
        var low = IamKeys.low(role.name());
        directory.write(txn -> {
            IamKeys.ATTACHED.put(txn, new Reference(arn), account, Kind.ROLE.noun(), low, arn);
            IamKeys.ATTACHMENTS.put(
                    txn, new Attachment(Kind.ROLE, role.name(), role.id()), account, arn, Kind.ROLE.noun(), low);
            return null;
        });
    }

    /** A name after AWS's custom, for a service that isn't in the list. */
    private static Known unlisted(String service) {
        var label = service.substring(0, Math.max(0, service.indexOf('.')));
        if (label.isEmpty()) {
            throw IamErrors.invalid("Service name " + service + " is not valid.");
        }
        return new Known("AWSServiceRoleFor" + Character.toUpperCase(label.charAt(0)) + label.substring(1), "", null);
    }

    DeleteServiceLinkedRoleResponse delete(DeleteServiceLinkedRoleRequest request) {
        var account = Directory.account();
        var uuid = directory.ids().uuid();
        return directory.write(txn -> {
            var role = Directory.role(txn, account, request.roleName());
            if (!role.path().startsWith("/aws-service-role/")) {
                throw IamErrors.invalid("Role " + role.name() + " is not a service-linked role.");
            }
            var low = IamKeys.low(role.name());
            for (var policy : IamKeys.ATTACHED.all(txn, account, Kind.ROLE.noun(), low)) {
                IamKeys.ATTACHMENTS.delete(txn, account, policy.to(), Kind.ROLE.noun(), low);
            }
            IamKeys.ATTACHED.deleteAll(txn, account, Kind.ROLE.noun(), low);
            IamKeys.ROLES.delete(txn, account, low);
            var task = "task" + role.path() + role.name() + "/" + uuid;
            IamKeys.DELETIONS.put(txn, new Reference(role.name()), account, task);
            return DeleteServiceLinkedRoleResponse.builder()
                    .deletionTaskId(task)
                    .build();
        });
    }

    GetServiceLinkedRoleDeletionStatusResponse status(GetServiceLinkedRoleDeletionStatusRequest request) {
        var account = Directory.account();
        var task = request.deletionTaskId();
        if (directory
                .read(snapshot -> IamKeys.DELETIONS.get(snapshot, account, task))
                .isEmpty()) {
            throw IamErrors.noSuch("The deletion task with id " + task + " cannot be found.");
        }
        return GetServiceLinkedRoleDeletionStatusResponse.builder()
                .status(DeletionTaskStatusType.SUCCEEDED)
                .build();
    }
}
