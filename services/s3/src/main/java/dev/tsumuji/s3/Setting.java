package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.NotificationConfiguration;
import software.amazon.awssdk.services.s3.model.ObjectLockConfiguration;

/**
 * One kind of settings that a bucket may have, each stored under the bucket's id by its name, and gone with the bucket.
 *
 * @param <T> what is stored: a record, or a model class of the SDK
 */
record Setting<T>(String name, Codec<T> codec) {
    static final Setting<Document> POLICY = of("policy", Document.class);
    static final Setting<ObjectLockConfiguration> OBJECT_LOCK = of("object-lock", ObjectLockConfiguration.class);
    static final Setting<NotificationConfiguration> NOTIFICATION = of("notification", NotificationConfiguration.class);

    /** A setting that is a text, such as a policy. */
    record Document(String text) {}

    static <T> Setting<T> of(String name, Class<T> type) {
        return new Setting<>(name, Codec.of(type));
    }

    @Nullable
    T find(Snapshot snapshot, Bucket bucket) {
        return codec.decodeNullable(snapshot.get(S3Keys.setting(bucket.id(), name)));
    }

    void put(Txn txn, Bucket bucket, T value) {
        txn.put(S3Keys.setting(bucket.id(), name), codec.encode(value));
    }

    void delete(Txn txn, Bucket bucket) {
        txn.delete(S3Keys.setting(bucket.id(), name));
    }
}
