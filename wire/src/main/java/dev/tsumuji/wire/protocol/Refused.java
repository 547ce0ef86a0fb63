package dev.tsumuji.wire.protocol;

/** Ends the handling of a request with an error that needs no operation to be told. */
final class Refused extends RuntimeException {
    private final transient Fault fault;

    Refused(Fault fault) {
        super(fault.message(), null, false, false);
        this.fault = fault;
    }

    Fault fault() {
        return fault;
    }
}
