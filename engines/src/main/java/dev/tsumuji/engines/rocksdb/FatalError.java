package dev.tsumuji.engines.rocksdb;

/**
 * Ends the process when the disk can no longer be trusted: after a failed sync nobody knows what is on it, and trying again
 * may report success for data that is lost. The next start recovers what is there.
 */
@FunctionalInterface
public interface FatalError {
    /** Doesn't return in production. */
    void halt(String what, Throwable cause);

    /** Says what happened on standard error and ends the process at once, without shutdown hooks. */
    static FatalError haltProcess() {
        return (what, cause) -> {
            System.err.println("Tsumuji stops: " + what);
            cause.printStackTrace();
            Runtime.getRuntime().halt(74);
        };
    }
}
