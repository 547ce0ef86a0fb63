package dev.tsumuji.sandbox;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * Carries the connections that a sandbox makes to one of its own ports to where they lead outside, byte for byte. A virtual
 * thread per direction; the number of connections is bounded by the room that all relays of one sandbox share. Thread-safe.
 */
final class Relay implements AutoCloseable {

    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int CONNECT_MILLIS = 5_000;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final ServerSocketChannel listener;
    private final Target target;
    private final Semaphore room;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    /** Where the connections of one listener lead. */
    @FunctionalInterface
    interface Target {
        /**
         * @param asked the address that the sandbox connected to
         * @throws IOException when it leads nowhere: the connection is then closed
         */
        SocketChannel connect(InetSocketAddress asked) throws IOException;
    }

    Relay(ServerSocketChannel listener, Semaphore room, Target target) {
        this.listener = listener;
        this.room = room;
        this.target = target;
        Thread.ofVirtual().name("sandbox-relay").start(this::accept);
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                room.acquire();
            } catch (InterruptedException e) {
                return;
            }
            try {
                var inside = listener.accept();
                open.add(inside);
                Thread.ofVirtual().name("sandbox-relay").start(() -> carry(inside));
            } catch (IOException e) {
                room.release();
                pause(); // closed, or gone before it was taken, or there are no descriptors: not to be asked at once
            }
        }
    }

    private void pause() {
        if (listener.isOpen()) {
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Connects with an address outside, within a bounded time. */
    static SocketChannel connect(InetSocketAddress address) throws IOException {
        var channel = SocketChannel.open();
        try {
            channel.socket().connect(address, CONNECT_MILLIS);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void carry(SocketChannel inside) {
        try (inside;
                var outside = target.connect((InetSocketAddress) inside.getLocalAddress())) {
            open.add(outside);
            try {
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
