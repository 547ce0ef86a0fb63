package dev.tsumuji.engines.commit;

import dev.tsumuji.kernel.kv.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** A set of keys made of ranges, which are joined where they touch. Not thread-safe. */
final class RangeSet {
    private final TreeMap<byte[], byte[]> endsByBegin = new TreeMap<>(Arrays::compareUnsigned);

    void add(Range range) {
        var begin = range.begin();
        var end = range.end();
        var left = endsByBegin.floorEntry(begin);
        if (left != null && Arrays.compareUnsigned(left.getValue(), begin) >= 0) {
            begin = left.getKey();
        }
        for (var next = endsByBegin.ceilingEntry(begin);
                next != null && Arrays.compareUnsigned(next.getKey(), end) <= 0;
                next = endsByBegin.ceilingEntry(begin)) {
            end = Arrays.compareUnsigned(next.getValue(), end) > 0 ? next.getValue() : end;
            endsByBegin.remove(next.getKey());
        }
        endsByBegin.put(begin, end);
    }

    boolean contains(byte[] key) {
        var left = endsByBegin.floorEntry(key);
        return left != null && Arrays.compareUnsigned(key, left.getValue()) < 0;
    }

    boolean isEmpty() {
        return endsByBegin.isEmpty();
    }

    List<Range> ranges() {
        var ranges = new ArrayList<Range>(endsByBegin.size());
        endsByBegin.forEach((begin, end) -> ranges.add(new Range(begin, end)));
        return ranges;
    }

    /** The parts of a range that are not in this set, in order. */
    List<Range> gaps(Range range) {
        if (endsByBegin.isEmpty()) {
            return List.of(range);
        }
        var gaps = new ArrayList<Range>();
        var begin = range.begin();
        var left = endsByBegin.floorEntry(begin);
        if (left != null && Arrays.compareUnsigned(left.getValue(), begin) > 0) {
            begin = left.getValue();
        }
        for (var hole : endsByBegin.tailMap(range.begin(), false).entrySet()) {
            if (Arrays.compareUnsigned(hole.getKey(), range.end()) >= 0) {
                break;
            }
            if (Arrays.compareUnsigned(begin, hole.getKey()) < 0) {
                gaps.add(new Range(begin, hole.getKey()));
            }
            begin = hole.getValue();
        }
        if (Arrays.compareUnsigned(begin, range.end()) < 0) {
            gaps.add(new Range(begin, range.end()));
        }
        return gaps;
    }
}
