package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.kv.Codec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A backup as it is stored. It outlives its table.
 *
 * @param id names its items, which lie where a table's with this id would
 * @param label the time at which it was asked for, and something random
 * @param type {@code USER}, or {@code SYSTEM} when it was made because its table was deleted
 * @param expiresAt null when it is kept until somebody deletes it
 * @param restores under way
 * @param table as it was
 */
record Backup(
        long id,
        String label,
        String name,
        String type,
        boolean available,
        Instant createdAt,
        @Nullable Instant expiresAt,
        long items,
        long sizeBytes,
        int restores,
        Table table) {
    static final Codec<Backup> CODEC = Codec.of(Backup.class);
    static final String USER = "USER";
    static final String SYSTEM = "SYSTEM";

    /** Which backup of which table. */
    record Address(TableName table, String label) {
        private static final String RESOURCE = "/backup/";

        /** @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException when it is no backup's ARN */
        static Address of(@Nullable String arn) {
            int label = arn == null ? -1 : arn.indexOf(RESOURCE);
            if (arn == null || !Arn.isArn(arn) || label < 0) {
                throw DynamodbErrors.invalid("Invalid BackupArn: Invalid ResourceArn provided as input " + arn);
            }
            return new Address(TableName.ofArn(arn), arn.substring(label + RESOURCE.length()));
        }

        String arn() {
            return table.arn() + RESOURCE + label;
        }
    }

    Address address() {
        return new Address(table.name(), label);
    }

    String arn() {
        return address().arn();
    }

    /** With all its items. */
    Backup filled(long itemCount, long bytes) {
        return new Backup(id, label, name, type, true, createdAt, expiresAt, itemCount, bytes, restores, table);
    }

    Backup withRestores(int changed) {
        return new Backup(id, label, name, type, available, createdAt, expiresAt, items, sizeBytes, changed, table);
    }

    /** Whether it must stay as it is for now. */
    boolean inUse() {
        return !available || restores > 0;
    }
}
