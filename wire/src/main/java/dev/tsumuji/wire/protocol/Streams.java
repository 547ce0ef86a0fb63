package dev.tsumuji.wire.protocol;

import dev.tsumuji.kernel.site.HostId;
import dev.tsumuji.wire.http.Reply;
import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.shape.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;

/**
 * Payloads that are streams, handed through without being held. A service reads a request's stream to its end before it
 * commits anything: only there is it known that the body is the one that was signed.
 */
final class Streams {
    private Streams() {}

    static RequestBody body(Request request) {
        var type = request.header("content-type");
        var mime = type == null ? "application/octet-stream" : type;
        return request.bodyLength() >= 0
                ? RequestBody.fromContentProvider(request::body, request.bodyLength(), mime)
                : RequestBody.fromContentProvider(request::body, mime);
    }

    /** Sends the answer's headers, then its stream. */
    static ResponseTransformer<SdkPojo, Boolean> answer(
            int status, Target target, String requestId, boolean head, Reply reply) {
        return (answer, stream) -> {
            if (target.endpoint().s3()) {
                reply.header("x-amz-request-id", requestId);
                reply.header(HostId.HEADER, HostId.of(requestId));
            } else {
                reply.header("x-amzn-RequestId", requestId);
            }
            int code = HttpBinding.write(answer, status, reply);
            if (head) {
                headOnly(code, length(answer), reply);
                return true;
            }
            try (stream;
                    var out = reply.stream(code, length(answer))) {
                stream.transferTo(out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return true;
        };
    }

    /** Answers HEAD: with the length of what GET would send. */
    static void headOnly(int code, long length, Reply reply) {
        try {
            reply.stream(code, length).close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static long length(SdkPojo answer) {
        var member = Shape.of(answer).at(MarshallLocation.HEADER, "Content-Length");
        @Nullable Object value = member == null ? null : member.get(answer);
        return value instanceof Long length ? length : -1;
    }
}
