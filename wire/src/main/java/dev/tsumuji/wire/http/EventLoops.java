package dev.tsumuji.wire.http;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.nio.NioIoOps;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.SelectableChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The few threads that parse requests and write answers, one for each processor. What requests wait for, they can wait for on
 * the same threads. Thread-safe.
 */
public final class EventLoops implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 2_000;

    private final IoEventLoopGroup group;

    /** Starts no thread before there is something for it to do. */
    public EventLoops() {
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
        group = new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("front", true), NioIoHandler.newFactory());
    }

    IoEventLoopGroup group() {
        return group;
    }

    /** Lets threads, one at a time, wait for a channel that doesn't block. */
    public Watched watch(SelectableChannel channel) throws IOException {
        channel.configureBlocking(false);
        var watched = new Watched(channel, group.next());
        watched.register();
        return watched;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, PATIENCE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(2L * PATIENCE_MILLIS);
    }

    /**
     * A channel on an event loop, which wakes the thread that waits for it. Interest in reading stays on while somebody
     * takes what comes, so that waiting needs no system call.
     */
    public static final class Watched implements NioIoHandle {
        /** Something may have come, and nobody waited: the channel isn't looked at any more. */
        private static final Object UNSEEN = new Object();

        private final SelectableChannel channel;
        private final IoEventLoop loop;
        private final AtomicReference<@Nullable Object> waiting = new AtomicReference<>();
        private volatile @Nullable IoRegistration registration;

        private Watched(SelectableChannel channel, IoEventLoop loop) {
            this.channel = channel;
            this.loop = loop;
        }

        private void register() {
            loop.register(this).addListener(registered -> {
                if (registered.isSuccess()) {
                    var made = (IoRegistration) registered.getNow();
                    registration = made;
                    made.submit(NioIoOps.READ);
                }
            });
        }

        /** Returns when the channel may have something to read, or has ended; not always is there anything. */
        public void awaitReadable() throws IOException {
            await(NioIoOps.READ);
        }

        /** Returns when the channel may take something. */
        public void awaitWritable() throws IOException {
            look(NioIoOps.READ_AND_WRITE);
            await(NioIoOps.READ_AND_WRITE);
        }

        private void await(NioIoOps interest) throws IOException {
            var thread = Thread.currentThread();
            if (!waiting.compareAndSet(null, thread)) {
                waiting.set(null);
                look(interest);
                return;
            }
            while (waiting.get() == thread) {
                LockSupport.park(this);
                if (thread.isInterrupted() && waiting.compareAndSet(thread, null)) {
                    throw new InterruptedIOException();
                }
            }
        }

        private void look(NioIoOps interest) throws IOException {
            try {
                loop.execute(() -> {
                    var registered = registration;
                    if (registered != null && registered.isValid()) {
                        registered.submit(interest);
                    }
                });
            } catch (RejectedExecutionException e) {
                throw new IOException("the platform is stopping", e);
            }
        }

        @Override
        public SelectableChannel selectableChannel() {
            return channel;
        }

        @Override
        public void handle(IoRegistration registered, IoEvent event) {
            if (wake()) {
                return;
            }
            registered.submit(NioIoOps.NONE);
        }

        /** @return false when nobody waits, which is noted */
        private boolean wake() {
            while (true) {
                var now = waiting.get();
                if (now instanceof Thread waiter) {
                    if (waiting.compareAndSet(waiter, null)) {
                        LockSupport.unpark(waiter);
                        return true;
                    }
                } else if (now == UNSEEN || waiting.compareAndSet(null, UNSEEN)) {
                    return false;
                }
            }
        }

        /** Closes the channel. */
        @Override
        public void close() throws IOException {
            channel.close();
            try {
                loop.execute(() -> {
                    var registered = registration;
                    if (registered != null) {
                        registered.cancel();
                    }
                    wake();
                });
            } catch (RejectedExecutionException e) {
                // nothing is watched any more
            }
        }
    }
}
