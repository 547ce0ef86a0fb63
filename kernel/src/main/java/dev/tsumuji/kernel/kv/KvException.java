package dev.tsumuji.kernel.kv;

import org.jspecify.annotations.Nullable;

/** The store could not do it: an operating error, answered to clients as a 500 or 503. */
public final class KvException extends RuntimeException {
    /** What went wrong. */
    public enum Kind {
        /** Other transactions kept getting in between. */
        CONFLICT,
        /** A key, a value or the transaction is too large. */
        LIMIT,
        /** No space is left; nothing was written. */
        FULL,
        /** A stored value failed its checksum. */
        CORRUPT,
        /** The store is closed or closing. */
        CLOSED,
        /** Anything else that the engine reports. */
        ENGINE
    }

    private final Kind kind;

    public KvException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
