package dev.tsumuji.kernel.site;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a web page of another origin may use a bucket; implemented by the object that implements S3's client interface,
 * and asked by the front door. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html">Cross-origin resource sharing</a>
 */
public interface CrossOrigin {

    /**
     * Answers a browser that asks before it sends the request itself.
     *
     * @param method of that request; null when the browser doesn't tell
     * @param headers of that request, in lower case
     * @param object whether it is for an object, rather than for the bucket
     * @return header fields of the answer
     * @throws software.amazon.awssdk.awscore.exception.AwsServiceException 403 when the bucket's rules don't allow it
     */
    Map<String, String> preflight(
            String bucket, boolean object, String origin, @Nullable String method, List<String> headers);

    /** Header fields for the answer to the request itself; empty when no rule allows the origin. */
    Map<String, String> crossOrigin(String bucket, String origin, String method);
}
