package dev.tsumuji.sandbox;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/**
 * Answers the questions about names of all sandboxes, each on sockets inside its own network: which socket it was says who
 * asks. One platform thread takes the datagrams, a few of each sandbox in turn, and none for a while of one that floods it;
 * the rare questions by TCP get a virtual thread each. Nothing runs while nobody asks. Thread-safe.
 */
final class NameServer implements AutoCloseable {

    private static final int DATAGRAM_MAX = 4096;
    private static final int IN_TURN = 16;

    /** Questions of one sandbox within {@link #FLOOD_MILLIS}; the kernel drops what comes on top. */
    private static final int FLOOD = 500;

    private static final long FLOOD_MILLIS = 100;
    private static final int CONNECTIONS_MAX = 8;
    private static final int QUESTIONS_MAX = 64;
    private static final int SILENCE_MILLIS = 3_000;

    private final Selector selector;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    NameServer() throws IOException {
        selector = Selector.open();
        Thread.ofPlatform().daemon().name("sandbox-names").start(this::run);
    }

    /** Serves until the channels are closed, by {@link #forget}. */
    void serve(DatagramChannel datagrams, ServerSocketChannel connections, Names names) throws IOException {
        datagrams.configureBlocking(false);
        connections.configureBlocking(false);
        onThread(() -> {
            register(datagrams, new Questions(datagrams, names));
            register(connections, new Connections(connections, names));
        });
    }

    /** Closes a channel that is being served. */
    void forget(SelectableChannel channel) {
        onThread(() -> closeQuietly(channel));
    }

    private void onThread(Runnable task) {
        tasks.add(task);
        selector.wakeup();
    }

    private void register(SelectableChannel channel, Runnable work) {
        try {
            channel.register(
                    selector,
                    SelectionKey.OP_READ & channel.validOps() | SelectionKey.OP_ACCEPT & channel.validOps(),
                    work);
        } catch (ClosedChannelException e) {
            // its sandbox ended at once
        }
    }

    private void run() {
        boolean resting = false;
        while (selector.isOpen()) {
            try {
                var key = selector.select(this::ready, resting ? FLOOD_MILLIS : 0);
                resting = key >= 0 && rest();
                for (var task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (java.nio.channels.ClosedSelectorException e) {
                return;
            }
        }
    }

    private void ready(SelectionKey key) {
        try {
            ((Runnable) key.attachment()).run();
            if (key.attachment() instanceof Questions questions && questions.flooded()) {
                key.interestOps(0);
            }
        } catch (CancelledKeyException e) {
            // its sandbox ended meanwhile
        }
    }

    /** Lets those go on that have been quiet; @return whether there are others */
    private boolean rest() {
        long now = System.nanoTime();
        boolean some = false;
        for (var key : selector.keys()) {
            if (key.isValid() && key.attachment() instanceof Questions questions && key.interestOps() == 0) {
                if (questions.rested(now)) {
                    key.interestOps(SelectionKey.OP_READ);
                } else {
                    some = true;
                }
            }
        }
        return some;
    }

    @Override
    public void close() {
        try {
            var keys = selector.isOpen() ? selector.keys().toArray(SelectionKey[]::new) : new SelectionKey[0];
            selector.close();
            for (var key : keys) {
                closeQuietly(key.channel());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void closeQuietly(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception e) {
            // nothing is left to be done with it
        }
    }

    /** The datagrams of one sandbox. Only for the server's thread. */
    private static final class Questions implements Runnable {
        private final DatagramChannel channel;
        private final Names names;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM_MAX);
        private long since = System.nanoTime();
        private int count;

        Questions(DatagramChannel channel, Names names) {
            this.channel = channel;
            this.names = names;
        }

        @Override
        public void run() {
            try {
                for (int i = 0; i < IN_TURN; i++) {
                    var from = channel.receive(buffer.clear());
                    if (from == null) {
                        return;
                    }
                    count++;
                    var answer = DnsMessage.answer(buffer.flip(), names);
                    if (answer != null) {
                        channel.send(answer, from);
                    }
                }
            } catch (IOException e) {
                // who asked isn't there any more, or the sandbox ended: nobody waits for an answer
            }
        }

        boolean flooded() {
            long now = System.nanoTime();
            if ((now - since) / 1_000_000 >= FLOOD_MILLIS) {
                since = now;
                count = 0;
            }
            return count > FLOOD;
        }

        boolean rested(long now) {
            return (now - since) / 1_000_000 >= FLOOD_MILLIS;
        }
    }

    /** The connections of one sandbox: a few at once, each for a few questions. */
    private static final class Connections implements Runnable {
        private final ServerSocketChannel listener;
        private final Names names;
        private final Semaphore room = new Semaphore(CONNECTIONS_MAX);

        Connections(ServerSocketChannel listener, Names names) {
            this.listener = listener;
            this.names = names;
        }

        @Override
        public void run() {
            try {
                var connection = listener.accept();
                if (connection == null) {
                    return;
                }
                if (room.tryAcquire()) {
                    Thread.ofVirtual().name("sandbox-names").start(() -> talk(connection));
                } else {
                    connection.close();
                }
            } catch (IOException e) {
                // it was gone before it was taken
            }
        }

        private void talk(SocketChannel connection) {
            try (connection;
                    var socket = connection.socket()) {
                socket.setSoTimeout(SILENCE_MILLIS);
                var in = new DataInputStream(socket.getInputStream());
                for (int i = 0; i < QUESTIONS_MAX; i++) {
                    var message = new byte[Math.min(in.readUnsignedShort(), DATAGRAM_MAX)];
                    in.readFully(message);
                    var answer = DnsMessage.answer(ByteBuffer.wrap(message), names);
                    if (answer == null) {
                        return;
                    }
                    var framed = new byte[2 + answer.remaining()];
                    framed[0] = (byte) (answer.remaining() >> 8);
                    framed[1] = (byte) answer.remaining();
                    answer.get(framed, 2, answer.remaining());
                    socket.getOutputStream().write(framed);
                }
            } catch (IOException e) {
                // it closed, or was silent for too long
            } finally {
                room.release();
            }
        }
    }
}
