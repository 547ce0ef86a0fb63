package dev.tsumuji.sandbox;

import org.jspecify.annotations.Nullable;

/** Hands an answer on in pieces, up to the size that an answer may have. Used by the thread that invokes. */
final class Pieces {
    private final Sandbox.@Nullable Stream stream;
    private boolean begun;
    private long sizeBytes;

    Pieces(Sandbox.@Nullable Stream stream) {
        this.stream = stream;
    }

    void begin(String contentType) {
        if (!begun && stream != null) {
            begun = true;
            stream.begin(contentType);
        }
    }

    /** What is too much is not handed on. */
    void add(byte[] piece) {
        begin("");
        sizeBytes += piece.length;
        if (stream != null && piece.length > 0 && !tooMany()) {
            stream.piece(piece);
        }
    }

    boolean tooMany() {
        return sizeBytes > Faults.STREAM_MAX_BYTES;
    }
}
