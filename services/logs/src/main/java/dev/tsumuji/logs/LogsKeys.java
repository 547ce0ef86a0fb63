package dev.tsumuji.logs;

import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Where log data lies in the store.
 *
 * <ul>
 *   <li>{@code (logs, GROUP, account, region, name)}: {@link Group}
 *   <li>{@code (logs, RETAINED, group id)}: the group's address, for groups whose events expire
 *   <li>{@code (logs, DATA, group id, STREAM, name)}: {@link Stream}
 *   <li>{@code (logs, DATA, group id, EVENT, stream id)}, time in milliseconds as eight bytes, twelve bytes of commit order:
 *       {@link Event}
 *   <li>{@code (logs, DATA, group id, INGESTED, stream id)}: time of the last PutLogEvents, eight bytes, written blindly
 *   <li>{@code (logs, DATA, group id, BYTES)} and {@code (…, BYTES, stream id, day)}: counters of stored bytes
 *   <li>{@code (logs, DATA, group id, METRIC_FILTER, name)}: {@link MetricFilters.Stored}
 *   <li>{@code (logs, DATA, group id, SUBSCRIPTION, name)}: {@link Subscription}
 * </ul>
 *
 * <p>Everything about a group lies under its id, so that deleting a group is one range; the id is random and never used
 * again, so a group made anew under the same name starts empty. Writers to different streams write different keys and
 * read only the group and their stream.
 */
final class LogsKeys {
    private static final String SPACE = "logs";
    private static final int GROUP = 0;
    private static final int RETAINED = 1;
    private static final int DATA = 2;

    private static final int STREAM = 0;
    private static final int EVENT = 1;
    private static final int INGESTED = 2;
    private static final int BYTES = 3;
    private static final int METRIC_FILTER = 4;
    private static final int SUBSCRIPTION = 5;

    private LogsKeys() {}

    static byte[] group(String account, String region, String name) {
        return Tuple.pack(SPACE, GROUP, account, region, name);
    }

    static Range groups(String account, String region, String prefix) {
        return Tuple.rangeOfPrefix(prefix, SPACE, GROUP, account, region);
    }

    static byte[] retained(long group) {
        return Tuple.pack(SPACE, RETAINED, group);
    }

    static Range retained() {
        return Tuple.range(SPACE, RETAINED);
    }

    static Range data(long group) {
        return Tuple.range(SPACE, DATA, group);
    }

    static byte[] stream(long group, String name) {
        return Tuple.pack(SPACE, DATA, group, STREAM, name);
    }

    static Range streams(long group, String prefix) {
        return Tuple.rangeOfPrefix(prefix, SPACE, DATA, group, STREAM);
    }

    static byte[] ingested(long group, long stream) {
        return Tuple.pack(SPACE, DATA, group, INGESTED, stream);
    }

    static byte[] bytes(long group) {
        return Tuple.pack(SPACE, DATA, group, BYTES);
    }

    static byte[] bytes(long group, long stream, long day) {
        return Tuple.pack(SPACE, DATA, group, BYTES, stream, day);
    }

    static Range bytesOfStream(long group, long stream) {
        return Tuple.range(SPACE, DATA, group, BYTES, stream);
    }

    static byte[] metricFilter(long group, String name) {
        return Tuple.pack(SPACE, DATA, group, METRIC_FILTER, name);
    }

    static Range metricFilters(long group, String prefix) {
        return Tuple.rangeOfPrefix(prefix, SPACE, DATA, group, METRIC_FILTER);
    }

    static byte[] subscription(long group, String name) {
        return Tuple.pack(SPACE, DATA, group, SUBSCRIPTION, name);
    }

    static Range subscriptions(long group, String prefix) {
        return Tuple.rangeOfPrefix(prefix, SPACE, DATA, group, SUBSCRIPTION);
    }

    /** What all keys of a stream's events begin with. */
    static byte[] events(long group, long stream) {
        return Tuple.pack(SPACE, DATA, group, EVENT, stream);
    }

    /** An event's key without its commit order, which the store appends. */
    static byte[] eventAt(byte[] events, long timestamp) {
        return ByteBuffer.allocate(events.length + Long.BYTES)
                .put(events)
                .putLong(timestamp)
                .array();
    }

    /** A stream's events from one place, inclusive, to another, exclusive. */
    static Range events(byte[] events, Position from, Position to) {
        return new Range(join(events, from.bytes()), join(events, to.bytes()));
    }

    static Position position(byte[] eventKey) {
        return Position.of(Arrays.copyOfRange(eventKey, eventKey.length - Position.BYTES, eventKey.length));
    }

    private static byte[] join(byte[] first, byte[] second) {
        var joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
