package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.kernel.time.Ids;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.OnDemandThroughput;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.SSESpecification;
import software.amazon.awssdk.services.dynamodb.model.SSEType;
import software.amazon.awssdk.services.dynamodb.model.TableClass;
import software.amazon.awssdk.services.dynamodb.model.WarmThroughput;

/** Makes a table out of a CreateTable request, or says what is wrong with it. Stateless apart from the ids it takes. */
final class TableCreation {
    private static final int LABEL_DIGITS = 14;
    private static final long UNITS_MAX = 1_000_000_000_000L;

    private final Ids ids;

    TableCreation(Ids ids) {
        this.ids = ids;
    }

    long id() {
        return ByteBuffer.wrap(ids.bytes(Long.BYTES)).getLong() & Long.MAX_VALUE;
    }

    String uuid() {
        return ids.uuid();
    }

    /** A backup's: in the order of time, and unlike any other. */
    String label(Instant now) {
        var millis = Long.toString(now.toEpochMilli());
        return "0".repeat(Math.max(0, LABEL_DIGITS - millis.length())) + millis + "-" + ids.hex(8);
    }

    Table table(TableName name, CreateTableRequest request, Instant now) {
        refuseKeys(request.sseSpecification());
        checkClass(request.tableClass());
        boolean onDemand = request.billingMode() == BillingMode.PAY_PER_REQUEST;
        checkThroughput(request.provisionedThroughput(), onDemand);
        checkMost(request.onDemandThroughput(), onDemand, "table BillingMode is PROVISIONED.", "table");
        var types = SchemaRules.types(request.attributeDefinitions());
        var key = SchemaRules.table(request.keySchema(), types);
        var localKeys = localKeys(request, key, types);
        var globalKeys = globalKeys(request, types);
        SchemaRules.used(
                types,
                key,
                Stream.concat(localKeys.stream(), globalKeys.stream()).toList());
        var indexes = new ArrayList<Index>();
        for (int i = 0; i < localKeys.size(); i++) {
            indexes.add(local(request.localSecondaryIndexes().get(i), localKeys.get(i), i + 1));
        }
        for (int i = 0; i < globalKeys.size(); i++) {
            indexes.add(
                    global(request.globalSecondaryIndexes().get(i), globalKeys.get(i), indexes.size() + 1, onDemand));
        }
        SchemaRules.limits(indexes);
        return new Table(
                id(),
                ids.uuid(),
                name,
                now,
                key,
                definitions(types),
                List.copyOf(indexes),
                indexes.size(),
                throughput(request, onDemand, now),
                request.tableClassAsString(),
                null,
                Boolean.TRUE.equals(request.deletionProtectionEnabled()),
                null,
                null,
                Tags.checked(request.tags()),
                null,
                null);
    }

    static List<KeyAttribute> definitions(Map<String, Kind> types) {
        return types.entrySet().stream()
                .map(type -> new KeyAttribute(type.getKey(), type.getValue()))
                .toList();
    }

    /** What is stored isn't encrypted with keys of the caller's, so nobody is told that it is. */
    static void refuseKeys(@Nullable SSESpecification specification) {
        if (specification == null) {
            return;
        }
        boolean enabled = Boolean.TRUE.equals(specification.enabled());
        if (Boolean.FALSE.equals(specification.enabled())) {
            refuseWithout(specification.sseType(), "SSEType");
            refuseWithout(specification.kmsMasterKeyId(), "KMSMasterKeyId");
        }
        if (specification.sseType() == SSEType.AES256) {
            throw DynamodbErrors.invalidParameters("SSEType AES256 is not supported");
        }
        if (enabled) {
            throw new UnsupportedOperationException("SSESpecification with a KMS key");
        }
    }

    private static void refuseWithout(@Nullable Object given, String name) {
        if (given != null) {
            throw DynamodbErrors.invalidParameters(name + " can not be specified if Enabled is false");
        }
    }

    private static Throughput throughput(CreateTableRequest request, boolean onDemand, Instant now) {
        var units = request.provisionedThroughput();
        var warm = request.warmThroughput();
        var made = new Throughput(
                onDemand ? Throughput.ON_DEMAND : "PROVISIONED",
                units == null ? 0 : units.readCapacityUnits(),
                units == null ? 0 : units.writeCapacityUnits(),
                request.onDemandThroughput(),
                onDemand ? now : null,
                null,
                null,
                0,
                0);
        if (warm == null) {
            return made;
        }
        var asked = made.warm().asked(warm.readUnitsPerSecond(), warm.writeUnitsPerSecond(), "table", onDemand);
        return made.withWarm(asked);
    }

    static void checkClass(@Nullable TableClass wanted) {
        if (wanted == TableClass.UNKNOWN_TO_SDK_VERSION) {
            throw DynamodbErrors.invalid(
                    "Invalid table-class parameter provided. Please try again with a valid table-class"
                            + " value: [STANDARD, STANDARD_INFREQUENT_ACCESS].");
        }
    }

    /**
     * Checks the most that may be used on demand; -1 stands for no limit.
     *
     * @param provisioned how a request says that capacity is provisioned
     */
    static void checkMost(@Nullable OnDemandThroughput most, boolean onDemand, String provisioned, String whose) {
        if (most != null) {
            checkMost(most.maxReadRequestUnits(), "MaxReadRequestUnits", onDemand, provisioned, whose);
            checkMost(most.maxWriteRequestUnits(), "MaxWriteRequestUnits", onDemand, provisioned, whose);
        }
    }

