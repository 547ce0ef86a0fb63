package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Codec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A bucket as it is stored.
 *
 * @param id random; names the bucket's data and settings, see {@link S3Keys}; a bucket made anew under the same name has another
 * @param location as it was asked for: null for us-east-1, and {@code EU} stays {@code EU}
 * @param versioning null while it was never turned on, then {@code Enabled} or {@code Suspended}
 * @param objectLock whether versions can be protected; it can be turned on later, and never off
 */
record Bucket(
        long id,
        String name,
        String account,
        String region,
        @Nullable String location,
        Instant createdAt,
        @Nullable String versioning,
        boolean objectLock) {
    static final Codec<Bucket> CODEC = Codec.of(Bucket.class);

    static final String ENABLED = "Enabled";
    static final String SUSPENDED = "Suspended";

    boolean versioned() {
        return ENABLED.equals(versioning);
    }

    boolean suspended() {
        return SUSPENDED.equals(versioning);
    }

    String arn() {
        return "arn:aws:s3:::" + name;
    }

    Bucket withVersioning(String status) {
        return new Bucket(id, name, account, region, location, createdAt, status, objectLock);
    }

    Bucket withObjectLock() {
        return new Bucket(id, name, account, region, location, createdAt, ENABLED, true);
    }
}
