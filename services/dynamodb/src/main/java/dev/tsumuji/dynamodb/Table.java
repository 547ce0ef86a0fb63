package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.kernel.kv.Codec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table as it is stored.
 *
 * @param id random; names the table's data, see {@link DynamodbKeys}
 * @param tableId what DescribeTable shows
 * @param indexes local ones first
 * @param lastIndex the highest number that an index of this table ever had
 * @param tableClass null when none was ever asked for
 * @param expiry null when items don't expire
 * @param history null when nobody may ask for earlier items
 * @param restore where the items came from; null when the table was created empty
 */
record Table(
        long id,
        String tableId,
        TableName name,
        Instant createdAt,
        KeySchema key,
        List<KeyAttribute> definitions,
        List<Index> indexes,
        int lastIndex,
        Throughput throughput,
        @Nullable String tableClass,
        boolean deletionProtected,
        @Nullable Streaming stream,
        @Nullable Expiry expiry,
        Map<String, String> tags,
        @Nullable History history,
        @Nullable Restore restore) {
    static final Codec<Table> CODEC = Codec.of(Table.class);

    /** @param id of the {@link Stream} that records go to */
    record Streaming(long id, String label, String viewType) {}

    /**
     * Items with a time in this attribute are removed some time after it.
     *
     * @param active whether all items that were there before have been looked at
     * @param changedAt AWS allows one change an hour
     */
    record Expiry(String attribute, boolean active, Instant changedAt) {}

    /**
     * Of a table that is made from a backup or from another table's history. While it is in progress the table can be seen, but
     * neither used nor changed.
     *
     * @param backup ARN; null when the items are those of the table at a time
     * @param table ARN
     * @param at what time's items they are
     */
    record Restore(@Nullable String backup, String table, Instant at, boolean inProgress) {}

    @Nullable
    Index index(String wanted) {
        for (var index : indexes) {
            if (index.name().equals(wanted)) {
                return index;
            }
        }
        return null;
    }

    List<Index> locals() {
        return indexes.stream().filter(index -> !index.global()).toList();
    }

    List<Index> globals() {
        return indexes.stream().filter(Index::global).toList();
    }

    boolean hasLocals() {
        return !indexes.isEmpty() && !indexes.getFirst().global();
    }

    /** Whether all that was asked for has been done. */
    boolean settled() {
        return !restoring() && indexes.stream().allMatch(Index::active);
    }

    boolean restoring() {
        return restore != null && restore.inProgress();
    }

    Table withIndexes(List<Index> changed, int last, List<KeyAttribute> attributes) {
        return new Table(
                id,
                tableId,
                name,
                createdAt,
                key,
                attributes,
                changed,
                last,
                throughput,
                tableClass,
                deletionProtected,
                stream,
                expiry,
                tags,
                history,
                restore);
    }

    Table withThroughput(Throughput changed) {
        return new Table(
                id,
                tableId,
                name,
                createdAt,
                key,
                definitions,
                indexes,
                lastIndex,
                changed,
                tableClass,
                deletionProtected,
                stream,
                expiry,
                tags,
                history,
                restore);
    }

    Table withTableClass(String changed) {
        return new Table(
                id,
                tableId,
                name,
                createdAt,
                key,
                definitions,
                indexes,
                lastIndex,
                throughput,
                changed,
                deletionProtected,
                stream,
                expiry,
                tags,
                history,
                restore);
    }

    Table withDeletionProtection(boolean on) {
        return new Table(
                id,
                tableId,
                name,
                createdAt,
                key,
                definitions,
                indexes,
                lastIndex,
                throughput,
                tableClass,
                on,
                stream,
                expiry,
                tags,
                history,
                restore);
    }

    Table withStream(@Nullable Streaming changed) {
        return new Table(
                id,
                tableId,
                name,
                createdAt,
                key,
                definitions,
                indexes,
                lastIndex,
                throughput,
                tableClass,
                deletionProtected,
                changed,
                expiry,
                tags,
                history,
                restore);
    }

    Table withExpiry(@Nullable Expiry changed) {
        return new Table(
                id,
                tableId,
                name,
                createdAt,
                key,
                definitions,
                indexes,
                lastIndex,
                throughput,
                tableClass,
                deletionProtected,
                stream,
                changed,
                tags,
                history,
                restore);
    }

    Table withTags(Map<String, String> changed) {
        return new Table(
                id,
                tableId,
                name,
                createdAt,
                key,
                definitions,
                indexes,
                lastIndex,
                throughput,
                tableClass,
                deletionProtected,
                stream,
                expiry,
                changed,
                history,
                restore);
    }

    Table withHistory(@Nullable History changed) {
        return new Table(
                id,
                tableId,
                name,
                createdAt,
                key,
                definitions,
                indexes,
                lastIndex,
                throughput,
                tableClass,
                deletionProtected,
                stream,
                expiry,
                tags,
                changed,
                restore);
    }

    /** With all its items, and used like any other once its indexes are there. */
    Table restored() {
        boolean indexed = indexes.stream().allMatch(Index::active);
        return restore == null || !indexed
                ? this
                : new Table(
                        id,
                        tableId,
                        name,
                        createdAt,
                        key,
                        definitions,
                        indexes,
                        lastIndex,
                        throughput,
                        tableClass,
                        deletionProtected,
                        stream,
                        expiry,
                        tags,
                        history,
                        new Restore(restore.backup(), restore.table(), restore.at(), false));
    }
}
