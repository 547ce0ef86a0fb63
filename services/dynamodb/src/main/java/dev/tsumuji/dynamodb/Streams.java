package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.signal.Signals;
import dev.tsumuji.kernel.time.Scheduler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;

/**
 * The streams of tables: switched on and off, and trimmed. A stream is a log in the order of commits; what is older than a day
 * is removed by one range, found by bisection, so trimming never reads what it removes. Scheduled only while there is
 * something that will have to be trimmed, here or with the others that are trimmed along. Thread-safe; one trimming at a time.
 */
final class Streams {
    private static final Logger LOG = System.getLogger(Streams.class.getName());
    private static final Duration TRIM_EVERY = Duration.ofHours(1);
    private static final int CHUNK = 100;
    private static final DateTimeFormatter LABEL =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    private final Kv kv;
    private final Signals signals;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final TableCreation ids;
    private final BooleanSupplier others;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** @param others trims what else loses its old end, and says whether there is anything left to trim later */
    Streams(
            Kv kv,
            Signals signals,
            InstantSource clock,
            Scheduler scheduler,
            TableCreation ids,
            BooleanSupplier others) {
        this.kv = kv;
        this.signals = signals;
        this.clock = clock;
        this.scheduler = scheduler;
        this.ids = ids;
        this.others = others;
    }

    /**
     * The view that a request asks for, or null when it wants no stream.
     *
     * @param created whether along with its table
     */
    static @Nullable String view(@Nullable StreamSpecification asked, boolean created) {
        if (asked == null || !Boolean.TRUE.equals(asked.streamEnabled())) {
            if (asked != null && asked.streamViewType() != null) {
                throw DynamodbErrors.invalidParameters(
                        created
                                ? "Table is being created with a stream disabled, UpdateViewType should not be specified"
                                : "If stream is being disabled, then UpdateViewType must not be specified");
            }
            return null;
        }
        if (asked.streamViewType() == null) {
            throw DynamodbErrors.invalidParameters(
                    created
                            ? "Table is being created with a stream enabled, UpdateViewType is required"
                            : "If stream is being enabled then UpdateViewType is required");
        }
        return asked.streamViewTypeAsString();
    }

    /** Gives a table a new stream. */
    Table enable(Txn txn, Table table, String view, Instant now) {
        var at = now;
        while (txn.get(DynamodbKeys.stream(table.name(), LABEL.format(at))) != null) {
            at = at.plusMillis(1);
        }
        var stream = new Stream(ids.id(), table.name(), LABEL.format(at), view, table.key(), at, null);
        txn.put(DynamodbKeys.stream(table.name(), stream.label()), Stream.CODEC.encode(stream));
        return table.withStream(new Table.Streaming(stream.id(), stream.label(), view));
    }

    /** Ends a table's stream; it can be read until its records have expired. */
    Table disable(Txn txn, Table table, Instant now) {
        var current = table.stream();
        if (current == null) {
            return table;
        }
        var key = DynamodbKeys.stream(table.name(), current.label());
        var stream = Stream.CODEC.decodeNullable(txn.get(key));
        if (stream != null) {
            txn.put(key, Stream.CODEC.encode(stream.disabled(now)));
        }
        txn.afterCommit(() -> recorded(table.name().streamArn(current.label())));
        return table.withStream(null);
    }

    /** A stream got a record: whoever reads it may go on, and it will have to be trimmed. */
    void recorded(String arn) {
        signals.raise(arn);
        wake();
    }

    /** There may be something to trim in time. */
    void wake() {
        if (!scheduled.get() && scheduled.compareAndSet(false, true)) {
            scheduler.after(TRIM_EVERY, this::trim);
        }
    }

    private void trim() {
        scheduled.set(false);
        try {
            if (trimAll() | others.getAsBoolean()) {
                wake();
            }
        } catch (KvException e) {
            if (e.kind() != KvException.Kind.CLOSED) {
                LOG.log(Level.WARNING, "could not trim streams, will try again in an hour", e);
                wake();
            }
        }
    }

    /** @return whether there is anything left to trim later */
    private boolean trimAll() {
        boolean more = false;
        var range = DynamodbKeys.streams();
        while (true) {
            var rest = range;
            var found = kv.read(snapshot -> snapshot.scan(rest, CHUNK));
            for (var entry : found) {
                more |= trim(Stream.CODEC.decode(entry.value()));
            }
            if (found.size() < CHUNK) {
                return more;
            }
            range = range.after(found.getLast().key());
        }
    }

    private boolean trim(Stream stream) {
        var horizon = clock.instant().minus(DynamodbLimits.STREAM_RETENTION);
        var prefix = DynamodbKeys.records(stream.id());
        var records = Range.prefix(prefix);
        var kept = kv.read(snapshot ->
                CommitOrder.firstSince(snapshot, prefix, records, horizon.toEpochMilli(), StreamRecord::at));
        if (kept == null) {
            boolean over = stream.disabledAt() != null && stream.disabledAt().isBefore(horizon);
            kv.transact(txn -> {
                if (over) {
                    txn.delete(records);
                    txn.delete(DynamodbKeys.stream(stream.table(), stream.label()));
                } else {
                    var last = txn.scanBackwards(records, 1);
                    if (!last.isEmpty() && StreamRecord.at(last.getFirst().value()) < horizon.toEpochMilli()) {
                        txn.delete(records);
                    }
                }
                return null;
            });
            return !over && stream.disabledAt() != null;
        }
        kv.transact(txn -> {
            txn.delete(records.before(kept));
            return null;
        });
        return true;
    }

    // ---- sequence numbers: the twelve bytes of a record's place among all commits, as thirty digits

    private static final BigInteger SEQUENCE_BASE = BigInteger.TEN.pow(29);
    static final int STAMP_BYTES = CommitOrder.STAMP_BYTES;

    static String sequenceNumber(byte[] stamp) {
        return SEQUENCE_BASE.add(new BigInteger(1, stamp)).toString();
    }

    /** Null when it is no sequence number of ours. */
    static byte @Nullable [] stamp(String sequenceNumber) {
        if (sequenceNumber.length() != 30 || !sequenceNumber.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        var number = new BigInteger(sequenceNumber).subtract(SEQUENCE_BASE);
        if (number.signum() < 0 || number.bitLength() > STAMP_BYTES * 8) {
            return null;
        }
        var bytes = number.toByteArray();
        var stamp = new byte[STAMP_BYTES];
        int length = Math.min(bytes.length, STAMP_BYTES);
        System.arraycopy(bytes, bytes.length - length, stamp, STAMP_BYTES - length, length);
        return stamp;
    }

    static byte[] stampOf(byte[] recordKey) {
        return Arrays.copyOfRange(recordKey, recordKey.length - STAMP_BYTES, recordKey.length);
    }
}
