package dev.tsumuji.kernel.cloud;

import dev.tsumuji.kernel.call.Call;
import java.util.List;
import software.amazon.awssdk.core.SdkRequest;

/** Which permissions a service's operations need. One implementation per service, {@code XxxActions}. */
@FunctionalInterface
public interface Actions {

    /**
     * All of them must be allowed.
     *
     * @param operation as the service's model names it, {@code CreateFunction}
     * @return never empty: an operation that needs no permission says so with {@link Access#open}
     */
    List<Access> of(String operation, SdkRequest request, Call call);
}
