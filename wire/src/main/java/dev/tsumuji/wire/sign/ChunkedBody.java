package dev.tsumuji.wire.sign;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The body inside the transfer coding {@code aws-chunked}. Bytes pass as they come, so a chunk may be of any size; the
 * signature of a chunk is checked at its end, the checksum and the length at the end of all. Whatever is wrong is thrown
 * before the end is reported. Used by one thread.
 */
final class ChunkedBody extends InputStream {
    private static final int LINE_MAX = 4_096;
    private static final int TRAILER_LINES_MAX = 16;
    private static final int SIGNED_CHUNK_MIN_BYTES = 8_192;
    private static final String EXTENSION = ";chunk-signature=";

    private final InputStream in;
    private final long length;
    private final @Nullable ChunkChain chain;
    private final @Nullable Checksum checksum;
    private final Refusals refusals;
    private final MessageDigest digest = Hash.sha256();

    private String signature = "";
    private long chunkLength = -1;
    private long left;
    private long passed;
    private boolean ended;

    /**
     * @param length that the client announced for the body inside
     * @param chain null when chunks are not signed
     * @param checksum that must follow as a trailer; null for none
     */
    ChunkedBody(
            InputStream in, long length, @Nullable ChunkChain chain, @Nullable Checksum checksum, Refusals refusals) {
        this.in = new BufferedInputStream(in, 16 * 1024);
        this.length = length;
        this.chain = chain;
        this.checksum = checksum;
        this.refusals = refusals;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        while (left == 0 && !ended) {
            endChunk();
            beginChunk();
        }
        if (ended) {
            return -1;
        }
        int n = in.read(bytes, offset, (int) Math.min(count, left));
        if (n < 0) {
            throw refusals.incompleteBody();
        }
        left -= n;
        passed += n;
        if (passed > length) {
            throw refusals.incompleteBody();
        }
        if (chain != null) {
            digest.update(bytes, offset, n);
        }
        if (checksum != null) {
            checksum.update(bytes, offset, n);
        }
        return n;
    }

    private void endChunk() throws IOException {
        if (chunkLength > 0) {
            if (!line().isEmpty()) {
                throw refusals.malformedChunk("A chunk is not followed by a line break");
            }
            if (chain != null) {
                chain.chunk(Hash.hex(digest.digest()), signature);
            }
        }
    }

    private void beginChunk() throws IOException {
        var line = line();
        int semicolon = line.indexOf(';');
        var previous = chunkLength;
        chunkLength = size(semicolon < 0 ? line : line.substring(0, semicolon));
        left = chunkLength;
        if (chain != null) {
            if (semicolon < 0 || !line.startsWith(EXTENSION, semicolon)) {
                throw refusals.chunkMismatch();
            }
            signature = line.substring(semicolon + EXTENSION.length()).strip();
            if (chunkLength > 0 && previous > 0 && previous < SIGNED_CHUNK_MIN_BYTES) {
                throw refusals.smallChunk();
            }
        }
        if (chunkLength == 0) {
            finish();
        }
    }

    private long size(String text) {
        var hex = text.strip();
        if (hex.isEmpty() || hex.length() > 15) {
            throw refusals.malformedChunk("Chunk size is not a hexadecimal number");
        }
        try {
            return Long.parseUnsignedLong(hex, 16);
        } catch (NumberFormatException _) {
            throw refusals.malformedChunk("Chunk size is not a hexadecimal number");
        }
    }

    private void finish() throws IOException {
        if (passed != length) {
            throw refusals.incompleteBody();
        }
        if (chain != null) {
            chain.chunk(Hash.OF_NOTHING, signature);
        }
        var trailers = trailers();
        var trailerSignature = trailers.remove("x-amz-trailer-signature");
        if (chain != null && checksum != null) {
            checkSigned(chain, trailers, trailerSignature);
        }
        for (var name : trailers.keySet()) {
            if (checksum == null || !name.equals(checksum.header())) {
                throw refusals.malformedTrailer();
            }
        }
        if (checksum != null) {
            var claimed = trailers.get(checksum.header());
            if (claimed == null) {
                throw refusals.malformedTrailer();
            }
            checksum.check(claimed, refusals);
        }
        ended = true;
    }

    private void checkSigned(ChunkChain links, Map<String, String> trailers, @Nullable String trailerSignature) {
        if (trailerSignature == null) {
            throw refusals.malformedTrailer();
        }
        var text = new StringBuilder();
        trailers.forEach(
                (name, value) -> text.append(name).append(':').append(value).append('\n'));
        links.trailer(Hash.hexOf(text.toString()), trailerSignature);
    }

    /** All that follows, to the end: some clients put an empty line before the trailers' signature. */
    private TreeMap<String, String> trailers() throws IOException {
        var trailers = new TreeMap<String, String>();
        for (int lines = 0; lines < TRAILER_LINES_MAX; lines++) {
            in.mark(1);
            if (in.read() < 0) {
                return trailers;
            }
            in.reset();
            var line = line();
            int colon = line.indexOf(':');
            if (!line.isEmpty()) {
                if (colon < 1) {
                    throw refusals.malformedTrailer();
                }
                var name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
                if (trailers.put(name, line.substring(colon + 1).strip()) != null) {
                    throw refusals.malformedTrailer();
                }
            }
        }
        throw refusals.malformedTrailer();
    }

    private String line() throws IOException {
        var bytes = new byte[128];
        int n = 0;
        for (int c; (c = in.read()) != '\n'; ) {
            if (c < 0) {
                throw refusals.incompleteBody();
            }
            if (n == LINE_MAX) {
                throw refusals.malformedChunk("A chunk's header is too long");
            }
            bytes = n == bytes.length ? Arrays.copyOf(bytes, n * 2) : bytes;
            bytes[n++] = (byte) c;
        }
        int end = n > 0 && bytes[n - 1] == '\r' ? n - 1 : n;
        return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
