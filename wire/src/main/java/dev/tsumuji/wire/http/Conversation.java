package dev.tsumuji.wire.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one HTTP/1.1 connection, one after the other, or the one request of an HTTP/2 stream. Runs on the event
 * loop. While a request is handled nothing further is read, except the body that its handler asks for; what was read too
 * early (pipelined requests) waits, and is never more than one read's worth.
 */
final class Conversation extends ChannelInboundHandlerAdapter {
    /** Bodies up to this size are here before their handler starts. */
    private static final int COLLECTED_MAX_BYTES = 64 * 1024;

    private static final int DISCARDED_MAX_BYTES = 128 << 20;

    private final Connection connection;
    private final HttpServer.Shared shared;
    private final Channel channel;
    private final boolean http2;
    private final ArrayDeque<HttpObject> waiting = new ArrayDeque<>(4);
    private @Nullable Exchange exchange;
    private boolean closing;
    private long discarded;

    Conversation(Connection connection, HttpServer.Shared shared, Channel channel, boolean http2) {
        this.connection = connection;
        this.shared = shared;
        this.channel = channel;
        this.http2 = http2;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing) {
            discard(message);
        } else if (message instanceof HttpObject object) {
            waiting.add(object);
            advance();
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        demand();
    }

    /** Reads on when something more is wanted. */
    private void demand() {
        if (closing || waiting.isEmpty() && (exchange == null || exchange.wantsBody())) {
            channel.read();
        }
    }

    private void onLoop(Runnable task) {
        if (!channel.eventLoop().isShuttingDown()) {
            channel.eventLoop().execute(task);
        }
    }

    private void advance() {
        while (!closing && !waiting.isEmpty()) {
            var next = waiting.element();
            var current = exchange;
            if (current == null) {
                waiting.remove();
                begin(next);
            } else if (next instanceof HttpContent content && !current.bodyEnded) {
                waiting.remove();
                body(current, content);
            } else {
                return;
            }
        }
    }

    // --- the head

    private void begin(HttpObject object) {
        if (object.decoderResult().isFailure()) {
            refuse(statusOf(object.decoderResult().cause()));
        } else if (object instanceof HttpRequest head) {
            var headers = Heads.headers(head, http2);
            var problem = Heads.problem(head, http2);
            if (problem != null) {
                refuse(problem);
            } else {
                begin(new Exchange(head, headers));
            }
        }
        if (object instanceof LastHttpContent last && exchange != null && !closing) {
            body(exchange, last);
        } else {
            ReferenceCountUtil.release(object);
        }
    }

