package dev.tsumuji.wire.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** The body of a streamed answer, sent in parts of 64 KB. Used by one thread. */
final class ReplyStream extends OutputStream {
    private static final int PART_BYTES = 64 * 1024;

    private final NettyReply reply;
    private final DefaultHttpResponse head;
    private final long length;
    private final boolean dropped;
    /** Small at first: most answers are. */
    private byte[] part = new byte[4 * 1024];

    private int filled;
    private long written;
    private boolean headSent;
    private boolean closed;

    /**
     * @param length -1 when not known
     * @param dropped the answer has no body, whatever is written
     */
    ReplyStream(NettyReply reply, DefaultHttpResponse head, long length, boolean dropped) {
        this.reply = reply;
        this.head = head;
        this.length = length;
        this.dropped = dropped;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        if (dropped) {
            return;
        }
        if (length >= 0 && written + count > length) {
            throw new IllegalStateException("the answer is longer than the " + length + " bytes that were announced");
        }
        written += count;
        int from = offset;
        int left = count;
        while (left > 0) {
            if (filled + left > part.length && part.length < PART_BYTES) {
                part = Arrays.copyOf(part, PART_BYTES);
            }
            int n = Math.min(left, part.length - filled);
            System.arraycopy(bytes, from, part, filled, n);
            filled += n;
            from += n;
            left -= n;
            if (filled == PART_BYTES) {
                send();
            }
        }
    }

    @Override
    public void flush() throws IOException {
        if (!closed && (filled > 0 || !headSent)) {
            send();
        }
    }

    private void send() throws IOException {
        sendHead();
        if (filled > 0) {
            var full = filled == PART_BYTES ? part : Arrays.copyOf(part, filled);
            part = filled == PART_BYTES ? new byte[PART_BYTES] : part;
            filled = 0;
            reply.streamPart(Unpooled.wrappedBuffer(full));
        }
    }

    private void sendHead() {
        if (!headSent) {
            headSent = true;
            reply.streamHead(head);
        }
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        if (length >= 0 && written < length) {
            closed = true;
            reply.breakOff();
            throw new IOException("the answer ended " + (length - written) + " bytes early");
        }
        closed = true;
        if (length >= 0 && !headSent) {
            // All of it is here: one write instead of three.
            reply.streamWhole(head, Unpooled.wrappedBuffer(part, 0, filled));
            return;
        }
        if (filled > 0 || !headSent) {
            send();
        }
        reply.streamEnd();
    }
}
