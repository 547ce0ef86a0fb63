package dev.tsumuji.lambda;

import dev.tsumuji.kernel.time.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;

/**
 * Reads one lane of a shard and cuts batches from it: what passes the filter, at most so many records, or what has come in
 * the batching window. While there is nothing new it sleeps until it is woken. Used by the lane's thread, but for
 * {@link #wake}.
 */
final class LaneReader {
    /** How much an invocation's payload may hold of records. */
    private static final int BATCH_SIZE_MAX_BYTES = 5_500_000;

    private static final int PAGE_SIZE = 1_000;
    /** In case a signal was lost: the data is the truth. */
    private static final Duration UNASKED_PAUSE = Duration.ofMinutes(1);

    private final StreamSource source;
    private final String shard;
    private final Predicate<StreamSource.Record> wanted;
    private final int batchSize;
    private final Duration batchWindow;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final Semaphore wake = new Semaphore(0);
    private final ArrayDeque<StreamSource.Record> pending = new ArrayDeque<>();
    private int pendingBytes;
    private @Nullable Instant pendingSince;
    private @Nullable String iterator;
    private @Nullable String read;

    /** @param wanted whether a record is this lane's and passes the filter */
    LaneReader(
            StreamSource source,
            String shard,
            Predicate<StreamSource.Record> wanted,
            int batchSize,
            Duration batchWindow,
            InstantSource clock,
            Scheduler scheduler) {
        this.source = source;
        this.shard = shard;
        this.wanted = wanted;
        this.batchSize = batchSize;
        this.batchWindow = batchWindow;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /** Goes on where a checkpoint says. */
    void open(Checkpoint from) {
        read = from.sequence();
        iterator = from.sequence() == null ? from.iterator() : source.iteratorAfter(shard, from.sequence());
    }

    /** There may be something new; from any thread. */
    void wake() {
        wake.release();
    }

    /** Sequence number of the last record that was read, wanted or not; null before the first. */
    @Nullable
    String read() {
        return read;
    }

    boolean hasEnded() {
        return iterator == null && pending.isEmpty();
    }

    /**
     * The next records, in order.
     *
     * @param until when to come back at the latest, with what there is; null to wait for as long as it takes
     * @param within the batch ends before the first record for which this doesn't hold
     * @return empty when the shard has ended, the time is over, or the thread was woken to stop
     */
    List<StreamSource.Record> next(@Nullable Instant until, Predicate<StreamSource.Record> within, Stopping stopping)
            throws InterruptedException {
        while (!stopping.stopped()) {
            wake.drainPermits();
            if (isReady()) {
                return take(within);
            }
            boolean found = iterator != null && fill();
            if (found) {
                continue;
            }
            if (isDue() || hasEnded()) {
                return take(within);
            }
            var now = clock.instant();
            if (until != null && !now.isBefore(until)) {
                return take(within);
            }
            sleep(now, until);
        }
        return List.of();
    }

    /** Asked between two looks; {@link #wake} makes it asked. */
    @FunctionalInterface
    interface Stopping {
        boolean stopped();
    }

    private boolean isReady() {
        return pending.size() >= batchSize || pendingBytes >= BATCH_SIZE_MAX_BYTES;
    }

    /** Whether what is there need not wait for more. */
    private boolean isDue() {
        return pendingSince != null && (iterator == null || !clock.instant().isBefore(pendingSince.plus(batchWindow)));
    }

    private List<StreamSource.Record> take(Predicate<StreamSource.Record> within) {
        var batch = new ArrayList<StreamSource.Record>(Math.min(batchSize, pending.size()));
        int bytes = 0;
        while (!pending.isEmpty() && batch.size() < batchSize && within.test(pending.peekFirst())) {
            bytes += pending.peekFirst().sizeBytes();
            if (!batch.isEmpty() && bytes > BATCH_SIZE_MAX_BYTES) {
                break;
            }
            var record = pending.removeFirst();
            pendingBytes -= record.sizeBytes();
            batch.add(record);
        }
        pendingSince = pending.isEmpty() ? null : clock.instant();
        return batch;
    }

    /** @return whether there was anything */
    private boolean fill() {
        var page = page();
        iterator = page.next();
        for (var record : page.records()) {
            read = record.sequence();
            if (wanted.test(record)) {
                pending.addLast(record);
                pendingBytes += record.sizeBytes();
            }
        }
        if (!pending.isEmpty() && pendingSince == null) {
            pendingSince = clock.instant();
        }
        return !page.records().isEmpty();
    }

    private StreamSource.Page page() {
        try {
            return source.read(Objects.requireNonNull(iterator), PAGE_SIZE);
        } catch (ExpiredIteratorException e) {
            iterator = read == null
                    ? source.iterator(shard, EventSourcePosition.TRIM_HORIZON)
                    : source.iteratorAfter(shard, read);
        } catch (TrimmedDataAccessException e) {
            iterator = source.iterator(shard, EventSourcePosition.TRIM_HORIZON);
        }
        return source.read(iterator, PAGE_SIZE);
    }

    private void sleep(Instant now, @Nullable Instant until) throws InterruptedException {
        var due = pendingSince == null ? until : earlier(pendingSince.plus(batchWindow), until);
        if (due == null) {
            wake.tryAcquire(UNASKED_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            return;
        }
        var timer = scheduler.after(Duration.between(now, due), this::wake);
        wake.tryAcquire(UNASKED_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        timer.cancel();
    }

    private static Instant earlier(Instant a, @Nullable Instant b) {
        return b == null || a.isBefore(b) ? a : b;
    }
}
