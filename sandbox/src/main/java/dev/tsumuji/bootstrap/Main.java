package dev.tsumuji.bootstrap;

import com.amazonaws.services.lambda.runtime.LambdaRuntimeInternal;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Connects to the platform, loads the handler, and runs one invocation after another on the main thread. The frames are
 * described beside the platform's end, {@code FrameWire}.
 */
public final class Main {

    private static final int INVOKE = 1;
    private static final byte READY = 2;
    private static final byte RESULT = 3;
    private static final byte ERROR = 4;
    private static final byte FAILED = 5;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private final ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES);

    private Main(SocketChannel channel) {
        this.channel = channel;
    }

    /** @param arguments path of the platform's socket */
    public static void main(String[] arguments) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(arguments[0]));
        int status = new Main(channel).run(System.getenv("_HANDLER"));
        Runtime.getRuntime().halt(status);
    }

    /** The same on a thread of its own, in a process that goes on. */
    static Thread rehearse(SocketChannel channel, String handlerName) {
        return Thread.ofPlatform().start(() -> {
            try (channel) {
                new Main(channel).run(handlerName);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    /** @return the process's exit status, once the platform hung up or nothing more can be done */
    private int run(String handlerName) throws IOException {
        LambdaRuntimeInternal.setLogger(Log.LOGGER);
        Handler handler;
        try {
            handler = Handler.find(handlerName);
        } catch (Throwable e) {
            Failures.log(e);
            sendError(FAILED, 0, false, e);
            return 1;
        }
        System.out.flush();
        send(READY, null, new byte[0]);
        while (true) {
            byte[] frame;
            try {
                frame = receive();
            } catch (EOFException e) {
                return 0;
            }
            if (!invoke(handler, new Invocation(frame))) {
                return 1;
            }
        }
    }

    /** @return whether the process can go on */
    private boolean invoke(Handler handler, Invocation invocation) throws IOException {
        Log.requestId(invocation.getAwsRequestId());
        if (!invocation.traceId.isEmpty()) {
            System.setProperty("com.amazonaws.xray.traceHeader", invocation.traceId);
        }
        byte[] answer;
        try {
            answer = handler.handle(invocation.event, invocation);
        } catch (Throwable e) {
            Failures.log(e);
            System.out.flush();
            boolean alive = !(e instanceof VirtualMachineError);
            sendError(ERROR, invocation.number, alive, e);
            return alive;
        }
        System.out.flush();
        send(
                RESULT,
                new byte[] {
                    (byte) (invocation.number >> 24),
                    (byte) (invocation.number >> 16),
                    (byte) (invocation.number >> 8),
                    (byte) invocation.number
                },
                answer);
        return true;
    }

    private void sendError(byte type, int number, boolean alive, Throwable e) throws IOException {
        var name = Failures.type(e).getBytes(StandardCharsets.UTF_8);
        var head = ByteBuffer.allocate(7 + name.length);
        head.putInt(number).putShort((short) name.length).put(name).put((byte) (alive ? 1 : 0));
        send(type, head.array(), Failures.json(e));
    }

    private void send(byte type, byte @org.jspecify.annotations.Nullable [] head, byte[] body) throws IOException {
        int headLength = head == null ? 0 : head.length;
        out.clear();
        out.putInt(headLength + body.length).put(type);
        if (head != null) {
            out.put(head);
        }
        int sent = 0;
        do {
            int n = Math.min(out.remaining(), body.length - sent);
            out.put(body, sent, n).flip();
            sent += n;
            while (out.hasRemaining()) {
                channel.write(out);
            }
            out.clear();
        } while (sent < body.length);
    }

    private byte[] receive() throws IOException {
        while (true) {
            fill(5);
            int length = in.getInt();
            int type = in.get();
            var frame = new byte[length];
            for (int got = 0; got < length; ) {
                fill(1);
                int n = Math.min(length - got, in.remaining());
                in.get(frame, got, n);
                got += n;
            }
            if (type == INVOKE) {
                return frame;
            }
        }
    }

    private void fill(int bytes) throws IOException {
        if (in.remaining() >= bytes) {
            return;
        }
        in.compact();
        while (in.position() < bytes) {
            if (channel.read(in) < 0) {
                throw new EOFException();
            }
        }
        in.flip();
    }
}
