package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.dynamodb.value.Kind;
import dev.tsumuji.kernel.time.Ids;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.OnDemandThroughput;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.SSESpecification;
import software.amazon.awssdk.services.dynamodb.model.SSEType;
import software.amazon.awssdk.services.dynamodb.model.Tag;

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
        boolean onDemand = request.billingMode() == BillingMode.PAY_PER_REQUEST;
        checkThroughput(request.provisionedThroughput(), onDemand);
        var types = SchemaRules.types(request.attributeDefinitions());
        var key = SchemaRules.table(request.keySchema(), types);
        var indexes = new ArrayList<Index>();
        if (request.hasLocalSecondaryIndexes()) {
            locals(request.localSecondaryIndexes(), key, types, indexes);
        }
        if (request.hasGlobalSecondaryIndexes()) {
            if (request.globalSecondaryIndexes().isEmpty()) {
                throw DynamodbErrors.invalidParameters("List of GlobalSecondaryIndexes is empty");
            }
            for (var index : request.globalSecondaryIndexes()) {
                indexes.add(global(index, types, indexes.size() + 1, onDemand, Index.ACTIVE));
            }
        }
        SchemaRules.used(types, key, indexes);
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
                Boolean.TRUE.equals(request.deletionProtectionEnabled()),
                null,
                null,
                tags(request.tags()),
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
        if (!enabled && (specification.sseType() != null || specification.kmsMasterKeyId() != null)) {
            throw DynamodbErrors.invalidParameters(
                    "SSEType and KMSMasterKeyId can only be specified when SSE is enabled");
        }
        if (specification.sseType() == SSEType.AES256) {
            throw DynamodbErrors.invalidParameters("SSEType AES256 is not supported");
        }
        if (enabled) {
            throw new UnsupportedOperationException("SSESpecification with a KMS key");
        }
    }

    private static Throughput throughput(CreateTableRequest request, boolean onDemand, Instant now) {
        var units = request.provisionedThroughput();
        var warm = request.warmThroughput();
        return new Throughput(
                onDemand ? Throughput.ON_DEMAND : "PROVISIONED",
                units == null ? 0 : units.readCapacityUnits(),
                units == null ? 0 : units.writeCapacityUnits(),
                request.onDemandThroughput(),
                onDemand ? now : null,
                null,
                null,
                warm == null || warm.readUnitsPerSecond() == null ? 0 : warm.readUnitsPerSecond(),
                warm == null || warm.writeUnitsPerSecond() == null ? 0 : warm.writeUnitsPerSecond());
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

    private static void locals(
            List<LocalSecondaryIndex> asked, KeySchema key, Map<String, Kind> types, List<Index> indexes) {
        if (asked.isEmpty()) {
            throw DynamodbErrors.invalidParameters("List of LocalSecondaryIndexes is empty");
        }
        if (key.sort().isEmpty()) {
            throw DynamodbErrors.invalidParameters(
                    "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex");
        }
        for (var index : asked) {
            var schema = SchemaRules.local(index.indexName(), index.keySchema(), types, key);
            var added = SchemaRules.projected(index.projection());
            indexes.add(new Index(
                    indexes.size() + 1,
                    index.indexName(),
                    false,
                    schema,
                    index.projection().projectionTypeAsString(),
                    added,
                    Index.ACTIVE,
                    0,
                    0,
                    null));
        }
    }

    private static Index global(
            GlobalSecondaryIndex index, Map<String, Kind> types, int number, boolean onDemand, String status) {
        return global(
                index.indexName(),
                SchemaRules.global(index.keySchema(), types),
                index.projection(),
                index.provisionedThroughput(),
                index.onDemandThroughput(),
                number,
                onDemand,
                status);
    }

    static Index global(
            String name,
            KeySchema key,
            software.amazon.awssdk.services.dynamodb.model.@Nullable Projection projection,
            @Nullable ProvisionedThroughput units,
            @Nullable OnDemandThroughput most,
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
        return new Index(
                number,
                name,
                true,
                key,
                projection == null ? "ALL" : projection.projectionTypeAsString(),
                added,
                status,
                units == null ? 0 : units.readCapacityUnits(),
                units == null ? 0 : units.writeCapacityUnits(),
                most);
    }

    static Map<String, String> tags(List<Tag> tags) {
        var map = new LinkedHashMap<String, String>();
        for (var tag : tags) {
            if (map.put(tag.key(), tag.value()) != null) {
                throw DynamodbErrors.invalid("Duplicate tag key: " + tag.key());
            }
        }
        if (map.size() > DynamodbLimits.TAGS_MAX) {
            throw DynamodbErrors.invalid("Too many tags: the limit is " + DynamodbLimits.TAGS_MAX);
        }
        return map;
    }
}
