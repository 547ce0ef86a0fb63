package dev.tsumuji.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The protocol between the platform and its own bootstraps, on a Unix socket that exactly one connection is taken from: the
 * bootstrap connects before it loads the function's code, after that the socket has no name any more. The one for Java finds
 * itself connected, as its standard input, by the launcher.
 *
 * <p>A frame is {@code u32 length, u8 type, payload}; length counts the payload; numbers are big endian; a text is
 * {@code u16 length} and UTF-8.
 *
 * <pre>
 * to the bootstrap
 *   1 INVOKE  u32 number, u64 deadline (ms since 1970), text request id, text function ARN, text trace id,
 *             text client context, text Cognito identity (empty: none), then the event to the frame's end
 *   6 ASSIGN  u16 number of variables, then name and value of each as text: only to a stem, which takes them on as its own
 *             and loads the handler
 * from the bootstrap
 *   2 READY   nothing: the handler is loaded
 *   3 RESULT  u32 number of the invocation, then what the handler returned
 *   4 ERROR   u32 number, text error type, u8 (1: the process goes on), then the error object
 *   5 FAILED  u32 0, text error type, u8 0, then the error object: initialisation failed
 *   7 STEM    nothing: no function is loaded, one can be assigned
 *   9 BEGIN   u32 number, text content type: an answer in pieces begins
 *  10 PIECE   u32 number, then a piece; after the last comes a RESULT without content, or an ERROR
 *  11 TAKEN   nothing: one was assigned; from here on what goes wrong is the function's doing
 * </pre>
 *
 * INVOKE_STREAM (8) is an INVOKE whose answer may come in pieces; only bootstraps that can do that are sent it.
 *
 * The number lets a late or second answer be told from the one that is waited for; such answers are dropped. An answer larger
 * than the limit is read and thrown away. All reading and writing is done by the thread that calls, under a lock that only the
 * end of the sandbox competes for.
 */
final class FrameWire implements Wire {

    private static final int INVOKE = 1;
    private static final int READY = 2;
    private static final int RESULT = 3;
    private static final int ERROR = 4;
    private static final int FAILED = 5;
    private static final int ASSIGN = 6;
    private static final int STEM = 7;
    private static final int INVOKE_STREAM = 8;
    private static final int BEGIN = 9;
    private static final int PIECE = 10;
    private static final int TAKEN = 11;

    /** Larger events and answers pass through in pieces: memory outside the heap stays bounded. */
    private static final int BUFFER_BYTES = 64 * 1024;

    private static final long ACCEPT_PATIENCE_MILLIS = 100;

    private static final int HEAD_MAX_BYTES = 24 * 1024;

    /** So many characters fit a text whatever they are. */
    private static final int TEXT_MAX_LENGTH = 0xffff / 3;

    private final Path path;
    private final ServerSocketChannel listener;
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private final ReentrantLock use = new ReentrantLock();
    private final Sockets sockets;
    private volatile @Nullable SocketChannel channel;
    private Sockets.@Nullable Waiting waiting;
    private final CountDownLatch connected = new CountDownLatch(1);
    private int number;
    private final boolean streams;

    /** @param streams whether the bootstrap can answer in pieces */
    FrameWire(Path path, Sockets sockets, boolean streams) throws IOException {
        this.path = path;
        this.sockets = sockets;
        this.streams = streams;
        this.listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
    }

    private void connect() throws IOException {
        if (channel == null) {
            var accepted = listener.accept();
            waiting = sockets.watch(accepted);
            channel = accepted;
            connected.countDown();
            listener.close();
            Files.deleteIfExists(path);
        }
    }

    /** Waits until the process inside is a stem. */
    void stem() throws IOException {
        connect();
        use.lock();
        try {
            expect(STEM);
        } finally {
            use.unlock();
        }
    }

    private void expect(int type) throws IOException {
        fill(5);
        if (in.getInt() != 0 || in.get() != type) {
            throw new IOException("not a stem");
        }
    }

    /** Whether variables can be handed to a stem. */
    static boolean fits(Map<String, String> variables) {
        return variables.entrySet().stream().allMatch(v -> fits(v.getKey()) && fits(v.getValue()));
    }

    private static boolean fits(String text) {
        return text.length() <= TEXT_MAX_LENGTH;
    }

    /** Makes a function of the stem, which has noticed when this returns; {@link #ready} tells how that went. */
    void assign(Map<String, String> variables) throws IOException {
        if (!fits(variables)) {
            throw new IOException("the variables are too long to be handed over");
        }
        var bytes = new ByteArrayOutputStream(4096);
        var frame = new DataOutputStream(bytes);
        frame.writeInt(0);
        frame.writeByte(ASSIGN);
        frame.writeShort(variables.size());
        for (var variable : variables.entrySet()) {
            for (var text : List.of(variable.getKey(), variable.getValue())) {
                var utf8 = text.getBytes(StandardCharsets.UTF_8);
                frame.writeShort(utf8.length);
                frame.write(utf8);
            }
        }
        var whole = ByteBuffer.wrap(bytes.toByteArray());
        whole.putInt(0, whole.capacity() - 5);
        use.lock();
        try {
            write(whole);
            expect(TAKEN);
        } finally {
            use.unlock();
        }
    }

    @Override
    public Optional<Sandbox.Answer.Failure> ready() throws IOException {
        connect();
        use.lock();
        try {
            return firstFrame();
        } finally {
            use.unlock();
        }
    }

