package dev.tsumuji.engines.disk;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** Some bytes of a file, from the channel's position on. Used by one thread. */
final class FileSlice extends InputStream {
    private final FileChannel channel;
    private long left;

    FileSlice(FileChannel channel, long length) {
        this.channel = channel;
        this.left = length;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int read = channel.read(ByteBuffer.wrap(target, offset, (int) Math.min(length, left)));
        if (read < 0) {
            throw new EOFException("the file has become shorter by " + left + " bytes");
        }
        left -= read;
        return read;
    }

    /** Without copying through the heap where the operating system can. */
    @Override
    public long transferTo(OutputStream out) throws IOException {
        long sent = 0;
        var target = Channels.newChannel(out);
        while (left > 0) {
            long moved = channel.transferTo(channel.position(), left, target);
            if (moved <= 0) {
                throw new EOFException("the file has become shorter by " + left + " bytes");
            }
            channel.position(channel.position() + moved);
            left -= moved;
            sent += moved;
        }
        return sent;
    }

    @Override
    public int available() {
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
