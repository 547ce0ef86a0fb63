package dev.tsumuji.sandbox;

import java.io.IOException;
import java.util.Optional;

/** Starts sandboxes. Thread-safe. Closing kills all of them. */
public interface Sandboxes extends AutoCloseable {

    /**
     * Starts a process; returns as soon as it runs, while it may still be initialising.
     *
     * @throws IOException when the process can't be started
     */
    Sandbox start(Sandbox.Spec spec, Sandbox.Output output) throws IOException;

    /**
     * What is missing on this machine to run a runtime.
     *
     * @param runtime as AWS names it
     * @return empty when it can run, else a sentence that says what to install
     */
    Optional<String> missing(String runtime);

    /** The isolation in force, truthfully, in one line for {@code status}. */
    String isolation();

    /** How many sandboxes there are now. */
    int running();

    @Override
    void close();
}
