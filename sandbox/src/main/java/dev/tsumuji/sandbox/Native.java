package dev.tsumuji.sandbox;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/** The few calls of the C library that the JDK has no class for. Linux; every failure is an {@link IOException} with its errno. */
final class Native {

    static final int READ_ONLY = 0;
    static final int READ_WRITE = 2;
    static final int NON_BLOCKING = 0x800;
    static final int CLOSE_ON_EXEC = 0x80000;
    private static final int EAGAIN = 11;
    private static final int EINTR = 4;
    static final int NETWORK_NAMESPACE = 0x40000000;
    static final int NETLINK = 16;
    static final int RAW = 3;
    static final int EPOLL_ADD = 1;
    static final int EPOLL_IN = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final MethodHandle OPEN = function("open", 2, FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle CLOSE = function("close", 0, FunctionDescriptor.of(INT, INT));
    private static final MethodHandle READ =
            function("read", 0, FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG));
    private static final MethodHandle MKFIFO =
            function("mkfifo", 0, FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));
    private static final MethodHandle SETNS = function("setns", 0, FunctionDescriptor.of(INT, INT, INT));
    private static final MethodHandle SOCKET = function("socket", 0, FunctionDescriptor.of(INT, INT, INT, INT));
    private static final MethodHandle WRITE =
            function("write", 0, FunctionDescriptor.of(LONG, INT, ValueLayout.ADDRESS, LONG));
    private static final MethodHandle EPOLL_CREATE = function("epoll_create1", 0, FunctionDescriptor.of(INT, INT));
    private static final MethodHandle EPOLL_CTL =
            function("epoll_ctl", 0, FunctionDescriptor.of(INT, INT, INT, INT, ValueLayout.ADDRESS));
    private static final MethodHandle EPOLL_WAIT =
            function("epoll_wait", 0, FunctionDescriptor.of(INT, INT, ValueLayout.ADDRESS, INT, INT));
    private static final MethodHandle GETEUID =
            LINKER.downcallHandle(LINKER.defaultLookup().find("geteuid").orElseThrow(), FunctionDescriptor.of(INT));

    private Native() {}

    private static MethodHandle function(String name, int fixedArguments, FunctionDescriptor types) {
        var address = LINKER.defaultLookup().find(name).orElseThrow();
        var capture = Linker.Option.captureCallState("errno");
        return fixedArguments == 0
                ? LINKER.downcallHandle(address, types, capture)
                : LINKER.downcallHandle(address, types, capture, Linker.Option.firstVariadicArg(fixedArguments));
    }

    static boolean isRoot() {
        try {
            return (int) GETEUID.invokeExact() == 0;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Room for the error number of calls that are made often; for one thread at a time. */
    static MemorySegment newState() {
        return Arena.ofAuto().allocate(CAPTURED);
    }

    /** @return a file descriptor */
    static int open(Path path, int flags) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(CAPTURED);
            return checked(
                    (int) OPEN.invokeExact(state, arena.allocateFrom(path.toString()), flags), state, "open " + path);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    static void close(int descriptor) {
        try (var arena = Arena.ofConfined()) {
            checked((int) CLOSE.invokeExact(arena.allocate(CAPTURED), descriptor));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** @return number of bytes; 0 at the end; -1 when there is nothing now */
    static int read(int descriptor, MemorySegment into, MemorySegment state) throws IOException {
        try {
            var n = (long) READ.invokeExact(state, descriptor, into, into.byteSize());
            if (n < 0 && errno(state) == EAGAIN) {
                return -1;
            }
            return checked((int) n, state, "read");
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** Makes a named pipe that only its owner may use. */
    static void makeFifo(Path path) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(CAPTURED);
            checked(
                    (int) MKFIFO.invokeExact(state, arena.allocateFrom(path.toString()), 0600),
                    state,
                    "mkfifo " + path);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** Moves the calling platform thread, and only it, into a network namespace. */
    static void enterNetwork(int namespace) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(CAPTURED);
            checked((int) SETNS.invokeExact(state, namespace, NETWORK_NAMESPACE), state, "setns");
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** @return a file descriptor */
    static int socket(int family, int type, int protocol) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(CAPTURED);
            return checked((int) SOCKET.invokeExact(state, family, type, protocol), state, "socket");
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** Sends one message to the kernel by a netlink socket. */
    static void send(int socket, byte[] message) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(CAPTURED);
            var bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
            checked((int) (long) WRITE.invokeExact(state, socket, bytes, bytes.byteSize()), state, "write");
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** @return the next message, cut to the size */
    static byte[] receive(int socket, int sizeMax) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocate(sizeMax, 8);
            int n = read(socket, bytes, arena.allocate(CAPTURED));
            return bytes.asSlice(0, Math.max(n, 0)).toArray(ValueLayout.JAVA_BYTE);
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    static int epollCreate() throws IOException {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(CAPTURED);
            return checked((int) EPOLL_CREATE.invokeExact(state, CLOSE_ON_EXEC), state, "epoll_create1");
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    static void epollControl(int epoll, int operation, int descriptor, int events) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var event = arena.allocate(16, 8);
            event.set(INT, 0, events);
            event.set(INT, EPOLL_DATA, descriptor);
            var state = arena.allocate(CAPTURED);
            checked((int) EPOLL_CTL.invokeExact(state, epoll, operation, descriptor, event), state, "epoll_ctl");
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    /** x86_64 packs {@code struct epoll_event}, other machines align its data to eight bytes. */
    private static final int EPOLL_DATA = System.getProperty("os.arch").equals("amd64") ? 4 : 8;

    private static final int EPOLL_EVENT = EPOLL_DATA + 8;

    /**
     * Waits for readable descriptors.
     *
     * @return how many were stored
     */
    static int epollWait(int epoll, int[] descriptors, MemorySegment space, MemorySegment state) throws IOException {
        try {
            var most = (int) Math.min(descriptors.length, space.byteSize() / EPOLL_EVENT);
            var n = (int) EPOLL_WAIT.invokeExact(state, epoll, space, most, -1);
            if (n < 0 && errno(state) == EINTR) {
                return 0;
            }
            checked(n, state, "epoll_wait");
            for (int i = 0; i < n; i++) {
                descriptors[i] = space.get(ValueLayout.JAVA_INT_UNALIGNED, (long) i * EPOLL_EVENT + EPOLL_DATA);
            }
            return n;
        } catch (Throwable e) {
            throw rethrown(e);
        }
    }

    private static int errno(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    private static void checked(int result) {
        if (result < 0) {
            throw new AssertionError("a descriptor was closed twice");
        }
    }

    private static int checked(int result, MemorySegment state, String what) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": errno " + errno(state));
        }
        return result;
    }

    private static IOException rethrown(Throwable e) {
        return switch (e) {
            case IOException io -> io;
            case RuntimeException runtime -> throw runtime;
            case Error error -> throw error;
            default -> new IOException(e);
        };
    }
}
