package dev.tsumuji.logs;

import dev.tsumuji.kernel.kv.Codec;
import java.time.Instant;

/**
 * A subscription filter as it is stored, under its group and its name.
 *
 * @param function ARN of the one that is told
 */
record Subscription(Instant createdAt, String pattern, String function, String distribution) {
    static final Codec<Subscription> CODEC = Codec.of(Subscription.class);
}
