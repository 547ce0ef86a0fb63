package dev.tsumuji.sandbox;

import java.io.IOException;

/** How the platform talks with the program inside a sandbox. For one invocation at a time. */
sealed interface Wire permits FrameWire, RuntimeApi {

    /**
     * Waits for the end of initialisation.
     *
     * @return empty when the function is ready, else what it reported
     * @throws IOException when it ended without a word
     */
    java.util.Optional<Sandbox.Answer.Failure> ready() throws IOException;

    /**
     * Runs one invocation.
     *
     * @throws IOException when the function ended without an answer, or spoke nonsense
     */
    Sandbox.Answer exchange(Sandbox.Invocation invocation) throws IOException;

    /** The processes inside are gone: whoever waits for them must not wait longer than for what they had written. */
    void ended();
}
