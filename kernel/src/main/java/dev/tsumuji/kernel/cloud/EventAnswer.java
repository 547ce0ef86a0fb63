package dev.tsumuji.kernel.cloud;

import java.io.IOException;
import software.amazon.awssdk.core.SdkPojo;

/**
 * Takes the answer of an operation that answers with events as they come. The SDK has such operations in its asynchronous
 * interfaces only; a service that builds one implements, beside its client interface, a small interface of its own that
 * extends {@code SdkClient}, with a public method of the operation's name that takes the request and one of these and returns
 * when the stream has ended.
 *
 * <p>Used by the thread that runs the operation. An error thrown before {@link #begin} is an answer like any other
 * operation's; one thrown afterwards ends the stream as an event.
 *
 * @param <R> the operation's response, without its events
 * @param <E> the operation's events
 */
public interface EventAnswer<R extends SdkPojo, E extends SdkPojo> {

    /** Sends what comes before the events; once. */
    void begin(R response);

    /**
     * Sends an event; waits while the client is slower than the service.
     *
     * @throws IOException when the client is gone
     */
    void event(E event) throws IOException;
}
