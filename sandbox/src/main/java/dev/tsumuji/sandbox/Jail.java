package dev.tsumuji.sandbox;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The launcher's server process, started on first use and again should it ever end, and the life lines of what it launched.
 * The C sources beside this package describe the protocol. Thread-safe; the process is guarded by this object's lock.
 */
final class Jail implements AutoCloseable {

    private final Path program;
    private final Path socket;
    private @org.jspecify.annotations.Nullable Process server;

    /**
     * @param near the same directory by a short name
     * @throws IOException when this build has no launcher for this machine
     */
    Jail(Path directory, Path near) throws IOException {
        this.program = directory.resolve("jail");
        this.socket = near.resolve("jail.socket");
        try (var resource = Jail.class.getResourceAsStream("jail")) {
            if (resource == null) {
                throw new IOException("the sandbox launcher isn't part of this build: it is compiled on Linux only");
            }
            var fresh = directory.resolve("jail.new");
            Files.copy(resource, fresh, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwx------"));
            Files.move(fresh, program, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Hands an order over; the answer comes on the life line. */
    LifeLine launch(Order order) throws IOException {
        var message = order.message();
        try {
            return connect(message);
        } catch (IOException e) {
            restart();
            return connect(message);
        }
    }

    /**
     * Gives a running sandbox its code and layers.
     *
     * @throws IOException when it has none of it
     */
    void attach(Order order) throws IOException {
        try (var line = launch(order)) {
            var report = line.line();
            if (!report.equals("attached")) {
                throw new IOException("the code can't be attached: " + (report.isEmpty() ? "no answer" : report));
            }
        }
    }

    private LifeLine connect(ByteBuffer message) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            for (var rest = message.duplicate(); rest.hasRemaining(); ) {
                channel.write(rest);
            }
            return new LifeLine(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private synchronized void restart() throws IOException {
        if (server != null && server.isAlive()) {
            server.destroy();
        }
        var builder = new ProcessBuilder(program.toString(), socket.toString()).redirectErrorStream(true);
        builder.environment().clear();
        server = builder.start();
        var reader = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        var line = reader.readLine();
        if (!"ready".equals(line)) {
            throw new IOException("the sandbox launcher didn't start: " + line);
        }
    }

    @Override
    public synchronized void close() {
        if (server != null) {
            try {
                server.getOutputStream().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Names and values of an order; see {@code order.c}. */
    static final class Order {
        private final ByteArrayOutputStream text = new ByteArrayOutputStream(4096);

        Order put(String name, Object value) {
            var word = value.toString();
            if (word.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("a NUL character in " + name);
            }
            text.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            text.write(0);
            text.writeBytes(word.getBytes(StandardCharsets.UTF_8));
            text.write(0);
            return this;
        }

        private ByteBuffer message() {
            return ByteBuffer.allocate(4 + text.size())
                    .putInt(text.size())
                    .put(text.toByteArray())
                    .flip();
        }
    }

    /** Connection with a sandbox's process 1. Closing it ends the sandbox. For one reader; {@link #go} and close from anywhere. */
    static final class LifeLine implements AutoCloseable {
        private final SocketChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(1024).limit(0);

        LifeLine(SocketChannel channel) {
            this.channel = channel;
        }

        /** @return what became of the sandbox, or an empty line when it is gone without a word */
        String line() throws IOException {
            var line = new StringBuilder();
            while (true) {
                while (buffer.hasRemaining()) {
                    char c = (char) buffer.get();
                    if (c == '\n') {
                        return line.toString();
                    }
                    line.append(c);
                }
                buffer.clear();
                int n = channel.read(buffer);
                buffer.flip();
                if (n < 0) {
                    return "";
                }
            }
        }

        /** Lets a held function start. */
        void go() throws IOException {
            channel.write(ByteBuffer.wrap(new byte[] {'g'}));
        }

        /** The function is asked to end, and what is beside it may end in its own time. */
        void terminate() throws IOException {
            channel.write(ByteBuffer.wrap(new byte[] {'s'}));
        }

        /** The function is ended, and what is beside it may end in its own time. */
        void kill() throws IOException {
            channel.write(ByteBuffer.wrap(new byte[] {'k'}));
        }

        /** Asks for the end; the reader still hears how it went. */
        void end() {
            try {
                channel.shutdownOutput();
            } catch (IOException e) {
                // it has ended
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
