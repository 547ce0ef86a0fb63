package dev.tsumuji.wire.protocol;

import org.jspecify.annotations.Nullable;

/** A request that can't be read as its operation's input; which AWS error that is depends on the protocol. */
final class Malformed extends RuntimeException {
    private final String reason;
    private final boolean address;
    private final @Nullable String argument;
    private final String value;

    Malformed(String reason) {
        this(reason, false, null, "");
    }

    private Malformed(String reason, boolean address, @Nullable String argument, String value) {
        super(reason, null, false, false);
        this.reason = reason;
        this.address = address;
        this.argument = argument;
        this.value = value;
    }

    /** A path or a query whose escapes are broken. */
    static Malformed address(String reason) {
        return new Malformed(reason, true, null, "");
    }

    /** The same, of a parameter or header by name. */
    Malformed of(String name, String given) {
        return new Malformed(reason, address, name, given);
    }

    String reason() {
        return reason;
    }

    boolean address() {
        return address;
    }

    /** The parameter or header that holds what can't be read; null when it is something else. */
    @Nullable
    String argument() {
        return argument;
    }

    String value() {
        return value;
    }
}
