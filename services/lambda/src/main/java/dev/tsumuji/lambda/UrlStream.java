package dev.tsumuji.lambda;

import dev.tsumuji.kernel.cloud.EventAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.InvokeResponseStreamUpdate;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamCompleteEvent;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponse;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseEvent;

/**
 * A function's answer in pieces as an HTTP answer. Where the function says so by the content type, a JSON object with status
 * and headers comes first, and eight zeros before the body. An answer that wasn't given in pieces is taken as any other. Used
 * by the thread that invokes.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html">Response streaming</a>
 */
final class UrlStream implements EventAnswer<InvokeWithResponseStreamResponse, InvokeWithResponseStreamResponseEvent> {
    private static final String WITH_PRELUDE = "application/vnd.awslambda.http-integration-response";
    private static final String WHOLE = "application/json";
    private static final int ZEROS = 8;
    private static final int PRELUDE_MAX_BYTES = 256 << 10;

    /** What is sent when all is known that comes before the body. */
    @FunctionalInterface
    interface Head {
        OutputStream send(UrlAnswer head);
    }

    private final Head head;
    private final ByteArrayOutputStream before = new ByteArrayOutputStream();
    private String contentType = "";
    private @Nullable OutputStream out;
    private boolean failed;

    UrlStream(Head head) {
        this.head = head;
    }

    @Override
    public void begin(InvokeWithResponseStreamResponse response) {
        contentType = response.responseStreamContentType();
        if (!contentType.equals(WITH_PRELUDE) && !contentType.equals(WHOLE)) {
            out = head.send(new UrlAnswer(
                    200,
                    List.of(new UrlAnswer.Header(
                            "Content-Type", contentType.isEmpty() ? "application/octet-stream" : contentType)),
                    new byte[0]));
        }
    }

    @Override
    public void event(InvokeWithResponseStreamResponseEvent event) throws IOException {
        switch (event) {
            case InvokeResponseStreamUpdate piece -> piece(piece.payload().asByteArrayUnsafe());
            case InvokeWithResponseStreamCompleteEvent complete -> complete(complete);
            default -> throw new IllegalArgumentException("no event of this stream: " + event);
        }
    }

    private void piece(byte[] bytes) throws IOException {
        if (out != null) {
            out.write(bytes);
            out.flush();
            return;
        }
        before.writeBytes(bytes);
        if (contentType.equals(WITH_PRELUDE)) {
            prelude();
        }
    }

    private void prelude() throws IOException {
        var bytes = before.toByteArray();
        int end = zeros(bytes);
        if (end < 0) {
            if (bytes.length > PRELUDE_MAX_BYTES) {
                failed = true;
            }
            return;
        }
        var members = Json.parsed(new String(bytes, 0, end, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
        var said = members.filter(Map.class::isInstance).flatMap(map -> UrlAnswer.head((Map<?, ?>) map));
        if (said.isEmpty()) {
            failed = true;
            return;
        }
        var stream = head.send(said.get());
        out = stream;
        int begin = end + ZEROS;
        stream.write(bytes, begin, bytes.length - begin);
        stream.flush();
        before.reset();
    }

    private static int zeros(byte[] bytes) {
        int run = 0;
        for (int i = 0; i < bytes.length; i++) {
            run = bytes[i] == 0 ? run + 1 : 0;
            if (run == ZEROS) {
                return i + 1 - ZEROS;
            }
        }
        return -1;
    }

    private void complete(InvokeWithResponseStreamCompleteEvent complete) throws IOException {
        if (out != null) {
            if (complete.errorCode() == null) {
                out.close();
            }
            // else it stays open and is broken, so that the visitor can tell that something is missing
            failed |= complete.errorCode() != null;
            return;
        }
        failed |= complete.errorCode() != null || contentType.equals(WITH_PRELUDE);
    }

    /** Whether an answer has begun, so that there is no other any more. */
    boolean begun() {
        return out != null;
    }

    /** Whether what has begun can't be completed. */
    boolean broken() {
        return out != null && failed;
    }

    /** The answer as a whole, where it wasn't given in pieces; empty when the function failed. */
    Optional<UrlAnswer> whole() {
        return failed ? Optional.empty() : UrlAnswer.of(before.toByteArray());
    }
}
