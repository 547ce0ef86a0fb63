package dev.tsumuji.dynamodb;

import software.amazon.awssdk.services.dynamodb.model.BackupDescription;
import software.amazon.awssdk.services.dynamodb.model.BackupDetails;
import software.amazon.awssdk.services.dynamodb.model.BackupStatus;
import software.amazon.awssdk.services.dynamodb.model.BackupSummary;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexInfo;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndexInfo;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.SourceTableDetails;
import software.amazon.awssdk.services.dynamodb.model.SourceTableFeatureDetails;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** Backups as DynamoDB shows them. Stateless. */
final class BackupViews {
    private BackupViews() {}

    static BackupDescription described(Backup backup) {
        return described(backup, status(backup));
    }

    static BackupDescription deleted(Backup backup) {
        return described(backup, BackupStatus.DELETED);
    }

    static BackupSummary summary(Backup backup) {
        var table = backup.table();
        return BackupSummary.builder()
                .tableName(table.name().name())
                .tableId(table.tableId())
                .tableArn(table.name().arn())
                .backupArn(backup.arn())
                .backupName(backup.name())
                .backupCreationDateTime(backup.createdAt())
                .backupExpiryDateTime(backup.expiresAt())
                .backupStatus(status(backup))
                .backupType(backup.type())
                .backupSizeBytes(backup.sizeBytes())
                .build();
    }

    static BackupDetails.Builder details(Backup backup) {
        return BackupDetails.builder()
                .backupArn(backup.arn())
                .backupName(backup.name())
                .backupSizeBytes(backup.sizeBytes())
                .backupStatus(status(backup))
                .backupType(backup.type())
                .backupCreationDateTime(backup.createdAt())
                .backupExpiryDateTime(backup.expiresAt());
    }

    private static BackupStatus status(Backup backup) {
        return backup.available() ? BackupStatus.AVAILABLE : BackupStatus.CREATING;
    }

    private static BackupDescription described(Backup backup, BackupStatus status) {
        var table = backup.table();
        var throughput = table.throughput();
        return BackupDescription.builder()
                .backupDetails(details(backup).backupStatus(status).build())
                .sourceTableDetails(SourceTableDetails.builder()
                        .tableName(table.name().name())
                        .tableId(table.tableId())
                        .tableArn(table.name().arn())
                        .tableSizeBytes(backup.sizeBytes())
                        .itemCount(backup.items())
                        .keySchema(Keys.elements(table.key()))
                        .tableCreationDateTime(table.createdAt())
                        .provisionedThroughput(units(throughput.readUnits(), throughput.writeUnits()))
                        .onDemandThroughput(throughput.onDemand())
                        .billingMode(throughput.billingMode())
                        .build())
                .sourceTableFeatureDetails(features(table))
                .build();
    }

    private static SourceTableFeatureDetails features(Table table) {
        var features = SourceTableFeatureDetails.builder();
        if (table.hasLocals()) {
            features.localSecondaryIndexes(table.locals().stream()
                    .map(index -> LocalSecondaryIndexInfo.builder()
                            .indexName(index.name())
                            .keySchema(Keys.elements(index.key()))
                            .projection(TableViews.projection(index))
                            .build())
                    .toList());
        }
        if (!table.globals().isEmpty()) {
            features.globalSecondaryIndexes(table.globals().stream()
                    .map(index -> GlobalSecondaryIndexInfo.builder()
                            .indexName(index.name())
                            .keySchema(Keys.elements(index.key()))
                            .projection(TableViews.projection(index))
                            .provisionedThroughput(units(index.readUnits(), index.writeUnits()))
                            .onDemandThroughput(index.onDemand())
                            .build())
                    .toList());
        }
        if (table.stream() != null) {
            features.streamDescription(StreamSpecification.builder()
                    .streamEnabled(true)
                    .streamViewType(table.stream().viewType())
                    .build());
        }
        if (table.expiry() != null) {
            features.timeToLiveDescription(TimeToLiveDescription.builder()
                    .timeToLiveStatus(TimeToLiveStatus.ENABLED)
                    .attributeName(table.expiry().attribute())
                    .build());
        }
        return features.build();
    }

    private static ProvisionedThroughput units(long reads, long writes) {
        return ProvisionedThroughput.builder()
                .readCapacityUnits(reads)
                .writeCapacityUnits(writes)
                .build();
    }
}
