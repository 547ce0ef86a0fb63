package dev.tsumuji.wire.http;

import dev.tsumuji.kernel.cloud.Failures;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A body on its way from the event loop, which adds, to the one thread that reads. Guarded by its lock. Holds at most
 * about {@value #ROOM_BYTES} bytes and one network read; below half of that more is asked for.
 */
final class StreamedBody extends InputStream {
    static final int ROOM_BYTES = 256 * 1024;

    private final HttpLimits limits;
    private final Runnable demand;
    private final Runnable firstRead;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuf> parts = new ArrayDeque<>();
    private long held;
    private boolean ended;
    private boolean abandoned;
    private boolean reading;
    private @Nullable IOException failure;

    private long waitedNanos;
    private long cameWhileWaiting;

    /**
     * @param demand asks for more bytes
     * @param firstRead run when the body is wanted for the first time
     */
    StreamedBody(HttpLimits limits, Runnable demand, Runnable firstRead) {
        this.limits = limits;
        this.demand = demand;
        this.firstRead = firstRead;
    }

    boolean hasRoom() {
        lock.lock();
        try {
            return reading && held < ROOM_BYTES;
        } finally {
            lock.unlock();
        }
    }

    /** On the event loop; the bytes are copied by reference. */
    void add(ByteBuf bytes, boolean last) {
        lock.lock();
        try {
            if (bytes.isReadable() && !abandoned) {
                held += bytes.readableBytes();
                cameWhileWaiting += bytes.readableBytes();
                parts.add(bytes.retain());
            }
            ended |= last;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void fail(IOException cause) {
        lock.lock();
        try {
            failure = cause;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody will read on. */
    void abandon() {
        lock.lock();
        try {
            abandoned = true;
            parts.forEach(ByteBuf::release);
            parts.clear();
            held = 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        var hungry = false;
        int n;
        lock.lock();
        try {
            begin();
            await();
            var part = parts.peek();
            if (part == null) {
                return -1;
            }
            n = Math.min(count, part.readableBytes());
            part.readBytes(bytes, offset, n);
            if (!part.isReadable()) {
                parts.remove().release();
            }
            var before = held;
            held -= n;
            hungry = !ended && held < ROOM_BYTES / 2 && (before >= ROOM_BYTES / 2 || held == 0);
        } finally {
            lock.unlock();
        }
        if (hungry) {
            demand.run();
        }
        return n;
    }

    private void begin() {
        if (!reading) {
            reading = true;
            firstRead.run();
            if (!ended) {
                demand.run();
            }
        }
    }

    /** Until there is something, or the end. A client that keeps the server waiting must send at a least rate meanwhile. */
    private void await() throws IOException {
        while (parts.isEmpty() && !ended) {
            if (failure != null) {
                throw new IOException(failure.getMessage(), failure);
            }
            var from = System.nanoTime();
            try {
                if (changed.awaitNanos(limits.stallTimeout().toNanos() - waitedNanos) <= 0) {
                    waitedNanos = limits.stallTimeout().toNanos();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for the body", e);
            }
            waitedNanos += System.nanoTime() - from;
            if (waitedNanos >= limits.stallTimeout().toNanos()) {
                judge();
            }
        }
    }

    private void judge() {
        long least = limits.bodyBytesPerSecondMin() * limits.stallTimeout().toMillis() / 1_000;
        if (cameWhileWaiting < least) {
            throw Failures.of(
                    "RequestTimeout",
                    400,
                    "Your socket connection to the server was not read from or written to within the timeout period. "
                            + "Idle connections will be closed.");
        }
        waitedNanos = 0;
        cameWhileWaiting = 0;
    }
}
