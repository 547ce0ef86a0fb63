package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Actions;
import dev.tsumuji.kernel.kv.Kv;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkRequest;

/**
 * What each operation needs. The resource policy is the bucket's.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html">Actions of S3</a>
 */
public final class S3Actions implements Actions {
    /** Operations whose action has another name. */
    private static final Map<String, String> RENAMED = Map.ofEntries(
            Map.entry("ListBuckets", "ListAllMyBuckets"),
            Map.entry("HeadBucket", "ListBucket"),
            Map.entry("PutBucketCors", "PutBucketCORS"),
            Map.entry("GetBucketCors", "GetBucketCORS"),
            Map.entry("DeleteBucketCors", "PutBucketCORS"),
            Map.entry("PutBucketLifecycleConfiguration", "PutLifecycleConfiguration"),
            Map.entry("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"),
            Map.entry("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
            Map.entry("DeleteBucketTagging", "PutBucketTagging"),
            Map.entry("PutBucketEncryption", "PutEncryptionConfiguration"),
            Map.entry("GetBucketEncryption", "GetEncryptionConfiguration"),
            Map.entry("DeleteBucketEncryption", "PutEncryptionConfiguration"),
            Map.entry("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
            Map.entry("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
            Map.entry("DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
            Map.entry("DeleteBucketOwnershipControls", "PutBucketOwnershipControls"),
            Map.entry("PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"),
            Map.entry("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
            Map.entry("PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
            Map.entry("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
            Map.entry("PutBucketNotificationConfiguration", "PutBucketNotification"),
            Map.entry("GetBucketNotificationConfiguration", "GetBucketNotification"),
            Map.entry("GetBucketReplication", "GetReplicationConfiguration"),
            Map.entry("DeleteBucketReplication", "PutReplicationConfiguration"),
            Map.entry("ListBucketAnalyticsConfigurations", "GetAnalyticsConfiguration"),
            Map.entry("GetBucketAnalyticsConfiguration", "GetAnalyticsConfiguration"),
            Map.entry("DeleteBucketAnalyticsConfiguration", "PutAnalyticsConfiguration"),
            Map.entry("ListBucketInventoryConfigurations", "GetInventoryConfiguration"),
            Map.entry("GetBucketInventoryConfiguration", "GetInventoryConfiguration"),
            Map.entry("DeleteBucketInventoryConfiguration", "PutInventoryConfiguration"),
            Map.entry("ListBucketMetricsConfigurations", "GetMetricsConfiguration"),
            Map.entry("GetBucketMetricsConfiguration", "GetMetricsConfiguration"),
            Map.entry("DeleteBucketMetricsConfiguration", "PutMetricsConfiguration"),
            Map.entry("ListBucketIntelligentTieringConfigurations", "GetIntelligentTieringConfiguration"),
            Map.entry("GetBucketIntelligentTieringConfiguration", "GetIntelligentTieringConfiguration"),
            Map.entry("DeleteBucketIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration"));

    private final Kv kv;
    private final Buckets buckets;

    S3Actions(Kv kv, Buckets buckets) {
        this.kv = kv;
        this.buckets = buckets;
    }

    @Override
    public List<Access> of(String operation, SdkRequest request, Call call) {
        var action = "s3:" + RENAMED.getOrDefault(operation, operation);
        var name = request.getValueForField("Bucket", String.class).orElse(null);
        if (name == null) {
            return List.of(Access.of(action, "*", call.account()));
        }
        var bucket = kv.read(snapshot -> buckets.find(snapshot, name));
        var resource = "arn:aws:s3:::" + name;
        if (bucket == null) {
            // that there is no such bucket is told to everybody
            return List.of(
                    operation.equals("CreateBucket")
                            ? Access.of(action, resource, call.account()).with(S3Context.of(request))
                            : Access.open(action, call.account()));
        }
        return List.of(Access.of(action, resource, bucket.account())
                .with(S3Context.of(request))
                .guardedBy(() -> kv.read(snapshot -> BucketPolicies.effective(snapshot, bucket, null, null, call))));
    }
}
