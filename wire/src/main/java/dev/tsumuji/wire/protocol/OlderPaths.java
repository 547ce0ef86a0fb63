package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.http.Request;
import java.util.regex.Pattern;

/**
 * Requests of operations that AWS still answers and its SDK for Java no longer has, as the ones that took their place.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_InvokeAsync.html">InvokeAsync</a>
 */
final class OlderPaths {
    private static final Pattern INVOKE_ASYNC = Pattern.compile("/2014-11-13/functions/([^/]+)/invoke-async/?");

    private OlderPaths() {}

    /** The request as it would be made today; its signature is over the one that was made. */
    static Request today(Request request) {
        if (request.method().equals("POST") && request.path().startsWith("/2014-11-13/")) {
            var invoked = INVOKE_ASYNC.matcher(request.path());
            if (invoked.matches() && "lambda".equals(Router.signingName(request))) {
                return request.withPath("/2015-03-31/functions/" + invoked.group(1) + "/invocations")
                        .withHeaders(request.headers().with("X-Amz-Invocation-Type", "Event"));
            }
        }
        return request;
    }
}
