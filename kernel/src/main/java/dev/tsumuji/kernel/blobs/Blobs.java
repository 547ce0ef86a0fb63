package dev.tsumuji.kernel.blobs;

import dev.tsumuji.kernel.kv.Txn;
import java.io.IOException;
import java.io.InputStream;

/**
 * Immutable byte strings too large for the key-value store. Thread-safe.
 *
 * <p>A blob is written first and published by a commit afterwards, never the other way around: a crash leaves at most a file
 * that nothing refers to, which a later sweep removes, and never a reference to a file that isn't there.
 */
public interface Blobs {

    /**
     * Reads the stream to its end, and returns when the bytes are on disk. Until {@link #publish} the blob may be swept once
     * it is an hour old.
     *
     * @throws TooLarge when the stream is longer than {@code sizeMaxBytes}; nothing is left behind
     * @throws IOException when the stream fails, also by a wrong checksum at its end; nothing is left behind
     */
    Blob write(InputStream in, long sizeMaxBytes) throws IOException;

    /**
     * As {@link #write}, for callers that hash on the way themselves: the blob's {@code md5} and {@code sha256} are empty.
     */
    Blob writeUnhashed(InputStream in, long sizeMaxBytes) throws IOException;

    /** Keeps the blob, from this commit on. */
    void publish(Txn txn, Blob blob);

    /** Lets go of the blob: its file is removed some time after this commit, when no reader can still have it open. */
    void retire(Txn txn, String id);

    /**
     * @param offset first byte
     * @param length number of bytes; reading past the blob's end is an error
     * @throws java.nio.file.NoSuchFileException when there is no such blob
     */
    InputStream read(String id, long offset, long length) throws IOException;

    /**
     * A blob as it was written.
     *
     * @param id its name, unique for ever
     * @param md5 lower-case hexadecimal
     * @param sha256 Base64, as Lambda's {@code CodeSha256}
     */
    record Blob(String id, long sizeBytes, String md5, String sha256) {}

    /** The stream was longer than allowed. */
    final class TooLarge extends IOException {
        public TooLarge(long sizeMaxBytes) {
            super("longer than " + sizeMaxBytes + " bytes");
        }
    }
}
