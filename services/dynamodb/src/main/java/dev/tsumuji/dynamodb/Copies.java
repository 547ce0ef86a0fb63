package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.outbox.Outbox;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Copies all items of a table or backup to another place: to back a table up, and to restore one.
 *
 * <p>A live table is copied while it is being written, as it was at one commit: that of the copy's beginning, or an earlier one
 * that its {@link History} reaches back to. First its items are copied, each as it happens to be by then. Then all changes since
 * that commit are undone in the copy, newest first, until only what was there before the oldest is left; so it doesn't matter
 * which of them an item had seen when it was copied. Writers are never held up.
 *
 * <p>It goes in small commits, each of which notes how far it got, so a crash costs nothing and repeats nothing. The outbox keeps
 * it going. Thread-safe; all state is in the store.
 */
final class Copies {
    private static final String TOPIC = "dynamodb.copy";
    private static final int CONCURRENCY_MAX = 2;
    private static final int COMMITS_PER_DELIVERY = 64;
    private static final int PER_COMMIT_MAX = 512;
    private static final int PER_COMMIT_MAX_BYTES = 4 << 20;
    /** Nobody wants five hundred items of 400 KB in memory at once. */
    private static final int CHUNK = 16;

    private final Kv kv;
    private final Outbox outbox;
    private final InstantSource clock;
    private final Tables tables;
    private final TableWork work;
    private final Histories histories;

    Copies(Kv kv, Outbox outbox, InstantSource clock, Tables tables, TableWork work, Histories histories) {
        this.kv = kv;
        this.outbox = outbox;
        this.clock = clock;
        this.tables = tables;
        this.work = work;
        this.histories = histories;
        outbox.handle(TOPIC, CONCURRENCY_MAX, delivery -> deliver(Job.CODEC.decode(delivery.work())));
    }

    record Job(String account, long to) {
        static final Codec<Job> CODEC = Codec.of(Job.class);
    }

    enum Phase {
        COPY,
        UNDO,
        DONE
    }

    /**
     * A copy under way. The commit that began it is part of its key.
     *
     * @param from id of the table or backup
     * @param to id of the backup or table
     * @param table the live table whose history is held; null when a backup is copied, which doesn't change
     * @param log of the table's history
     * @param until changes after this time are undone too; null when only those after the beginning are
     * @param backup that is made, or restored
     * @param restored the table that is made; null when a backup is
     * @param after the key that was looked at last
     * @param undoFrom where in the log the changes to undo begin
     * @param items how many there are in the copy by now
     */
    record Copy(
            long from,
            long to,
            @Nullable TableName table,
            long log,
            @Nullable Instant until,
            Backup.@Nullable Address backup,
            @Nullable TableName restored,
            Phase phase,
            byte[] after,
            byte[] undoFrom,
            long items,
            long sizeBytes) {
        static final Codec<Copy> CODEC = Codec.of(Copy.class);
        private static final byte[] NOTHING = new byte[0];

        /** Of a table, whose history is held. */
        private static Copy of(Table table, long to, @Nullable Instant until) {
            var history = table.history();
            if (history == null) {
                throw new IllegalStateException("a live table is copied with its history only");
            }
            return new Copy(
                    table.id(), to, table.name(), history.log(), until, null, null, Phase.COPY, NOTHING, NOTHING, 0, 0);
        }

        static Copy backingUp(Table table, Backup backup) {
            return of(table, backup.id(), null).with(backup.address(), null);
        }

        static Copy recovering(Table table, @Nullable Instant until, Table target) {
            return of(table, target.id(), until).with(null, target.name());
        }

        static Copy restoring(Backup backup, Table target) {
            return new Copy(
                    backup.id(),
                    target.id(),
                    null,
                    0,
                    null,
                    backup.address(),
                    target.name(),
                    Phase.COPY,
                    NOTHING,
                    NOTHING,
                    0,
                    0);
        }

        private Copy with(Backup.@Nullable Address ofBackup, @Nullable TableName ofTable) {
            return new Copy(from, to, table, log, until, ofBackup, ofTable, phase, after, undoFrom, items, sizeBytes);
        }

        private Copy moved(byte[] lookedAt, long moreItems, long moreBytes) {
            return new Copy(
                    from,
                    to,
                    table,
                    log,
                    until,
                    backup,
                    restored,
                    phase,
                    lookedAt,
                    undoFrom,
                    items + moreItems,
                    sizeBytes + moreBytes);
        }

        private Copy undoing(byte[] begin) {
            return new Copy(
                    from, to, table, log, until, backup, restored, Phase.UNDO, NOTHING, begin, items, sizeBytes);
        }

        private Copy done() {
            return new Copy(
                    from, to, table, log, until, backup, restored, Phase.DONE, NOTHING, undoFrom, items, sizeBytes);
        }
    }

