package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Call;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexUpdate;
import software.amazon.awssdk.services.dynamodb.model.ReplicationGroupUpdate;
import software.amazon.awssdk.services.dynamodb.model.SSESpecification;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableRequest;

/**
 * What one UpdateTable request may ask for, whatever table it is about. Stateless.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html">UpdateTable</a>
 */
final class UpdateRules {
    private UpdateRules() {}

    private enum Part {
        UNITS,
        BILLING,
        INDEXES,
        STREAM,
        ENCRYPTION,
        PROTECTION,
        CLASS,
        MOST,
        WARM,
        REPLICAS
    }

    /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException {@code ValidationException} */
    static void check(UpdateTableRequest request, Call call) {
        var parts = parts(request);
        if (parts.isEmpty()) {
            throw DynamodbErrors.invalid("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,"
                    + " GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady,"
                    + " ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput,"
                    + " WarmThroughput or TableClass is required");
        }
        if (request.hasGlobalSecondaryIndexUpdates()
                && request.globalSecondaryIndexUpdates().isEmpty()) {
            throw DynamodbErrors.invalidParameters("List of GlobalSecondaryIndexUpdates is empty");
        }
        refuseReplicas(request, call);
        TableCreation.checkClass(request.tableClass());
        alone(parts, Part.ENCRYPTION, "Server-Side Encryption modification");
        refuseEncryption(request.sseSpecification());
        alone(parts, Part.PROTECTION, "DeletionProtection modification");
        alone(parts, Part.CLASS, "TableClass modification");
        checkIndexes(request.globalSecondaryIndexUpdates());
        checkWarm(parts, request.globalSecondaryIndexUpdates());
        checkUnits(parts, request);
    }

    private static Set<Part> parts(UpdateTableRequest request) {
        var parts = EnumSet.noneOf(Part.class);
        add(parts, Part.UNITS, request.provisionedThroughput());
        add(parts, Part.BILLING, request.billingMode());
        add(parts, Part.INDEXES, request.globalSecondaryIndexUpdates().isEmpty() ? null : request);
        add(parts, Part.STREAM, request.streamSpecification());
        add(parts, Part.ENCRYPTION, request.sseSpecification());
        add(parts, Part.PROTECTION, request.deletionProtectionEnabled());
        add(parts, Part.CLASS, request.tableClass());
        add(parts, Part.MOST, request.onDemandThroughput());
        add(parts, Part.WARM, request.warmThroughput());
        boolean replicas = !request.replicaUpdates().isEmpty()
                || !request.globalTableWitnessUpdates().isEmpty()
                || request.multiRegionConsistency() != null;
        add(parts, Part.REPLICAS, replicas ? request : null);
        return parts;
    }

    private static void add(Set<Part> parts, Part part, @Nullable Object given) {
        if (given != null) {
            parts.add(part);
        }
    }

    private static void refuseReplicas(UpdateTableRequest request, Call call) {
        for (var update : request.replicaUpdates()) {
            if (call.region().equals(regionOf(update))) {
                throw DynamodbErrors.invalid(
                        "Cannot add or delete the local region through ReplicaUpdates. Use CreateTable,"
                                + " DeleteTable, or UpdateTable as required.");
            }
        }
        if (!request.replicaUpdates().isEmpty()
                || !request.globalTableWitnessUpdates().isEmpty()
                || request.multiRegionConsistency() != null) {
            throw new UnsupportedOperationException("UpdateTable with replicas");
        }
    }

    private static @Nullable String regionOf(ReplicationGroupUpdate update) {
        if (update.create() != null) {
            return update.create().regionName();
        }
        return update.delete() == null ? null : update.delete().regionName();
    }

    private static void refuseEncryption(@Nullable SSESpecification asked) {
        TableCreation.refuseKeys(asked);
        if (asked != null) {
            throw DynamodbErrors.invalidParameters("Table is already encrypted by default");
        }
    }

    private static void checkWarm(Set<Part> parts, List<GlobalSecondaryIndexUpdate> updates) {
        if (parts.contains(Part.MOST) && (parts.contains(Part.STREAM) || parts.contains(Part.WARM))) {
            throw DynamodbErrors.invalid(
                    "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request");
        }
        if (!parts.contains(Part.WARM)) {
            return;
        }
        if (updates.stream().anyMatch(update -> update.create() != null)) {
            throw DynamodbErrors.invalid(
                    "Create global secondary index cannot be specified when updating WarmThroughput");
        }
        var rest = EnumSet.copyOf(parts);
        if (updates.stream().allMatch(update -> update.update() != null)) {
            rest.remove(Part.INDEXES);
        }
        alone(rest, Part.WARM, "WarmThroughput");
    }

    private static void checkUnits(Set<Part> parts, UpdateTableRequest request) {
        boolean stream = parts.contains(Part.STREAM);
        boolean units = parts.contains(Part.UNITS);
        if (stream && (units || request.billingMode() == BillingMode.PROVISIONED)) {
            throw DynamodbErrors.invalid("You cannot modify stream status while updating table IOPS");
        }
        boolean structural = request.globalSecondaryIndexUpdates().stream().anyMatch(update -> update.update() == null);
        if (structural && units) {
            throw DynamodbErrors.invalid("You cannot create or delete index while updating table IOPS");
        }
        if (structural && stream) {
            throw DynamodbErrors.invalid("You cannot create or delete index while changing stream status");
        }
    }

    private static void alone(Set<Part> parts, Part part, String name) {
        if (parts.contains(part) && parts.size() > 1) {
            throw DynamodbErrors.invalidParameters(name + " must be the only operation in the request");
        }
    }

    private static void checkIndexes(List<GlobalSecondaryIndexUpdate> updates) {
        var names = new HashSet<String>();
        int structural = 0;
        for (var update : updates) {
            var name = indexOf(update);
            if (!names.add(name)) {
                throw DynamodbErrors.invalidParameters(
                        "Only one global secondary index update per index is allowed simultaneously. Index: " + name);
            }
            structural += update.update() == null ? 1 : 0;
        }
        if (structural > 1) {
            throw DynamodbErrors.limit("Subscriber limit exceeded: Only 1 online index can be created or deleted"
                    + " simultaneously per table");
        }
    }

    /** The index that exactly one thing shall be done with. */
    private static String indexOf(GlobalSecondaryIndexUpdate update) {
        var names = new ArrayList<String>();
        if (update.update() != null) {
            names.add(update.update().indexName());
        }
        if (update.create() != null) {
            names.add(update.create().indexName());
        }
        if (update.delete() != null) {
            names.add(update.delete().indexName());
        }
        if (names.isEmpty()) {
            throw DynamodbErrors.invalidParameters(
                    "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create,"
                            + " GlobalSecondaryIndexUpdate.Delete must not be null");
        }
        if (names.size() > 1) {
            throw DynamodbErrors.invalidParameters(
                    "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object");
        }
        return names.getFirst();
    }
}
