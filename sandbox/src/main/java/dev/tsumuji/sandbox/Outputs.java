package dev.tsumuji.sandbox;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads what all functions print. One platform thread waits for all pipes; who ends an invocation reads the rest of its own
 * sandbox's pipe itself, so that every line printed before an answer is delivered before that answer is returned. Memory is
 * bounded by one unfinished line per sandbox; a function that prints faster than its lines are taken blocks in its write.
 */
final class Outputs implements AutoCloseable {

    /** A longer line is cut into pieces of this size. */
    static final int LINE_MAX_BYTES = 256 * 1024;

    private static final int CHUNK_BYTES = 64 * 1024;

    private final InstantSource clock;
    private final int epoll;
    private final ConcurrentHashMap<Integer, Pipe> pipes = new ConcurrentHashMap<>();
    private volatile boolean closed;

    Outputs(InstantSource clock) throws IOException {
        this.clock = clock;
        this.epoll = Native.epollCreate();
        Thread.ofPlatform().daemon().name("sandbox-output").start(this::run);
    }

    /** Opens a named pipe; for writing too, so that it never ends and a function that closes its output means nothing. */
    Pipe open(Path fifo, Sandbox.Output output) throws IOException {
        var descriptor = Native.open(fifo, Native.READ_WRITE | Native.NON_BLOCKING | Native.CLOSE_ON_EXEC);
        var pipe = new Pipe(descriptor, output);
        pipes.put(descriptor, pipe);
        Native.epollControl(epoll, Native.EPOLL_ADD, descriptor, Native.EPOLL_IN);
        return pipe;
    }

    private void run() {
        var descriptors = new int[64];
        var space = Arena.ofAuto().allocate(64 * 16);
        var state = Native.newState();
        while (!closed) {
            try {
                int n = Native.epollWait(epoll, descriptors, space, state);
                for (int i = 0; i < n; i++) {
                    var pipe = pipes.get(descriptors[i]);
                    if (pipe != null) {
                        pipe.readOnce();
                    }
                }
            } catch (IOException e) {
                System.getLogger(Outputs.class.getName())
                        .log(System.Logger.Level.ERROR, "reading what functions print", e);
            }
        }
    }

    @Override
    public void close() {
        closed = true; // the thread is a daemon and may wait for ever; its descriptor goes with the process
    }

    /** One sandbox's standard output and error. Guarded by its lock. */
    final class Pipe implements AutoCloseable {
        private final int descriptor;
        private Sandbox.Output output;
        private final ReentrantLock lock = new ReentrantLock();
        private final MemorySegment chunk = Arena.ofAuto().allocate(CHUNK_BYTES);
        private final MemorySegment state = Native.newState();
        private byte[] line = new byte[256];
        private int length;
        private boolean open = true;

        private Pipe(int descriptor, Sandbox.Output output) {
            this.descriptor = descriptor;
            this.output = output;
        }

        /** From here on to somebody else; what was printed before is delivered before, or dropped when it is a flood. */
        void deliverTo(Sandbox.Output other) {
            drain();
            lock.lock();
            try {
                length = 0;
                output = other;
            } finally {
                lock.unlock();
            }
        }

        /** Delivers what was printed until now, at most a few pipes full: a flood can't hold the caller. */
        void drain() {
            for (int i = 0; i < 16 && readOnce(); i++) {}
        }

        /** @return whether there was anything */
        private boolean readOnce() {
            lock.lock();
            try {
                if (!open) {
                    return false;
                }
                int n = Native.read(descriptor, chunk, state);
                take(Math.max(n, 0));
                return n > 0;
            } catch (IOException e) {
                return false;
            } finally {
                lock.unlock();
            }
        }

        private void take(int n) {
            for (int i = 0; i < n; i++) {
                var b = chunk.get(ValueLayout.JAVA_BYTE, i);
                if (b == '\n') {
                    flush();
                } else {
                    append(b);
                }
            }
        }

        private void append(byte b) {
            if (length == LINE_MAX_BYTES) {
                flush();
            }
            if (length == line.length) {
                line = Arrays.copyOf(line, Math.min(LINE_MAX_BYTES, length * 2));
            }
            line[length++] = b;
        }

        private void flush() {
            output.line(clock.instant(), Arrays.copyOf(line, length));
            length = 0;
            if (line.length > 16 * 1024) {
                line = new byte[256];
            }
        }

        @Override
        public void close() {
            drain();
            lock.lock();
            try {
                if (open) {
                    open = false;
                    if (length > 0) {
                        flush();
                    }
                    pipes.remove(descriptor);
                    Native.close(descriptor);
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
