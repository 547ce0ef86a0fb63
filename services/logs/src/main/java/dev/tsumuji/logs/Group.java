package dev.tsumuji.logs;

import dev.tsumuji.kernel.kv.Codec;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A log group as it is stored.
 *
 * @param id random; names the group's data, see {@link LogsKeys}
 * @param retentionDays null when its events never expire
 */
record Group(
        long id,
        String name,
        Instant createdAt,
        String logGroupClass,
        @Nullable String kmsKeyId,
        @Nullable Integer retentionDays,
        boolean deletionProtected,
        Map<String, String> tags) {
    static final Codec<Group> CODEC = Codec.of(Group.class);

    /** Events before this millisecond have expired. */
    long expiredBefore(Instant now) {
        return retentionDays == null
                ? 0
                : now.minus(Duration.ofDays(retentionDays)).toEpochMilli();
    }

    Group withRetention(@Nullable Integer days) {
        return new Group(id, name, createdAt, logGroupClass, kmsKeyId, days, deletionProtected, tags);
    }

    Group withTags(Map<String, String> changed) {
        return new Group(id, name, createdAt, logGroupClass, kmsKeyId, retentionDays, deletionProtected, changed);
    }

    Group withDeletionProtection(boolean on) {
        return new Group(id, name, createdAt, logGroupClass, kmsKeyId, retentionDays, on, tags);
    }
}
