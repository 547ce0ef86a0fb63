package dev.tsumuji.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Works inside the network namespaces of sandboxes: a socket belongs to the namespace of the thread that made it. One platform
 * thread of its own enters, opens, and returns. Thread-safe.
 */
final class Network implements AutoCloseable {

    private static final int BACKLOG = 128;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    /** The first of every network. */
    private static final int LOOPBACK_INDEX = 1;

    private static final int EXISTS = 17;

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("sandbox-network").factory());
    private final int home;

    Network() throws IOException {
        home = Native.open(Path.of("/proc/self/ns/net"), Native.READ_ONLY | Native.CLOSE_ON_EXEC);
    }

    /** What is done while inside; must not block and must not keep other threads waiting. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /** Listens on a port of the loopback that the process sees. */
    ServerSocketChannel listen(long process, int port) throws IOException {
        return inside(process, () -> listenHere(port));
    }

    /** Does something on a thread that is in the process's network. */
    <T> T inside(long process, Work<T> work) throws IOException {
        return onThread(() -> enter(process, work));
    }

    /** The same, by an open descriptor of the network, which stays what it was when the process's number is used again. */
    <T> T within(int namespace, Work<T> work) throws IOException {
        return onThread(() -> enter(namespace, work));
    }

    /** To be closed by the caller. */
    static int namespace(long process) throws IOException {
        return Native.open(Path.of("/proc/" + process + "/ns/net"), Native.READ_ONLY | Native.CLOSE_ON_EXEC);
    }

    private <T> T onThread(java.util.concurrent.Callable<T> work) throws IOException {
        try {
            return thread.submit(work).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException("the network of a sandbox: " + e.getMessage(), e.getCause());
        }
    }

    private <T> T enter(long process, Work<T> work) throws IOException {
        var namespace = namespace(process);
        try {
            return enter(namespace, work);
        } finally {
            Native.close(namespace);
        }
    }

    private <T> T enter(int namespace, Work<T> work) throws IOException {
        Native.enterNetwork(namespace);
        try {
            return work.run();
        } finally {
            Native.enterNetwork(home);
        }
    }

    static ServerSocketChannel listenHere(int port) throws IOException {
        return listenHere(LOOPBACK, port);
    }

    /** Several may listen on a port when their addresses differ, one of them on all addresses: the closest gets the call. */
    static ServerSocketChannel listenHere(byte[] address, int port) throws IOException {
        var listener = ServerSocketChannel.open(StandardProtocolFamily.INET);
        try {
            listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            return listener.bind(new InetSocketAddress(InetAddress.getByAddress(address), port), BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw new IOException("listening on port " + port, e);
        }
    }

    static DatagramChannel datagramsHere(byte[] address, int port) throws IOException {
        var channel = DatagramChannel.open(StandardProtocolFamily.INET);
        try {
            return channel.bind(new InetSocketAddress(InetAddress.getByAddress(address), port));
        } catch (IOException e) {
            channel.close();
            throw new IOException("taking datagrams on port " + port, e);
        }
    }

    /**
     * Makes all addresses of a block this network's own, as {@code ip route add local BLOCK dev lo} does: what connects to them
     * arrives at listeners here.
     */
    static void ownHere(byte[] address, int prefix) throws IOException {
        var message = message(24, 0x400, 28); // a new route, to be made
        message.put((byte) 2).put((byte) prefix).put((byte) 0).put((byte) 0); // IPv4, all sources, any service
        message.put((byte) 255).put((byte) 4).put((byte) 254).put((byte) 2); // table, origin, scope, kind: local
        message.putInt(0);
        message.putShort((short) 8).putShort((short) 1).put(address); // destination
        message.putShort((short) 8).putShort((short) 4).putInt(LOOPBACK_INDEX);
        ask(message, "a route");
    }

    private static ByteBuffer message(int type, int flags, int length) {
        return ByteBuffer.allocate(16 + length)
                .order(ByteOrder.nativeOrder())
                .putInt(16 + length)
                .putShort((short) type)
                .putShort((short) (0x1 | 0x4 | flags)) // a request, acknowledged
                .putInt(1)
                .putInt(0);
    }

    private static void ask(ByteBuffer message, String what) throws IOException {
        int socket = Native.socket(Native.NETLINK, Native.RAW | Native.CLOSE_ON_EXEC, 0);
        try {
            Native.send(socket, message.array());
            var answer = ByteBuffer.wrap(Native.receive(socket, 1024)).order(ByteOrder.nativeOrder());
            int error = answer.remaining() >= 20 ? answer.getInt(16) : -1;
            if (error != 0 && error != -EXISTS) {
                throw new IOException(what + " of a sandbox: errno " + -error);
            }
        } finally {
            Native.close(socket);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        thread.close();
        Native.close(home);
    }
}
