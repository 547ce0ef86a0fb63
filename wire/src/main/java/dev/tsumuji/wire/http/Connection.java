package dev.tsumuji.wire.http;

import dev.tsumuji.wire.tls.ServerCertificates;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpServerUpgradeHandler;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ServerUpgradeCodec;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection: tells HTTP/2 from HTTP/1.1 by its first bytes, keeps the clock on a client that is slow or idle, and
 * ends in order. Everything but {@link #drain} and {@link #close} runs on the connection's event loop.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String FULL =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    /** What is wrong with HTTP/2 is told by its codec; nobody else needs to hear of it. */
    private static final ChannelHandler END = new Silence();

    private final SocketChannel channel;
    private final HttpServer.Shared shared;
    private final String remoteAddress;
    private final boolean secure;
    private @Nullable Conversation conversation;
    private boolean http2;
    private int active;
    private long deadlineNanos;
    private boolean begun;
    private @Nullable ByteBuf held;

    private Connection(SocketChannel channel, HttpServer.Shared shared, boolean secure) {
        this.secure = secure;
        this.channel = channel;
        this.shared = shared;
        var address = channel.remoteAddress();
        this.remoteAddress = address == null ? "" : address.getAddress().getHostAddress();
    }

    /** @param certificates null for a connection in the clear */
    static void open(SocketChannel channel, HttpServer.Shared shared, @Nullable ServerCertificates certificates) {
        var connection = new Connection(channel, shared, certificates != null);
        if (certificates != null) {
            var tls = new SslHandler(certificates.engine());
            tls.setHandshakeTimeoutMillis(shared.limits.headTimeout().toMillis());
            tls.setCloseNotifyFlushTimeoutMillis(shared.limits.stallTimeout().toMillis());
            channel.pipeline().addLast("tls", tls);
        }
        channel.pipeline().addLast("connection", connection);
        shared.connections.add(connection);
        channel.closeFuture().addListener(_ -> shared.closed(connection));
    }

    String remoteAddress() {
        return remoteAddress;
    }

    boolean secure() {
        return secure;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (shared.draining || shared.connections.size() > shared.limits.connectionsMax()) {
            ctx.writeAndFlush(Unpooled.copiedBuffer(FULL, StandardCharsets.US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        within(shared.limits.idleTimeout());
        watch(shared.limits.headTimeout());
        ctx.read();
    }

    /** Only the first bytes come here, until the protocol is known. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var bytes = (ByteBuf) message;
        if (http2 || conversation != null) {
            ctx.fireChannelRead(bytes);
            return;
        }
        if (!begun) {
            firstBytes();
        }
        bytes = withHeld(bytes);
        if (bytes.readableBytes() < 3 && startsPreface(bytes)) {
            // Too few to tell PRI from PUT and POST.
            held = bytes;
            ctx.read();
            return;
        }
        if (startsPreface(bytes)) {
            http2();
        } else {
            http1();
        }
        ctx.fireChannelRead(bytes);
    }

    private ByteBuf withHeld(ByteBuf bytes) {
        var before = held;
        held = null;
        return before == null ? bytes : Unpooled.wrappedBuffer(before, bytes);
    }

    private static boolean startsPreface(ByteBuf bytes) {
        int n = Math.min(bytes.readableBytes(), 3);
        for (int i = 0; i < n; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != PREFACE[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.fireChannelReadComplete();
        if (http2) {
            ctx.read();
        }
    }

    private void http1() {
        var talk = new Conversation(this, shared, channel, false);
        conversation = talk;
        var pipeline = channel.pipeline();
        pipeline.addLast("decoder", new HeadDecoder(shared.limits, this));
        pipeline.addLast("encoder", new HttpResponseEncoder());
        HttpServerUpgradeHandler.SourceCodec before = ctx -> {
            ctx.pipeline().remove("decoder");
            ctx.pipeline().remove("encoder");
            ctx.pipeline().remove("conversation");
        };
        pipeline.addLast(
                "upgrade",
                new HttpServerUpgradeHandler(
                        before,
                        protocol -> AsciiString.contentEquals(Http2CodecUtil.HTTP_UPGRADE_PROTOCOL_NAME, protocol)
                                ? upgrade()
                                : null,
                        64 * 1024));
        pipeline.addLast("conversation", talk);
    }

    private HttpServerUpgradeHandler.UpgradeCodec upgrade() {
        return new Http2ServerUpgradeCodec(
                codec(),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void handlerAdded(ChannelHandlerContext ctx) {
                        http2 = true;
                        conversation = null;
                    }
                },
                multiplexer());
    }

    private void http2() {
        http2 = true;
        channel.pipeline().addLast(codec(), multiplexer(), END);
    }

    private Http2FrameCodec codec() {
        return Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(shared.limits.streamsMax())
                        .initialWindowSize(1 << 18)
                        .maxHeaderListSize(shared.limits.headBytesMax()))
                .build();
    }

    private Http2MultiplexHandler multiplexer() {
        var streams = new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                stream.config().setAutoRead(false);
                stream.pipeline()
                        .addLast(
                                new Http2StreamFrameToHttpObjectCodec(true),
                                new Conversation(Connection.this, shared, stream, true));
            }
        };
        return new Http2MultiplexHandler(streams, streams);
    }

    // --- the clock

    /** Bytes of a new request came. */
    void firstBytes() {
        begun = true;
        if (active == 0) {
            within(shared.limits.headTimeout());
        }
    }

    boolean begun() {
        return begun;
    }

    /** A request's head is complete. */
    void requestBegan() {
        active++;
        if (!http2) {
            within(shared.limits.headTimeout());
        }
    }

    /** A request is being handled: the handler may take as long as it likes. */
    void handling() {
        deadlineNanos = Long.MAX_VALUE;
    }

    /** An answer is on its way; the client has to take it. */
    void answering() {
        if (!http2) {
            within(shared.limits.stallTimeout());
        }
    }

    void requestEnded() {
        active--;
        begun = false;
        if (active == 0) {
            within(shared.limits.idleTimeout());
            if (shared.draining) {
                end();
            }
        }
    }

    private void within(Duration time) {
        deadlineNanos = System.nanoTime() + time.toNanos();
    }

    private void watch(Duration later) {
        channel.eventLoop().schedule(this::look, later.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void look() {
        if (!channel.isOpen()) {
            return;
        }
        long left = deadlineNanos == Long.MAX_VALUE ? Long.MAX_VALUE : deadlineNanos - System.nanoTime();
        if (left > 0) {
            watch(Duration.ofNanos(Math.min(left, shared.limits.headTimeout().toNanos())));
        } else if (conversation != null && begun) {
            conversation.tooSlow();
            watch(shared.limits.stallTimeout());
        } else {
            end();
        }
    }

    // --- the end

    /** From any thread: no further requests. */
    void drain() {
        channel.eventLoop().execute(() -> {
            if (active == 0) {
                end();
            } else if (http2) {
                channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
            }
        });
    }

    private void end() {
        if (http2) {
            channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR))
                    .addListener(ChannelFutureListener.CLOSE);
        } else {
            channel.close();
        }
    }

    /** From any thread. */
    void close() {
        channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ReferenceCountUtil.release(held);
        held = null;
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @ChannelHandler.Sharable
    private static final class Silence extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ReferenceCountUtil.release(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