    /**
     * Begins a copy, in the commit that makes its source's state hold still: the table's history held, or the backup noted as being
     * restored.
     *
     * @throws software.amazon.awssdk.services.dynamodb.model.DynamoDbException when the account has too many under way
     */
    void begin(Txn txn, String account, Copy copy) {
        int all = 0;
        int restores = 0;
        for (var entry : txn.unchecked().scan(DynamodbKeys.copies(account), DynamodbLimits.COPIES_MAX)) {
            all++;
            restores += Copy.CODEC.decode(entry.value()).restored() == null ? 0 : 1;
        }
        if (all >= DynamodbLimits.COPIES_MAX || copy.restored() != null && restores >= DynamodbLimits.RESTORES_MAX) {
            throw DynamodbErrors.limit("Subscriber limit exceeded: Maximum number of concurrent "
                    + (copy.restored() == null ? "table operations" : "restores") + " for this account: "
                    + (copy.restored() == null ? DynamodbLimits.COPIES_MAX : DynamodbLimits.RESTORES_MAX));
        }
        txn.putStamped(DynamodbKeys.copy(account, copy.to()), new byte[0], Copy.CODEC.encode(copy));
        outbox.put(txn, TOPIC, clock.instant(), Job.CODEC.encode(new Job(account, copy.to())));
    }

    private Outbox.Outcome deliver(Job job) {
        for (int i = 0; i < COMMITS_PER_DELIVERY; i++) {
            if (!kv.transact(txn -> step(txn, job))) {
                return new Outbox.Outcome.Done();
            }
        }
        return new Outbox.Outcome.Retry(clock.instant(), Job.CODEC.encode(job));
    }

    /** @return whether there is more to do */
    private boolean step(Txn txn, Job job) {
        var prefix = DynamodbKeys.copy(job.account(), job.to());
        var found = txn.scan(Range.prefix(prefix), 1);
        if (found.isEmpty()) {
            return false;
        }
        var key = found.getFirst().key();
        var copy = Copy.CODEC.decode(found.getFirst().value());
        var next = switch (copy.phase()) {
            case COPY -> copy(txn, copy, CommitOrder.commitOf(prefix, key));
            case UNDO -> undo(txn, copy);
            case DONE -> copy;
        };
        if (next.phase() != Phase.DONE) {
            txn.put(key, Copy.CODEC.encode(next));
            return true;
        }
        txn.delete(key);
        end(txn, next);
        return false;
    }

