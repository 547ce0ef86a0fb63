package dev.tsumuji.wire.http;

import java.time.Duration;

/**
 * What one client may take of the server.
 *
 * @param connectionsMax further ones are answered 503 and closed
 * @param headBytesMax of all header fields together; more is answered 431
 * @param requestLineBytesMax more is answered 414
 * @param streamsMax requests at once on one HTTP/2 connection
 * @param headTimeout from a request's first byte to its head's last, and for the whole of a small body
 * @param idleTimeout between requests
 * @param bodyBytesPerSecondMin of a large body while the server waits for it, averaged over {@code stallTimeout}
 * @param stallTimeout for which a client may take none of its answer, or send too little of its body
 */
public record HttpLimits(
        int connectionsMax,
        int headBytesMax,
        int requestLineBytesMax,
        int streamsMax,
        Duration headTimeout,
        Duration idleTimeout,
        int bodyBytesPerSecondMin,
        Duration stallTimeout) {

    public static final HttpLimits USUAL = new HttpLimits(
            4_096,
            64 * 1024,
            32 * 1024,
            128,
            Duration.ofSeconds(20),
            Duration.ofSeconds(75),
            1_024,
            Duration.ofSeconds(20));
}
