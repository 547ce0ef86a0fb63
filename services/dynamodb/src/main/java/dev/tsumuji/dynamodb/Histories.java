package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Txn;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The histories of tables: logs of what each change took the place of. A table's items as they were after some commit are its
 * present items with all later changes undone, newest first; so nothing is kept but what was replaced, and only while
 * point-in-time recovery is on or a copy is being made. A table without a history is written as if there were no such thing.
 * Writers read the table's record in their transactions, so every commit behind the one that begins a history is in its log.
 * Thread-safe; all state is in the store.
 */
final class Histories {
    private static final byte FORMAT = 1;
    private static final int HEAD_BYTES = 1 + Long.BYTES;
    private static final int CHUNK = 100;

    private final Kv kv;
    private final InstantSource clock;
    private final Tables tables;
    private final TableCreation ids;

    Histories(Kv kv, InstantSource clock, Tables tables, TableCreation ids) {
        this.kv = kv;
        this.clock = clock;
        this.tables = tables;
        this.ids = ids;
    }

    // ---- the log

    /**
     * What a change took the place of.
     *
     * @param key the item's, from its hash on
     * @param item as it was stored; null when there was none
     */
    record Replaced(byte[] key, byte @Nullable [] item) {

        static Replaced decode(long log, byte[] entryKey, byte[] value) {
            if (value.length < HEAD_BYTES || value[0] != FORMAT) {
                throw new KvException(KvException.Kind.CORRUPT, "a logged change can't be read", null);
            }
            int begin = DynamodbKeys.log(log).length + CommitOrder.STAMP_BYTES;
            return new Replaced(
                    Arrays.copyOfRange(entryKey, begin, entryKey.length),
                    value.length == HEAD_BYTES ? null : Arrays.copyOfRange(value, HEAD_BYTES, value.length));
        }
    }

    /** Notes a change in the commit that makes it. */
    static void log(Txn txn, History history, byte[] key, byte @Nullable [] before, Instant at) {
        int length = before == null ? 0 : before.length;
        var value = ByteBuffer.allocate(HEAD_BYTES + length).put(FORMAT).putLong(at.toEpochMilli());
        if (before != null) {
            value.put(before);
        }
        txn.putStamped(DynamodbKeys.log(history.log()), key, value.array());
    }

    /** When a logged change was made, in milliseconds. */
    static long at(byte[] value) {
        return ByteBuffer.wrap(value).getLong(1);
    }

    // ---- its life; the callers of what returns a table store it

    /** The table with a log that holds every later commit until it is released. */
    Table hold(Txn txn, Table table) {
        var history = orNew(txn, table);
        return table.withHistory(history.withReaders(history.readers() + 1));
    }

    void release(Txn txn, TableName name) {
        var open = tables.find(txn, name);
        var history = open == null ? null : open.table().history();
        if (open == null || history == null) {
            throw new IllegalStateException("a table whose history is held can't be deleted: " + name);
        }
        tables.put(txn, keptIfWanted(txn, open.table(), history.withReaders(history.readers() - 1)));
    }

    Table recoverable(Txn txn, Table table, int days, Instant now) {
        var history = orNew(txn, table);
        var recovery = history.recovery();
        return table.withHistory(history.withRecovery(
                recovery == null ? History.Recovery.beginning(days, now) : recovery.changed(days, now)));
    }

    Table unrecoverable(Txn txn, Table table) {
        var history = table.history();
        return history == null ? table : keptIfWanted(txn, table, history.withRecovery(null));
    }

    private History orNew(Txn txn, Table table) {
        var history = table.history();
        if (history != null) {
            return history;
        }
        long log = ids.id();
        txn.put(
                DynamodbKeys.history(log),
                ExpirySweep.TableAddress.CODEC.encode(new ExpirySweep.TableAddress(table.name())));
        return new History(log, 0, null);
    }

    private static Table keptIfWanted(Txn txn, Table table, History history) {
        if (history.readers() > 0 || history.recovery() != null) {
            return table.withHistory(history);
        }
        forget(txn, history);
        return table.withHistory(null);
    }

    static void forget(Txn txn, History history) {
        txn.delete(DynamodbKeys.history(history.log()));
        txn.delete(Range.prefix(DynamodbKeys.log(history.log())));
    }

    // ---- trimming

    /**
     * Removes what is older than the recovery periods.
     *
     * @return whether there is anything left to trim later
     */
    boolean trim() {
        boolean more = false;
        var range = DynamodbKeys.histories();
        while (true) {
            var rest = range;
            var found = kv.read(snapshot -> snapshot.scan(rest, CHUNK));
            for (var entry : found) {
                more |= trim(
                        ExpirySweep.TableAddress.CODEC.decode(entry.value()).name());
            }
            if (found.size() < CHUNK) {
                return more;
            }
            range = range.after(found.getLast().key());
        }
    }

    private boolean trim(TableName name) {
        return kv.transact(txn -> {
            var open = tables.find(txn, name);
            var history = open == null ? null : open.table().history();
            if (history == null) {
                return false;
            }
            var recovery = history.recovery();
            if (history.readers() > 0 || recovery == null) {
                return true;
            }
            long horizon =
                    clock.instant().minus(Duration.ofDays(recovery.days())).toEpochMilli();
            var prefix = DynamodbKeys.log(history.log());
            var log = Range.prefix(prefix);
            var kept = CommitOrder.firstSince(txn.unchecked(), prefix, log, horizon, Histories::at);
            if (kept != null) {
                txn.delete(log.before(kept));
                return true;
            }
            // read with validation: an entry that comes meanwhile must stay
            if (!txn.scanBackwards(log, 1).isEmpty()) {
                txn.delete(log);
            }
            return false;
        });
    }
}
