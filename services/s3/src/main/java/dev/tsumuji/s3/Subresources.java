package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Kv;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.*;

/**
 * What can be read and changed of a version without writing the object anew: its tags, its retention and its legal hold. Thread-safe: all
 * state is in the store.
 */
final class Subresources {
    private final Kv kv;
    private final Buckets buckets;
    private final Objects objects;
    private final Versions versions;
    private final Events events;
    private final InstantSource clock;

    Subresources(Kv kv, Buckets buckets, Objects objects, Versions versions, Events events, InstantSource clock) {
        this.kv = kv;
        this.buckets = buckets;
        this.objects = objects;
        this.versions = versions;
        this.events = events;
        this.clock = clock;
    }

    /** Which version of which object a request is about. */
    record Place(
            String bucket,
            @Nullable String expectedOwner,
            String key,
            @Nullable String versionId) {}

    /** A bucket that was found, and a version in it. */
    record Found(Bucket bucket, Version version) {
        @Nullable
        String shownId() {
            return bucket.versioning() == null ? null : version.shownId();
        }
    }

    /** @param lockedOnly whether the bucket must be one whose versions can be protected */
    private Found read(Place place, boolean lockedOnly) {
        return kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, place.bucket, place.expectedOwner);
            var version = objects.require(snapshot, bucket, place.key, place.versionId, "GET");
            if (lockedOnly && !bucket.objectLock()) {
                throw Locks.missing();
            }
            return new Found(bucket, version);
        });
    }

    /** Replaces a version's record by what the change makes of it. */
    Found change(
            Place place, String method, boolean lockedOnly, @Nullable String event, UnaryOperator<Version> change) {
        return kv.transact(txn -> {
            var bucket = buckets.require(txn, place.bucket, place.expectedOwner);
            var version = objects.requireUnmarked(txn, bucket, place.key, place.versionId, method);
            if (lockedOnly && !bucket.objectLock()) {
                throw Locks.missing();
            }
            var changed = versions.change(txn, bucket, S3Keys.bytes(place.key), version, change);
            if (event != null) {
                events.happened(txn, bucket, event, place.key, changed);
            }
            return new Found(bucket, changed);
        });
    }

    /** The account that owns a version; while there is none, the bucket's. */
    String owner(Place place) {
        return kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, place.bucket, place.expectedOwner);
            var key = ObjectKeys.check(place.key);
            var version = place.versionId == null
                    ? versions.current(snapshot, bucket, key)
                    : versions.find(snapshot, bucket, key, place.versionId);
            return version == null
                    ? bucket.account()
                    : Ownership.of(snapshot, bucket).ownerOf(bucket, version);
        });
    }

    // ---- tags

    PutObjectTaggingResponse putTags(PutObjectTaggingRequest request) {
        if (request.tagging() == null) {
            throw S3Errors.malformedXml();
        }
        var tags = Tags.checked(request.tagging().tagSet());
        var place = new Place(request.bucket(), request.expectedBucketOwner(), request.key(), request.versionId());
        var found = change(place, "PUT", false, "ObjectTagging:Put", version -> version.withTags(tags));
        return PutObjectTaggingResponse.builder().versionId(found.shownId()).build();
    }

    GetObjectTaggingResponse tags(GetObjectTaggingRequest request) {
        var found = kv.read(snapshot -> {
            var bucket = buckets.require(snapshot, request.bucket(), request.expectedBucketOwner());
            if (request.versionId() == null
                    && versions.latest(snapshot, bucket, ObjectKeys.check(request.key())) == null) {
                // here alone the error names the bucket as well
                throw S3Errors.noSuchKey(request.bucket() + "/" + request.key());
            }
            return new Found(
                    bucket, objects.requireUnmarked(snapshot, bucket, request.key(), request.versionId(), "GET"));
        });
        return GetObjectTaggingResponse.builder()
                .tagSet(Tags.list(found.version.tags()))
                .versionId(found.shownId())
                .build();
    }

    DeleteObjectTaggingResponse deleteTags(DeleteObjectTaggingRequest request) {
        var place = new Place(request.bucket(), request.expectedBucketOwner(), request.key(), request.versionId());
        var found = change(place, "DELETE", false, "ObjectTagging:Delete", version -> version.withTags(Map.of()));
        return DeleteObjectTaggingResponse.builder().versionId(found.shownId()).build();
    }

    // ---- protection

    void putRetention(PutObjectRetentionRequest request) {
        var place = new Place(request.bucket(), request.expectedBucketOwner(), request.key(), request.versionId());
        if (request.retention() == null) {
            throw S3Errors.malformedXml();
        }
        boolean bypass = Boolean.TRUE.equals(request.bypassGovernanceRetention());
        change(
                place,
                "PUT",
                true,
                null,
                version ->
                        version.withLock(Locks.changed(version.lock(), request.retention(), bypass, clock.instant())));
    }

    GetObjectRetentionResponse retention(GetObjectRetentionRequest request) {
        var lock = read(
                        new Place(request.bucket(), request.expectedBucketOwner(), request.key(), request.versionId()),
                        true)
                .version
                .lock();
        if (lock.mode() == null) {
            throw noLock();
        }
        return GetObjectRetentionResponse.builder()
                .retention(r -> r.mode(lock.mode()).retainUntilDate(lock.until()))
                .build();
    }

    private static RuntimeException noLock() {
        return S3Errors.of(
                "NoSuchObjectLockConfiguration", 404, "The specified object does not have a ObjectLock configuration");
    }

    void putLegalHold(PutObjectLegalHoldRequest request) {
        var status = request.legalHold() == null ? null : request.legalHold().statusAsString();
        boolean on = "ON".equals(status);
        if (!on && !"OFF".equals(status)) {
            throw S3Errors.malformedXml();
        }
        change(
                new Place(request.bucket(), request.expectedBucketOwner(), request.key(), request.versionId()),
                "PUT",
                true,
                null,
                version -> version.withLock(
                        new Version.Lock(version.lock().mode(), version.lock().until(), on)));
    }

    GetObjectLegalHoldResponse legalHold(GetObjectLegalHoldRequest request) {
        var lock = read(
                        new Place(request.bucket(), request.expectedBucketOwner(), request.key(), request.versionId()),
                        true)
                .version
                .lock();
        return GetObjectLegalHoldResponse.builder()
                .legalHold(hold -> hold.status(lock.legalHold() ? "ON" : "OFF"))
                .build();
    }

    /** For what else is read of a version. */
    <T> T of(Place place, Function<Found, T> reading) {
        return reading.apply(read(place, false));
    }
}
