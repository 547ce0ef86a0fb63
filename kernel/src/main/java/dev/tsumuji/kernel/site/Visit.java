package dev.tsumuji.kernel.site;

import dev.tsumuji.kernel.call.Call;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One HTTP request to a {@link Site} and its answer: headers first, then exactly one of {@link #send} and {@link #stream}. */
public interface Visit {

    String method();

    /** As the client sent it, with the port if it gave one; empty when absent. */
    String host();

    /** As the client sent it, nothing decoded. */
    String path();

    /** Without the question mark; null when there is none. */
    @Nullable
    String query();

    /** Names in lower case, in the order in which they came; repeated fields in one list. */
    Map<String, List<String>> headers();

    String remoteAddress();

    /** Whether it came over TLS. */
    boolean secure();

    /** Unique for ever; what the platform's records call this visit. */
    String requestId();

    /** Bytes of the body, -1 when they are known only at its end. */
    long bodyLength();

    /** Read once. Whatever is wrong with a signed body is thrown from {@code read} before its end is reported. */
    InputStream body();

    /** The call of nobody, for sites that are open to all. */
    Call anonymous();

    /**
     * The call that the request's signature vouches for. Asked at most once, and before the body is read.
     *
     * @param service the signing name that the signature must be for, {@code lambda}
     * @throws software.amazon.awssdk.awscore.exception.AwsServiceException when it is unsigned or refused
     */
    Call signedFor(String service) throws IOException;

    /** Adds a header field to the answer; a repeated name makes a repeated field. */
    void header(String name, String value);

    /** Sends a whole body at once. */
    void send(int status, byte[] body);

    /**
     * Sends a body in pieces; writes block while the client is slow. Closing early breaks the connection.
     *
     * @param length bytes that will be written, -1 when not known
     */
    OutputStream stream(int status, long length);
}
