package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.PublicAccessBlockConfiguration;

/**
 * Which public access to a bucket is blocked. A new bucket blocks all of it; one whose setting was deleted blocks none.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html">Blocking public access</a>
 */
record PublicAccess(
        boolean deleted,
        boolean blockPublicAcls,
        boolean ignorePublicAcls,
        boolean blockPublicPolicy,
        boolean restrictPublicBuckets) {
    private static final Setting<PublicAccess> SETTING = Setting.of("public-access", PublicAccess.class);
    private static final PublicAccess INITIAL = new PublicAccess(false, true, true, true, true);
    private static final PublicAccess DELETED = new PublicAccess(true, false, false, false, false);

    static PublicAccess of(Snapshot snapshot, Bucket bucket) {
        var stored = SETTING.find(snapshot, bucket);
        return stored == null ? INITIAL : stored;
    }

    static void put(Txn txn, Bucket bucket, @Nullable PublicAccessBlockConfiguration configuration) {
        if (configuration == null) {
            throw BucketSettings.noBody();
        }
        SETTING.put(
                txn,
                bucket,
                new PublicAccess(
                        false,
                        Boolean.TRUE.equals(configuration.blockPublicAcls()),
                        Boolean.TRUE.equals(configuration.ignorePublicAcls()),
                        Boolean.TRUE.equals(configuration.blockPublicPolicy()),
                        Boolean.TRUE.equals(configuration.restrictPublicBuckets())));
    }

    static void delete(Txn txn, Bucket bucket) {
        SETTING.put(txn, bucket, DELETED);
    }

    PublicAccessBlockConfiguration configuration(Bucket bucket) {
        if (deleted) {
            throw S3Errors.of(
                    "NoSuchPublicAccessBlockConfiguration",
                    404,
                    "The public access block configuration was not found",
                    "BucketName",
                    bucket.name());
        }
        return PublicAccessBlockConfiguration.builder()
                .blockPublicAcls(blockPublicAcls)
                .ignorePublicAcls(ignorePublicAcls)
                .blockPublicPolicy(blockPublicPolicy)
                .restrictPublicBuckets(restrictPublicBuckets)
                .build();
    }
}
