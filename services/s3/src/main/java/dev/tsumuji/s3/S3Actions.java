package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.cloud.Access;
import dev.tsumuji.kernel.cloud.Actions;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.GetObjectAttributesRequest;
import software.amazon.awssdk.services.s3.model.Payer;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;

/**
 * What each operation needs. The resource policy is the bucket's. A read of an object that isn't there needs {@code s3:ListBucket} as well, so
 * that nobody learns from an error which keys there are.
 *
 * @see <a href="https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html">Actions of S3</a>
 */
public final class S3Actions implements Actions {
    /** Operations whose action has another name. */
    private static final Map<String, String> RENAMED = Map.ofEntries(
            Map.entry("ListBuckets", "ListAllMyBuckets"),
            Map.entry("HeadBucket", "ListBucket"),
            Map.entry("ListObjects", "ListBucket"),
            Map.entry("ListObjectsV2", "ListBucket"),
            Map.entry("ListObjectVersions", "ListBucketVersions"),
            Map.entry("ListMultipartUploads", "ListBucketMultipartUploads"),
            Map.entry("ListParts", "ListMultipartUploadParts"),
            Map.entry("HeadObject", "GetObject"),
            Map.entry("CreateMultipartUpload", "PutObject"),
            Map.entry("UploadPart", "PutObject"),
            Map.entry("UploadPartCopy", "PutObject"),
            Map.entry("CompleteMultipartUpload", "PutObject"),
            Map.entry("CopyObject", "PutObject"),
            Map.entry("DeleteObjects", "DeleteObject"),
            Map.entry("GetBucketNotificationConfiguration", "GetBucketNotification"),
            Map.entry("PutBucketNotificationConfiguration", "PutBucketNotification"),
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
    /** Actions that are another one when they are about a version that is named. */
    private static final Set<String> VERSIONED = Set.of(
            "GetObject",
            "DeleteObject",
            "GetObjectAcl",
            "PutObjectAcl",
            "GetObjectTagging",
            "PutObjectTagging",
            "DeleteObjectTagging",
            "GetObjectAttributes");
    /** Operations that look at no object that there is. */
    private static final Set<String> ABOUT_NEW = Set.of(
            "PutObject",
            "CopyObject",
            "CreateMultipartUpload",
            "UploadPart",
            "UploadPartCopy",
            "CompleteMultipartUpload",
            "AbortMultipartUpload",
            "ListParts");
    /** Actions that the object's owner decides on, also where that isn't the bucket's. */
    private static final Set<String> OF_OBJECTS_OWNER = Set.of(
            "GetObject",
            "GetObjectAcl",
            "PutObjectAcl",
            "GetObjectTagging",
            "PutObjectTagging",
            "DeleteObjectTagging",
            "GetObjectAttributes");
    /** Operations of which a policy can ask whether they make an object. */
    private static final Map<String, String> CREATIONS = Map.of(
            "PutObject", "true",
            "CopyObject", "true",
            "CompleteMultipartUpload", "true",
            "CreateMultipartUpload", "false",
            "UploadPart", "false",
            "UploadPartCopy", "false");
    /** What the account's root may do whatever the policy says, so that nobody locks a bucket for good. */
    private static final Set<String> ALWAYS_ROOTS = Set.of("GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy");
    /** Reads that must not tell whether there is an object. */
    private static final Set<String> READS = Set.of("GetObject", "HeadObject", "GetObjectAttributes");

    private final Kv kv;
    private final Buckets buckets;
    private final Versions versions;

    S3Actions(Kv kv, Buckets buckets, Versions versions) {
        this.kv = kv;
        this.buckets = buckets;
        this.versions = versions;
    }

    @Override
    public List<Access> of(String operation, SdkRequest request, Call call) {
        var action = RENAMED.getOrDefault(operation, operation);
        var name = either(request, "Bucket", "DestinationBucket");
        if (name == null) {
            return List.of(Access.of("s3:" + action, "*", call.account()));
        }
        var key = either(request, "Key", "DestinationKey");
        var versionId = text(request, "VersionId");
        var facts = operation.equals("CreateBucket")
                ? Facts.NONE
                : facts(name, ABOUT_NEW.contains(operation) ? null : key, versionId);
        var bucket = facts.bucket;
        requirePayer(bucket, request, call);
        if (request instanceof DeleteObjectsRequest many) {
            return deletions(many, name, bucket, call);
        }
        var context = RequestKeys.of(request, call.time());
        if (bucket != null) {
            context.put("s3:ResourceAccount", List.of(bucket.account()));
        }
        if (key == null) {
            return List.of(on(action, name, null, bucket, call).with(context));
        }
        var needed = new ArrayList<Access>();
        var creates = CREATIONS.get(operation);
        if (creates != null) {
            context.put("s3:ObjectCreationOperation", List.of(creates));
        }
        context.putAll(facts.tags());
        needed.add(
                onObject(versioned(action, versionId), name, key, facts, call).with(context));
        beside(operation, request, name, key, facts, call, context, needed);
        return needed;
    }

    /**
     * Where the requester pays, other accounts must say that they know it, and nobody can't. Here no one pays, but the bucket
     * is as closed as on AWS.
     *
     * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html">Requester Pays</a>
     */
    private void requirePayer(@Nullable Bucket bucket, SdkRequest request, Call call) {
        boolean nobody = call.principal() instanceof Principal.Anonymous;
        boolean owners = !nobody && bucket != null && call.principal().account().equals(bucket.account());
        if (bucket == null
                || owners
                || call.principal() instanceof Principal.Service
                || request.sdkFields().stream()
                        .noneMatch(field -> field.memberName().equals("RequestPayer"))
                || !nobody && "requester".equals(text(request, "RequestPayer"))) {
            return;
        }
        if (kv.read(snapshot -> BucketConfigurations.payer(snapshot, bucket)) == Payer.REQUESTER) {
            throw S3Errors.accessDenied();
        }
    }

    private static String versioned(String action, @Nullable String versionId) {
        if (versionId == null || !VERSIONED.contains(action)) {
            return action;
        }
        return switch (action) {
            case "GetObject", "DeleteObject" -> action + "Version";
            case "GetObjectAttributes" -> "GetObjectVersionAttributes";
            default -> action.replace("Object", "ObjectVersion");
        };
    }

    /** What an operation on an object needs beside its own action. */
    private void beside(
            String operation,
            SdkRequest request,
            String name,
            String key,
            Facts facts,
            Call call,
            Map<String, List<String>> context,
            List<Access> needed) {
        var bucket = facts.bucket;
        if (request instanceof GetObjectAttributesRequest attributes) {
            needed.add(onObject(versioned("GetObject", attributes.versionId()), name, key, facts, call)
                    .with(context));
        }
        if (READS.contains(operation) && bucket != null && facts.version == null) {
            needed.add(on("ListBucket", name, null, bucket, call).with(Map.of("s3:prefix", List.of(key))));
        }
        var match = text(request, "IfMatch");
        if (match != null && !READS.contains(operation) && !match.equals("*")) {
            // whether the tag is the object's is told only to those who may read it
            needed.add(on(versioned("GetObject", text(request, "VersionId")), name, key, bucket, call)
                    .with(context));
        }
        if (operation.equals("PutObject")
                || operation.equals("CreateMultipartUpload")
                || operation.equals("CopyObject")) {
            addIf(request, "Tagging", "PutObjectTagging", name, key, bucket, call, context, needed);
            if (AccessLists.named(request)) {
                needed.add(onNew("PutObjectAcl", name, key, bucket, call).with(context));
            }
            addIf(request, "ObjectLockMode", "PutObjectRetention", name, key, bucket, call, context, needed);
            addIf(request, "ObjectLockLegalHoldStatus", "PutObjectLegalHold", name, key, bucket, call, context, needed);
        }
        if (request.getValueForField("BypassGovernanceRetention", Boolean.class).orElse(false)) {
            needed.add(on("BypassGovernanceRetention", name, key, bucket, call).with(context));
        }
        if (request instanceof CopyObjectRequest || request instanceof UploadPartCopyRequest) {
            needed.add(source(CopySource.of(request), request, call));
        }
    }

    private void addIf(
            SdkRequest request,
            String member,
            String action,
            String name,
            String key,
            @Nullable Bucket bucket,
            Call call,
            Map<String, List<String>> context,
            List<Access> needed) {
        if (text(request, member) != null) {
            needed.add(on(action, name, key, bucket, call).with(context));
        }
    }

    private Access source(CopySource from, SdkRequest request, Call call) {
        var facts = facts(from.bucket(), from.key(), from.versionId());
        requirePayer(facts.bucket, request, call);
        return onObject(versioned("GetObject", from.versionId()), from.bucket(), from.key(), facts, call)
                .with(facts.tags());
    }

    private List<Access> deletions(DeleteObjectsRequest request, String name, @Nullable Bucket bucket, Call call) {
        var objects = request.delete() == null
                ? List.<software.amazon.awssdk.services.s3.model.ObjectIdentifier>of()
                : request.delete().objects();
        var needed = new ArrayList<Access>();
        for (var object : objects.subList(0, Math.min(objects.size(), S3Limits.DELETED_AT_ONCE_MAX))) {
            if (object.key() != null) {
                var match = object.eTag();
                var context = match == null ? Map.<String, List<String>>of() : Map.of("s3:if-match", List.of(match));
                needed.add(on(versioned("DeleteObject", object.versionId()), name, object.key(), bucket, call)
                        .with(context)
                        .refusedAlone());
                if (match != null && !match.equals("*")) {
                    needed.add(on(versioned("GetObject", object.versionId()), name, object.key(), bucket, call)
                            .with(context)
                            .refusedAlone());
                }
                if (Boolean.TRUE.equals(request.bypassGovernanceRetention())) {
                    needed.add(on("BypassGovernanceRetention", name, object.key(), bucket, call)
                            .refusedAlone());
                }
            }
        }
        // A request that names nothing is refused for that, by whoever may delete here at all.
        return needed.isEmpty() ? List.of(on("DeleteObject", name, "*", bucket, call)) : needed;
    }

    /** What there is of what a request names, as one snapshot has it. */
    private record Facts(@Nullable Bucket bucket, @Nullable Version version) {
        static final Facts NONE = new Facts(null, null);

        /** Condition keys of the tags that an object has. */
        Map<String, List<String>> tags() {
            var context = new LinkedHashMap<String, List<String>>();
            if (version != null) {
                version.tags().forEach((tag, value) -> context.put("s3:ExistingObjectTag/" + tag, List.of(value)));
            }
            return context;
        }
    }

    /** @param key null when nothing needs to be known of an object */
    private Facts facts(String name, @Nullable String key, @Nullable String versionId) {
        return kv.read(snapshot -> {
            var bucket = buckets.find(snapshot, name);
            return new Facts(bucket, bucket == null || key == null ? null : existing(snapshot, bucket, key, versionId));
        });
    }

    private @Nullable Version existing(Snapshot snapshot, Bucket bucket, String key, @Nullable String versionId) {
        var bytes = S3Keys.bytes(key);
        if (bytes.length > S3Limits.KEY_SIZE_MAX_BYTES) {
            return null;
        }
        try {
            return versionId == null
                    ? versions.current(snapshot, bucket, bytes)
                    : versions.find(snapshot, bucket, bytes, versionId);
        } catch (software.amazon.awssdk.services.s3.model.S3Exception e) {
            // An id that no version can have: the operation says so itself.
            return null;
        }
    }

    /**
     * An access to an object, which may be another account's than the bucket.
     *
     * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-auth-workflow-object-operation.html">How S3 authorizes a request for an object operation</a>
     */
    private Access onObject(String action, String name, String key, Facts facts, Call call) {
        var bucket = facts.bucket;
        var version = facts.version;
        var access = on(action, name, key, bucket, call);
        if (bucket == null
                || version == null
                || version.owner().equals(bucket.account())
                || !OF_OBJECTS_OWNER.contains(action.replace("Version", ""))) {
            return access;
        }
        var owner = kv.read(snapshot -> Ownership.of(snapshot, bucket).ownerOf(bucket, version));
        return owner.equals(bucket.account())
                ? access
                : Access.of(access.action(), access.resource(), owner)
                        .guardedBy(() -> kv.read(
                                snapshot -> BucketPolicies.ofForeign(snapshot, bucket, version.acl(), key, call)));
    }

    private Access on(String action, String name, @Nullable String key, @Nullable Bucket bucket, Call call) {
        return on(action, false, name, key, bucket, call);
    }

    /** What is asked for together with the writing of an object: whom a list lets write, it lets give the new object a list. */
    private Access onNew(String action, String name, String key, @Nullable Bucket bucket, Call call) {
        return on(action, true, name, key, bucket, call);
    }

    private Access on(
            String action, boolean ofNew, String name, @Nullable String key, @Nullable Bucket bucket, Call call) {
        var resource = "arn:aws:s3:::" + name + (key == null ? "" : "/" + key);
        if (bucket == null) {
            // that there is no such bucket is told to everybody
            if (!action.equals("CreateBucket")) {
                throw BucketNames.unknown(name);
            }
            return Access.of("s3:" + action, resource, call.account());
        }
        var access = Access.of("s3:" + action, resource, bucket.account());
        boolean root = call.principal() instanceof Principal.Root owner
                && owner.account().equals(bucket.account());
        return root && ALWAYS_ROOTS.contains(action)
                ? access
                : access.guardedBy(() -> kv.read(snapshot -> policy(action, ofNew, snapshot, bucket, key, call)));
    }

    private @Nullable String policy(
            String action, boolean ofNew, Snapshot snapshot, Bucket bucket, @Nullable String key, Call call) {
        // a list belongs to one version: that of the latest says nothing of older ones
        var object = key == null || action.contains("Version") ? null : existing(snapshot, bucket, key, null);
        var list = object == null ? null : object.acl();
        if (object == null && action.equals("GetObject")) {
            // that there is nothing is told to whom the bucket's list lets see what there is
            list = AccessLists.ACL.find(snapshot, bucket);
        }
        return BucketPolicies.effective(snapshot, bucket, list, key, ofNew, call);
    }

    private static @Nullable String text(SdkRequest request, String member) {
        return request.getValueForField(member, String.class).orElse(null);
    }

    private static @Nullable String either(SdkRequest request, String one, String other) {
        var text = text(request, one);
        return text == null ? text(request, other) : text;
    }
}
