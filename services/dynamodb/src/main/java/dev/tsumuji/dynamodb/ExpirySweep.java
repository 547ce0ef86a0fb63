package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Scheduler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Removes items whose time has come. Sleeps until the next one expires, and isn't scheduled at all when none will; a write of
 * an item that expires earlier wakes it. Each removal looks again at the item in its own commit, so an item whose time was
 * changed stays. Thread-safe: {@code lock} guards the schedule; one sweep at a time.
 */
final class ExpirySweep {
    private static final Logger LOG = System.getLogger(ExpirySweep.class.getName());
    private static final Duration PAUSE_MIN = Duration.ofSeconds(1);
    private static final Duration PAUSE_MAX = Duration.ofHours(6);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMinutes(1);
    private static final int ITEMS_PER_COMMIT = 64;

    private final Kv kv;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final Tables tables;
    private final ItemWriter writer;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Instant due;
    private Scheduler.@Nullable Task task;

    /** @param recorded, logged as {@link ItemWriter} takes them */
    ExpirySweep(
            Kv kv,
            InstantSource clock,
            Scheduler scheduler,
            Tables tables,
            Consumer<String> recorded,
            Runnable logged) {
        this.kv = kv;
        this.clock = clock;
        this.scheduler = scheduler;
        this.tables = tables;
        this.writer = new ItemWriter(second -> {}, recorded, logged);
    }

    /** There may be something to remove already. */
    void wake() {
        schedule(clock.instant().plus(PAUSE_MIN));
    }

    /** @param second in which a newly written item expires */
    void expires(long second) {
        var soonest = clock.instant().plus(PAUSE_MIN);
        var latest = clock.instant().plus(PAUSE_MAX);
        // what expires later is found by the sweep that runs until then at the latest
        var at = second >= latest.getEpochSecond() ? latest : Instant.ofEpochSecond(second + 1);
        schedule(at.isBefore(soonest) ? soonest : at);
    }

    private void schedule(Instant at) {
        lock.lock();
        try {
            if (due != null && !at.isBefore(due)) {
                return;
            }
            if (task != null) {
                task.cancel();
            }
            due = at;
            task = scheduler.after(Duration.between(clock.instant(), at), this::sweep);
        } finally {
            lock.unlock();
        }
    }

    private void sweep() {
        lock.lock();
        try {
            due = null;
            task = null;
        } finally {
            lock.unlock();
        }
        try {
            sweepAll();
        } catch (KvException e) {
            if (e.kind() != KvException.Kind.CLOSED) {
                LOG.log(Level.WARNING, "could not remove expired items, will try again in a minute", e);
                schedule(clock.instant().plus(PAUSE_AFTER_FAILURE));
            }
        }
    }

    private void sweepAll() {
        var range = DynamodbKeys.expiring();
        while (true) {
            var rest = range;
            var addresses = kv.read(snapshot -> snapshot.scan(rest, ITEMS_PER_COMMIT));
            for (var address : addresses) {
                var open =
                        tables.find(TableAddress.CODEC.decode(address.value()).name());
                if (open != null && open.table().expiry() != null) {
                    var next = sweep(open);
                    if (next != Expiries.NEVER) {
                        expires(next);
                    }
                }
            }
            if (addresses.size() < ITEMS_PER_COMMIT) {
                return;
            }
            range = range.after(addresses.getLast().key());
        }
    }

    /** @return the second in which the table's next item expires */
    private long sweep(OpenTable open) {
        var now = clock.instant();
        var oldest = open.expiryAt(now.minus(DynamodbLimits.EXPIRED_MAX).getEpochSecond());
        var end = open.expiryAt(now.getEpochSecond());
        var range = new Range(oldest, end);
        while (true) {
            var rest = range;
            var expired = kv.read(snapshot -> snapshot.scan(rest, ITEMS_PER_COMMIT));
            if (!expired.isEmpty()) {
                var keys = new ArrayList<byte[]>();
                expired.forEach(entry -> keys.add(entry.key()));
                kv.transact(txn -> remove(txn, open.table(), keys, now));
            }
            if (expired.size() < ITEMS_PER_COMMIT) {
                break;
            }
            range = range.after(expired.getLast().key());
        }
        var later = new Range(end, Range.prefix(open.expiries()).end());
        var next = kv.read(snapshot -> snapshot.scan(later, 1));
        return next.isEmpty() ? Expiries.NEVER : open.secondOf(next.getFirst().key());
    }

    private @Nullable Void remove(Txn txn, Table seen, List<byte[]> expiryKeys, Instant now) {
        var open = tables.find(txn, seen.name());
        if (open == null || open.table().id() != seen.id()) {
            return null;
        }
        var expiry = open.table().expiry();
        for (var expiryKey : expiryKeys) {
            var key = open.itemOf(expiryKey);
            var stored = txn.get(key);
            long second = open.secondOf(expiryKey);
            var item = stored == null ? null : ItemCodec.decode(stored);
            if (expiry != null && stored != null && item != null && Expiries.of(expiry, item) == second) {
                writer.expire(txn, open, key, item, stored, now);
            } else {
                txn.delete(expiryKey);
            }
        }
        return null;
    }

    /** Where to find a table. */
    record TableAddress(TableName name) {
        static final Codec<TableAddress> CODEC = Codec.of(TableAddress.class);
    }
}