    private static HttpResponseStatus statusOf(Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException _ -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
            case TooLongHttpHeaderException _ -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
            default -> HttpResponseStatus.BAD_REQUEST;
        };
    }

    private void begin(Exchange begun) {
        exchange = begun;
        connection.requestBegan();
        if (begun.collects()) {
            if (http2) {
                channel.eventLoop()
                        .schedule(
                                () -> {
                                    if (!begun.started) {
                                        channel.close();
                                    }
                                },
                                shared.limits.headTimeout().toNanos(),
                                TimeUnit.NANOSECONDS);
            }
        } else {
            begun.start(begun.streamed());
        }
    }

    // --- the body

    private void body(Exchange current, HttpContent content) {
        var last = content instanceof LastHttpContent;
        try {
            if (content.decoderResult().isFailure()) {
                broken(current);
                return;
            }
            current.bodyEnded = last;
            current.add(content.content(), last);
        } finally {
            content.release();
        }
    }

    /** A body that isn't well-formed: nothing that follows it can be understood either. */
    private void broken(Exchange current) {
        if (current.started) {
            current.fail(new IOException("the body's transfer coding is malformed"));
        } else {
            exchange = null;
            connection.requestEnded();
            refuse(HttpResponseStatus.BAD_REQUEST);
        }
    }

    // --- the answer

    /** The reply's last part was handed to the channel. */
    private void answered(Exchange done, boolean keepAlive) {
        exchange = null;
        connection.requestEnded();
        if (!keepAlive) {
            linger();
        } else {
            advance();
            demand();
        }
    }

    private void refuse(HttpResponseStatus status) {
        var text = status.toString().getBytes(StandardCharsets.US_ASCII);
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(text));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain")
                .set(HttpHeaderNames.CONTENT_LENGTH, text.length)
                .set(HttpHeaderNames.DATE, shared.date.now());
        if (!http2) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        closing = true;
        channel.writeAndFlush(response);
        linger();
    }

    /**
     * Closes so that the client gets to read the answer: a socket that is closed while bytes come in is reset, and the
     * answer is lost with it.
     */
    private void linger() {
        closing = true;
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        if (channel instanceof SocketChannel socket) {
            channel.write(Unpooled.EMPTY_BUFFER).addListener(_ -> socket.shutdownOutput());
            channel.flush();
            channel.eventLoop().schedule(() -> channel.close(), 3, TimeUnit.SECONDS);
            channel.read();
        } else {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void discard(Object message) {
        if (message instanceof HttpContent content) {
            discarded += content.content().readableBytes();
        } else {
            discarded += 64;
        }
        ReferenceCountUtil.release(message);
        if (discarded > DISCARDED_MAX_BYTES) {
            channel.close();
        }
    }

    /** The client let a time limit pass. */
    void tooSlow() {
        var current = exchange;
        if (closing || current != null && current.started) {
            channel.close();
        } else {
            refuse(HttpResponseStatus.REQUEST_TIMEOUT);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null && exchange.reply != null) {
            exchange.reply.writable(channel.isWritable());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        var current = exchange;
        closing = true;
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        if (current != null) {
            exchange = null;
            connection.requestEnded();
            current.fail(new IOException("the client closed the connection"));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // Resets and the like: there is nobody left to tell.
        ctx.close();
    }

    /** One request and its answer, as the event loop sees them. */
    private final class Exchange {
        private final HttpRequest head;
        private final Headers headers;
        private final long length;
        private final boolean expectsContinue;
        private byte[] collected = {};
        private int collectedBytes;
        private boolean bodyEnded;
        private boolean started;
        private @Nullable StreamedBody stream;
        private @Nullable NettyReply reply;

        Exchange(HttpRequest head, Headers headers) {
            this.head = head;
            this.headers = headers;
            this.length = Heads.bodyLength(head);
            this.expectsContinue = HttpUtil.is100ContinueExpected(head);
        }

        boolean collects() {
            return !expectsContinue && length >= 0 && length <= COLLECTED_MAX_BYTES;
        }

        boolean wantsBody() {
            return !bodyEnded && (stream == null || stream.hasRoom());
        }

        void add(ByteBuf bytes, boolean last) {
            var streamed = stream;
            if (streamed != null) {
                streamed.add(bytes, last);
                return;
            }
            int n = bytes.readableBytes();
            if (collectedBytes + n > collected.length) {
                // The announced length is taken on trust only as far as bytes came: a promise costs nothing.
                collected = Arrays.copyOf(collected, (int)
                        Math.min(length, Math.max(collectedBytes + n, collected.length * 2L)));
            }
            if (collectedBytes + n > collected.length) {
                refuse(HttpResponseStatus.BAD_REQUEST);
                return;
            }
            bytes.readBytes(collected, collectedBytes, n);
            collectedBytes += n;
            if (last) {
                start(new ByteArrayInputStream(collected, 0, collectedBytes));
            }
        }

        StreamedBody streamed() {
            var body = new StreamedBody(shared.limits, () -> onLoop(Conversation.this::demand), this::writeContinue);
            stream = body;
            return body;
        }

        private void writeContinue() {
            if (expectsContinue) {
                onLoop(() -> {
                    if (reply != null && !reply.started()) {
                        channel.writeAndFlush(
                                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
                    }
                });
            }
        }

        void start(InputStream body) {
            started = true;
            connection.handling();
            var request = Heads.request(head, headers, connection.remoteAddress(), connection.secure(), length, body);
            var answer = new NettyReply(channel, head, http2, shared, this::closes, this::ended);
            reply = answer;
            Runnable handling = () -> Handling.run(shared.handler, request, answer, stream);
            if (stream == null) {
                LoopThread.start(channel.eventLoop(), handling);
            } else {
                Thread.ofVirtual().start(handling);
            }
        }

        /** Whether the connection must end with this answer; on the event loop, when the answer's head is written. */
        private boolean closes() {
            connection.answering();
            return !HttpUtil.isKeepAlive(head) || !bodyEnded || shared.draining || closing;
        }

        private void ended(boolean keepAlive) {
            if (exchange == this) {
                answered(this, keepAlive);
            }
        }

        void fail(IOException cause) {
            if (stream != null) {
                stream.fail(cause);
            }
            if (reply != null) {
                reply.gone();
            }
        }
    }
}
