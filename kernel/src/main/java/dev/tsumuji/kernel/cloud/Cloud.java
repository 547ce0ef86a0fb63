package dev.tsumuji.kernel.cloud;

import dev.tsumuji.kernel.call.Call;
import software.amazon.awssdk.core.SdkClient;

/** How a service reaches another one: through AWS's own API, under a principal, through the same gate as everybody. */
public interface Cloud {

    /**
     * A client of the SDK's own type whose calls run in this process.
     *
     * @throws IllegalArgumentException when the platform has no such service
     */
    <C extends SdkClient> C client(Class<C> api, Caller caller);

    /**
     * The same, for one operation that is a part of a call from outside: it keeps the call's request id, source and time. For
     * {@link dev.tsumuji.kernel.site.Site}s, whose visitors call a service without speaking its API.
     *
     * @param call as a visit made it, with the account and region that are meant
     */
    <C extends SdkClient> C client(Class<C> api, Call call);
}
