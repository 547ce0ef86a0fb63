package dev.tsumuji.wire;

import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.sign.Mechanism;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Condition keys that only the HTTP request can tell: where a reader came from, and for S3 how the request was signed.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html">Policy keys of Signature Version 4</a>
 */
final class RequestFacts {
    private RequestFacts() {}

    /** @param mechanism null when nobody signed */
    static Map<String, String> of(Request request, boolean s3, @Nullable Mechanism mechanism, Instant now) {
        var referer = request.header("referer");
        if (referer == null && !s3) {
            return Map.of();
        }
        var facts = new HashMap<String, String>();
        if (referer != null) {
            facts.put("aws:Referer", referer);
        }
        if (s3) {
            var hash = request.header("x-amz-content-sha256");
            if (hash != null) {
                facts.put("s3:x-amz-content-sha256", hash);
            }
            if (mechanism != null) {
                facts.put("s3:authType", mechanism.type());
                facts.put("s3:signatureversion", mechanism.version());
                if (mechanism.signedAt() != null) {
                    var age = Duration.between(mechanism.signedAt(), now);
                    facts.put("s3:signatureAge", Long.toString(Math.max(0, age.toMillis())));
                }
            }
        }
        return facts;
    }
}
