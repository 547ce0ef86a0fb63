package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;

/** How settings of buckets are read and changed: in one transaction with the bucket itself. Thread-safe. */
final class BucketSettings {
    private final Kv kv;
    private final Buckets buckets;

    BucketSettings(Kv kv, Buckets buckets) {
        this.kv = kv;
        this.buckets = buckets;
    }

    /** @param owner the account that the caller thinks owns the bucket; null when it doesn't say */
    <T extends @Nullable Object> T read(String bucket, @Nullable String owner, BiFunction<Snapshot, Bucket, T> body) {
        return kv.read(snapshot -> body.apply(snapshot, buckets.require(snapshot, bucket, owner)));
    }

    /** Reads without asking whether the bucket is there. */
    <T extends @Nullable Object> T peek(Function<Snapshot, T> body) {
        return kv.read(body::apply);
    }

    /** Replaces the bucket's own record. */
    void replace(Txn txn, Bucket bucket, UnaryOperator<Bucket> change) {
        buckets.change(txn, bucket, change);
    }

    void change(String bucket, @Nullable String owner, BiConsumer<Txn, Bucket> body) {
        kv.transact(txn -> {
            body.accept(txn, buckets.require(txn, bucket, owner));
            return bucket;
        });
    }

    /** @throws software.amazon.awssdk.services.s3.model.S3Exception as {@code absent} makes it when it was never put */
    <T> T get(Setting<T> setting, String bucket, @Nullable String owner, Function<String, RuntimeException> absent) {
        return read(bucket, owner, (snapshot, found) -> {
            var value = setting.find(snapshot, found);
            if (value == null) {
                throw absent.apply(bucket);
            }
            return value;
        });
    }

    <T> void put(Setting<T> setting, String bucket, @Nullable String owner, T value) {
        change(bucket, owner, (txn, found) -> setting.put(txn, found, value));
    }

    <T> void delete(Setting<T> setting, String bucket, @Nullable String owner) {
        change(bucket, owner, (txn, found) -> setting.delete(txn, found));
    }

    @Nullable
    Bucket find(Snapshot snapshot, String name) {
        return buckets.find(snapshot, name);
    }

    /** What the settings of a new bucket begin with. */
    static void begin(Txn txn, Bucket bucket, CreateBucketRequest request) {
        var ownership = Ownership.ofCreation(request.objectOwnershipAsString());
        if (request.objectOwnershipAsString() != null) {
            ownership.store(txn, bucket);
        }
        AccessLists.begin(txn, bucket, ownership, request);
        var configuration = request.createBucketConfiguration();
        if (configuration != null
                && configuration.hasTags()
                && !configuration.tags().isEmpty()) {
            BucketTags.put(txn, bucket, configuration.tags(), true);
        }
    }

    /** Whatever the document should have held. */
    static <T> T body(@Nullable T value) {
        if (value == null) {
            throw noBody();
        }
        return value;
    }

    static RuntimeException noBody() {
        return S3Errors.of("MissingRequestBodyError", 400, "Request Body is empty");
    }

    /** A setting that the platform could keep but not obey. */
    static RuntimeException notImplemented(String what) {
        return S3Errors.of("NotImplemented", 501, what + " is not implemented");
    }
}
