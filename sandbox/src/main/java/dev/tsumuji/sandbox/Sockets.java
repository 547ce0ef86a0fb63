package dev.tsumuji.sandbox;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** How threads wait for the sockets of sandboxes. */
public interface Sockets {
    /** As the JDK does: a channel blocks the thread that reads or writes it. */
    Sockets BLOCKING = channel -> new Waiting() {
        @Override
        public void awaitReadable() {
            // reading waits itself
        }

        @Override
        public void awaitWritable() {
            // so does writing
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    };

    /** Called once for a channel, before it is used; may make it one that doesn't block. */
    Waiting watch(SocketChannel channel) throws IOException;

    /** Of one channel, for one thread at a time. */
    interface Waiting extends AutoCloseable {
        /** Returns when there may be something to read, or the other side has gone. */
        void awaitReadable() throws IOException;

        /** Returns when something may be written. */
        void awaitWritable() throws IOException;

        /** Closes the channel. */
        @Override
        void close() throws IOException;
    }
}
