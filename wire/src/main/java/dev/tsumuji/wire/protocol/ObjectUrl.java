package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.http.Request;
import dev.tsumuji.wire.shape.Member;
import dev.tsumuji.wire.shape.Shape;
import dev.tsumuji.wire.sign.Uri;
import java.util.Objects;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.ToCopyableBuilder;

/**
 * Where the object is that parts were put together to. A service knows no hosts, and names AWS's own; a client is told the one that it
 * has just reached, in the style in which it did.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html">CompleteMultipartUpload</a>
 */
final class ObjectUrl {
    private ObjectUrl() {}

    /** The answer, with the URL in it if it is such an answer. */
    static SdkPojo toldIn(SdkPojo answer, Request request, Target target) {
        if (!target.endpoint().s3()
                || !target.operation().equals("CompleteMultipartUpload")
                || !(answer instanceof ToCopyableBuilder<?, ?> copyable)
                || !(copyable.toBuilder() instanceof SdkPojo builder)) {
            return answer;
        }
        var shape = Shape.of(answer);
        var url = Uri.ofObject(request, text(shape, "Bucket", answer), text(shape, "Key", answer));
        Objects.requireNonNull(shape.named("Location")).set(builder, url);
        return (SdkPojo) Member.build(builder);
    }

    private static String text(Shape shape, String member, SdkPojo answer) {
        return String.valueOf(Objects.requireNonNull(shape.named(member)).get(answer));
    }
}
