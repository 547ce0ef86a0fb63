package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.expression.KeyCondition;
import dev.tsumuji.kernel.kv.Range;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Where the items of a query or of a scan's segment lie. Stateless. */
final class KeyRanges {
    private static final int HASHES = 1 << 16;
    private static final int EXPECTED_BYTES = 48;

    private KeyRanges() {}

    /** @param index null for the table itself */
    static Range of(OpenTable open, @Nullable Index index, KeyCondition condition) {
        var range = of(Queries.prefix(open, index), condition);
        // the store finds a key faster than it finds where a range begins
        return index == null && condition.isOneItem(open.table().key()) ? Range.only(range.begin()) : range;
    }

    private static Range of(byte[] prefix, KeyCondition condition) {
        var key = new KeyBytes(prefix, EXPECTED_BYTES).partition(condition.partition());
        var sort = condition.sort();
        for (int i = 0; i + 1 < sort.size(); i++) {
            key.value(sort.get(i).bound());
        }
        var all = Range.prefix(key.toArray());
        if (sort.isEmpty()) {
            return all;
        }
        var last = sort.getLast();
        var at = exactly(key, last.bound());
        return switch (last.operator()) {
            case EQUAL -> at;
            case LESS -> new Range(all.begin(), at.begin());
            case LESS_OR_EQUAL -> new Range(all.begin(), at.end());
            case GREATER -> new Range(at.end(), all.end());
            case GREATER_OR_EQUAL -> new Range(at.begin(), all.end());
            case BETWEEN ->
                new Range(at.begin(), exactly(key, last.bounds().getLast()).end());
            case BEGINS_WITH ->
                Range.prefix(new KeyBytes(key.toArray(), EXPECTED_BYTES)
                        .beginning(last.bound())
                        .toArray());
        };
    }

    /** All keys whose next value is this one. */
    private static Range exactly(KeyBytes key, AttributeValue value) {
        return Range.prefix(
                new KeyBytes(key.toArray(), EXPECTED_BYTES).value(value).toArray());
    }

    /** The keys of one of a parallel scan's segments: an equal share of the hashes. */
    static Range segment(byte[] prefix, int segment, int segments) {
        var all = Range.prefix(prefix);
        long from = (long) segment * HASHES / segments;
        long to = (long) (segment + 1) * HASHES / segments;
        return new Range(from == 0 ? all.begin() : hash(prefix, from), to == HASHES ? all.end() : hash(prefix, to));
    }

    private static byte[] hash(byte[] prefix, long hash) {
        return new KeyBytes(prefix, 2)
                .octet((int) (hash >>> 8))
                .octet((int) hash)
                .toArray();
    }
}
