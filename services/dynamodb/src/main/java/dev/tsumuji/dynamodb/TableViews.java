package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingModeSummary;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexWarmThroughputDescription;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputDescription;
import software.amazon.awssdk.services.dynamodb.model.RestoreSummary;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.TableClassSummary;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TableWarmThroughputDescription;

/** Tables as DynamoDB shows them. Stateless. */
final class TableViews {
    private TableViews() {}

    /** As DescribeTable shows it. */
    static TableDescription described(Table table, ItemCounts.Count count) {
        var settled = table.settled() ? TableStatus.ACTIVE : TableStatus.UPDATING;
        var view = basic(table, count, table.restoring() ? TableStatus.CREATING : settled, null);
        view.warmThroughput(warm(table, "ACTIVE"));
        return view.build();
    }

    /** As CreateTable answers: all that was asked for is still to come. */
    static TableDescription created(Table table) {
        var view = basic(table, ItemCounts.Count.NONE, TableStatus.CREATING, IndexStatus.CREATING);
        if (table.throughput().warmReads() > 0 || table.throughput().warmWrites() > 0) {
            view.warmThroughput(warm(table, "UPDATING"));
        }
        var throughput = table.throughput();
        if (throughput.isOnDemand()) {
            view.billingModeSummary(BillingModeSummary.builder()
                    .billingMode(throughput.billingMode())
                    .build());
        }
        return view.build();
    }

    static TableDescription updating(Table table, ItemCounts.Count count) {
        return basic(table, count, TableStatus.UPDATING, null)
                .warmThroughput(warm(table, "ACTIVE"))
                .build();
    }

    /**
     * As UpdateTable answers when it shall warm something: of that, what there was before, and that it is changing.
     *
     * @param before how the table was
     * @param indexes that shall be warmed
     */
    static TableDescription warming(
            Table table, Table before, boolean itself, Set<String> indexes, ItemCounts.Count count) {
        var view = basic(table, count, TableStatus.ACTIVE, null).build();
        var shown = view.globalSecondaryIndexes().stream()
                .map(index -> {
                    var old = before.index(index.indexName());
                    return old != null && indexes.contains(index.indexName())
                            ? index.toBuilder()
                                    .warmThroughput(warm(before, old, IndexStatus.UPDATING))
                                    .build()
                            : index;
                })
                .toList();
        return view.toBuilder()
                .globalSecondaryIndexes(shown.isEmpty() ? null : shown)
                .warmThroughput(itself ? warm(before, "UPDATING") : warm(table, "ACTIVE"))
                .build();
    }

    /** As DeleteTable answers. */
    static TableDescription deleting(Table table, ItemCounts.Count count) {
        var view = TableDescription.builder()
                .tableName(table.name().name())
                .tableArn(table.name().arn())
                .tableId(table.tableId())
                .tableStatus(TableStatus.DELETING)
                .itemCount(count.items())
                .tableSizeBytes(count.bytes())
                .provisionedThroughput(units(table.throughput()))
                .deletionProtectionEnabled(table.deletionProtected());
        if (table.throughput().onDemandSince() != null) {
            view.billingModeSummary(billing(table.throughput()));
        }
        return view.build();
    }

    private static TableDescription.Builder basic(
            Table table,
            ItemCounts.Count count,
            TableStatus status,
            @org.jspecify.annotations.Nullable IndexStatus indexStatus) {
        var throughput = table.throughput();
        var view = TableDescription.builder()
                .attributeDefinitions(
                        table.definitions().stream().map(TableViews::definition).toList())
                .tableName(table.name().name())
                .keySchema(Keys.elements(table.key()))
                .tableStatus(status)
                .creationDateTime(table.createdAt())
                .provisionedThroughput(units(throughput))
                .tableSizeBytes(count.bytes())
                .itemCount(count.items())
                .tableArn(table.name().arn())
                .tableId(table.tableId())
                .deletionProtectionEnabled(table.deletionProtected())
                .onDemandThroughput(throughput.onDemand());
        if (throughput.onDemandSince() != null) {
            view.billingModeSummary(billing(throughput));
        }
        if (table.tableClass() != null) {
            view.tableClassSummary(TableClassSummary.builder()
                    .tableClass(table.tableClass())
                    .lastUpdateDateTime(table.tableClassAt())
                    .build());
        }
        var locals = table.locals();
        if (!locals.isEmpty()) {
            view.localSecondaryIndexes(
                    locals.stream().map(index -> local(table, index, count)).toList());
        }
        var globals = table.globals();
        if (!globals.isEmpty()) {
            view.globalSecondaryIndexes(globals.stream()
                    .map(index -> global(table, index, count, indexStatus))
                    .toList());
        }
        stream(table, view);
        if (table.restore() != null) {
            view.restoreSummary(restore(table.restore()));
        }
        return view;
    }

