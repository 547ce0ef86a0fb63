package dev.tsumuji.wire.protocol;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body that may not be longer than its operation allows. */
final class BoundedBody extends FilterInputStream {
    private final long max;
    private final String operation;
    private long left;

    /** @param operation as refusals call it */
    BoundedBody(InputStream in, long max, String operation) {
        super(in);
        this.max = max;
        this.operation = operation;
        left = max;
    }

    @Override
    public int read() throws IOException {
        int b = super.read();
        count(b < 0 ? 0 : 1);
        return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = super.read(buffer, offset, length);
        count(Math.max(n, 0));
        return n;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(int bytes) {
        left -= bytes;
        if (left < 0) {
            throw tooLarge(max, " for the " + operation + " operation");
        }
    }

    /** For a body that was too long before anybody could know what it asks for. */
    static Refused tooLarge(long max) {
        return tooLarge(max, "");
    }

    private static Refused tooLarge(long max, String what) {
        return new Refused(Fault.of(
                "RequestEntityTooLargeException", 413, "Request must be smaller than " + max + " bytes" + what));
    }
}
