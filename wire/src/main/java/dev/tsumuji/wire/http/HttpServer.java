package dev.tsumuji.wire.http;

import dev.tsumuji.wire.tls.ServerCertificates;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 and HTTP/2 (cleartext: prior knowledge and upgrade; TLS: ALPN) server. A few event loops parse and write; every request
 * is handled on a virtual thread of its own, started when its body is there (up to 64 KB of known length) and then first on its
 * connection's event loop ({@link LoopThread}), or at once with a body that streams. Nothing runs while no connection is open.
 *
 * <p>Where a request can fail, and who answers: bytes that aren't HTTP or pass a limit, the {@link Conversation} (400, 408,
 * 414, 417, 431, then the connection is closed); anything else, the {@link HttpHandler}.
 */
public final class HttpServer implements AutoCloseable {
    private final EventLoops loops;
    private final Channel listener;
    private final Shared shared;
    private final List<Channel> secureListeners = new CopyOnWriteArrayList<>();

    /** What all connections of one server share. Thread-safe. */
    static final class Shared {
        final HttpHandler handler;
        final HttpLimits limits;
        final HttpDate date;
        final Set<Connection> connections = ConcurrentHashMap.newKeySet();
        final CountDownLatch drained = new CountDownLatch(1);
        volatile boolean draining;

        Shared(HttpHandler handler, HttpLimits limits, InstantSource clock) {
            this.handler = handler;
            this.limits = limits;
            this.date = new HttpDate(clock);
        }

        void closed(Connection connection) {
            connections.remove(connection);
            if (draining && connections.isEmpty()) {
                drained.countDown();
            }
        }
    }

    private HttpServer(EventLoops loops, Channel listener, Shared shared) {
        this.loops = loops;
        this.listener = listener;
        this.shared = shared;
    }

    /**
     * Listens; returns when connections are accepted.
     *
     * @param loops outlive the server
     * @param port 0 for any free one
     * @throws IOException when the address can't be listened on
     */
    public static HttpServer start(
            EventLoops loops, String host, int port, HttpLimits limits, InstantSource clock, HttpHandler handler)
            throws IOException {
        var shared = new Shared(handler, limits, clock);
        return new HttpServer(loops, listen(loops, shared, host, port, null), shared);
    }

    /**
     * Listens for TLS as well; what comes that way is {@link Request#secure}.
     *
     * @param port 0 for any free one
     * @return the port
     * @throws IOException when the address can't be listened on
     */
    public int listenSecurely(String host, int port, ServerCertificates certificates) throws IOException {
        var opened = listen(loops, shared, host, port, certificates);
        secureListeners.add(opened);
        return ((InetSocketAddress) opened.localAddress()).getPort();
    }

    private static Channel listen(
            EventLoops loops, Shared shared, String host, int port, @Nullable ServerCertificates certificates)
            throws IOException {
        var bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1_024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        Connection.open(channel, shared, certificates);
                    }
                });
        var bound = bootstrap.bind(new InetSocketAddress(host, port)).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "can't listen on " + host + ":" + port + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return bound.channel();
    }

    private void stopListening() {
        listener.close().awaitUninterruptibly();
        secureListeners.forEach(secure -> secure.close().awaitUninterruptibly());
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Connections that are open now. */
    public int connections() {
        return shared.connections.size();
    }

    /**
     * Stops accepting, lets requests that have begun finish, then closes their connections.
     *
     * @return false when requests were cut off because they took longer than {@code patience}
     */
    public boolean drain(Duration patience) throws InterruptedException {
        shared.draining = true;
        stopListening();
        shared.connections.forEach(Connection::drain);
        if (shared.connections.isEmpty()) {
            shared.drained.countDown();
        }
        var inTime = shared.drained.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        shared.connections.forEach(Connection::close);
        return inTime;
    }

    /** Stops at once; requests in flight are cut off. */
    @Override
    public void close() {
        shared.draining = true;
        stopListening();
        shared.connections.forEach(Connection::close);
    }
}
