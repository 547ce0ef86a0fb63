package dev.tsumuji.bootstrap;

import com.amazonaws.services.lambda.runtime.LambdaRuntimeInternal;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads the handler, and runs one invocation after another on the main thread. The frames are
 * described beside the platform's end, {@code FrameWire}.
 */
public final class Main {

    private static final int INVOKE = 1;
    private static final byte READY = 2;
    private static final byte RESULT = 3;
    private static final byte ERROR = 4;
    private static final byte FAILED = 5;
    private static final int ASSIGN = 6;
    private static final byte STEM = 7;
    private static final byte TAKEN = 11;
    private static final int SMALL_BYTES = 64 * 1024;

    /** What the JDK reads and writes without allocating. */
    private static final int BUFFER_BYTES = 8 * 1024;

    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;

    Main(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /** Standard input is the connection with the platform, in both directions: a channel would cost a third of the start. */
    public static void main(String[] arguments) throws IOException {
        var main = new Main(new FileInputStream(FileDescriptor.in), new FileOutputStream(FileDescriptor.in));
        System.setIn(InputStream.nullInputStream());
        if (System.getenv("TSUMUJI_STEM") != null && !main.becomeFunction()) {
            Runtime.getRuntime().halt(0);
        }
        Runtime.getRuntime().halt(main.run(System.getenv("_HANDLER")));
    }

    /**
     * Waits, with all ready that doesn't depend on a function, for one to be assigned.
     *
     * @return false when the platform hung up instead
     */
    private boolean becomeFunction() throws IOException {
        try {
            Surroundings.prepare();
            Rehearsal.warm();
            if (!"1".equals(System.getenv("TSUMUJI_STEM"))) {
                LibraryRehearsal.run();
                System.gc(); // what the rehearsal left behind shall not be the function's to clean up
            }
            send(STEM, null, new byte[0]);
            byte[] frame;
            try {
                frame = receive(ASSIGN);
            } catch (EOFException e) {
                return false;
            }
            send(TAKEN, null, new byte[0]);
            Surroundings.takeOn(variables(ByteBuffer.wrap(frame)));
            Log.environmentChanged();
            return true;
        } catch (ReflectiveOperationException e) {
            throw new IOException(e);
        }
    }

    private static Map<String, String> variables(ByteBuffer in) {
        var variables = new HashMap<String, String>();
        for (int left = in.getShort() & 0xffff; left > 0; left--) {
            variables.put(text(in), text(in));
        }
        return variables;
    }

    private static String text(ByteBuffer in) {
        var bytes = new byte[in.getShort() & 0xffff];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** @return the process's exit status, once the platform hung up or nothing more can be done */
    int run(String handlerName) throws IOException {
        LambdaRuntimeInternal.setLogger(Log.LOGGER);
        System.setProperty("org.crac.Core.Compat", "com.amazonaws.services.lambda.crac");
        Handler handler;
        try {
            handler = Handler.find(handlerName);
            if ("snap-start".equals(System.getenv("AWS_LAMBDA_INITIALIZATION_TYPE"))) {
                SnapStart.hooks();
            }
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
                frame = receive(INVOKE);
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

    /** Small frames leave in one write. */
    private void send(byte type, byte @Nullable [] head, byte[] body) throws IOException {
        int headLength = head == null ? 0 : head.length;
        int length = headLength + body.length;
        boolean small = body.length <= SMALL_BYTES;
        var frame = new byte[5 + headLength + (small ? body.length : 0)];
        frame[0] = (byte) (length >> 24);
        frame[1] = (byte) (length >> 16);
        frame[2] = (byte) (length >> 8);
        frame[3] = (byte) length;
        frame[4] = type;
        if (head != null) {
            System.arraycopy(head, 0, frame, 5, headLength);
        }
        if (small) {
            System.arraycopy(body, 0, frame, 5 + headLength, body.length);
        }
        out.write(frame);
        for (int sent = small ? body.length : 0; sent < body.length; sent += SMALL_BYTES) {
            out.write(body, sent, Math.min(SMALL_BYTES, body.length - sent));
        }
    }

    private byte[] receive(int type) throws IOException {
        while (true) {
            var head = bytes(5);
            int length = (head[0] & 255) << 24 | (head[1] & 255) << 16 | (head[2] & 255) << 8 | (head[3] & 255);
            var frame = bytes(length);
            if (head[4] == type) {
                return frame;
            }
        }
    }

    private byte[] bytes(int length) throws IOException {
        var bytes = new byte[length];
        for (int got = 0; got < length; ) {
            if (from == to) {
                from = 0;
                to = in.read(buffer, 0, buffer.length);
                if (to < 0) {
                    throw new EOFException();
                }
            }
            int n = Math.min(length - got, to - from);
            System.arraycopy(buffer, from, bytes, got, n);
            from += n;
            got += n;
        }
        return bytes;
    }
}
