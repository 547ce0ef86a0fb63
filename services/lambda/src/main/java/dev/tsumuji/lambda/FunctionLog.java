package dev.tsumuji.lambda;

import dev.tsumuji.kernel.time.Scheduler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogGroupRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.CreateLogStreamRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;

/**
 * The log stream of one instance. Lines are kept in order, written in batches a little later, and by the function's role:
 * if that may not write logs, there are none. What comes faster than it can be written is dropped and counted in the log.
 * Thread-safe: {@code lock} guards the waiting lines; only one thread at a time writes.
 */
final class FunctionLog {
    private static final Logger LOG = System.getLogger(FunctionLog.class.getName());
    private static final int WAITING_MAX_BYTES = 4 << 20;
    private static final int BATCH_MAX_LINES = 10_000;
    private static final int BATCH_MAX_BYTES = 1 << 20;
    private static final int LINE_MAX_BYTES = 256 << 10;
    /** What CloudWatch Logs counts beside the text of each event. */
    private static final int LINE_OVERHEAD_BYTES = 26;

    private final Supplier<CloudWatchLogsClient> logs;
    private final Scheduler scheduler;
    private final Duration delay;
    private final String group;
    private final String stream;
    private final Set<FunctionLog> unwritten;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Line> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long dropped;
    private long lastMillis;
    private boolean writing;
    private @Nullable Tail tail;
    private volatile ApplicationLevel least = ApplicationLevel.TRACE;

    private final ReentrantLock writer = new ReentrantLock();
    private boolean created;

    /**
     * @param logs waited for when the first lines are written
     * @param unwritten has this log in it while lines wait
     */
    FunctionLog(
            Supplier<CloudWatchLogsClient> logs,
            Scheduler scheduler,
            Duration delay,
            String group,
            String stream,
            Set<FunctionLog> unwritten) {
        this.logs = logs;
        this.scheduler = scheduler;
        this.delay = delay;
        this.group = group;
        this.stream = stream;
        this.unwritten = unwritten;
    }

    private record Line(long millis, String text, int bytes) {}

    /** Collects the last lines of an invocation from here on, for {@code LogType=Tail}. */
    void beginTail() {
        lock.lock();
        try {
            tail = new Tail();
        } finally {
            lock.unlock();
        }
    }

    /** What was collected since {@link #beginTail}, and no more after this. */
    byte[] endTail() {
        lock.lock();
        try {
            var collected = tail;
            tail = null;
            return collected == null ? new byte[0] : collected.bytes();
        } finally {
            lock.unlock();
        }
    }

    /** Leaves out what the function logs below a level, from here on. */
    void least(ApplicationLevel level) {
        least = level;
    }

    /** A line that the function printed. */
    void printed(Instant at, byte[] line) {
        if (!least.admits(line)) {
            return;
        }
        int length = Math.min(line.length, LINE_MAX_BYTES - LINE_OVERHEAD_BYTES - 1);
        add(at.toEpochMilli(), new String(line, 0, length, StandardCharsets.UTF_8) + "\n", length + 1);
    }

    /** A line of the platform's own, with its line end. */
    void add(long millis, String text) {
        add(millis, text, text.length());
    }

    private void add(long millis, String text, int textBytes) {
        lock.lock();
        try {
            if (tail != null) {
                tail.add(text);
            }
            int bytes = textBytes + LINE_OVERHEAD_BYTES;
            if (waitingBytes + bytes > WAITING_MAX_BYTES) {
                dropped++;
                return;
            }
            // lines come from several threads, and the service wants them in the order of their times
            lastMillis = Math.max(lastMillis, millis);
            waiting.add(new Line(lastMillis, text, bytes));
            waitingBytes += bytes;
            if (!writing) {
                writing = true;
                unwritten.add(this);
                scheduler.after(delay, this::writeSome);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A batch at a time, so that what a busy function prints while one is written becomes one batch and not many. */
    private void writeSome() {
        writer.lock();
        try {
            var batch = next();
            if (!batch.isEmpty()) {
                write(batch);
                scheduler.after(delay, this::writeSome);
            }
        } finally {
            writer.unlock();
        }
    }

    /** Writes what waits. Returns when it is written or can't be. */
    void flush() {
        writer.lock();
        try {
            for (var batch = next(); !batch.isEmpty(); batch = next()) {
                write(batch);
            }
        } finally {
            writer.unlock();
        }
    }

    private List<InputLogEvent> next() {
        lock.lock();
        try {
            var batch = new ArrayList<InputLogEvent>();
            int bytes = 0;
            while (!waiting.isEmpty() && batch.size() < BATCH_MAX_LINES - 1) {
                var line = waiting.peek();
                if (bytes + line.bytes > BATCH_MAX_BYTES - LINE_MAX_BYTES && !batch.isEmpty()) {
                    break;
                }
                waiting.remove();
                bytes += line.bytes;
                batch.add(event(line.millis, line.text));
            }
            waitingBytes -= bytes;
            if (dropped > 0 && waiting.isEmpty()) {
                batch.add(event(
                        lastMillis, "PLATFORM " + dropped + " lines dropped: printed faster than logs are written\n"));
                dropped = 0;
            }
            writing = !batch.isEmpty();
            if (!writing) {
                unwritten.remove(this);
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private static InputLogEvent event(long millis, String text) {
        return InputLogEvent.builder().timestamp(millis).message(text).build();
    }

    private void write(List<InputLogEvent> batch) {
        try {
            if (!created) {
                create();
            }
            try {
                put(batch);
            } catch (ResourceNotFoundException e) {
                // somebody deleted the stream or its group under a running function
                create();
                put(batch);
            }
        } catch (AwsServiceException e) {
            LOG.log(Level.DEBUG, "the log of " + group + " is not written", e);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the log of " + group + " is not written", e);
        }
    }

    private void put(List<InputLogEvent> batch) {
        logs.get()
                .putLogEvents(PutLogEventsRequest.builder()
                        .logGroupName(group)
                        .logStreamName(stream)
                        .logEvents(batch)
                        .build());
    }

    /** The role may be allowed to make streams but not groups, so a refusal of the first is not the end. */
    private void create() {
        try {
            logs.get()
                    .createLogGroup(
                            CreateLogGroupRequest.builder().logGroupName(group).build());
        } catch (AwsServiceException e) {
            LOG.log(Level.DEBUG, "log group " + group + " is not made", e);
        }
        try {
            logs.get()
                    .createLogStream(CreateLogStreamRequest.builder()
                            .logGroupName(group)
                            .logStreamName(stream)
                            .build());
        } catch (ResourceAlreadyExistsException e) {
            // made by this instance before
        }
        created = true;
    }

    /** The end of a text, no longer than AWS shows. Guarded by the log's lock. */
    private static final class Tail {
        private final ArrayDeque<byte[]> lines = new ArrayDeque<>();
        private int bytes;

        void add(String text) {
            var line = text.getBytes(StandardCharsets.UTF_8);
            lines.add(line);
            bytes += line.length;
            while (bytes - lines.element().length >= LambdaLimits.LOG_TAIL_SIZE_BYTES) {
                bytes -= lines.remove().length;
            }
        }

        byte[] bytes() {
            var all = new byte[bytes];
            int at = 0;
            for (var line : lines) {
                System.arraycopy(line, 0, all, at, line.length);
                at += line.length;
            }
            int begin = Math.max(0, bytes - LambdaLimits.LOG_TAIL_SIZE_BYTES);
            return java.util.Arrays.copyOfRange(all, begin, bytes);
        }
    }
}
