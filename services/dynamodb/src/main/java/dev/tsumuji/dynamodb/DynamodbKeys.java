package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import java.time.Instant;

/**
 * Where DynamoDB's data lies in the store.
 *
 * <ul>
 *   <li>{@code (dynamodb, TABLE, account, region, name)}: {@link Table}
 *   <li>{@code (dynamodb, DATA, table id)}, then a byte for the kind:
 *       <ul>
 *         <li>{@code ITEM}, hash of the partition key (2 bytes), partition key, sort key: the item, see {@link ItemCodec}
 *         <li>{@code INDEX}, number of the index (2 bytes), hash of the index's partition key (2 bytes; in a local index that
 *             of the table), the index's key, the table's key: what the index projects of the item
 *         <li>{@code EXPIRY}, second of expiry (8 bytes), the item's key from its hash on: the key of an item that expires
 *       </ul>
 *   <li>{@code (dynamodb, EXPIRING, table id)}: address of a table whose items expire
 *   <li>{@code (dynamodb, COUNTED, table id)}: {@link ItemCounts.Count}
 *   <li>{@code (dynamodb, STREAM, account, region, table name, label)}: {@link Stream}
 *   <li>{@code (dynamodb, RECORD, stream id)}, twelve bytes of commit order: {@link StreamRecord}
 *   <li>{@code (dynamodb, HISTORY, log id)}: address of the table whose {@link History} it is
 *   <li>{@code (dynamodb, LOG, log id)}, twelve bytes of commit order, an item's key from its hash on: {@link Histories.Replaced}
 *   <li>{@code (dynamodb, BACKUP, account, region, table name, label)}: {@link Backup}; its items lie under its id, as a table's
 *   <li>{@code (dynamodb, BACKUP_EXPIRY, time, account, region, table name, label)}: nothing; of a backup that is kept until then
 *   <li>{@code (dynamodb, COPY, account, id of the copy)}, twelve bytes of commit order: {@link Copies.Copy}
 *   <li>{@code (dynamodb, TOKEN, ten minutes, account, region, token)}: what a transaction with this token was
 *   <li>{@code (dynamodb, POLICY, resource ARN)}: {@link ResourcePolicies.Stored}
 * </ul>
 *
 * <p>Everything about a table lies under its id, which is random and never used again, so that deleting a table is one range.
 * The hash spreads neighbouring keys and gives parallel scans their segments; a query is one range all the same.
 */
final class DynamodbKeys {
    private static final String SPACE = "dynamodb";
    private static final int TABLE = 0;
    private static final int DATA = 1;
    private static final int EXPIRING = 2;
    private static final int COUNTED = 3;
    private static final int STREAM = 4;
    private static final int RECORD = 5;
    private static final int TOKEN = 6;
    private static final int POLICY = 7;
    private static final int HISTORY = 8;
    private static final int LOG = 9;
    private static final int BACKUP = 10;
    private static final int BACKUP_EXPIRY = 11;
    private static final int COPY = 12;

    private static final byte ITEM = 1;
    private static final byte INDEX = 2;
    private static final byte EXPIRY = 3;

    private DynamodbKeys() {}

    static byte[] table(TableName name) {
        return Tuple.pack(SPACE, TABLE, name.account(), name.region(), name.name());
    }

    static Range tables(String account, String region) {
        return Tuple.range(SPACE, TABLE, account, region);
    }

    /** All items, index entries and expiries of a table. */
    static Range data(long table) {
        return Range.prefix(Tuple.pack(SPACE, DATA, table));
    }

    /** What is derived from a table's items: index entries and expiries. */
    static Range derived(long table) {
        var prefix = Tuple.pack(SPACE, DATA, table);
        return new Range(
                new KeyBytes(prefix, 1).octet(INDEX).toArray(),
                Range.prefix(prefix).end());
    }

    static byte[] items(long table) {
        return new KeyBytes(Tuple.pack(SPACE, DATA, table), 1).octet(ITEM).toArray();
    }

    static byte[] index(long table, int number) {
        return new KeyBytes(Tuple.pack(SPACE, DATA, table), 3)
                .octet(INDEX)
                .octet(number >>> 8)
                .octet(number)
                .toArray();
    }

    static byte[] expiries(long table) {
        return new KeyBytes(Tuple.pack(SPACE, DATA, table), 1).octet(EXPIRY).toArray();
    }

    static byte[] expiring(long table) {
        return Tuple.pack(SPACE, EXPIRING, table);
    }

    static Range expiring() {
        return Tuple.range(SPACE, EXPIRING);
    }

    static byte[] counted(long table) {
        return Tuple.pack(SPACE, COUNTED, table);
    }

    static byte[] stream(TableName table, String label) {
        return Tuple.pack(SPACE, STREAM, table.account(), table.region(), table.name(), label);
    }

    static Range streams(TableName table) {
        return Tuple.range(SPACE, STREAM, table.account(), table.region(), table.name());
    }

    static Range streams(String account, String region) {
        return Tuple.range(SPACE, STREAM, account, region);
    }

    static Range streams() {
        return Tuple.range(SPACE, STREAM);
    }

    /** What all keys of a stream's records begin with. */
    static byte[] records(long stream) {
        return Tuple.pack(SPACE, RECORD, stream);
    }

    static byte[] token(long period, String account, String region, String token) {
        return Tuple.pack(SPACE, TOKEN, period, account, region, token);
    }

    static Range tokensBefore(long period) {
        return new Range(Tuple.range(SPACE, TOKEN).begin(), Tuple.pack(SPACE, TOKEN, period));
    }

    static byte[] policy(String resourceArn) {
        return Tuple.pack(SPACE, POLICY, resourceArn);
    }

    static Range policies(String tableArn) {
        return Tuple.rangeOfPrefix(tableArn + "/", SPACE, POLICY);
    }

    static byte[] history(long log) {
        return Tuple.pack(SPACE, HISTORY, log);
    }

    static Range histories() {
        return Tuple.range(SPACE, HISTORY);
    }

    /** What all keys of a history's log begin with. */
    static byte[] log(long log) {
        return Tuple.pack(SPACE, LOG, log);
    }

    static byte[] backup(Backup.Address address) {
        var table = address.table();
        return Tuple.pack(SPACE, BACKUP, table.account(), table.region(), table.name(), address.label());
    }

    static Range backups(TableName table) {
        return Tuple.range(SPACE, BACKUP, table.account(), table.region(), table.name());
    }

    static Range backups(String account, String region) {
        return Tuple.range(SPACE, BACKUP, account, region);
    }

    static byte[] backupExpiry(Instant at, Backup.Address address) {
        var table = address.table();
        return Tuple.pack(SPACE, BACKUP_EXPIRY, at, table.account(), table.region(), table.name(), address.label());
    }

    static Range backupExpiries() {
        return Tuple.range(SPACE, BACKUP_EXPIRY);
    }

    static Range backupExpiriesUntil(Instant time) {
        return new Range(backupExpiries().begin(), Tuple.pack(SPACE, BACKUP_EXPIRY, time.plusNanos(1)));
    }

    static byte[] copy(String account, long to) {
        return Tuple.pack(SPACE, COPY, account, to);
    }

    static Range copies(String account) {
        return Tuple.range(SPACE, COPY, account);
    }
}
