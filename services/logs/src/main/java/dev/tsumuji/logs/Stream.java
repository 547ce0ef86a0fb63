package dev.tsumuji.logs;

import dev.tsumuji.kernel.kv.Codec;
import java.time.Instant;

/**
 * A log stream as it is stored; times of its events are read from the events themselves, so that writing events never
 * rewrites it.
 *
 * @param id random; names the stream's events within its group
 */
record Stream(long id, String name, Instant createdAt) {
    static final Codec<Stream> CODEC = Codec.of(Stream.class);
}
