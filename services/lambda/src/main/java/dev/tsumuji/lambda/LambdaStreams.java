package dev.tsumuji.lambda;

import dev.tsumuji.kernel.cloud.EventAnswer;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamRequest;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponse;
import software.amazon.awssdk.services.lambda.model.InvokeWithResponseStreamResponseEvent;

/** Lambda's operations that answer with events, which the SDK's synchronous interface leaves out. */
public interface LambdaStreams extends SdkClient {

    /**
     * Runs a function and hands its answer on while it is made.
     *
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html">InvokeWithResponseStream</a>
     */
    void invokeWithResponseStream(
            InvokeWithResponseStreamRequest request,
            EventAnswer<InvokeWithResponseStreamResponse, InvokeWithResponseStreamResponseEvent> answer);
}
