package dev.tsumuji.dynamodb;

import dev.tsumuji.dynamodb.value.ItemSize;
import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.outbox.Outbox;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Work on all items of a live table: fills a new index, notes when items expire. It goes through the items in small commits,
 * each of which fails when one of its items changes meanwhile and is tried again; what is written behind its back is noted by
 * the write itself, because writers see the index from the beginning. What has been done so far is kept by the outbox, so a
 * crash costs a few commits. Thread-safe.
 */
final class TableWork {
    private static final String TOPIC = "dynamodb.table";
    private static final int ITEMS_PER_COMMIT = 64;
    /** Of what is read; an index takes at most as much again. */
    private static final int PER_COMMIT_MAX_BYTES = 4 << 20;
    /** Items of 400 KB are few at once, too. */
    private static final int CHUNK = 4;

    private static final int COMMITS_PER_DELIVERY = 64;
    private static final int CONCURRENCY_MAX = 2;

    private final Kv kv;
    private final Outbox outbox;
    private final InstantSource clock;
    private final Tables tables;
    private final ExpirySweep sweep;

    TableWork(Kv kv, Outbox outbox, InstantSource clock, Tables tables, ExpirySweep sweep) {
        this.kv = kv;
        this.outbox = outbox;
        this.clock = clock;
        this.tables = tables;
        this.sweep = sweep;
        outbox.handle(TOPIC, CONCURRENCY_MAX, delivery -> deliver(Job.CODEC.decode(delivery.work())));
    }

    /**
     * @param table the id too, because the name may be another table's by now
     * @param index number of the index to fill, 0 to note expiries
     * @param after the item that was looked at last
     */
    record Job(TableName name, long table, int index, byte[] after) {
        static final Codec<Job> CODEC = Codec.of(Job.class);
    }

    void buildIndex(Txn txn, Table table, int index) {
        put(txn, new Job(table.name(), table.id(), index, new byte[0]));
    }

    void noteExpiries(Txn txn, Table table) {
        put(txn, new Job(table.name(), table.id(), 0, new byte[0]));
    }

    private void put(Txn txn, Job job) {
        outbox.put(txn, TOPIC, clock.instant(), Job.CODEC.encode(job));
    }

    private Outbox.Outcome deliver(Job job) {
        var after = job.after();
        for (int i = 0; i < COMMITS_PER_DELIVERY; i++) {
            var from = after;
            after = kv.transact(txn -> step(txn, job, from));
            if (after == null) {
                return new Outbox.Outcome.Done();
            }
        }
        return new Outbox.Outcome.Retry(
                clock.instant(), Job.CODEC.encode(new Job(job.name(), job.table(), job.index(), after)));
    }

    /** @return the last item looked at, null when there is nothing left to do */
    private byte @Nullable [] step(Txn txn, Job job, byte[] after) {
        var open = tables.find(txn, job.name());
        if (open == null || open.table().id() != job.table() || !wanted(open.table(), job)) {
            return null;
        }
        var items = Range.prefix(open.items());
        var rest = after.length == 0 ? items : items.after(after);
        byte[] last = after;
        long bytes = 0;
        for (int looked = 0; looked < ITEMS_PER_COMMIT && bytes < PER_COMMIT_MAX_BYTES; looked += CHUNK) {
            var found = txn.scan(rest, CHUNK);
            for (var entry : found) {
                look(txn, open, job, entry);
                bytes += entry.value().length;
            }
            if (found.size() < CHUNK) {
                finish(txn, open.table(), job);
                return null;
            }
            last = found.getLast().key();
            rest = items.after(last);
        }
        return last;
    }

    private static void look(Txn txn, OpenTable open, Job job, Snapshot.Entry entry) {
        var item = ItemCodec.decode(entry.value());
        if (job.index() == 0) {
            expiry(txn, open, entry.key(), item);
        } else {
            index(txn, open, job.index(), entry.key(), item, entry.value());
        }
    }

    private static boolean wanted(Table table, Job job) {
        var expiry = table.expiry();
        return job.index() == 0
                ? expiry != null && !expiry.active()
                : table.indexes().stream().anyMatch(index -> index.number() == job.index() && !index.active());
    }

    private static void index(
            Txn txn, OpenTable open, int number, byte[] key, Map<String, AttributeValue> item, byte[] stored) {
        for (int i = 0; i < open.table().indexes().size(); i++) {
            var index = open.table().indexes().get(i);
            if (index.number() == number && index.holds(item)) {
                var projected = index.projected(item, open.table().key());
                txn.put(
                        open.entryKey(i, item, key),
                        index.projectsAll() ? stored : ItemCodec.encode(projected, ItemSize.of(projected)));
            }
        }
    }

    private static void expiry(Txn txn, OpenTable open, byte[] key, Map<String, AttributeValue> item) {
        var expiry = open.table().expiry();
        long second = expiry == null ? Expiries.NEVER : Expiries.of(expiry, item);
        if (second != Expiries.NEVER) {
            txn.put(open.expiryKey(second, key), new byte[0]);
        }
    }

    private void finish(Txn txn, Table table, Job job) {
        var expiry = table.expiry();
        if (job.index() == 0 && expiry != null) {
            tables.put(txn, table.withExpiry(new Table.Expiry(expiry.attribute(), true, expiry.changedAt())));
            txn.afterCommit(sweep::wake);
        } else {
            var indexes = table.indexes().stream()
                    .map(index -> index.number() == job.index() ? index.withStatus(Index.ACTIVE) : index)
                    .toList();
            tables.put(
                    txn,
                    table.withIndexes(indexes, table.lastIndex(), table.definitions())
                            .restored());
        }
    }
}
