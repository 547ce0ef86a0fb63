package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Actions;
import dev.tsumuji.kernel.kv.Kv;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;

/**
 * What each operation needs. The resource policy is the bucket's.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html">Actions of S3</a>
 */
public final class S3Actions implements Actions {
    /** Operations whose action has another name. */
    private static final Map<String, String> RENAMED =
            Map.ofEntries(Map.entry("ListBuckets", "ListAllMyBuckets"), Map.entry("HeadBucket", "ListBucket"));

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
        return List.of(on(action, "arn:aws:s3:::" + name, bucket, call));
    }

    private Access on(String action, String resource, @Nullable Bucket bucket, Call call) {
        if (bucket == null) {
            return Access.of(action, resource, call.account());
        }
        return Access.of(action, resource, bucket.account()).guardedBy(() -> policy(bucket));
    }

    private @Nullable String policy(Bucket bucket) {
        var policy = kv.read(snapshot -> Setting.POLICY.find(snapshot, bucket));
        return policy == null ? null : policy.text();
    }
}
