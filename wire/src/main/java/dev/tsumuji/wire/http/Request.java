package dev.tsumuji.wire.http;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request as it came over the wire. The path and the query are the bytes that the client sent, nothing decoded,
 * normalised or re-encoded, because signatures are computed over them.
 *
 * @param host the {@code Host} header or HTTP/2's {@code :authority}, with the port when the client gave one; empty when absent
 * @param path from the first slash to the question mark; never empty
 * @param query without the question mark; null when there is none, empty when there is only the question mark
 * @param remoteAddress IP address in text
 * @param secure whether it came over TLS
 * @param bodyLength bytes of {@code body}, or -1 when they are known only at its end
 * @param body read once, by one thread, blocking. Whatever is wrong with it, such as a hash that does not match, is
 *     thrown from {@code read} as an AWS error before the end is reported, so commit only after reading to the end
 */
public record Request(
        String method,
        String host,
        String path,
        @Nullable String query,
        Headers headers,
        String remoteAddress,
        boolean secure,
        long bodyLength,
        InputStream body) {

    public static Request of(String method, String path, @Nullable String query, Headers headers, byte[] body) {
        var host = headers.get("host");
        return new Request(
                method,
                host == null ? "" : host,
                path,
                query,
                headers,
                "127.0.0.1",
                false,
                body.length,
                new ByteArrayInputStream(body));
    }

    /** The first value of a header, or null. */
    public @Nullable String header(String name) {
        return headers.get(name);
    }

    public Request withPath(String other) {
        return other.equals(path)
                ? this
                : new Request(method, host, other, query, headers, remoteAddress, secure, bodyLength, body);
    }

    public Request withHeaders(Headers others) {
        return new Request(method, host, path, query, others, remoteAddress, secure, bodyLength, body);
    }

    public Request withBody(long length, InputStream content) {
        return new Request(method, host, path, query, headers, remoteAddress, secure, length, content);
    }
}
