package dev.tsumuji.logs;

import dev.tsumuji.kernel.kv.Snapshot;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Walks through one stream's events in either direction, in chunks that grow while they are small: a reader of the first
 * event does not pay for the thousandth, and chunks never hold much. Used by one thread within one read.
 */
final class StreamCursor implements Comparable<StreamCursor> {
    private static final int CHUNK_MAX = 512;
    private static final int CHUNK_SIZE_MAX_BYTES = 64 << 10;

    private final Snapshot snapshot;
    private final Stream stream;
    private final byte[] events;
    private final boolean backwards;
    private final int keptMaxBytes;
    private final ArrayDeque<Head> heads = new ArrayDeque<>();
    private Position from;
    private Position to;
    private int chunk = 1;
    private boolean exhausted;

    /** @param keptMaxBytes longer messages are not held in memory but read again when their turn comes */
    StreamCursor(
            Snapshot snapshot,
            long group,
            Stream stream,
            Position from,
            Position to,
            boolean backwards,
            int keptMaxBytes) {
        this.snapshot = snapshot;
        this.stream = stream;
        this.events = LogsKeys.events(group, stream.id());
        this.from = from;
        this.to = to;
        this.backwards = backwards;
        this.keptMaxBytes = keptMaxBytes;
        this.exhausted = from.compareTo(to) >= 0;
    }

    Stream stream() {
        return stream;
    }

    boolean hasNext() {
        if (heads.isEmpty() && !exhausted) {
            fill();
        }
        return !heads.isEmpty();
    }

    /** The place of the next event; only when there is one. */
    Position position() {
        return heads.getFirst().position();
    }

    /** The next event; only when there is one. */
    Event next() {
        var head = heads.removeFirst();
        var value = head.value() != null ? head.value() : snapshot.get(head.key());
        return Event.decode(Objects.requireNonNull(value, "an event of this snapshot"));
    }

    private void fill() {
        var range = LogsKeys.events(events, from, to);
        var entries = backwards ? snapshot.scanBackwards(range, chunk) : snapshot.scan(range, chunk);
        int bytes = 0;
        for (var entry : entries) {
            boolean kept = entry.value().length <= keptMaxBytes;
            heads.add(new Head(LogsKeys.position(entry.key()), entry.key(), kept ? entry.value() : null));
            bytes += entry.value().length;
        }
        exhausted = entries.size() < chunk;
        if (!exhausted) {
            var last = heads.getLast().position();
            from = backwards ? from : last.next();
            to = backwards ? last : to;
        }
        chunk = bytes * 2 <= CHUNK_SIZE_MAX_BYTES ? Math.min(CHUNK_MAX, chunk * 2) : Math.max(1, chunk / 2);
    }

    /** By the place of the next event, which both have. */
    @Override
    public int compareTo(StreamCursor other) {
        return position().compareTo(other.position());
    }

    private record Head(Position position, byte[] key, byte @Nullable [] value) {}
}
