package dev.tsumuji.wire.protocol;

/** A request that can't be read as its operation's input; which AWS error that is depends on the protocol. */
final class Malformed extends RuntimeException {
    private final String reason;

    Malformed(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
