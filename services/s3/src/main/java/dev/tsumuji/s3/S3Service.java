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
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
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
    private final InstantSource clock;
    private final Buckets buckets;
    private final BucketSettings settings;
    private final Versions versions;
    private final Objects objects;
    private final Deletions deletions;
    private final Copies copies;
    private final Uploads uploads;
    private final Completions completions;
    private final Listings listings;
    private final Attributes attributes;
    private final Subresources subresources;
    private final Versioning versioning;
    private final Notifications notifications;
    private final ObjectAccess access;
    private final LifecycleSweep lifecycleSweep;
    private final Charges charges;
    private final Principals principals;

    public S3Service(Kv kv, Blobs blobs, Outbox outbox, Cloud cloud, InstantSource clock, Ids ids) {
        this.kv = kv;
        this.clock = clock;
        buckets = new Buckets(kv, ids);
        settings = new BucketSettings(kv, buckets);
        var bodies = new Bodies(kv, blobs, ids);
        versions = new Versions(bodies, ids);
        var events = new Events(outbox, cloud, clock);
        objects = new Objects(kv, buckets, bodies, versions, events, clock, ids);
        deletions = new Deletions(kv, buckets, versions, events, clock);
        copies = new Copies(kv, buckets, bodies, objects, clock);
        uploads = new Uploads(kv, buckets, bodies, objects, copies, outbox, clock, ids);
        completions = new Completions(kv, buckets, bodies, versions, uploads, events, objects);
        listings = new Listings(kv, buckets, versions);
        attributes = new Attributes(kv, buckets, bodies, objects);
        subresources = new Subresources(kv, buckets, objects, versions, events, clock);
        versioning = new Versioning(kv, buckets);
        notifications = new Notifications(kv, buckets, cloud, ids);
        access = new ObjectAccess(settings, subresources);
        charges = new Charges(kv, buckets);
        principals = new Principals(cloud);
        lifecycleSweep = new LifecycleSweep(kv, buckets, versions, uploads, events, outbox, clock, ids);
    }

    /** This service as the platform holds it. */
    public Service service() {
        return new Service("s3", S3Client.class, this, new S3Actions(kv, buckets, versions), "AccessDenied");
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
                request.bucket(),
                request.expectedBucketOwner(),
                (txn, bucket) -> uploads.bucketGone(txn, bucket, clock.instant()));
        return DeleteBucketResponse.builder().build();
    }

    // ---- settings of buckets: see SettingsOperations

    @Override
    public BucketSettings settings() {
        return settings;
    }

    @Override
    public Principals principals() {
        return principals;
    }

    @Override
    public LifecycleSweep lifecycleSweep() {
        return lifecycleSweep;
    }

    @Override
    public @Nullable Bucket bucketNamed(String name) {
        return kv.read(snapshot -> buckets.find(snapshot, name));
    }

    @Override
    public PutBucketVersioningResponse putBucketVersioning(PutBucketVersioningRequest request) {
        versioning.put(request);
        return PutBucketVersioningResponse.builder().build();
    }

    @Override
    public GetBucketVersioningResponse getBucketVersioning(GetBucketVersioningRequest request) {
        return versioning.get(request);
    }

    @Override
    public PutBucketNotificationConfigurationResponse putBucketNotificationConfiguration(
            PutBucketNotificationConfigurationRequest request) {
        notifications.put(request);
        return PutBucketNotificationConfigurationResponse.builder().build();
    }

    @Override
    public GetBucketNotificationConfigurationResponse getBucketNotificationConfiguration(
            GetBucketNotificationConfigurationRequest request) {
        return notifications.get(request);
    }

    // ---- objects

    @Override
    public PutObjectResponse putObject(PutObjectRequest request, RequestBody body) {
        return charges.told(request, objects.put(request, body));
    }

    @Override
    public <T> T getObject(GetObjectRequest request, ResponseTransformer<GetObjectResponse, T> transformer) {
        return objects.get(request, charges.told(request, transformer));
    }

    @Override
    public HeadObjectResponse headObject(HeadObjectRequest request) {
        return charges.told(request, objects.head(request));
    }

    @Override
    public GetObjectAttributesResponse getObjectAttributes(GetObjectAttributesRequest request) {
        return charges.told(request, attributes.get(request));
    }

    @Override
    public CopyObjectResponse copyObject(CopyObjectRequest request) {
        return charges.told(request, copies.copy(request));
    }

    @Override
    public DeleteObjectResponse deleteObject(DeleteObjectRequest request) {
        return charges.told(request, deletions.delete(request));
    }

    @Override
    public DeleteObjectsResponse deleteObjects(DeleteObjectsRequest request) {
        return charges.told(request, deletions.delete(request));
    }

    // ---- tags and protection of objects

    @Override
    public PutObjectTaggingResponse putObjectTagging(PutObjectTaggingRequest request) {
        return subresources.putTags(request);
    }

    @Override
    public GetObjectTaggingResponse getObjectTagging(GetObjectTaggingRequest request) {
        return subresources.tags(request);
    }

    @Override
    public DeleteObjectTaggingResponse deleteObjectTagging(DeleteObjectTaggingRequest request) {
        return subresources.deleteTags(request);
    }

    @Override
    public PutObjectRetentionResponse putObjectRetention(PutObjectRetentionRequest request) {
        subresources.putRetention(request);
        return charges.told(request, PutObjectRetentionResponse.builder().build());
    }

    @Override
    public GetObjectRetentionResponse getObjectRetention(GetObjectRetentionRequest request) {
        return subresources.retention(request);
    }

    @Override
    public PutObjectLegalHoldResponse putObjectLegalHold(PutObjectLegalHoldRequest request) {
        subresources.putLegalHold(request);
        return charges.told(request, PutObjectLegalHoldResponse.builder().build());
    }

    @Override
    public GetObjectLegalHoldResponse getObjectLegalHold(GetObjectLegalHoldRequest request) {
        return subresources.legalHold(request);
    }

    @Override
    public PutObjectAclResponse putObjectAcl(PutObjectAclRequest request) {
        return charges.told(request, access.put(request));
    }

    @Override
    public GetObjectAclResponse getObjectAcl(GetObjectAclRequest request) {
        return access.get(request);
    }

    // ---- uploads in parts

    @Override
    public CreateMultipartUploadResponse createMultipartUpload(CreateMultipartUploadRequest request) {
        return charges.told(request, uploads.create(request));
    }

    @Override
    public UploadPartResponse uploadPart(UploadPartRequest request, RequestBody body) {
        return charges.told(request, uploads.part(request, body));
    }

    @Override
    public UploadPartCopyResponse uploadPartCopy(UploadPartCopyRequest request) {
        return charges.told(request, uploads.copy(request));
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(CompleteMultipartUploadRequest request) {
        return charges.told(request, completions.complete(request));
    }

    @Override
    public AbortMultipartUploadResponse abortMultipartUpload(AbortMultipartUploadRequest request) {
        uploads.abort(request);
        return charges.told(request, AbortMultipartUploadResponse.builder().build());
    }

    @Override
    public ListPartsResponse listParts(ListPartsRequest request) {
        return charges.told(request, uploads.list(request));
    }

    @Override
    public ListMultipartUploadsResponse listMultipartUploads(ListMultipartUploadsRequest request) {
        return charges.told(request, listings.list(request));
    }

    // ---- listings

    @Override
    public ListObjectsResponse listObjects(ListObjectsRequest request) {
        return charges.told(request, listings.list(request));
    }

    @Override
    public ListObjectsV2Response listObjectsV2(ListObjectsV2Request request) {
        return charges.told(request, listings.list(request));
    }

    @Override
    public ListObjectVersionsResponse listObjectVersions(ListObjectVersionsRequest request) {
        return charges.told(request, listings.list(request));
    }
}
