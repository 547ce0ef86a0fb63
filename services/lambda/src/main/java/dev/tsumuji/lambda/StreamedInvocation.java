package dev.tsumuji.lambda;

import dev.tsumuji.kernel.cloud.EventAnswer;
import dev.tsumuji.sandbox.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponse;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseEvent;

/**
 * One answer on its way from a function to its caller, piece by piece. A caller who goes away doesn't end the function; what
 * it still says is dropped. Used by the thread that invokes.
 */
final class StreamedInvocation implements Sandbox.Stream {
    private final String version;
    private final EventAnswer<InvokeWithResponseStreamResponse, InvokeWithResponseStreamResponseEvent> answer;
    private boolean begun;
    private boolean gone;

    StreamedInvocation(
            String version,
            EventAnswer<InvokeWithResponseStreamResponse, InvokeWithResponseStreamResponseEvent> answer) {
        this.version = version;
        this.answer = answer;
    }

    @Override
    public void begin(String contentType) {
        if (!begun) {
            begun = true;
            answer.begin(InvokeWithResponseStreamResponse.builder()
                    .statusCode(200)
                    .executedVersion(version)
                    .responseStreamContentType(contentType)
                    .build());
        }
    }

    @Override
    public void piece(byte[] bytes) {
        send(InvokeWithResponseStreamResponseEvent.payloadChunkBuilder()
                .payload(SdkBytes.fromByteArrayUnsafe(bytes))
                .build());
    }

    /** The end, with what the function answered if it didn't answer in pieces. */
    void complete(Invocations.Outcome outcome) {
        boolean whole = !begun;
        begin("application/json");
        var complete = InvokeWithResponseStreamResponseEvent.invokeCompleteBuilder();
        if (outcome.logTail().length > 0) {
            complete.logResult(Base64.getEncoder().encodeToString(outcome.logTail()));
        }
        switch (outcome.answer()) {
            case Sandbox.Answer.Success success -> {
                if (whole && success.payload().length > 0) {
                    piece(success.payload());
                }
            }
            case Sandbox.Answer.Failure failure ->
                complete.errorCode(failure.errorType())
                        .errorDetails(new String(failure.payload(), StandardCharsets.UTF_8));
        }
        send(complete.build());
    }

    private void send(InvokeWithResponseStreamResponseEvent event) {
        if (gone) {
            return;
        }
        try {
            answer.event(event);
        } catch (IOException e) {
            gone = true;
        }
    }
}