    private Optional<Sandbox.Answer.Failure> firstFrame() throws IOException {
        fill(5);
        int length = in.getInt();
        int type = in.get();
        if (type == READY && length == 0) {
            return Optional.empty();
        }
        if (type == FAILED && length >= 4 && length <= Faults.ANSWER_MAX_BYTES) {
            fill(4);
            in.getInt();
            return Optional.of(error(length - 4));
        }
        throw new IOException("frame of type " + type + " during initialisation");
    }

    @Override
    public Sandbox.Answer exchange(Sandbox.Invocation invocation) throws IOException {
        use.lock();
        try {
            send(++number, invocation);
            return answer(streams ? invocation.stream() : null);
        } finally {
            use.unlock();
        }
    }

    private Sandbox.Answer answer(Sandbox.@Nullable Stream stream) throws IOException {
        var pieces = new Pieces(stream);
        while (true) {
            fill(5);
            long length = in.getInt() & 0xffff_ffffL;
            int type = in.get();
            boolean piece = type == BEGIN || type == PIECE;
            if ((type != RESULT && type != ERROR && !piece) || length < 4) {
                throw new IOException("frame of type " + type + " and length " + length);
            }
            fill(4);
            boolean ours = in.getInt() == number;
            length -= 4;
            if (piece) {
                if (!ours || stream == null || length > Faults.ANSWER_MAX_BYTES) {
                    skip(length);
                } else if (type == BEGIN) {
                    pieces.begin(new String(bytes((int) length), StandardCharsets.UTF_8));
                } else {
                    pieces.add(bytes((int) length));
                }
                continue;
            }
            if (ours && pieces.tooMany()) {
                skip(length);
                return Faults.tooLarge();
            }
            if (!ours || length > Faults.ANSWER_MAX_BYTES) {
                skip(length);
                if (ours) {
                    return Faults.tooLarge();
                }
            } else if (type == RESULT) {
                return new Sandbox.Answer.Success(bytes((int) length));
            } else {
                return error((int) length);
            }
        }
    }

    private void send(int number, Sandbox.Invocation invocation) throws IOException {
        out.clear().position(5);
        out.putInt(number).putLong(invocation.deadline().toEpochMilli());
        text(invocation.requestId());
        text(invocation.functionArn());
        text(invocation.traceId());
        text(invocation.clientContext());
        text(invocation.cognitoIdentity());
        var event = invocation.payload();
        out.putInt(0, out.position() - 5 + event.length)
                .put(4, (byte) (streams && invocation.stream() != null ? INVOKE_STREAM : INVOKE));
        for (int sent = 0; sent < event.length || sent == 0; ) {
            int n = Math.min(event.length - sent, out.remaining());
            write(out.put(event, sent, n).flip());
            if (n == event.length - sent) {
                return;
            }
            out.clear();
            sent += n;
        }
    }

    private void text(@Nullable String value) throws IOException {
        var bytes = value == null ? new byte[0] : value.getBytes(StandardCharsets.UTF_8);
        if (out.position() + bytes.length > HEAD_MAX_BYTES) {
            throw new IllegalArgumentException("the context of the invocation is too long");
        }
        out.putShort((short) bytes.length).put(bytes);
    }

    private Sandbox.Answer.Failure error(int length) throws IOException {
        if (length < 3) {
            throw new IOException("truncated error");
        }
        fill(2);
        int typeLength = in.getShort() & 0xffff;
        if (typeLength > length - 3) {
            throw new IOException("truncated error");
        }
        var type = new String(bytes(typeLength), StandardCharsets.UTF_8);
        fill(1);
        boolean alive = in.get() == 1;
        return new Sandbox.Answer.Failure(type, bytes(length - 3 - typeLength), alive);
    }

    private byte[] bytes(int length) throws IOException {
        var bytes = new byte[length];
        for (int got = 0; got < length; ) {
            if (!in.hasRemaining()) {
                fill(1);
            }
            int n = Math.min(length - got, in.remaining());
            in.get(bytes, got, n);
            got += n;
        }
        return bytes;
    }

    private void skip(long length) throws IOException {
        for (long left = length; left > 0; ) {
            if (!in.hasRemaining()) {
                fill(1);
            }
            int n = (int) Math.min(left, in.remaining());
            in.position(in.position() + n);
            left -= n;
        }
    }

    /** Makes sure that so many bytes are in the buffer. */
    private void fill(int bytes) throws IOException {
        if (in.remaining() >= bytes) {
            return;
        }
        var channel = channel();
        in.compact();
        while (in.position() < bytes) {
            int read = channel.read(in);
            if (read < 0) {
                in.flip();
                throw new EOFException();
            }
            if (read == 0) {
                waiting().awaitReadable();
            }
        }
        in.flip();
    }

    private void write(ByteBuffer bytes) throws IOException {
        var channel = channel();
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                waiting().awaitWritable();
            }
        }
    }

    private Sockets.Waiting waiting() {
        return Objects.requireNonNull(waiting);
    }

    private SocketChannel channel() throws IOException {
        var channel = this.channel;
        if (channel == null) {
            throw new EOFException("not connected");
        }
        return channel;
    }

    /** The connection ends by itself, after what was written; only one that never came must be given up. */
    @Override
    public void ended() {
        try {
            if (!connected.await(ACCEPT_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                listener.close();
            }
            use.lock();
            try {
                if (waiting != null) {
                    waiting.close();
                }
            } finally {
                use.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
