package dev.tsumuji.wire.sign;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Locale;

/** A body whose SHA-256 was signed: throws instead of ending when it is another. Used by one thread. */
final class HashedBody extends FilterInputStream {
    private final MessageDigest digest = Hash.sha256();
    private final String claimed;
    private final Refusals refusals;
    private boolean ended;

    HashedBody(InputStream in, String claimed, Refusals refusals) {
        super(in);
        this.claimed = claimed;
        this.refusals = refusals;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (ended) {
            return -1;
        }
        if (length == 0) {
            return 0;
        }
        int n = in.read(bytes, offset, length);
        if (n >= 0) {
            digest.update(bytes, offset, n);
            return n;
        }
        check(claimed, digest.digest(), refusals);
        ended = true;
        return -1;
    }

    @Override
    public long skip(long count) throws IOException {
        // What is skipped was signed too.
        return readNBytes((int) Math.min(count, 8192)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    static void check(String claimed, byte[] hash, Refusals refusals) {
        var computed = Hash.hex(hash);
        if (!Hash.same(computed, claimed.toLowerCase(Locale.ROOT))) {
            throw refusals.bodyMismatch(claimed, computed);
        }
    }
}
