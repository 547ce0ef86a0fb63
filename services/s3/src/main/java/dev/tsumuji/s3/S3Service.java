package dev.tsumuji.s3;

import dev.tsumuji.kernel.blobs.Blobs;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.kernel.site.Site;
import dev.tsumuji.kernel.time.Ids;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.*;

/**
 * S3: buckets and objects. An object is readable as soon as its write has answered, and is on disk then. Thread-safe; all state
 * is in the store and in blobs.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html">S3 API</a>
 */
public final class S3Service implements SettingsOperations {
    private final Kv kv;
    private final Buckets buckets;
    private final BucketSettings settings;

    public S3Service(Kv kv, Blobs blobs, Outbox outbox, Cloud cloud, InstantSource clock, Ids ids) {
        this.kv = kv;
        buckets = new Buckets(kv, ids);
        settings = new BucketSettings(kv, buckets);
    }

    /** This service as the platform holds it. */
    public Service service() {
        return new Service("s3", S3Client.class, this, new S3Actions(kv, buckets), "AccessDenied");
    }

    /** Buckets as websites. */
    public Site website(Gate gate) {
        return new WebsiteSite(gate, this);
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // holds nothing: the store and the blobs belong to whoever made them
    }

    // ---- buckets

    @Override
    public CreateBucketResponse createBucket(CreateBucketRequest request) {
        return buckets.create(request);
    }

    @Override
    public HeadBucketResponse headBucket(HeadBucketRequest request) {
        var bucket = buckets.read(request.bucket(), request.expectedBucketOwner());
        return HeadBucketResponse.builder()
                .bucketArn(bucket.arn())
                .bucketRegion(bucket.region())
                .accessPointAlias(false)
                .build();
    }

    @Override
    public ListBucketsResponse listBuckets(ListBucketsRequest request) {
        return buckets.list(request);
    }

    @Override
    public GetBucketLocationResponse getBucketLocation(GetBucketLocationRequest request) {
        return GetBucketLocationResponse.builder()
                .locationConstraint(buckets.read(request.bucket(), request.expectedBucketOwner())
                        .location())
                .build();
    }

    @Override
    public DeleteBucketResponse deleteBucket(DeleteBucketRequest request) {
        buckets.delete(
                request.bucket(), request.expectedBucketOwner(), (txn, bucket) -> txn.delete(S3Keys.data(bucket.id())));
        return DeleteBucketResponse.builder().build();
    }

    // ---- settings of buckets: see SettingsOperations

    @Override
    public BucketSettings settings() {
        return settings;
    }

    @Override
    public @Nullable Bucket bucketNamed(String name) {
        return kv.read(snapshot -> buckets.find(snapshot, name));
    }

    // ---- objects

    // ---- uploads in parts

    // ---- listings
}
