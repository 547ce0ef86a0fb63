package dev.tsumuji.logs;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Scheduler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Removes expired events from the store, a stream at a time by range. Sleeps until the oldest event of a group with a
 * retention policy expires, at least an hour and at most a day; with no such event it isn't scheduled at all, and the next
 * event written to such a group wakes it. Thread-safe; one sweep at a time.
 */
final class Retention {
    private static final Logger LOG = System.getLogger(Retention.class.getName());
    private static final Duration PAUSE_MIN = Duration.ofHours(1);
    private static final Duration PAUSE_MAX = Duration.ofDays(1);
    private static final int CHUNK = 500;

    private final Kv kv;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    Retention(Kv kv, InstantSource clock, Scheduler scheduler) {
        this.kv = kv;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /** There may be something to remove in time. */
    void wake() {
        schedule(PAUSE_MIN);
    }

    private void schedule(Duration pause) {
        if (scheduled.compareAndSet(false, true)) {
            scheduler.after(pause, this::sweep);
        }
    }

    private void sweep() {
        scheduled.set(false);
        try {
            sweepAll();
        } catch (KvException e) {
            if (e.kind() != KvException.Kind.CLOSED) {
                LOG.log(Level.WARNING, "could not remove expired log events, will try again in an hour", e);
                schedule(PAUSE_MIN);
            }
        }
    }

    private void sweepAll() {
        var now = clock.instant();
        Instant next = null;
        for (var group : retained()) {
            var oldest = sweep(group, now);
            if (oldest != null && (next == null || oldest.isBefore(next))) {
                next = oldest;
            }
        }
        if (next != null) {
            var pause = Duration.between(now, next);
            schedule(pause.compareTo(PAUSE_MIN) < 0 ? PAUSE_MIN : pause.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause);
        }
    }

    private List<Group> retained() {
        var groups = new ArrayList<Group>();
        var range = LogsKeys.retained();
        while (true) {
            var rest = range;
            var entries = kv.read(snapshot -> {
                var chunk = snapshot.scan(rest, CHUNK);
                for (var entry : chunk) {
                    var address = Address.CODEC.decode(entry.value());
                    var group = Group.CODEC.decodeNullable(
                            snapshot.get(LogsKeys.group(address.account(), address.region(), address.name())));
                    if (group != null) {
                        groups.add(group);
                    }
                }
                return chunk;
            });
            if (entries.size() < CHUNK) {
                return groups;
            }
            range = range.after(entries.getLast().key());
        }
    }

    /** @return when the group's oldest event that is left expires, null when none is left */
    private @Nullable Instant sweep(Group group, Instant now) {
        var streams = new ArrayList<Stream>();
        kv.read(snapshot -> {
            LogStreams.forEach(snapshot, group, "", streams::add);
            return null;
        });
        Instant next = null;
        for (var stream : streams) {
            var oldest = sweep(group, stream, group.expiredBefore(now));
            if (oldest != null && (next == null || oldest < next.toEpochMilli())) {
                next = Instant.ofEpochMilli(oldest);
            }
        }
        var days = group.retentionDays();
        return next == null || days == null ? null : next.plus(Duration.ofDays(days));
    }

    /** @return time of the oldest event that is left */
    private @Nullable Long sweep(Group group, Stream stream, long expiredBefore) {
        var events = LogsKeys.events(group.id(), stream.id());
        var cutoff = Position.at(expiredBefore);
        boolean expired = kv.read(snapshot -> !snapshot.scan(LogsKeys.events(events, Position.FIRST, cutoff), 1)
                .isEmpty());
        if (expired) {
            kv.transact(txn -> remove(txn, group, stream, cutoff));
        }
        var left = kv.read(snapshot -> snapshot.scan(LogsKeys.events(events, cutoff, Position.LAST), 1));
        return left.isEmpty() ? null : LogsKeys.position(left.getFirst().key()).timestamp();
    }

    /** Bytes are counted by days: a day's count goes when the day is over, or with the stream's last event. */
    private static @Nullable Void remove(Txn txn, Group group, Stream stream, Position cutoff) {
        var events = LogsKeys.events(group.id(), stream.id());
        boolean empty =
                txn.scan(LogsKeys.events(events, cutoff, Position.LAST), 1).isEmpty();
        var counters = LogsKeys.bytesOfStream(group.id(), stream.id());
        var gone = empty
                ? counters
                : counters.before(
                        LogsKeys.bytes(group.id(), stream.id(), TimeUnit.MILLISECONDS.toDays(cutoff.timestamp())));
        txn.add(LogsKeys.bytes(group.id()), -sum(txn.scan(gone, Integer.MAX_VALUE)));
        txn.delete(gone);
        txn.delete(LogsKeys.events(events, Position.FIRST, cutoff));
        return null;
    }

    static long sum(List<Snapshot.Entry> counters) {
        long sum = 0;
        for (var counter : counters) {
            sum += ByteBuffer.wrap(counter.value()).getLong();
        }
        return sum;
    }

    /** Where to find a group. */
    record Address(String account, String region, String name) {
        static final Codec<Address> CODEC = Codec.of(Address.class);
    }
}
