package dev.tsumuji.s3;

import dev.tsumuji.kernel.blobs.Blobs;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Ids;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Writes and reads the bytes of objects. They are hashed, sealed and written in one pass, whatever their number; nothing of them counts
 * before they are published by a commit. Thread-safe.
 */
final class Bodies {
    private static final int KEY_BYTES = 32;

    private final Kv kv;
    private final Blobs blobs;
    private final Ids ids;
    private final byte[] master;

    Bodies(Kv kv, Blobs blobs, Ids ids) {
        this.kv = kv;
        this.blobs = blobs;
        this.ids = ids;
        this.master = kv.transact(txn -> {
            var known = txn.get(S3Keys.masterKey());
            if (known != null) {
                return known;
            }
            var made = ids.bytes(KEY_BYTES);
            txn.put(S3Keys.masterKey(), made);
            return made;
        });
    }

    /**
     * Bytes that were written and not yet published.
     *
     * @param md5 lower-case hexadecimal
     * @param sums by algorithm, Base64
     */
    record Written(
            Body body,
            byte @Nullable [] inline,
            Blobs.@Nullable Blob blob,
            String md5,
            Map<Checksums.Algorithm, String> sums) {

        String sum(Checksums.Algorithm algorithm) {
            var sum = sums.get(algorithm);
            if (sum == null) {
                throw new IllegalStateException("no " + algorithm + " was computed");
            }
            return sum;
        }
    }

