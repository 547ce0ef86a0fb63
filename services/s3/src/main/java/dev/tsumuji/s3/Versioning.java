package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Kv;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningRequest;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningResponse;
import software.amazon.awssdk.services.s3.model.PutBucketVersioningRequest;

/** Turns the keeping of versions on and off. Thread-safe: all state is in the store. */
final class Versioning {
    private final Kv kv;
    private final Buckets buckets;

    Versioning(Kv kv, Buckets buckets) {
        this.kv = kv;
        this.buckets = buckets;
    }

    void put(PutBucketVersioningRequest request) {
        var configuration = request.versioningConfiguration();
        var status = configuration == null ? null : configuration.statusAsString();
        kv.transact(txn -> {
            var bucket = buckets.require(txn, request.bucket(), request.expectedBucketOwner());
            if (status == null) {
                throw S3Errors.of(
                        "IllegalVersioningConfigurationException", 400, "The Versioning element must be specified");
            }
            if (!status.equals(Bucket.ENABLED) && !status.equals(Bucket.SUSPENDED)) {
                throw S3Errors.malformedXml();
            }
            if (bucket.objectLock() && status.equals(Bucket.SUSPENDED)) {
                throw S3Errors.of(
                        "InvalidBucketState",
                        409,
                        "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.");
            }
            return buckets.change(txn, bucket, before -> before.withVersioning(status));
        });
    }

    GetBucketVersioningResponse get(GetBucketVersioningRequest request) {
        return GetBucketVersioningResponse.builder()
                .status(buckets.read(request.bucket(), request.expectedBucketOwner())
                        .versioning())
                .build();
    }
}
