package dev.tsumuji.sandbox;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Starts sandboxes. Thread-safe. Closing kills all of them. */
public interface Sandboxes extends AutoCloseable {

    /**
     * Starts a process; returns as soon as it runs, while it may still be initialising.
     *
     * @param late variables beside the spec's
     * @param records for the function's extensions
     * @throws IOException when the process can't be started
     */
    Sandbox start(Sandbox.Spec spec, Sandbox.Late late, Sandbox.Output output, Sandbox.Records records)
            throws IOException;

    /** The same, for one of which all is known and whose extensions are told no more than which kinds of things happen. */
    default Sandbox start(Sandbox.Spec spec, Sandbox.Output output) throws IOException {
        return start(spec, Sandbox.Late.NOTHING, output, Sandbox.Records.EMPTY);
    }

    /**
     * A sandbox like this may be wanted soon: what can be made ready for it is, in the background and within bounds. Starting
     * one says the same about the next.
     *
     * @param spec as for {@link #start}; of its variables only the function's own matter
     */
    default void expect(Sandbox.Spec spec) {}

    /**
     * What is missing on this machine to run a runtime.
     *
     * @param runtime as AWS names it
     * @return empty when it can run, else a sentence that says what to install
     */
    Optional<String> missing(String runtime);

    /** The programs that run functions here, by name, each with its version: whatever version a runtime's name asks for. */
    default Map<String, String> programs() {
        return Map.of();
    }

    /** The isolation in force, truthfully, in one line for {@code status}. */
    String isolation();

    /** How many sandboxes there are now that belong to a function. */
    int running();

    /** How many processes wait, belonging to nobody yet. */
    default int waiting() {
        return 0;
    }

    @Override
    void close();
}
