package dev.tsumuji.kernel.cloud;

import software.amazon.awssdk.core.SdkClient;

/** How a service reaches another one: through AWS's own API, under a principal, through the same gate as everybody. */
public interface Cloud {

    /**
     * A client of the SDK's own type whose calls run in this process.
     *
     * @throws IllegalArgumentException when the platform has no such service
     */
    <C extends SdkClient> C client(Class<C> api, Caller caller);
}
