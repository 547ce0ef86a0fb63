package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Denied;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Txn;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Deleting objects and versions. Thread-safe: all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjects.html">Deleting objects</a>
 */
final class Deletions {
    /** Keys of one request that are deleted in one commit. */
    private static final int BATCH = 100;

    private final Kv kv;
    private final Buckets buckets;
    private final Versions versions;
    private final Events events;
    private final InstantSource clock;

    Deletions(Kv kv, Buckets buckets, Versions versions, Events events, InstantSource clock) {
        this.kv = kv;
        this.buckets = buckets;
        this.versions = versions;
        this.events = events;
        this.clock = clock;
    }

    /**
     * What became of one.
     *
     * @param marker whether a delete marker was made, or was what was deleted
     * @param versionId of the marker that was made, or of the version that is gone
     */
    private record Deleted(boolean marker, @Nullable String versionId) {
        static final Deleted PLAIN = new Deleted(false, null);
    }

    DeleteObjectResponse delete(DeleteObjectRequest request) {
        if (request.ifMatchLastModifiedTime() != null) {
            throw S3Errors.notImplemented("x-amz-if-match-last-modified-time");
        }
        if (request.ifMatchSize() != null) {
            throw S3Errors.notImplemented("x-amz-if-match-size");
        }
        boolean bypass = Boolean.TRUE.equals(request.bypassGovernanceRetention());
        var deleted = kv.transact(txn -> {
            var bucket = buckets.require(txn, request.bucket(), request.expectedBucketOwner());
            return one(txn, bucket, request.key(), request.versionId(), request.ifMatch(), bypass);
        });
        return DeleteObjectResponse.builder()
                .deleteMarker(deleted.marker ? true : null)
                .versionId(deleted.versionId)
                .build();
    }

    private Deleted one(
            Txn txn, Bucket bucket, String key, @Nullable String versionId, @Nullable String match, boolean bypass) {
        var bytes = ObjectKeys.check(key);
        if (match != null) {
            var current = versionId == null
                    ? versions.current(txn, bucket, bytes)
                    : versions.find(txn, bucket, bytes, versionId);
            if (current == null) {
                throw S3Errors.noSuchKey(key);
            }
            var tag = Conditions.bare(match);
            if (!tag.equals("*") && !tag.equals(current.etag())) {
                throw S3Errors.preconditionFailed("If-Match");
            }
        }
        if (versionId != null) {
            return version(txn, bucket, key, versionId, bypass);
        }
        return bucket.versioning() == null ? only(txn, bucket, key) : marked(txn, bucket, key);
    }

    private Deleted only(Txn txn, Bucket bucket, String key) {
        var bytes = S3Keys.bytes(key);
        var current = versions.current(txn, bucket, bytes);
        if (current != null) {
            versions.remove(txn, bucket, bytes, current);
            events.happened(txn, bucket, "ObjectRemoved:Delete", key, current.at(current.order() + 1, null));
        }
        return Deleted.PLAIN;
    }

    private Deleted marked(Txn txn, Bucket bucket, String key) {
        var now = clock.instant();
        var marker = versions.add(
                txn,
                bucket,
                S3Keys.bytes(key),
                Version.marker(now, Call.current().account()),
                now);
        events.happened(txn, bucket, "ObjectRemoved:DeleteMarkerCreated", key, marker);
        return new Deleted(true, marker.shownId());
    }

    private Deleted version(Txn txn, Bucket bucket, String key, String versionId, boolean bypass) {
        var bytes = S3Keys.bytes(key);
        var version = versions.find(txn, bucket, bytes, versionId);
        if (version == null) {
            return new Deleted(false, versionId);
        }
        Locks.checkDelete(version, bypass, clock.instant());
        if (bucket.versioning() == null) {
            versions.remove(txn, bucket, bytes, version);
        } else {
            versions.removeOne(txn, bucket, bytes, version);
        }
        events.happened(txn, bucket, "ObjectRemoved:Delete", key, version);
        return new Deleted(version.deleteMarker(), versionId);
    }

    // ---- many at once

    DeleteObjectsResponse delete(DeleteObjectsRequest request) {
        var wanted = request.delete() == null
                ? List.<ObjectIdentifier>of()
                : request.delete().objects();
        if (wanted.isEmpty()
                || wanted.size() > S3Limits.DELETED_AT_ONCE_MAX
                || wanted.stream()
                        .anyMatch(object -> object.key() == null || object.key().isEmpty())) {
            throw S3Errors.malformedXml();
        }
        buckets.read(request.bucket(), request.expectedBucketOwner());
        boolean quiet = Boolean.TRUE.equals(request.delete().quiet());
        boolean bypass = Boolean.TRUE.equals(request.bypassGovernanceRetention());
        var deleted = new ArrayList<DeletedObject>();
        var errors = new ArrayList<S3Error>();
        for (int from = 0; from < wanted.size(); from += BATCH) {
            var batch = wanted.subList(from, Math.min(wanted.size(), from + BATCH));
            var outcomes = kv.transact(txn -> {
                var bucket = buckets.require(txn, request.bucket(), request.expectedBucketOwner());
                return batch.stream()
                        .map(object -> outcome(txn, bucket, object, bypass))
                        .toList();
            });
            for (var outcome : outcomes) {
                switch (outcome) {
                    case DeletedObject done when !quiet -> deleted.add(done);
                    case S3Error error -> errors.add(error);
                    default -> {
                        // done, and nobody wants to hear of it
                    }
                }
            }
        }
        return DeleteObjectsResponse.builder().deleted(deleted).errors(errors).build();
    }

    /** A {@link DeletedObject} or an {@link S3Error}; one that fails writes nothing. */
    private Object outcome(Txn txn, Bucket bucket, ObjectIdentifier object, boolean bypass) {
        var denial = Denied.current().message("arn:aws:s3:::" + bucket.name() + "/" + object.key());
        if (denial != null) {
            return S3Error.builder()
                    .key(object.key())
                    .versionId(object.versionId())
                    .code("AccessDenied")
                    .message(denial)
                    .build();
        }
        try {
            var deleted = one(txn, bucket, object.key(), object.versionId(), object.eTag(), bypass);
            var made = deleted.marker ? deleted.versionId : null;
            return DeletedObject.builder()
                    .key(object.key())
                    .versionId(object.versionId())
                    .deleteMarker(deleted.marker ? true : null)
                    .deleteMarkerVersionId(made)
                    .build();
        } catch (S3Exception e) {
            boolean noVersion = e.awsErrorDetails().errorCode().equals("InvalidArgument");
            return S3Error.builder()
                    .key(object.key())
                    .versionId(object.versionId())
                    .code(noVersion ? "NoSuchVersion" : e.awsErrorDetails().errorCode())
                    .message(
                            noVersion
                                    ? "The specified version does not exist."
                                    : e.awsErrorDetails().errorMessage())
                    .build();
        }
    }
}
