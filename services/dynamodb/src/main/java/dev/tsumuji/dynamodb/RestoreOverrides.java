package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.OnDemandThroughput;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.RestoreTableFromBackupRequest;
import software.amazon.awssdk.services.dynamodb.model.RestoreTableToPointInTimeRequest;
import software.amazon.awssdk.services.dynamodb.model.SSESpecification;

/**
 * In what a restored table shall differ from its source.
 *
 * @param billingMode null for the source's
 * @param globals those of the source's indexes that the table shall have; null for all of them
 * @param locals likewise
 * @param units null for the source's
 * @param most null for the source's
 */
record RestoreOverrides(
        @Nullable BillingMode billingMode,
        @Nullable List<GlobalSecondaryIndex> globals,
        @Nullable List<LocalSecondaryIndex> locals,
        @Nullable ProvisionedThroughput units,
        @Nullable OnDemandThroughput most) {

    static RestoreOverrides of(RestoreTableFromBackupRequest request) {
        return of(
                request.billingModeOverride(),
                request.hasGlobalSecondaryIndexOverride() ? request.globalSecondaryIndexOverride() : null,
                request.hasLocalSecondaryIndexOverride() ? request.localSecondaryIndexOverride() : null,
                request.provisionedThroughputOverride(),
                request.onDemandThroughputOverride(),
                request.sseSpecificationOverride());
    }

    static RestoreOverrides of(RestoreTableToPointInTimeRequest request) {
        return of(
                request.billingModeOverride(),
                request.hasGlobalSecondaryIndexOverride() ? request.globalSecondaryIndexOverride() : null,
                request.hasLocalSecondaryIndexOverride() ? request.localSecondaryIndexOverride() : null,
                request.provisionedThroughputOverride(),
                request.onDemandThroughputOverride(),
                request.sseSpecificationOverride());
    }

    private static RestoreOverrides of(
            @Nullable BillingMode billingMode,
            @Nullable List<GlobalSecondaryIndex> globals,
            @Nullable List<LocalSecondaryIndex> locals,
            @Nullable ProvisionedThroughput units,
            @Nullable OnDemandThroughput most,
            @Nullable SSESpecification encryption) {
        TableCreation.refuseKeys(encryption);
        return new RestoreOverrides(billingMode, globals, locals, units, most);
    }

    /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException when the source can't become such a table */
    Table apply(Table source, TableCreation ids, TableName name, Instant now, Table.Restore restore) {
        boolean onDemand =
                billingMode == null ? source.throughput().isOnDemand() : billingMode == BillingMode.PAY_PER_REQUEST;
        var indexes = new ArrayList<Index>();
        keepLocals(source, indexes);
        keepGlobals(source, onDemand, indexes);
        return new Table(
                ids.id(),
                ids.uuid(),
                name,
                now,
                source.key(),
                definitions(source, indexes),
                List.copyOf(indexes),
                source.lastIndex(),
                throughput(source.throughput(), onDemand, now),
                source.tableClass(),
                null,
                false,
                null,
                null,
                Map.of(),
                null,
                restore);
    }

    private Throughput throughput(Throughput source, boolean onDemand, Instant now) {
        var wanted = units == null && !onDemand && !source.isOnDemand()
                ? ProvisionedThroughput.builder()
                        .readCapacityUnits(source.readUnits())
                        .writeCapacityUnits(source.writeUnits())
                        .build()
                : units;
        TableCreation.checkThroughput(wanted, onDemand);
        return new Throughput(
                onDemand ? Throughput.ON_DEMAND : "PROVISIONED",
                wanted == null ? 0 : wanted.readCapacityUnits(),
                wanted == null ? 0 : wanted.writeCapacityUnits(),
                most == null ? source.onDemand() : most,
                onDemand ? now : null,
                null,
                null,
                0,
                0);
    }

    private void keepLocals(Table source, List<Index> indexes) {
        if (locals == null) {
            source.locals().forEach(index -> indexes.add(index.withStatus(Index.CREATING)));
            return;
        }
        var asked = new LinkedHashMap<String, LocalSecondaryIndex>();
        for (var index : locals) {
            checkSame(source.index(index.indexName()), index.indexName(), index.keySchema(), index.projection(), false);
            asked.put(index.indexName(), index);
        }
        checkOnce(asked.size(), locals.size());
        for (var index : source.locals()) {
            if (asked.containsKey(index.name())) {
                indexes.add(index.withStatus(Index.CREATING));
            }
        }
    }

    private void keepGlobals(Table source, boolean onDemand, List<Index> indexes) {
        var asked = new LinkedHashMap<String, GlobalSecondaryIndex>();
        if (globals != null) {
            for (var index : globals) {
                checkSame(
                        source.index(index.indexName()),
                        index.indexName(),
                        index.keySchema(),
                        index.projection(),
                        true);
                asked.put(index.indexName(), index);
            }
            checkOnce(asked.size(), globals.size());
        }
        for (var index : source.globals()) {
            if (globals == null || asked.containsKey(index.name())) {
                indexes.add(global(index, asked.get(index.name()), onDemand));
            }
        }
    }

    private static Index global(Index source, @Nullable GlobalSecondaryIndex asked, boolean onDemand) {
        var units = asked == null ? null : asked.provisionedThroughput();
        var most = asked == null || asked.onDemandThroughput() == null ? source.onDemand() : asked.onDemandThroughput();
        if (!onDemand && units == null && source.readUnits() > 0) {
            units = ProvisionedThroughput.builder()
                    .readCapacityUnits(source.readUnits())
                    .writeCapacityUnits(source.writeUnits())
                    .build();
        }
        return TableCreation.global(
                source.name(),
                source.key(),
                TableViews.projection(source),
                units,
                most,
                null,
                source.number(),
                onDemand,
                Index.CREATING);
    }

    /** Indexes can be left out, but not made up or altered. */
    private static void checkSame(
            @Nullable Index source,
            String name,
            List<KeySchemaElement> key,
            @Nullable Projection projection,
            boolean global) {
        var kind = global ? "GlobalSecondaryIndexOverride" : "LocalSecondaryIndexOverride";
        if (source == null || source.global() != global) {
            throw DynamodbErrors.invalidParameters(kind + " must match the source's existing indexes: " + name);
        }
        boolean same = Keys.elements(source.key()).equals(key)
                && (projection == null
                        || source.projectionType().equals(projection.projectionTypeAsString())
                                && Set.copyOf(source.nonKeyAttributes())
                                        .equals(new HashSet<>(projection.nonKeyAttributes())));
        if (!same) {
            throw DynamodbErrors.invalidParameters(
                    kind + " must have the key schema and projection of the source's index: " + name);
        }
    }

    private static void checkOnce(int names, int asked) {
        if (names != asked) {
            throw DynamodbErrors.invalidParameters("Duplicate index name");
        }
    }

    /** Attributes of keys that are left. */
    private static List<KeyAttribute> definitions(Table source, List<Index> indexes) {
        return source.definitions().stream()
                .filter(attribute -> source.key().has(attribute.name())
                        || indexes.stream().anyMatch(index -> index.key().has(attribute.name())))
                .toList();
    }
}
