package dev.tsumuji.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * How bodies lie on the disk: in pieces of {@value #PLAIN} bytes, each sealed by AES-256-GCM, so that a range is read without
 * what stands before it, and a byte that has changed on the disk is found out instead of being served.
 *
 * <p>Every body has a key of its own, derived from the platform's or the customer's and the body's name, which is never used again.
 * So a piece's number is enough of a nonce, and pieces can't be exchanged.
 */
final class Sealing {
    static final int PLAIN = 64 << 10;
    private static final int TAG = 16;
    private static final int SEALED = PLAIN + TAG;
    private static final int NONCE = 12;

    private Sealing() {}

    /** @param base the platform's key or the customer's, 32 bytes */
    static SecretKeySpec key(byte[] base, String body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(base, "HmacSHA256"));
            return new SecretKeySpec(mac.doFinal(("s3 body " + body).getBytes(StandardCharsets.UTF_8)), "AES");
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has HMAC-SHA256", e);
        }
    }

    /** Length of a sealed body. */
    static long sealedSize(long plain) {
        long pieces = (plain + PLAIN - 1) / PLAIN;
        return plain + pieces * TAG;
    }

    /** Where a piece begins in the sealed body. */
    static long sealedOffset(long piece) {
        return piece * SEALED;
    }

    private static int piece(SecretKeySpec key, int mode, long number, byte[] in, int length, byte[] out) {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            var nonce = ByteBuffer.allocate(NONCE).putLong(4, number).array();
            cipher.init(mode, key, new GCMParameterSpec(8 * TAG, nonce));
            return cipher.doFinal(in, 0, length, out);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("piece " + number + " of a body fails its check", e);
        }
    }

    static byte[] seal(SecretKeySpec key, byte[] plain) {
        var out = new byte[plain.length + TAG];
        piece(key, Cipher.ENCRYPT_MODE, 0, plain, plain.length, out);
        return out;
    }

    static byte[] open(SecretKeySpec key, byte[] sealed) {
        var out = new byte[sealed.length - TAG];
        piece(key, Cipher.DECRYPT_MODE, 0, sealed, sealed.length, out);
        return out;
    }

    /** Reads a plain stream, gives the sealed one. */
    static InputStream sealing(InputStream plain, SecretKeySpec key) {
        return new Pieces() {
            private final byte[] in = new byte[PLAIN];
            private final byte[] out = new byte[SEALED];

            @Override
            void next() throws IOException {
                int n = plain.readNBytes(in, 0, PLAIN);
                filled(out, 0, n == 0 ? 0 : piece(key, Cipher.ENCRYPT_MODE, number++, in, n, out));
            }

            @Override
            public void close() throws IOException {
                plain.close();
            }
        };
    }

    /**
     * Reads a sealed stream from the beginning of a piece, gives some plain bytes.
     *
     * @param first number of the first piece in the stream
     * @param skip plain bytes of that piece to pass over
     * @param length plain bytes to give
     */
    static InputStream opening(InputStream sealed, SecretKeySpec key, long first, int skip, long length) {
        return new Pieces(first) {
            private final byte[] in = new byte[SEALED];
            private final byte[] out = new byte[PLAIN];
            private int ahead = skip;
            private long left = length;

            @Override
            void next() throws IOException {
                if (left == 0) {
                    filled(out, 0, 0);
                    return;
                }
                int n = sealed.readNBytes(in, 0, SEALED);
                if (n <= TAG) {
                    throw new EOFException("a body ended " + left + " bytes early");
                }
                int plain = piece(key, Cipher.DECRYPT_MODE, number++, in, n, out);
                int given = (int) Math.min(left, plain - ahead);
                filled(out, ahead, given);
                left -= given;
                ahead = 0;
            }

            @Override
            public void close() throws IOException {
                sealed.close();
            }
        };
    }

    /** A stream made piece by piece. Used by one thread. */
    private abstract static class Pieces extends InputStream {
        long number;
        private byte[] piece = new byte[0];
        private int at;
        private int end;
        private boolean ended;

        Pieces() {
            this(0);
        }

        Pieces(long number) {
            this.number = number;
        }

        /** Calls {@link #filled}; with no bytes at the end. */
        abstract void next() throws IOException;

        final void filled(byte[] bytes, int from, int count) {
            piece = bytes;
            at = from;
            end = from + count;
            ended = count == 0;
        }

        private boolean has() throws IOException {
            if (at == end && !ended) {
                next();
            }
            return !ended;
        }

        @Override
        public int read() throws IOException {
            return has() ? piece[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            Objects.checkFromIndexSize(offset, count, target.length);
            if (count == 0) {
                return 0;
            }
            if (!has()) {
                return -1;
            }
            int n = Math.min(count, end - at);
            System.arraycopy(piece, at, target, offset, n);
            at += n;
            return n;
        }

        @Override
        public long transferTo(OutputStream out) throws IOException {
            long sent = 0;
            while (has()) {
                out.write(piece, at, end - at);
                sent += end - at;
                at = end;
            }
            return sent;
        }
    }
}
