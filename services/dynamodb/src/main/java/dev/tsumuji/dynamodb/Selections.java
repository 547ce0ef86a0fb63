package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.KeyCondition;
import dev.tsumuji.dynamodb.partiql.Statement;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ExecuteStatementRequest;
import software.amazon.awssdk.services.dynamodb.model.ExecuteStatementResponse;

/**
 * Reads what a PartiQL selection asks for, page by page: the partitions that its condition names, one after the other, or the
 * whole table when it names none. Thread-safe; all state is in the store.
 */
final class Selections {
    private final Kv kv;
    private final Tables tables;

    Selections(Kv kv, Tables tables) {
        this.kv = kv;
        this.tables = tables;
    }

    /** Where a page begins: in which of the selection's ranges, and behind which key. */
    private record Place(int range, byte[] behind) {
        static Place of(@Nullable String token) {
            if (token == null) {
                return new Place(0, new byte[0]);
            }
            try {
                var in = ByteBuffer.wrap(Base64.getDecoder().decode(token));
                int range = in.getInt();
                var behind = new byte[in.remaining()];
                in.get(behind);
                return new Place(range, behind);
            } catch (IllegalArgumentException | java.nio.BufferUnderflowException e) {
                throw invalidToken();
            }
        }

        String token() {
            return Base64.getEncoder()
                    .encodeToString(ByteBuffer.allocate(Integer.BYTES + behind.length)
                            .putInt(range)
                            .put(behind)
                            .array());
        }
    }

    private static RuntimeException invalidToken() {
        return DynamodbErrors.invalid("Given NextToken is invalid");
    }

    ExecuteStatementResponse page(Statement.Select select, ExecuteStatementRequest request) {
        var name = TableName.of(select.table());
        var open = tables.require(name);
        var index = index(open.table(), select.index());
        boolean consistent = Boolean.TRUE.equals(request.consistentRead());
        if (consistent && index != null && index.global()) {
            throw DynamodbErrors.invalid("Strongly consistent read is not supported on Global Secondary Indexes");
        }
        var schema = index == null ? open.table().key() : index.key();
        boolean keyed = select.where() != null && !select.where().keys(schema).isEmpty();
        boolean whole = index != null && needsTable(select, keyed, index, open.table());
        int limit = request.limit() == null ? Integer.MAX_VALUE : request.limit();
        if (limit < 1) {
            throw DynamodbErrors.invalid("1 validation error detected: Value '" + limit
                    + "' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1");
        }
        select.requireOrderable(schema);
        boolean backwards = select.orders().stream().anyMatch(order -> order.descending());
        var ranges = ranges(select, open, index, schema);
        var place = Place.of(request.nextToken());
        var items = new ArrayList<Map<String, AttributeValue>>();
        var consumed = new Consumed();
        String next = null;
        Map<String, AttributeValue> last = null;
        long bytes = 0;
        int left = limit;
        for (int i = place.range(); i < ranges.size() && next == null; i++) {
            if (i < 0) {
                throw invalidToken();
            }
            var range = i == place.range() ? behind(ranges.get(i), place.behind(), backwards) : ranges.get(i);
            int most = left;
            var page = kv.read(snapshot -> new PageScan(
                            open,
                            index,
                            backwards,
                            most,
                            select.where() == null ? null : select.where().condition(),
                            null,
                            false,
                            whole)
                    .read(snapshot, range));
            page.items().forEach(item -> items.add(select.row(item)));
            bytes += page.bytes();
            page.fetched().forEach(size -> consumed.read(size, consistent));
            left -= page.scanned();
            if (page.last() != null) {
                last = page.last();
                next = new Place(i, key(open, index, page.last())).token();
            } else if ((left <= 0 || bytes >= DynamodbLimits.PAGE_MAX_BYTES) && i + 1 < ranges.size()) {
                next = new Place(i + 1, new byte[0]).token();
            }
        }
        if (index == null) {
            consumed.read(bytes, consistent);
        } else {
            consumed.read(index, bytes, consistent);
        }
        var answer = ExecuteStatementResponse.builder()
                .items(items)
                .nextToken(next)
                .consumedCapacity(consumed.answer(request.returnConsumedCapacity(), name));
        return last == null ? answer.build() : answer.lastEvaluatedKey(last).build();
    }

    /** The index that a statement may read; null when it names none. */
    static @Nullable Index index(Table table, @Nullable String name) {
        if (name != null && table.index(name) == null) {
            throw DynamodbErrors.invalid("The table does not have the specified index");
        }
        var index = Queries.index(table, name);
        if (index != null
                && (index.key().partition().size() > 1 || index.key().sort().size() > 1)) {
            throw DynamodbErrors.invalid(
                    "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or"
                            + " multi-attribute RANGE keys.");
        }
        return index;
    }

    /**
     * Whether entries must be completed from the table. Only those of a local index can be, and only for what is answered.
     *
     * @param keyed whether the condition says a partition: only then may it not look at what the index lacks
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException {@code ValidationException} when the index lacks
     *     what the condition looks at, or a global one what is asked for
     */
    private static boolean needsTable(Statement.Select select, boolean keyed, Index index, Table table) {
        if (select.where() != null && keyed) {
            Queries.refuseUnseen(select.where().condition(), table, index);
        }
        var missing = select.columns().stream()
                .map(column -> column.path().attribute())
                .filter(attribute -> !index.projects(attribute, table.key()))
                .toList();
        if (index.global() && !missing.isEmpty()) {
            throw DynamodbErrors.invalidParameters(
                    "Global secondary index " + index.name() + " does not project " + missing);
        }
        return !missing.isEmpty();
    }

    private static List<Range> ranges(
            Statement.Select select,
            OpenTable open,
            @Nullable Index index,
            dev.tsumuji.dynamodb.value.KeySchema schema) {
        List<KeyCondition> keys = List.of();
        if (select.where() != null) {
            refuseOverlaps(select.where().alternatives(schema).stream().map(key -> KeyRanges.of(open, index, key)));
            keys = select.where().keys(schema);
        }
        return keys.isEmpty()
                ? List.of(Range.prefix(Queries.prefix(open, index)))
                : keys.stream().map(key -> KeyRanges.of(open, index, key)).toList();
    }

    private static void refuseOverlaps(Stream<Range> ranges) {
        var sorted = ranges.filter(range -> Arrays.compareUnsigned(range.begin(), range.end()) < 0)
                .sorted((left, right) -> Arrays.compareUnsigned(left.begin(), right.begin()))
                .toList();
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i - 1).contains(sorted.get(i).begin())) {
                throw DynamodbErrors.invalid(
                        "Overlapping conditions with range keys are not supported in where clause");
            }
        }
    }

    private static Range behind(Range range, byte[] key, boolean backwards) {
        if (key.length == 0) {
            return range;
        }
        if (!range.contains(key)) {
            throw invalidToken();
        }
        return backwards ? range.before(key) : range.after(key);
    }

    private static byte[] key(OpenTable open, @Nullable Index index, Map<String, AttributeValue> last) {
        var itemKey = open.itemKey(last);
        return index == null ? itemKey : open.entryKey(open.table().indexes().indexOf(index), last, itemKey);
    }
}
