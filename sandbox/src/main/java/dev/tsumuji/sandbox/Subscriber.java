package dev.tsumuji.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends events to one extension, in order and at least once: in batches, one after the other, each again until it is taken or
 * has failed too often. While the sandbox is frozen nothing is sent, and time doesn't count. What comes faster than it is taken is
 * dropped and counted; the count is told with the next batch. A virtual thread of its own sends; guarded by its lock.
 */
final class Subscriber implements AutoCloseable {

    private static final Duration BACKOFF = Duration.ofMillis(50);
    private static final int ATTEMPTS = 7;
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(1);

    /** The answer is waited for in such pieces, so that time while frozen can be told apart. */
    private static final Duration ANSWER_PIECE = Duration.ofMillis(250);

    private static final int ANSWER_PIECES = 20;
    private static final int STATUS_MAX = 1024;

    /** Batches that may wait besides the one that is being sent. */
    private static final int WAITING_BATCHES = 2;

    private static final String SLOW =
            "Some logs were dropped because the downstream consumer is slower than the logs production rate";

    /** Gives channels of the sandbox's network. */
    @FunctionalInterface
    interface Dialer {
        /** @return one that isn't connected yet */
        SocketChannel open() throws IOException;
    }

    private final String name;
    private final Subscription subscription;
    private final Dialer dialer;
    private final InstantSource clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<String> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private long firstNanos;
    private int droppedRecords;
    private long droppedBytes;
    private boolean awake = true;
    private boolean flushing;
    private boolean sending;
    private volatile boolean closed;

    /** Open only with TCP, or while a batch is being sent. */
    private @Nullable SocketChannel channel;

    Subscriber(String name, Subscription subscription, Dialer dialer, InstantSource clock) {
        this.name = name;
        this.subscription = subscription;
        this.dialer = dialer;
        this.clock = clock;
    }

    Subscription.Api api() {
        return subscription.api();
    }

    void start() {
        Thread.ofVirtual().name("sandbox-telemetry-" + name).start(this::run);
    }

