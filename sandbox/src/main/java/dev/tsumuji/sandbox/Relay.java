package dev.tsumuji.sandbox;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Carries the connections that a sandbox makes to one of its own ports to an address outside, byte for byte. A virtual thread
 * per direction; the number of connections is bounded. Thread-safe.
 */
final class Relay implements AutoCloseable {

    private static final int CONNECTIONS_MAX = 256;
    private static final int BUFFER_BYTES = 16 * 1024;

    private final ServerSocketChannel listener;
    private final InetSocketAddress target;
    private final Semaphore room = new Semaphore(CONNECTIONS_MAX);
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    Relay(ServerSocketChannel listener, InetSocketAddress target) {
        this.listener = listener;
        this.target = target;
        Thread.ofVirtual().name("sandbox-relay").start(this::accept);
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                room.acquire();
                var inside = listener.accept();
                open.add(inside);
                Thread.ofVirtual().name("sandbox-relay").start(() -> carry(inside));
            } catch (IOException e) {
                room.release(); // closed, or the connection was gone before it was taken
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void carry(SocketChannel inside) {
        try (inside;
                var outside = SocketChannel.open()) {
            open.add(outside);
            try {
                outside.connect(target);
                inside.setOption(StandardSocketOptions.TCP_NODELAY, true);
                outside.setOption(StandardSocketOptions.TCP_NODELAY, true);
                var back = Thread.ofVirtual().name("sandbox-relay").start(() -> pump(outside, inside));
                pump(inside, outside);
                back.join();
            } finally {
                open.remove(outside);
            }
        } catch (IOException e) {
            // either side went away: the other is closed with it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(inside);
            room.release();
        }
    }

    private static void pump(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try {
            while (from.read(buffer.clear()) >= 0) {
                for (buffer.flip(); buffer.hasRemaining(); ) {
                    to.write(buffer);
                }
            }
            to.shutdownOutput();
        } catch (IOException e) {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    @Override
    public void close() {
        closeQuietly(listener);
        open.forEach(Relay::closeQuietly);
    }

    private static void closeQuietly(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception e) {
            // nothing is left to be done with it
        }
    }
}
