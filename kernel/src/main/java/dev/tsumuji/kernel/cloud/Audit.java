package dev.tsumuji.kernel.cloud;

import dev.tsumuji.kernel.call.Call;
import java.util.List;

/** Takes a record of every call. Must not block and must not throw. */
@FunctionalInterface
public interface Audit {

    void record(Entry entry);

    /** @param errorCode AWS's error code, empty when the operation succeeded */
    record Entry(
            Call call,
            String service,
            String operation,
            List<Decision> decisions,
            String errorCode,
            long durationNanos) {}
}
