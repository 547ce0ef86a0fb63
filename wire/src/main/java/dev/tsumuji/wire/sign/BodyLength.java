package dev.tsumuji.wire.sign;

import dev.tsumuji.wire.http.Request;

/**
 * S3 must know how long an object is before it comes.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html">PutObject</a>
 */
public final class BodyLength {
    private BodyLength() {}

    /** @throws Refusal when the request announces no length, be it of the object or of the chunks that it is sent in */
    public static void require(Request request) {
        var headers = request.headers();
        if (request.bodyLength() < 0 && headers.has("transfer-encoding")) {
            throw new Refusal(
                    "NotImplemented",
                    501,
                    "A header you provided implies functionality that is not implemented",
                    Refusal.ordered("Header", "Transfer-Encoding"));
        }
        if (request.bodyLength() == 0
                && !headers.has("content-length")
                && !headers.has("x-amz-decoded-content-length")) {
            throw missing();
        }
    }

    static Refusal missing() {
        return new Refusal("MissingContentLength", 411, "You must provide the Content-Length HTTP header.");
    }
}
