package dev.tsumuji.kernel.call;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Under what an operation runs: who asks, for which account and region, when and from where. Bound to a scoped value by
 * the gate; made only at the front door from a verified signature, and by {@link dev.tsumuji.kernel.cloud.Cloud} when one
 * service acts for a principal.
 *
 * @param account whose resources the call is about when its request names none
 * @param context condition keys beside the ones derived from the other members, such as {@code aws:SourceArn}
 */
public record Call(
        String account,
        String region,
        Principal principal,
        @Nullable Session session,
        @Nullable String accessKeyId,
        String requestId,
        String sourceIp,
        String userAgent,
        Instant time,
        boolean secure,
        Map<String, String> context) {

    /** Bound by the gate for the length of one operation. */
    public static final ScopedValue<Call> CURRENT = ScopedValue.newInstance();

    /** @throws java.util.NoSuchElementException outside of an operation, which is a programmer's error */
    public static Call current() {
        return CURRENT.get();
    }
}
