package dev.tsumuji.lambda;

import dev.tsumuji.sandbox.Sandbox;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;

/**
 * One lane of one shard: calls the function with one batch after the other, in order, and commits how far it came after each.
 * So a crash repeats at most a batch and skips nothing. A batch that fails is tried again, whole or from where the function
 * says, halved where the mapping asks for it, until it succeeds, has failed as often as it may, or is too old; then its
 * failure destination is told of it.
 *
 * <p>Runs on a virtual thread of its own; only {@link #stop} and {@link #wake} are for other threads.
 */
final class StreamLane implements Runnable {
    private static final Logger LOG = System.getLogger(StreamLane.class.getName());
    private static final Duration PAUSE_MIN = Duration.ofMillis(200);
    private static final Duration PAUSE_MAX = Duration.ofMinutes(1);
    private static final int WINDOW_STATE_MAX_CHARS = 1 << 20;

    private final MappingRun run;
    private final EventSourceMappingConfiguration settings;
    private final String shard;
    private final int lane;
    private final LaneReader reader;
    private final int windowSeconds;
    private Checkpoint checkpoint;
    private volatile boolean stopped;
    private volatile CountDownLatch pausing = new CountDownLatch(0);

    StreamLane(MappingRun run, String shard, int lane, Checkpoint from) {
        this.run = run;
        this.settings = run.settings();
        this.shard = shard;
        this.lane = lane;
        this.checkpoint = from;
        this.windowSeconds = settings.tumblingWindowInSeconds();
        int lanes = settings.parallelizationFactor();
        this.reader = new LaneReader(
                run.source(),
                shard,
                record -> Math.floorMod(record.key().hashCode(), lanes) == lane && run.wants(record),
                settings.batchSize(),
                Duration.ofSeconds(settings.maximumBatchingWindowInSeconds()),
                run.clock(),
                run.scheduler());
    }

    boolean is(String ofShard, int number) {
        return lane == number && shard.equals(ofShard);
    }

    void wake() {
        reader.wake();
    }

    /** Ends after the invocation under way. */
    void stop() {
        stopped = true;
        pausing.countDown();
        reader.wake();
    }

