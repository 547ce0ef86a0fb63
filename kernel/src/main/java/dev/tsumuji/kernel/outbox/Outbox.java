package dev.tsumuji.kernel.outbox;

import dev.tsumuji.kernel.kv.Txn;
import java.time.Instant;
import java.util.function.ToIntFunction;

/**
 * Work that must follow a write, put in the same commit as the write, and delivered at least once: nothing is lost between
 * services when the process dies. A delivery is repeated after a crash in its middle, so handlers are idempotent or say
 * otherwise. Thread-safe.
 */
public interface Outbox {

    /**
     * Adds a piece of work.
     *
     * @param topic who will handle it, {@code lambda.event}
     * @param due not delivered before
     */
    void put(Txn txn, String topic, Instant due, byte[] work);

    /**
     * Names the handler of a topic. Deliveries start when all services are there ({@code Dispatcher.start}).
     *
     * @param concurrencyMax deliveries of this topic under way at once
     */
    void handle(String topic, int concurrencyMax, Handler handler);

    /**
     * Names the handler of all topics {@code family/name}, whatever their names: each is delivered apart from the others, so
     * that work which has to wait for its turn holds up nothing else.
     *
     * @param concurrencyMax deliveries under way at once of the topic of a name; asked again and again, 1 at least
     */
    void handleEach(String family, ToIntFunction<String> concurrencyMax, Handler handler);

    /** Does the work. Called on a virtual thread of its own. */
    @FunctionalInterface
    interface Handler {
        /** An exception is logged and counts as {@link Outcome.Retry} with exponential back-off and jitter. */
        Outcome deliver(Delivery delivery) throws Exception;
    }

    /**
     * One attempt.
     *
     * @param id the same in every attempt, unique for ever
     * @param attempt 1, 2, …
     * @param createdAt when the work was put
     */
    record Delivery(String topic, String id, byte[] work, int attempt, Instant createdAt) {}

    /** What became of an attempt. */
    sealed interface Outcome {
        /** The work is done and forgotten. */
        record Done() implements Outcome {}

        /** The work is done, and so is this, in the commit that forgets it: effects inside the store happen exactly once. */
        record DoneWith(java.util.function.Consumer<Txn> effect) implements Outcome {}

        /**
         * Again, not before the given time.
         *
         * @param work replaces the work, for handlers that count their own attempts
         */
        record Retry(Instant due, byte[] work) implements Outcome {}
    }
}