    private static RestoreSummary restore(Table.Restore restore) {
        return RestoreSummary.builder()
                .sourceBackupArn(restore.backup())
                .sourceTableArn(restore.table())
                .restoreDateTime(restore.at())
                .restoreInProgress(restore.inProgress())
                .build();
    }

    private static void stream(Table table, TableDescription.Builder view) {
        var stream = table.stream();
        if (stream != null) {
            view.streamSpecification(StreamSpecification.builder()
                            .streamEnabled(true)
                            .streamViewType(stream.viewType())
                            .build())
                    .latestStreamLabel(stream.label())
                    .latestStreamArn(table.name().streamArn(stream.label()));
        }
    }

    private static AttributeDefinition definition(KeyAttribute attribute) {
        return AttributeDefinition.builder()
                .attributeName(attribute.name())
                .attributeType(attribute.kind().name())
                .build();
    }

    private static BillingModeSummary billing(Throughput throughput) {
        return BillingModeSummary.builder()
                .billingMode(throughput.billingMode())
                .lastUpdateToPayPerRequestDateTime(throughput.onDemandSince())
                .build();
    }

    private static ProvisionedThroughputDescription units(Throughput throughput) {
        return units(
                throughput.readUnits(), throughput.writeUnits(), throughput.increasedAt(), throughput.decreasedAt());
    }

    private static ProvisionedThroughputDescription units(
            long reads,
            long writes,
            @org.jspecify.annotations.Nullable Instant increasedAt,
            @org.jspecify.annotations.Nullable Instant decreasedAt) {
        return ProvisionedThroughputDescription.builder()
                .numberOfDecreasesToday(0L)
                .readCapacityUnits(reads)
                .writeCapacityUnits(writes)
                .lastIncreaseDateTime(increasedAt)
                .lastDecreaseDateTime(decreasedAt)
                .build();
    }

    private static TableWarmThroughputDescription warm(Table table, String status) {
        var warm = table.throughput().warm();
        return TableWarmThroughputDescription.builder()
                .readUnitsPerSecond(warm.reads())
                .writeUnitsPerSecond(warm.writes())
                .status(status)
                .build();
    }

    private static GlobalSecondaryIndexWarmThroughputDescription warm(Table table, Index index, IndexStatus status) {
        var warm = index.warm(table.throughput().isOnDemand());
        return GlobalSecondaryIndexWarmThroughputDescription.builder()
                .readUnitsPerSecond(warm.reads())
                .writeUnitsPerSecond(warm.writes())
                .status(status)
                .build();
    }

    private static LocalSecondaryIndexDescription local(Table table, Index index, ItemCounts.Count count) {
        return LocalSecondaryIndexDescription.builder()
                .indexName(index.name())
                .keySchema(Keys.elements(index.key()))
                .projection(projection(index))
                .indexSizeBytes(count.of(index).bytes())
                .itemCount(count.of(index).items())
                .indexArn(table.name().indexArn(index.name()))
                .build();
    }

    private static GlobalSecondaryIndexDescription global(
            Table table, Index index, ItemCounts.Count count, @org.jspecify.annotations.Nullable IndexStatus status) {
        var view = GlobalSecondaryIndexDescription.builder()
                .indexName(index.name())
                .keySchema(Keys.elements(index.key()))
                .projection(projection(index))
                .indexStatus(status != null ? status : IndexStatus.fromValue(index.status()))
                .provisionedThroughput(units(index.readUnits(), index.writeUnits(), null, null))
                .onDemandThroughput(index.onDemand())
                .indexSizeBytes(count.of(index).bytes())
                .itemCount(count.of(index).items())
                .indexArn(table.name().indexArn(index.name()));
        if (index.status().equals(Index.CREATING)) {
            view.backfilling(table.restoring() ? null : true);
        } else if (status == null) {
            view.warmThroughput(warm(table, index, IndexStatus.ACTIVE));
        }
        return view.build();
    }

    static Projection projection(Index index) {
        var projection = Projection.builder().projectionType(index.projectionType());
        if (!index.nonKeyAttributes().isEmpty()) {
            projection.nonKeyAttributes(List.copyOf(index.nonKeyAttributes()));
        }
        return projection.build();
    }
}
