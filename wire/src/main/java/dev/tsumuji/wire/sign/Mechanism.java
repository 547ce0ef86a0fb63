package dev.tsumuji.wire.sign;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a request was signed, in the words that policies of S3 use.
 *
 * @param type {@code REST-HEADER}, {@code REST-QUERY-STRING} or {@code POST}
 * @param version {@code AWS4-HMAC-SHA256}, or {@code AWS} for the older signature
 * @param signedAt when a link was made, where it tells; null for what is no link
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html">Policy keys of Signature Version 4</a>
 */
public record Mechanism(
        String type, String version, @Nullable Instant signedAt) {
    private static final String OLDER = "AWS";

    static Mechanism header() {
        return new Mechanism("REST-HEADER", Authorization.ALGORITHM, null);
    }

    static Mechanism link(Instant signedAt) {
        return new Mechanism("REST-QUERY-STRING", Authorization.ALGORITHM, signedAt);
    }

    static Mechanism older(boolean link) {
        return new Mechanism(link ? "REST-QUERY-STRING" : "REST-HEADER", OLDER, null);
    }

    static Mechanism form(boolean older) {
        return new Mechanism("POST", older ? OLDER : Authorization.ALGORITHM, null);
    }
}
