package dev.tsumuji.wire.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Threads that wait for Unix sockets on event loops. */
@Timeout(60)
class EventLoopsTest {
    private final EventLoops loops = new EventLoops();

    @TempDir
    private Path folder;

    private ServerSocketChannel listener;
    private int pairs;

    /** What is watched, and the other end. */
    private record Pair(SocketChannel channel, EventLoops.Watched watched, SocketChannel other) {
        int read(ByteBuffer into) throws IOException {
            int n = channel.read(into);
            while (n == 0) {
                watched.awaitReadable();
                n = channel.read(into);
            }
            return n;
        }

        void write(ByteBuffer from) throws IOException {
            while (from.hasRemaining()) {
                if (channel.write(from) == 0) {
                    watched.awaitWritable();
                }
            }
        }
    }

    @BeforeEach
    void listen() throws IOException {
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        loops.close();
    }

    private Pair pair() throws IOException {
        var other = SocketChannel.open(listener.getLocalAddress());
        var channel = listener.accept();
        return new Pair(channel, loops.watch(channel), other);
    }

    private static CompletableFuture<String> virtually(java.util.concurrent.Callable<String> body) {
        var result = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> {
            try {
                result.complete(body.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    @RepeatedTest(20)
    void wakes_whoever_waits_before_or_after_something_came() throws Exception {
        var pair = pair();
        if (++pairs % 2 == 0) {
            Thread.sleep(2);
        }
        pair.other.write(ByteBuffer.wrap(new byte[] {7}));
        var read = virtually(() -> "" + pair.read(ByteBuffer.allocate(8)));
        assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo("1");
        var again = virtually(() -> "" + pair.read(ByteBuffer.allocate(8)));
        Thread.sleep(1);
        assertThat(again).isNotDone();
        pair.other.write(ByteBuffer.wrap(new byte[] {7, 8}));
        assertThat(again.get(10, TimeUnit.SECONDS)).isEqualTo("2");
        pair.watched.close();
    }

    @Test
    void tells_the_end_of_the_other_side() throws Exception {
        var pair = pair();
        var read = virtually(() -> "" + pair.read(ByteBuffer.allocate(8)));
        pair.other.close();
        assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo("-1");
        assertThat(pair.read(ByteBuffer.allocate(8))).as("again").isEqualTo(-1);
        pair.watched.close();
    }

    @Test
    void waits_until_the_other_side_takes_more() throws Exception {
        var pair = pair();
        int size = 4 << 20;
        var written = virtually(() -> {
            pair.write(ByteBuffer.allocate(size));
            return "written";
        });
        Thread.sleep(50);
        assertThat(written).isNotDone();
        var into = ByteBuffer.allocate(size);
        while (into.hasRemaining()) {
            pair.other.read(into);
        }
        assertThat(written.get(10, TimeUnit.SECONDS)).isEqualTo("written");
        pair.other.write(ByteBuffer.wrap(new byte[] {7}));
        assertThat(pair.read(ByteBuffer.allocate(8)))
                .as("reading works as before")
                .isEqualTo(1);
        pair.watched.close();
    }

    @Test
    void closing_ends_the_wait() throws Exception {
        var pair = pair();
        var read = virtually(() -> "" + pair.read(ByteBuffer.allocate(8)));
        Thread.sleep(20);
        pair.watched.close();
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> read.get(10, TimeUnit.SECONDS))
                .withCauseInstanceOf(ClosedChannelException.class);
    }

    @Test
    void so_does_an_interrupt() throws Exception {
        var pair = pair();
        var failure = new CompletableFuture<Throwable>();
        var thread = Thread.ofVirtual().start(() -> {
            try {
                pair.watched.awaitReadable();
                failure.complete(new AssertionError("nothing came"));
            } catch (IOException e) {
                failure.complete(e);
            }
        });
        Thread.sleep(20);
        thread.interrupt();
        assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedIOException.class);
        pair.other.write(ByteBuffer.wrap(new byte[] {7}));
        assertThat(pair.read(ByteBuffer.allocate(8)))
                .as("others can wait as before")
                .isEqualTo(1);
        pair.watched.close();
    }

    @Test
    void no_wake_up_is_lost_among_many() throws Exception {
        var talks = new ArrayList<CompletableFuture<String>>();
        for (int i = 0; i < 8; i++) {
            var pair = pair();
            Thread.ofPlatform().start(() -> {
                try {
                    var bytes = ByteBuffer.allocate(64);
                    while (pair.other.read(bytes.clear()) > 0) {
                        pair.other.write(bytes.flip());
                    }
                } catch (IOException e) {
                    // its end is told by the other side
                }
            });
            talks.add(virtually(() -> {
                var bytes = ByteBuffer.allocate(64);
                for (int round = 0; round < 20_000; round++) {
                    pair.write(bytes.clear().put((byte) round).flip());
                    pair.read(bytes.clear());
                    if (bytes.get(0) != (byte) round) {
                        return "round " + round + " answered " + bytes.get(0);
                    }
                }
                pair.watched.close();
                return "all";
            }));
        }
        for (var talk : talks) {
            assertThat(talk.get(50, TimeUnit.SECONDS)).isEqualTo("all");
        }
    }
}