    void add(Telemetry.Event event) {
        if (!subscription.takes(event.type())) {
            return;
        }
        var text = subscription.takesObjects() ? event.object() : event.text();
        lock.lock();
        try {
            boolean full = waiting.size() >= subscription.maxItems() * WAITING_BATCHES
                    || waitingBytes + text.length() > (long) subscription.maxBytes() * WAITING_BATCHES;
            if (full) {
                droppedRecords++;
                droppedBytes += text.length();
                return;
            }
            if (waiting.isEmpty()) {
                firstNanos = System.nanoTime();
            }
            waiting.add(text);
            waitingBytes += text.length();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void awake(boolean now) {
        lock.lock();
        try {
            awake = now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From now on nothing waits for a batch to fill. */
    void flush() {
        lock.lock();
        try {
            flushing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing waits, or until then. */
    void awaitFlushed(long deadlineNanos) {
        lock.lock();
        try {
            while (!closed && (sending || !waiting.isEmpty())) {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            for (var batch = next(); !batch.isEmpty(); batch = next()) {
                if (!sent(batch)) {
                    drop(batch);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a batch; an empty one is the end. */
    private List<String> next() throws InterruptedException {
        lock.lock();
        try {
            sending = false;
            changed.signalAll();
            while (!closed && !(awake && isDue())) {
                if (waiting.isEmpty() || !awake) {
                    changed.await();
                } else {
                    changed.awaitNanos(firstNanos + subscription.timeout().toNanos() - System.nanoTime());
                }
            }
            if (closed) {
                return List.of();
            }
            sending = true;
            return take();
        } finally {
            lock.unlock();
        }
    }

    private boolean isDue() {
        return !waiting.isEmpty()
                && (flushing
                        || waiting.size() >= subscription.maxItems()
                        || waitingBytes >= subscription.maxBytes()
                        || System.nanoTime() - firstNanos
                                >= subscription.timeout().toNanos());
    }

    private List<String> take() {
        var batch = new ArrayList<String>();
        if (droppedRecords > 0) {
            batch.add(Telemetry.event(
                    "platform.logsDropped",
                    clock.instant(),
                    "{\"reason\":" + Faults.quoted(SLOW) + ",\"droppedRecords\":" + droppedRecords
                            + ",\"droppedBytes\":" + droppedBytes + "}"));
            droppedRecords = 0;
            droppedBytes = 0;
        }
        int bytes = 0;
        while (!waiting.isEmpty() && batch.size() < subscription.maxItems() && bytes < subscription.maxBytes()) {
            var event = waiting.remove();
            bytes += event.length();
            batch.add(event);
        }
        waitingBytes -= bytes;
        firstNanos = System.nanoTime();
        return batch;
    }

    private void drop(List<String> batch) {
        lock.lock();
        try {
            droppedRecords += batch.size();
            droppedBytes += batch.stream().mapToLong(String::length).sum();
        } finally {
            lock.unlock();
        }
    }

    private boolean sent(List<String> batch) throws InterruptedException {
        var message = subscription.http() ? request(batch) : lines(batch);
        for (int attempt = 1; !closed; attempt++) {
            try {
                send(message);
                return true;
            } catch (IOException e) {
                hangUp();
            }
            if (attempt == ATTEMPTS) {
                return false;
            }
            Thread.sleep(BACKOFF.multipliedBy(1L << attempt - 1));
            awaitAwake();
        }
        return false;
    }

    private void awaitAwake() throws InterruptedException {
        lock.lock();
        try {
            while (!awake && !closed) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private byte[] request(List<String> batch) {
        var body = ("[" + String.join(",", batch) + "]").getBytes(StandardCharsets.UTF_8);
        var head = "POST " + subscription.path() + " HTTP/1.1\r\nHost: sandbox.localdomain:" + subscription.port()
                + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + body.length
                + "\r\n\r\n";
        var both = ByteBuffer.allocate(head.length() + body.length);
        return both.put(head.getBytes(StandardCharsets.US_ASCII)).put(body).array();
    }

    private static byte[] lines(List<String> batch) {
        return (String.join("\n", batch) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void send(byte[] message) throws IOException {
        var to = connected();
        for (var bytes = ByteBuffer.wrap(message); bytes.hasRemaining(); ) {
            to.write(bytes);
        }
        if (subscription.http()) {
            var status = status(to);
            if (!status.matches("HTTP/1\\.[01] 2\\d\\d.*")) {
                throw new IOException("refused: " + status);
            }
            hangUp();
        }
    }

    private SocketChannel connected() throws IOException {
        SocketChannel fresh;
        lock.lock();
        try {
            if (closed) {
                throw new IOException("closed");
            }
            if (channel != null) {
                return channel;
            }
            fresh = dialer.open();
            channel = fresh;
        } finally {
            lock.unlock();
        }
        var here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        fresh.socket().connect(new InetSocketAddress(here, subscription.port()), (int) CONNECT_PATIENCE.toMillis());
        return fresh;
    }

    /** The first line of the answer. */
    private String status(SocketChannel from) throws IOException {
        var socket = from.socket();
        socket.setSoTimeout((int) ANSWER_PIECE.toMillis());
        var in = socket.getInputStream();
        var line = new StringBuilder();
        for (int pieces = 0; pieces < ANSWER_PIECES && line.length() < STATUS_MAX; ) {
            try {
                int c = in.read();
                if (c < 0) {
                    throw new IOException("no answer");
                }
                if (c == '\n') {
                    return line.toString().strip();
                }
                line.append((char) c);
            } catch (SocketTimeoutException e) {
                pieces += isAwake() ? 1 : 0;
            }
        }
        throw new IOException("no answer in time");
    }

    private boolean isAwake() {
        lock.lock();
        try {
            return awake;
        } finally {
            lock.unlock();
        }
    }

    private void hangUp() {
        lock.lock();
        try {
            if (channel != null) {
                channel.close();
                channel = null;
            }
        } catch (IOException e) {
            // it is gone
        } finally {
            lock.unlock();
        }
    }

    /** Nothing is opened in the sandbox's network after this. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        hangUp();
    }
}