    private static void checkMost(
            @Nullable Long units, String member, boolean onDemand, String provisioned, String whose) {
        if (units != null && !onDemand) {
            throw DynamodbErrors.invalidParameters(
                    member + " for OnDemandThroughput cannot be specified when " + provisioned);
        }
        if (units != null && units < 1 && units != -1) {
            throw DynamodbErrors.invalidParameters(
                    "Requested " + member + " for OnDemandThroughput for " + whose + " is outside of valid range");
        }
    }

    static void checkThroughput(@Nullable ProvisionedThroughput units, boolean onDemand) {
        if (onDemand) {
            if (units != null) {
                throw DynamodbErrors.invalidParameters(
                        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is"
                                + " PAY_PER_REQUEST");
            }
            return;
        }
        if (units == null || units.readCapacityUnits() == null || units.writeCapacityUnits() == null) {
            throw DynamodbErrors.invalidParameters(
                    "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
        }
        checkUnits(units);
    }

    static void checkUnits(ProvisionedThroughput units) {
        positive(units.readCapacityUnits(), "provisionedThroughput.readCapacityUnits");
        positive(units.writeCapacityUnits(), "provisionedThroughput.writeCapacityUnits");
        if (units.readCapacityUnits() > UNITS_MAX) {
            throw DynamodbErrors.invalid(
                    "Given value " + units.readCapacityUnits() + " for ReadCapacityUnits is out of bounds");
        }
        if (units.writeCapacityUnits() > UNITS_MAX) {
            throw DynamodbErrors.invalid(
                    "Given value " + units.writeCapacityUnits() + " for WriteCapacityUnits is out of bounds");
        }
    }

    private static void positive(long units, String member) {
        if (units < 1) {
            throw DynamodbErrors.invalid("1 validation error detected: Value '" + units + "' at '" + member
                    + "' failed to satisfy constraint: Member must have value greater than or equal to 1");
        }
    }

    private static List<KeySchema> localKeys(CreateTableRequest request, KeySchema key, Map<String, Kind> types) {
        if (!request.hasLocalSecondaryIndexes()) {
            return List.of();
        }
        if (request.localSecondaryIndexes().isEmpty()) {
            throw DynamodbErrors.invalidParameters("List of LocalSecondaryIndexes is empty");
        }
        if (key.sort().isEmpty()) {
            throw DynamodbErrors.invalidParameters(
                    "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex");
        }
        var keys = new ArrayList<KeySchema>();
        for (var index : request.localSecondaryIndexes()) {
            keys.add(SchemaRules.local(index.indexName(), keys.size() + 1, index.keySchema(), types, key));
        }
        return keys;
    }

    private static List<KeySchema> globalKeys(CreateTableRequest request, Map<String, Kind> types) {
        if (!request.hasGlobalSecondaryIndexes()) {
            return List.of();
        }
        if (request.globalSecondaryIndexes().isEmpty()) {
            throw DynamodbErrors.invalidParameters("List of GlobalSecondaryIndexes is empty");
        }
        return request.globalSecondaryIndexes().stream()
                .map(index -> SchemaRules.global(index.keySchema(), types))
                .toList();
    }

    private static Index local(LocalSecondaryIndex index, KeySchema key, int number) {
        var added = SchemaRules.projected(index.projection());
        return new Index(
                number,
                index.indexName(),
                false,
                key,
                index.projection().projectionTypeAsString(),
                added,
                Index.ACTIVE,
                0,
                0,
                null,
                0,
                0);
    }

    private static Index global(GlobalSecondaryIndex index, KeySchema key, int number, boolean onDemand) {
        return global(
                index.indexName(),
                key,
                index.projection(),
                index.provisionedThroughput(),
                index.onDemandThroughput(),
                index.warmThroughput(),
                number,
                onDemand,
                Index.ACTIVE);
    }

    static Index global(
            String name,
            KeySchema key,
            @Nullable Projection projection,
            @Nullable ProvisionedThroughput units,
            @Nullable OnDemandThroughput most,
            @Nullable WarmThroughput warm,
            int number,
            boolean onDemand,
            String status) {
        var added = SchemaRules.projected(projection);
        if (onDemand && units != null) {
            throw DynamodbErrors.invalidParameters("ProvisionedThroughput should not be specified for index: " + name
                    + " when BillingMode is PAY_PER_REQUEST");
        }
        if (!onDemand && units == null) {
            throw DynamodbErrors.invalidParameters("ProvisionedThroughput is not specified for index: " + name);
        }
        if (units != null) {
            checkUnits(units);
        }
        if (onDemand) {
            checkMost(most, true, "", "index : " + name);
        }
        var made = new Index(
                number,
                name,
                true,
                key,
                projection == null ? "ALL" : projection.projectionTypeAsString(),
                added,
                status,
                units == null ? 0 : units.readCapacityUnits(),
                units == null ? 0 : units.writeCapacityUnits(),
                most,
                0,
                0);
        return warm == null
                ? made
                : made.withWarm(made.warm(onDemand)
                        .asked(warm.readUnitsPerSecond(), warm.writeUnitsPerSecond(), "index " + name, onDemand));
    }
}
