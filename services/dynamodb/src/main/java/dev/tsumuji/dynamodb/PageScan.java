package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.Condition;
import dev.tsumuji.dynamodb.expression.Projection;
import dev.tsumuji.kernel.call.EventLoop;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads one page of a query or scan: from a range of keys, at most 1 MB and at most as many items as were asked for, in chunks,
 * so that what is read is little more than what the page needs, however large the table is. Used by one thread, once.
 */
final class PageScan {
    private static final int CHUNK_FIRST = 16;
    private static final int CHUNK_MAX = 512;

    private final OpenTable open;
    private final @Nullable Index index;
    private final boolean backwards;
    private final int limit;
    private final @Nullable Condition filter;
    private final @Nullable Projection projection;
    private final boolean countsOnly;
    private final boolean wholeItems;

    private final List<Map<String, AttributeValue>> items = new ArrayList<>();
    private int found;
    private int scanned;
    private long bytes;
    private final List<Integer> fetched = new ArrayList<>(0);

    /**
     * @param index what is read; null for the table itself
     * @param limit how many entries are looked at, at most
     * @param countsOnly whether nobody wants to see the items
     * @param wholeItems whether entries of a local index are completed from the table
     */
    PageScan(
            OpenTable open,
            @Nullable Index index,
            boolean backwards,
            int limit,
            @Nullable Condition filter,
            @Nullable Projection projection,
            boolean countsOnly,
            boolean wholeItems) {
        this.open = open;
        this.index = index;
        this.backwards = backwards;
        this.limit = limit;
        this.filter = filter;
        this.projection = projection;
        this.countsOnly = countsOnly;
        this.wholeItems = wholeItems;
    }

    /**
     * A page.
     *
     * @param count what the filter let pass
     * @param bytes of all entries that were looked at
     * @param fetched sizes of the items that were read from the table to complete entries
     * @param last key of the entry where the page ended; null when the range ended
     */
    record Page(
            List<Map<String, AttributeValue>> items,
            int count,
            int scanned,
            long bytes,
            List<Integer> fetched,
            @Nullable Map<String, AttributeValue> last) {}

    Page read(Snapshot snapshot, Range range) {
        var rest = range;
        int chunk = Math.min(limit, CHUNK_FIRST);
        while (true) {
            var entries = backwards ? snapshot.scanBackwards(rest, chunk) : snapshot.scan(rest, chunk);
            for (var entry : entries) {
                var item = look(snapshot, entry);
                if (scanned == limit || bytes >= DynamodbLimits.PAGE_MAX_BYTES) {
                    return page(item == null ? ItemCodec.decode(entry.value()) : item);
                }
            }
            if (entries.size() < chunk) {
                return page(null);
            }
            var last = entries.getLast().key();
            rest = backwards ? rest.before(last) : rest.after(last);
            EventLoop.leave();
            chunk = nextChunk();
        }
    }

    /** As many as fit into the rest of the page, by what they were like so far. */
    private int nextChunk() {
        long each = Math.max(1, bytes / Math.max(1, scanned));
        long fit = (DynamodbLimits.PAGE_MAX_BYTES - bytes) / each + 1;
        return (int) Math.min(Math.min(fit, CHUNK_MAX), limit - scanned);
    }

    /** @return the entry, when it had to be decoded */
    private @Nullable Map<String, AttributeValue> look(Snapshot snapshot, Snapshot.Entry entry) {
        scanned++;
        bytes += ItemCodec.size(entry.value());
        if (countsOnly && filter == null) {
            found++;
            return null;
        }
        var item = ItemCodec.decode(entry.value());
        var whole = wholeItems ? complete(snapshot, item) : item;
        if (filter == null || filter.holds(whole)) {
            found++;
            if (!countsOnly) {
                items.add(projection == null ? whole : projection.of(whole));
            }
        }
        return item;
    }

    private Map<String, AttributeValue> complete(Snapshot snapshot, Map<String, AttributeValue> entry) {
        var stored = snapshot.get(open.itemKey(entry));
        if (stored == null) {
            return entry;
        }
        fetched.add(ItemCodec.size(stored));
        return ItemCodec.decode(stored);
    }

    private Page page(@Nullable Map<String, AttributeValue> last) {
        var key = last == null
                ? null
                : index == null
                        ? Keys.of(open.table().key(), last)
                        : Keys.of(open.table().key(), index.key(), last);
        return new Page(items, found, scanned, bytes, fetched, key);
    }
}