    /** What is read may be written at any time, and is undone afterwards: no reason to wait for quiet. */
    private static Copy copy(Txn txn, Copy copy, long begunAt) {
        var from = DynamodbKeys.items(copy.from());
        var to = DynamodbKeys.items(copy.to());
        var source = txn.unchecked();
        var range = copy.after().length == 0
                ? Range.prefix(from)
                : Range.prefix(from).after(copy.after());
        byte[] last = copy.after();
        long items = 0;
        long sizeBytes = 0;
        long written = 0;
        while (items < PER_COMMIT_MAX && written < PER_COMMIT_MAX_BYTES) {
            var found = source.scan(range, CHUNK);
            for (var entry : found) {
                last = entry.key();
                txn.put(new KeyBytes(to, last.length).raw(last, from.length).toArray(), entry.value());
                items++;
                sizeBytes += ItemCodec.size(entry.value());
                written += last.length + entry.value().length;
            }
            if (found.size() < CHUNK) {
                var copied = copy.moved(last, items, sizeBytes);
                return copy.table() == null ? copied.done() : copied.undoing(undoFrom(source, copy, begunAt));
            }
            range = range.after(last);
        }
        return copy.moved(last, items, sizeBytes);
    }

    /** The log up to the copy's beginning doesn't change any more, and isn't trimmed. */
    private static byte[] undoFrom(Snapshot snapshot, Copy copy, long begunAt) {
        var prefix = DynamodbKeys.log(copy.log());
        var later = CommitOrder.at(prefix, begunAt + 1);
        if (copy.until() == null) {
            return later;
        }
        var sooner = CommitOrder.firstSince(
                snapshot, prefix, new Range(prefix, later), copy.until().toEpochMilli() + 1, Histories::at);
        return sooner == null ? later : sooner;
    }

    private static Copy undo(Txn txn, Copy copy) {
        var to = DynamodbKeys.items(copy.to());
        var end = Range.prefix(DynamodbKeys.log(copy.log())).end();
        var range = new Range(copy.undoFrom(), copy.after().length == 0 ? end : copy.after());
        byte[] last = copy.after();
        long items = 0;
        long sizeBytes = 0;
        long written = 0;
        int undone = 0;
        while (undone < PER_COMMIT_MAX && written < PER_COMMIT_MAX_BYTES) {
            var found = txn.unchecked().scanBackwards(range, CHUNK);
            for (var entry : found) {
                last = entry.key();
                var replaced = Histories.Replaced.decode(copy.log(), last, entry.value());
                var key = new KeyBytes(to, replaced.key().length)
                        .raw(replaced.key())
                        .toArray();
                var present = txn.get(key);
                var before = replaced.item();
                if (before == null) {
                    txn.delete(key);
                } else {
                    txn.put(key, before);
                }
                items += (before == null ? 0 : 1) - (present == null ? 0 : 1);
                sizeBytes +=
                        (before == null ? 0 : ItemCodec.size(before)) - (present == null ? 0 : ItemCodec.size(present));
                written += key.length + entry.value().length;
                undone++;
            }
            if (found.size() < CHUNK) {
                return copy.moved(last, items, sizeBytes).done();
            }
            range = range.before(last);
        }
        return copy.moved(last, items, sizeBytes);
    }

    private void end(Txn txn, Copy copy) {
        if (copy.table() != null) {
            histories.release(txn, copy.table());
        }
        if (copy.backup() != null) {
            end(txn, copy, copy.backup());
        }
        if (copy.restored() != null) {
            restored(txn, copy.restored());
        }
    }

    private static void end(Txn txn, Copy copy, Backup.Address address) {
        var backup = BackupStore.find(txn, address);
        if (backup == null) {
            throw new IllegalStateException("a backup in use can't be deleted: " + address.arn());
        }
        BackupStore.put(
                txn,
                copy.restored() == null
                        ? backup.filled(copy.items(), copy.sizeBytes())
                        : backup.withRestores(backup.restores() - 1));
    }

    private void restored(Txn txn, TableName name) {
        var open = tables.find(txn, name);
        if (open == null) {
            throw new IllegalStateException("a table that is being restored can't be deleted: " + name);
        }
        var table = open.table();
        for (var index : table.indexes()) {
            work.buildIndex(txn, table, index.number());
        }
        if (table.indexes().isEmpty()) {
            tables.put(txn, table.restored());
        }
    }
}
