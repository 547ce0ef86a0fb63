package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.time.Scheduler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How many items tables and indexes have, and how large they are. Small tables are counted when somebody asks. Large ones are
 * counted in the background, at most every six hours and only when somebody asked, as on AWS; so writes never touch a
 * counter. Thread-safe.
 */
final class ItemCounts {
    private static final Logger LOG = System.getLogger(ItemCounts.class.getName());
    private static final Duration FRESH = Duration.ofHours(6);
    private static final int CHUNK = 500;
    private static final int SMALL_ITEMS_MAX = 1000;
    private static final long SMALL_SIZE_MAX_BYTES = 4 << 20;

    private final Kv kv;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final Set<Long> counting = ConcurrentHashMap.newKeySet();

    ItemCounts(Kv kv, InstantSource clock, Scheduler scheduler) {
        this.kv = kv;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /**
     * A table's or index's.
     *
     * @param complete false when counting stopped because there was so much
     */
    record Sum(int index, long items, long bytes, boolean complete) {}

    /** @param sums of the table, whose index is 0, and of its indexes by their numbers */
    record Count(Instant at, List<Sum> sums) {
        static final Codec<Count> CODEC = Codec.of(Count.class);
        static final Count NONE = new Count(Instant.EPOCH, List.of());

        long items() {
            return of(0).items();
        }

        long bytes() {
            return of(0).bytes();
        }

        Sum of(Index index) {
            return of(index.number());
        }

        private Sum of(int index) {
            for (var sum : sums) {
                if (sum.index() == index) {
                    return sum;
                }
            }
            return new Sum(index, 0, 0, true);
        }
    }

    Count of(OpenTable open) {
        var now = count(open, SMALL_ITEMS_MAX, SMALL_SIZE_MAX_BYTES);
        if (now.sums().stream().allMatch(Sum::complete)) {
            return now;
        }
        var stored = stored(open.table().id());
        if (stored == null || stored.at().plus(FRESH).isBefore(clock.instant())) {
            countLater(open);
        }
        return stored == null ? Count.NONE : stored;
    }

    private @Nullable Count stored(long table) {
        return kv.read(snapshot -> Count.CODEC.decodeNullable(snapshot.get(DynamodbKeys.counted(table))));
    }

    private void countLater(OpenTable open) {
        long id = open.table().id();
        if (counting.add(id)) {
            scheduler.after(Duration.ZERO, () -> {
                try {
                    var count = count(open, Long.MAX_VALUE, Long.MAX_VALUE);
                    kv.transact(txn -> {
                        if (txn.get(DynamodbKeys.table(open.table().name())) != null) {
                            txn.put(DynamodbKeys.counted(id), Count.CODEC.encode(count));
                        }
                        return null;
                    });
                } catch (KvException e) {
                    if (e.kind() != KvException.Kind.CLOSED) {
                        LOG.log(Level.WARNING, "could not count a table's items, the next question tries again", e);
                    }
                } finally {
                    counting.remove(id);
                }
            });
        }
    }

    private Count count(OpenTable open, long itemsMax, long bytesMax) {
        var sums = new ArrayList<Sum>();
        sums.add(count(0, open.items(), itemsMax, bytesMax));
        for (int i = 0; i < open.entries().size(); i++) {
            sums.add(
                    count(open.table().indexes().get(i).number(), open.entries().get(i), itemsMax, bytesMax));
        }
        return new Count(clock.instant(), sums);
    }

    private Sum count(int index, byte[] prefix, long itemsMax, long bytesMax) {
        long items = 0;
        long bytes = 0;
        var range = Range.prefix(prefix);
        // small chunks first: nobody wants five hundred items of 400 KB in memory at once
        int chunk = 8;
        while (items < itemsMax && bytes < bytesMax) {
            var rest = range;
            int limit = chunk;
            var entries = kv.read(snapshot -> snapshot.scan(rest, limit));
            long before = bytes;
            for (var entry : entries) {
                items++;
                bytes += ItemCodec.size(entry.value());
            }
            if (entries.size() < limit) {
                return new Sum(index, items, bytes, true);
            }
            range = range.after(entries.getLast().key());
            chunk = bytes - before < SMALL_SIZE_MAX_BYTES / 4 ? Math.min(CHUNK, chunk * 2) : Math.max(1, chunk / 2);
        }
        return new Sum(index, items, bytes, false);
    }
}
