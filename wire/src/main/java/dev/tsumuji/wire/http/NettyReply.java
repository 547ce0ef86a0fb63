package dev.tsumuji.wire.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Writes one answer. Used by the handler's thread; what concerns the connection is done on its event loop. The lock guards
 * only what that loop tells: whether the client takes bytes, and whether it is gone.
 */
final class NettyReply implements Reply {
    private static final HttpHeaders NO_TRAILERS = EmptyHttpHeaders.INSTANCE;

    /** Told when the answer has been written. */
    interface Ended {
        void ended(boolean keepAlive);
    }

    private final Channel channel;
    private final boolean toHead;
    private final boolean http2;
    private final boolean http10;
    private final HttpServer.Shared shared;
    private final BooleanSupplier closes;
    private final Ended ended;
    private final HttpHeaders headers = new DefaultHttpHeaders();
    private volatile boolean started;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean gone;

    NettyReply(
            Channel channel,
            HttpRequest request,
            boolean http2,
            HttpServer.Shared shared,
            BooleanSupplier closes,
            Ended ended) {
        this.channel = channel;
        this.toHead = request.method().equals(HttpMethod.HEAD);
        this.http2 = http2;
        this.http10 = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        this.shared = shared;
        this.closes = closes;
        this.ended = ended;
    }

    @Override
    public void header(String name, String value) {
        if (!isServers(name)) {
            headers.add(name, value);
        }
    }

    private static boolean isServers(String name) {
        return name.equalsIgnoreCase("content-length")
                || name.equalsIgnoreCase("transfer-encoding")
                || name.equalsIgnoreCase("connection")
                || name.equalsIgnoreCase("date");
    }

    @Override
    public boolean started() {
        return started;
    }

    @Override
    public void send(int status, byte[] body) {
        begin();
        var bytes = toHead || bodiless(status) ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), bytes, headers, NO_TRAILERS);
        common(status, body.length);
        sendWhole(response);
    }

    private void sendWhole(HttpObject response) {
        onLoop(() -> {
            var keepAlive = keepAlive();
            write(response, true, keepAlive);
        });
    }

    @Override
    public OutputStream stream(int status, long length) {
        begin();
        var chunked = length < 0 && !bodiless(status);
        if (length >= 0) {
            common(status, length);
        } else {
            headers.set(HttpHeaderNames.DATE, shared.date.now());
            if (!http2 && !http10 && !toHead && chunked) {
                headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            }
        }
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), headers);
        return new ReplyStream(this, head, toHead || bodiless(status) ? 0 : length, toHead || bodiless(status));
    }

    private void begin() {
        if (started) {
            throw new IllegalStateException("answered twice");
        }
        started = true;
    }

    private void common(int status, long length) {
        headers.set(HttpHeaderNames.DATE, shared.date.now());
        if (!bodiless(status)) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(length));
        }
    }

    private static boolean bodiless(int status) {
        return status == 204 || status == 304;
    }

    /** On the event loop, just before the head is written. */
    private boolean keepAlive() {
        var undelimited = http10
                && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
        var keep = !closes.getAsBoolean() && !undelimited;
        if (!http2 && !keep) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (!http2 && http10) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        return keep;
    }

    private void onLoop(Runnable task) {
        try {
            channel.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
            // The server has stopped: the answer is for nobody.
            gone();
        }
    }

    private void write(HttpObject part, boolean last, boolean keepAlive) {
        var written = channel.writeAndFlush(part);
        if (last) {
            written.addListener(_ -> ended.ended(keepAlive && written.isSuccess()));
        }
    }

    // --- streaming

    private volatile boolean streamKeepsAlive;

    /** Head, body and end together. */
    void streamWhole(DefaultHttpResponse head, ByteBuf body) {
        sendWhole(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, head.status(), body, headers, NO_TRAILERS));
    }

    void streamHead(DefaultHttpResponse head) {
        onLoop(() -> {
            streamKeepsAlive = keepAlive();
            channel.write(head);
        });
    }

    void streamPart(ByteBuf bytes) throws IOException {
        channel.writeAndFlush(new DefaultHttpContent(bytes));
        awaitTaken();
    }

    void streamEnd() {
        onLoop(() -> write(LastHttpContent.EMPTY_LAST_CONTENT, true, streamKeepsAlive));
    }

    private void awaitTaken() throws IOException {
        lock.lock();
        try {
            long left = shared.limits.stallTimeout().toNanos();
            while (!gone && !channel.isWritable() && channel.isActive()) {
                if (left <= 0) {
                    channel.close();
                    throw new IOException("the client stopped reading its answer");
                }
                left = changed.awaitNanos(left);
            }
            if (gone || !channel.isActive()) {
                throw new IOException("the client closed the connection");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while answering", e);
        } finally {
            lock.unlock();
        }
    }

    /** On the event loop. */
    void writable(boolean now) {
        if (now) {
            signal(false);
        }
    }

    /** On the event loop: nobody will read the answer. */
    void gone() {
        signal(true);
    }

    private void signal(boolean clientGone) {
        lock.lock();
        try {
            gone |= clientGone;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The only way to tell a client that an answer which began well ended badly. */
    void breakOff() {
        channel.close();
    }
}
