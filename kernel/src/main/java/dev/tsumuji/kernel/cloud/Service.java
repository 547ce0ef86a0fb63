package dev.tsumuji.kernel.cloud;

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
 */
public record Service(
        String name, Class<? extends SdkClient> api, SdkClient implementation, Actions actions, String deniedCode) {}
