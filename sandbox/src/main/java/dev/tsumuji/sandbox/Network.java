package dev.tsumuji.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Opens listeners inside the network namespaces of sandboxes. A socket belongs to the namespace of the thread that made it: one
 * platform thread of its own enters, opens, and returns. Thread-safe.
 */
final class Network implements AutoCloseable {

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("sandbox-network").factory());
    private final int home;

    Network() throws IOException {
        home = Native.open(Path.of("/proc/self/ns/net"), Native.READ_ONLY | Native.CLOSE_ON_EXEC);
    }

    /** Listens on a port of the loopback that the process sees. */
    ServerSocketChannel listen(long process, int port) throws IOException {
        try {
            return thread.submit(() -> listenInside(process, port)).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException("listening on port " + port + " inside a sandbox", e.getCause());
        }
    }

    private ServerSocketChannel listenInside(long process, int port) throws IOException {
        var namespace = Native.open(Path.of("/proc/" + process + "/ns/net"), Native.READ_ONLY | Native.CLOSE_ON_EXEC);
        try {
            Native.enterNetwork(namespace);
            try {
                return listenHere(port);
            } finally {
                Native.enterNetwork(home);
            }
        } finally {
            Native.close(namespace);
        }
    }

    static ServerSocketChannel listenHere(int port) throws IOException {
        var listener = ServerSocketChannel.open(StandardProtocolFamily.INET);
        try {
            return listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 128);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        thread.close();
        Native.close(home);
    }
}
