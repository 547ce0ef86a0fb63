package dev.tsumuji.wire;

import dev.tsumuji.wire.http.BucketHost;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.sign.Verifier;
import java.util.Locale;

/**
 * AWS's APIs may be called by web pages of any origin: what counts is the signature. S3 isn't among them, as its buckets have
 * rules of their own.
 *
 * @see <a href="https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/cors.html">Cross-origin resource sharing</a>
 */
final class ApiCors {
    private static final String EXPOSED =
            "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date,x-amz-log-result,x-amz-function-error";
    private static final String TWO_DAYS_SECONDS = "172800";

    private ApiCors() {}

    /** Whether a browser asks if a page may call an API. It signs nothing and names no service, so that only its form tells. */
    static boolean asks(Request request) {
        if (!request.method().equals("OPTIONS") || request.header("origin") == null) {
            return false;
        }
        var headers = request.header("access-control-request-headers");
        var names = headers == null ? "" : headers.toLowerCase(Locale.ROOT);
        return names.contains("x-amz-target")
                || names.contains("smithy-protocol")
                || !Verifier.claimedService(request).equals("s3")
                || ofNoBucket(request);
    }

    /** At its root S3 has nothing but the list of all buckets. */
    private static boolean ofNoBucket(Request request) {
        return request.path().equals("/")
                && BucketHost.of(request.host()).bucket() == null
                && !"GET".equals(request.header("access-control-request-method"));
    }

    /** Lets the page send what it asks for. */
    static void answer(Request request, String requestId, Reply reply) {
        allow(request, reply);
        var method = request.header("access-control-request-method");
        if (method != null) {
            reply.header("Access-Control-Allow-Methods", method);
        }
        var headers = request.header("access-control-request-headers");
        if (headers != null) {
            reply.header("Access-Control-Allow-Headers", headers);
        }
        reply.header("Access-Control-Max-Age", TWO_DAYS_SECONDS);
        reply.header("x-amzn-RequestId", requestId);
        reply.send(200, new byte[0]);
    }

    /** Lets a page read the answer to a request, whatever it is; requests that no page made get nothing more. */
    static void allow(Request request, Reply reply) {
        if (request.header("origin") != null) {
            reply.header("Access-Control-Allow-Origin", "*");
            reply.header("Access-Control-Expose-Headers", EXPOSED);
        }
    }
}