    /**
     * Reads a stream to its end.
     *
     * @param customerKey null for the platform's own
     * @param algorithms of the checksums that are wanted
     * @throws S3Exception when the stream is longer than {@code sizeMax}; whatever else the stream throws
     */
    Written write(InputStream in, long sizeMax, byte @Nullable [] customerKey, Set<Checksums.Algorithm> algorithms) {
        var id = HexFormat.of().formatHex(ids.bytes(16));
        var key = Sealing.key(customerKey == null ? master : customerKey, id);
        var hashed = new Hashed(in, sizeMax, algorithms);
        try {
            var head = hashed.readNBytes(S3Limits.INLINE_SIZE_MAX_BYTES + 1);
            if (head.length <= S3Limits.INLINE_SIZE_MAX_BYTES) {
                var inline = head.length == 0 ? null : Sealing.seal(key, head);
                return hashed.written(new Body(id, head.length, null, false), inline, null);
            }
            var all = new SequenceInputStream(new ByteArrayInputStream(head), hashed);
            var blob = blobs.writeUnhashed(Sealing.sealing(all, key), Sealing.sealedSize(sizeMax));
            return hashed.written(new Body(id, hashed.size, blob.id(), false), null, blob);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    /** Reading failed, not writing. */
    private static final class Unread extends IOException {
        private static final long serialVersionUID = 1;

        Unread(IOException cause) {
            super(cause);
        }
    }

    /** A client that went away, or sent less than it had announced, did not want this to be kept. */
    private static RuntimeException broken(IOException e) {
        return !(e instanceof Unread)
                ? new UncheckedIOException(e)
                : S3Errors.of(
                        "RequestTimeout",
                        400,
                        "Your socket connection to the server was not read from or written to within the timeout period. "
                                + "Idle connections will be closed.");
    }

    /** Makes written bytes count, from this commit on. */
    void publish(Txn txn, long bucket, Written written) {
        if (written.inline != null) {
            txn.put(S3Keys.body(bucket, written.body.id()), written.inline);
        }
        if (written.blob != null) {
            blobs.publish(txn, written.blob);
        }
    }

    /** Lets go of bytes. */
    void drop(Txn txn, long bucket, Body body) {
        if (body.pieces()) {
            var key = S3Keys.pieces(bucket, body.id());
            var pieces = Pieces.CODEC.decodeNullable(txn.get(key));
            if (pieces != null) {
                pieces.list().forEach(piece -> drop(txn, bucket, piece.body()));
            }
            txn.delete(key);
        } else if (body.blob() != null) {
            blobs.retire(txn, body.blob());
        } else if (body.size() > 0) {
            txn.delete(S3Keys.body(bucket, body.id()));
        }
    }

    // ---- reading

    /**
     * Bytes as one snapshot has them, to be read after it.
     *
     * @param inline of small parts and objects, by body
     */
    record Source(List<Body> bodies, Map<String, byte[]> inline, List<Pieces.Piece> pieces) {}

    /** Looks up where the bytes are; what is small is read. */
    Source find(Snapshot snapshot, long bucket, Body body) {
        var pieces = pieces(snapshot, bucket, body);
        var bodies = pieces.isEmpty()
                ? List.of(body)
                : pieces.stream().map(Pieces.Piece::body).toList();
        var inline = new java.util.HashMap<String, byte[]>();
        for (var one : bodies) {
            if (one.inline()) {
                var bytes = snapshot.get(S3Keys.body(bucket, one.id()));
                if (bytes == null) {
                    throw new IllegalStateException("the body " + one.id() + " is not in the store");
                }
                inline.put(one.id(), bytes);
            }
        }
        return new Source(bodies, inline, pieces);
    }

    List<Pieces.Piece> pieces(Snapshot snapshot, long bucket, Body body) {
        if (!body.pieces()) {
            return List.of();
        }
        var stored = Pieces.CODEC.decodeNullable(snapshot.get(S3Keys.pieces(bucket, body.id())));
        if (stored == null) {
            throw new IllegalStateException("the pieces of " + body.id() + " are not in the store");
        }
        return stored.list();
    }

    /** Plain bytes of a source; a blob is opened when the reader comes to it, the first one at once. */
    InputStream read(Source source, long offset, long length, byte @Nullable [] customerKey) throws IOException {
        var slices = new ArrayList<Slice>();
        long at = 0;
        for (var body : source.bodies) {
            long from = Math.max(offset, at);
            long to = Math.min(offset + length, at + body.size());
            if (from < to) {
                slices.add(new Slice(body, from - at, to - from));
            }
            at += body.size();
        }
        var base = customerKey == null ? master : customerKey;
        if (slices.isEmpty()) {
            return InputStream.nullInputStream();
        }
        var first = open(source, slices.getFirst(), base);
        return slices.size() == 1
                ? first
                : new Chain(first, slices.subList(1, slices.size()).iterator(), source, base);
    }

    private record Slice(Body body, long offset, long length) {}

    private InputStream open(Source source, Slice slice, byte[] base) throws IOException {
        var body = slice.body;
        var key = Sealing.key(base, body.id());
        var inline = source.inline.get(body.id());
        if (inline != null) {
            return new ByteArrayInputStream(Sealing.open(key, inline), (int) slice.offset, (int) slice.length);
        }
        var blob = body.blob();
        if (blob == null) {
            throw new IllegalStateException("the body " + body.id() + " is nowhere");
        }
        long first = slice.offset / Sealing.PLAIN;
        long end = (slice.offset + slice.length + Sealing.PLAIN - 1) / Sealing.PLAIN;
        long from = Sealing.sealedOffset(first);
        long to = Math.min(Sealing.sealedOffset(end), Sealing.sealedSize(body.size()));
        return Sealing.opening(
                blobs.read(blob, from, to - from), key, first, (int) (slice.offset % Sealing.PLAIN), slice.length);
    }

    /** Several slices, one after the other. Used by one thread. */
    private final class Chain extends InputStream {
        private InputStream now;
        private final Iterator<Slice> rest;
        private final Source source;
        private final byte[] base;

        Chain(InputStream first, Iterator<Slice> rest, Source source, byte[] base) {
            this.now = first;
            this.rest = rest;
            this.source = source;
            this.base = base;
        }

        private boolean forward() throws IOException {
            now.close();
            if (!rest.hasNext()) {
                now = InputStream.nullInputStream();
                return false;
            }
            now = open(source, rest.next(), base);
            return true;
        }

        @Override
        public int read() throws IOException {
            int b = now.read();
            while (b < 0 && forward()) {
                b = now.read();
            }
            return b;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            int n = now.read(target, offset, count);
            while (n < 0 && forward()) {
                n = now.read(target, offset, count);
            }
            return n;
        }

        @Override
        public long transferTo(java.io.OutputStream out) throws IOException {
            long sent = now.transferTo(out);
            while (forward()) {
                sent += now.transferTo(out);
            }
            return sent;
        }

        @Override
        public void close() throws IOException {
            now.close();
        }
    }

    /** Counts and hashes what is read. Used by one thread. */
    private static final class Hashed extends FilterInputStream {
        private final long sizeMax;
        private final java.security.MessageDigest md5 = Checksums.digest("MD5");
        private final Map<Checksums.Algorithm, Checksums.Engine> engines = new EnumMap<>(Checksums.Algorithm.class);
        private long size;

        Hashed(InputStream in, long sizeMax, Set<Checksums.Algorithm> algorithms) {
            super(in);
            this.sizeMax = sizeMax;
            algorithms.forEach(algorithm -> engines.put(algorithm, algorithm.engine()));
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            int n;
            try {
                n = in.read(target, offset, count);
            } catch (IOException e) {
                throw new Unread(e);
            }
            if (n > 0) {
                size += n;
                if (size > sizeMax) {
                    throw tooLarge(size, sizeMax);
                }
                md5.update(target, offset, n);
                for (var engine : engines.values()) {
                    engine.update(target, offset, n);
                }
            }
            return n;
        }

        Written written(Body body, byte @Nullable [] inline, Blobs.@Nullable Blob blob) {
            var sums = new EnumMap<Checksums.Algorithm, String>(Checksums.Algorithm.class);
            engines.forEach((algorithm, engine) -> sums.put(algorithm, Checksums.text(engine.value())));
            return new Written(body, inline, blob, HexFormat.of().formatHex(md5.digest()), sums);
        }
    }

    static S3Exception tooLarge(long size, long sizeMax) {
        return S3Errors.of(
                "EntityTooLarge",
                400,
                "Your proposed upload exceeds the maximum allowed size",
                "ProposedSize",
                Long.toString(size),
                "MaxSizeAllowed",
                Long.toString(sizeMax));
    }

    /** @throws S3Exception when the header is no MD5 */
    static @Nullable String md5(@Nullable String header) {
        if (header == null) {
            return null;
        }
        try {
            var raw = Base64.getDecoder().decode(header);
            if (raw.length == 16) {
                return HexFormat.of().formatHex(raw);
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw S3Errors.of("InvalidDigest", 400, "The Content-MD5 you specified was invalid.", "Content-MD5", header);
    }

    /** @param expected what {@link #md5} made of the header */
    static void checkMd5(@Nullable String expected, String computed) {
        if (expected != null && !expected.equals(computed)) {
            throw S3Errors.of(
                    "BadDigest",
                    400,
                    "The Content-MD5 you specified did not match what we received.",
                    "ExpectedDigest",
                    expected,
                    "CalculatedDigest",
                    Base64.getEncoder().encodeToString(HexFormat.of().parseHex(computed)));
        }
    }
}
