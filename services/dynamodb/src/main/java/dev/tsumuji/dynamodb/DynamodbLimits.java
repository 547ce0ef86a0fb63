package dev.tsumuji.dynamodb;

import java.time.Duration;

/**
 * What DynamoDB allows, and how much one answer may cost.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Limits.html">Quotas of DynamoDB</a>
 */
final class DynamodbLimits {
    static final int PARTITION_KEY_MAX_BYTES = 2048;
    static final int SORT_KEY_MAX_BYTES = 1024;
    static final int ITEM_MAX_BYTES = 400 << 10;

    static final int TABLES_MAX = 2500;
    static final int TABLES_PAGE_MAX = 100;
    static final int LOCAL_INDEXES_MAX = 5;
    static final int GLOBAL_INDEXES_MAX = 20;
    static final int INDEX_KEY_PARTS_MAX = 4;
    static final int PROJECTED_ATTRIBUTES_MAX = 100;
    static final int TAGS_MAX = 50;

    static final int PAGE_MAX_BYTES = 1 << 20;
    static final int BATCH_GET_MAX = 100;
    static final int BATCH_GET_MAX_BYTES = 16 << 20;
    static final int BATCH_WRITE_MAX = 25;
    static final int TRANSACTION_MAX = 100;
    static final int TRANSACTION_MAX_BYTES = 4 << 20;
    static final Duration CLIENT_TOKEN_LIFE = Duration.ofMinutes(10);

    static final Duration STREAM_RETENTION = Duration.ofHours(24);
    static final int STREAM_PAGE_MAX = 1000;
    static final int STREAM_PAGE_MAX_BYTES = 1 << 20;
    static final Duration ITERATOR_LIFE = Duration.ofMinutes(15);

    static final int BACKUPS_PAGE_MAX = 100;
    static final int RECOVERY_DAYS_MAX = 35;
    static final Duration SYSTEM_BACKUP_LIFE = Duration.ofDays(35);
    static final int RESTORES_MAX = 50;
    static final int COPIES_MAX = 500;

    /** What expired longer ago is left alone, lest a wrong attribute empty a table. */
    static final Duration EXPIRED_MAX = Duration.ofDays(5 * 365);

    static final int RESOURCE_POLICY_MAX_BYTES = 20 << 10;

    private DynamodbLimits() {}
}
