package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.KeyAttribute;
import dev.tsumuji.dynamodb.value.KeySchema;
import dev.tsumuji.kernel.kv.Codec;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A table as it is stored.
 *
 * @param id random; names the table's data, see {@link DynamodbKeys}
 * @param tableId what DescribeTable shows
 * @param indexes local ones first
 * @param lastIndex the highest number that an index of this table ever had
 * @param tableClass null when none was ever asked for
 * @param tableClassAt when it was last changed; null when it never was
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
        @Nullable Instant tableClassAt,
        boolean deletionProtected,
        @Nullable Streaming stream,
        @Nullable Expiry expiry,
        Map<String, String> tags,
        @Nullable History history,
        @Nullable Restore restore) {
    static final String STANDARD = "STANDARD";
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
        return with(draft -> {
            draft.indexes = changed;
            draft.lastIndex = last;
            draft.definitions = attributes;
        });
    }

    Table withThroughput(Throughput changed) {
        return with(draft -> draft.throughput = changed);
    }

    Table withTableClass(String changed, Instant now) {
        boolean same = changed.equals(tableClass == null ? STANDARD : tableClass);
        return with(draft -> {
            draft.tableClass = changed;
            draft.tableClassAt = same ? tableClassAt : now;
        });
    }

    Table withDeletionProtection(boolean on) {
        return with(draft -> draft.deletionProtected = on);
    }

    Table withStream(@Nullable Streaming changed) {
        return with(draft -> draft.stream = changed);
    }

    Table withExpiry(@Nullable Expiry changed) {
        return with(draft -> draft.expiry = changed);
    }

    Table withTags(Map<String, String> changed) {
        return with(draft -> draft.tags = changed);
    }

    Table withHistory(@Nullable History changed) {
        return with(draft -> draft.history = changed);
    }

    /** With all its items, and used like any other once its indexes are there. */
    Table restored() {
        boolean indexed = indexes.stream().allMatch(Index::active);
        return restore == null || !indexed
                ? this
                : with(draft -> draft.restore = new Restore(restore.backup(), restore.table(), restore.at(), false));
    }

    private Table with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.table();
    }

    /** What of a table can change, while it does. */
    private static final class Draft {
        private final Table before;
        private List<KeyAttribute> definitions;
        private List<Index> indexes;
        private int lastIndex;
        private Throughput throughput;
        private @Nullable String tableClass;
        private @Nullable Instant tableClassAt;
        private boolean deletionProtected;
        private @Nullable Streaming stream;
        private @Nullable Expiry expiry;
        private Map<String, String> tags;
        private @Nullable History history;
        private @Nullable Restore restore;

        Draft(Table before) {
            this.before = before;
            definitions = before.definitions;
            indexes = before.indexes;
            lastIndex = before.lastIndex;
            throughput = before.throughput;
            tableClass = before.tableClass;
            tableClassAt = before.tableClassAt;
            deletionProtected = before.deletionProtected;
            stream = before.stream;
            expiry = before.expiry;
            tags = before.tags;
            history = before.history;
            restore = before.restore;
        }

        Table table() {
            return new Table(
                    before.id,
                    before.tableId,
                    before.name,
                    before.createdAt,
                    before.key,
                    definitions,
                    indexes,
                    lastIndex,
                    throughput,
                    tableClass,
                    tableClassAt,
                    deletionProtected,
                    stream,
                    expiry,
                    tags,
                    history,
                    restore);
        }
    }
}