    @Override
    public void run() {
        int failures = 0;
        while (!stopped) {
            try {
                reader.open(checkpoint);
                work();
                return;
            } catch (ResourceNotFoundException e) {
                run.result("PROBLEM: Stream not found");
                return;
            } catch (AwsServiceException e) {
                LOG.log(Level.DEBUG, "reading {0} failed: {1}", shard, e.getMessage());
                run.result("PROBLEM: " + e.awsErrorDetails().errorMessage());
                pause(++failures);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void work() throws InterruptedException {
        while (!stopped) {
            var end = windowEnd();
            var batch = reader.next(end, this::isInWindow, () -> stopped);
            if (stopped) {
                return;
            }
            if (!batch.isEmpty()) {
                openWindow(batch.getFirst());
                process(batch);
            } else if (checkpoint.windowStart() != null) {
                closeWindow();
            } else if (reader.hasEnded()) {
                commit(checkpoint.end());
                return;
            } else {
                passOver();
            }
        }
    }

    /** What was read and not wanted is behind us too; not worth a commit of its own unless it is much. */
    private void passOver() {
        var read = reader.read();
        if (read != null && !read.equals(checkpoint.sequence())) {
            commit(checkpoint.after(read));
        }
    }

    // ---- batches

    /** @param failures attempts in which the function failed with these records */
    private record Part(List<StreamSource.Record> records, int failures, int invocations) {
        Part from(int index) {
            return new Part(records.subList(index, records.size()), failures, invocations);
        }

        Part until(int index) {
            return new Part(records.subList(0, index), failures, invocations);
        }
    }

    private void process(List<StreamSource.Record> batch) {
        var parts = new ArrayDeque<Part>();
        parts.add(new Part(batch, 0, 0));
        int unavailable = 0;
        while (!parts.isEmpty() && !stopped) {
            var part = withoutOld(parts.removeFirst());
            if (part == null) {
                continue;
            }
            var invoked = invoke(part.records(), false);
            if (invoked == null) {
                parts.addFirst(part);
                pause(++unavailable);
                continue;
            }
            if (stopped && invoked.answer() instanceof Sandbox.Answer.Failure) {
                return; // ended with the platform, perhaps, and not by its own fault
            }
            unavailable = 0;
            int failed = firstFailure(invoked, part.records());
            if (failed > 0) {
                done(part.until(failed), invoked);
            }
            if (failed < part.records().size()) {
                failed(part.from(failed), invoked, parts);
            } else {
                run.result("OK");
            }
        }
    }

    /** @return the batch's size when nothing failed */
    private int firstFailure(Invoked invoked, List<StreamSource.Record> records) {
        return switch (invoked.answer()) {
            case Sandbox.Answer.Failure failure -> 0;
            case Sandbox.Answer.Success success ->
                settings.functionResponseTypes().isEmpty()
                        ? records.size()
                        : BatchAnswer.firstFailure(success.payload(), records).orElse(records.size());
        };
    }

    private void done(Part part, Invoked invoked) {
        var behind = checkpoint.after(part.records().getLast().sequence());
        if (windowSeconds > 0 && invoked.answer() instanceof Sandbox.Answer.Success success) {
            behind = behind.window(behind.windowStart(), BatchAnswer.state(success.payload()));
        }
        commit(behind);
    }

    private void failed(Part part, Invoked invoked, ArrayDeque<Part> parts) {
        run.result("PROBLEM: Function call failed");
        int size = part.records().size();
        if (settings.bisectBatchOnFunctionError() && size > 1) {
            var again = new Part(part.records(), part.failures(), part.invocations() + 1);
            parts.addFirst(again.from(size / 2));
            parts.addFirst(again.until(size / 2));
            return;
        }
        var again = new Part(part.records(), part.failures() + 1, part.invocations() + 1);
        int retriesMax = settings.maximumRetryAttempts();
        if (retriesMax >= 0 && again.failures() > retriesMax) {
            giveUp(new FailedBatch(
                    shard,
                    part.records(),
                    "RetryAttemptsExhausted",
                    again.invocations(),
                    invoked.requestId(),
                    invoked.executedVersion(),
                    invoked.answer() instanceof Sandbox.Answer.Failure ? "Unhandled" : null));
            return;
        }
        parts.addFirst(again);
        pause(again.failures());
    }

    /** Gives up the records that have become too old; null when none is left. */
    private @Nullable Part withoutOld(Part part) {
        int ageMaxSeconds = settings.maximumRecordAgeInSeconds();
        if (ageMaxSeconds < 0) {
            return part;
        }
        var oldest = run.clock().instant().minusSeconds(ageMaxSeconds);
        int old = 0;
        while (old < part.records().size() && part.records().get(old).arrived().isBefore(oldest)) {
            old++;
        }
        if (old > 0) {
            giveUp(new FailedBatch(
                    shard,
                    part.records().subList(0, old),
                    "RecordAgeExceeded",
                    part.invocations(),
                    run.newRequestId(),
                    null,
                    null));
        }
        return old == part.records().size() ? null : part.from(old);
    }

    private void giveUp(FailedBatch batch) {
        for (int attempt = 1; !run.tell(batch) && attempt < 4 && !stopped; attempt++) {
            pause(attempt);
        }
        if (!stopped) {
            commit(checkpoint.after(batch.records().getLast().sequence()));
        }
    }

    // ---- tumbling windows

    private @Nullable Instant windowEnd() {
        return checkpoint.windowStart() == null
                ? null
                : Instant.ofEpochSecond(checkpoint.windowStart() + windowSeconds);
    }

    private boolean isInWindow(StreamSource.Record record) {
        return checkpoint.windowStart() == null || windowOf(record) == checkpoint.windowStart();
    }

    private long windowOf(StreamSource.Record record) {
        long second = record.arrived().getEpochSecond();
        return second - Math.floorMod(second, (long) windowSeconds);
    }

    private void openWindow(StreamSource.Record first) {
        if (windowSeconds > 0 && checkpoint.windowStart() == null) {
            checkpoint = checkpoint.window(windowOf(first), "{}");
        }
    }

    /** Calls the function a last time, with the state alone. */
    private void closeWindow() {
        int failures = 0;
        while (!stopped) {
            var invoked = invoke(List.of(), true);
            boolean succeeded = invoked != null && invoked.answer() instanceof Sandbox.Answer.Success;
            int retriesMax = settings.maximumRetryAttempts();
            if (succeeded || (invoked != null && retriesMax >= 0 && failures >= retriesMax)) {
                commit(checkpoint.window(null, null));
                return;
            }
            pause(++failures);
        }
    }

    // ---- the function

    private record Invoked(Sandbox.Answer answer, String requestId, String executedVersion) {}

    /** @return null when the function can't be run now: throttled, deleted, or the platform's own fault */
    private @Nullable Invoked invoke(List<StreamSource.Record> records, boolean isFinal) {
        var requestId = run.newRequestId();
        try {
            var target = run.target();
            var outcome = run.invoke(target, requestId, payload(records, isFinal));
            // a batch that will not come again has left its trace, whatever happens next
            outcome.log().flush();
            return new Invoked(outcome.answer(), requestId, target.version());
        } catch (AwsServiceException e) {
            LOG.log(Level.DEBUG, "a batch of {0} waits: {1}", shard, e.getMessage());
            run.result("PROBLEM: " + e.awsErrorDetails().errorMessage());
            return null;
        }
    }

    private byte[] payload(List<StreamSource.Record> records, boolean isFinal) {
        var event = new LinkedHashMap<String, @Nullable Object>();
        event.put("Records", records.stream().map(StreamSource.Record::event).toList());
        var start = checkpoint.windowStart();
        if (start == null) {
            return Json.write(event).getBytes(StandardCharsets.UTF_8);
        }
        var state = checkpoint.windowState() == null ? "{}" : checkpoint.windowState();
        boolean tooLarge = state.length() > WINDOW_STATE_MAX_CHARS;
        var window = new LinkedHashMap<String, @Nullable Object>();
        window.put("start", Instant.ofEpochSecond(start).toString());
        window.put("end", Instant.ofEpochSecond(start + windowSeconds).toString());
        event.put("window", window);
        event.put("state", Json.readOrEmpty(tooLarge ? "{}" : state));
        event.put("shardId", shard);
        event.put("eventSourceARN", settings.eventSourceArn());
        event.put("isFinalInvokeForWindow", isFinal);
        event.put("isWindowTerminatedEarly", tooLarge);
        return Json.write(event).getBytes(StandardCharsets.UTF_8);
    }

    private void commit(Checkpoint reached) {
        checkpoint = reached;
        run.commit(shard, lane, reached);
    }

    /** Longer each time; a stop ends it. */
    private void pause(int times) {
        var delay = PAUSE_MIN.multipliedBy(1L << Math.min(times - 1, 16));
        var over = new CountDownLatch(1);
        pausing = over;
        if (stopped) {
            return;
        }
        var timer = run.scheduler().after(delay.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : delay, over::countDown);
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopped = true;
        } finally {
            timer.cancel();
        }
    }
}
