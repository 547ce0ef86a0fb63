package dev.tsumuji.kernel.cloud;

import java.util.Set;
import software.amazon.awssdk.core.SdkClient;

/**
 * A service as the platform holds it.
 *
 * @param name the signing name, {@code lambda}
 * @param api the SDK's client interface
 * @param implementation an object that implements {@code api}; operations it leaves to the interface's defaults throw
 *     {@link UnsupportedOperationException} and are answered 501
 * @param deniedCode the error code of a refusal: {@code AccessDeniedException} for JSON services, {@code AccessDenied} for
 *     XML ones
 * @param prompt operations that compute little and otherwise wait, so that they are run on the event loop of their connection
 *     ({@link dev.tsumuji.kernel.call.EventLoop}); by the model's names
 */
public record Service(
        String name,
        Class<? extends SdkClient> api,
        SdkClient implementation,
        Actions actions,
        String deniedCode,
        Set<String> prompt) {
    public Service {
        prompt = Set.copyOf(prompt);
    }

    /** None of whose operations is prompt. */
    public Service(
            String name, Class<? extends SdkClient> api, SdkClient implementation, Actions actions, String deniedCode) {
        this(name, api, implementation, actions, deniedCode, Set.of());
    }
}
