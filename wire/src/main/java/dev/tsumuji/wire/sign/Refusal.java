package dev.tsumuji.wire.sign;

import dev.tsumuji.kernel.cloud.Failures;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * A request that is not what its signature vouches for, with AWS's code, status and wording. Thrown while the head of a
 * request is verified, and from its body's {@code read} when the body turns out not to be the signed one.
 */
public final class Refusal extends AwsServiceException {
    private static final long serialVersionUID = 1;

    private final transient Map<String, String> details;

    Refusal(String code, int status, String message, Map<String, String> details) {
        super(error(code, status, message, details));
        this.details = details;
    }

    Refusal(String code, int status, String message) {
        this(code, status, message, Map.of());
    }

    private static AwsServiceException.Builder error(
            String code, int status, String message, Map<String, String> details) {
        var error = AwsServiceException.builder();
        error.writableStackTrace(false);
        return error.awsErrorDetails(Failures.details(code, status, message, details, Map.of()))
                .statusCode(status)
                .message(message);
    }

    public String code() {
        return awsErrorDetails().errorCode();
    }

    /** Further elements of S3's error document, such as {@code StringToSign}, in order; empty for other services. */
    public Map<String, String> details() {
        return details;
    }

    /** As {@code Map.of}, but keeps the order. */
    static Map<String, String> ordered(String... namesAndValues) {
        var map = new LinkedHashMap<String, String>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
