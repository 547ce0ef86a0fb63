package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Ids;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The versions of each key: which is the latest, what becomes of it when another is written, and which takes its place when it
 * is deleted. Stateless; everything happens in the caller's transaction.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html">Versioning</a>
 */
final class Versions {
    private final Bodies bodies;
    private final Ids ids;

    Versions(Bodies bodies, Ids ids) {
        this.bodies = bodies;
        this.ids = ids;
    }

    /** The latest version when it is an object. */
    @Nullable
    Version current(Snapshot snapshot, Bucket bucket, byte[] key) {
        return Version.CODEC.decodeNullable(snapshot.get(S3Keys.current(bucket.id(), key)));
    }

    /** The latest version, which may be a delete marker. */
    @Nullable
    Version latest(Snapshot snapshot, Bucket bucket, byte[] key) {
        var current = current(snapshot, bucket, key);
        return current != null || bucket.versioning() == null ? current : newestOld(snapshot, bucket, key);
    }

    private static @Nullable Version newestOld(Snapshot snapshot, Bucket bucket, byte[] key) {
        var first = snapshot.scan(S3Keys.old(bucket.id(), key), 1);
        return first.isEmpty() ? null : Version.CODEC.decode(first.getFirst().value());
    }

    /** @param id as clients write it */
    @Nullable
    Version find(Snapshot snapshot, Bucket bucket, byte[] key, String id) {
        var current = current(snapshot, bucket, key);
        if (current != null && current.shownId().equals(id)) {
            return current;
        }
        var old = old(snapshot, bucket, key, id);
        return old != null && old.shownId().equals(id) ? old : null;
    }

    private static @Nullable Version old(Snapshot snapshot, Bucket bucket, byte[] key, String id) {
        long order;
        if (id.equals(Version.NULL)) {
            var index = snapshot.get(S3Keys.nullVersion(bucket.id(), key));
            if (index == null) {
                return null;
            }
            order = ByteBuffer.wrap(index).getLong();
        } else {
            order = VersionIds.order(id);
        }
        return Version.CODEC.decodeNullable(snapshot.get(S3Keys.old(bucket.id(), key, order)));
    }

    /**
     * Makes a version, or a delete marker, the latest one.
     *
     * @return the version as it was stored, with its order and id
     */
    Version add(Txn txn, Bucket bucket, byte[] key, Version version, Instant now) {
        var current = current(txn, bucket, key);
        var newest = current != null || bucket.versioning() == null ? current : newestOld(txn, bucket, key);
        long order = micros(now);
        if (newest != null && newest.order() >= order) {
            order = newest.order() + 1;
        }
        var id = bucket.versioned() ? VersionIds.make(order, ids) : null;
        var added = version.at(order, id);
        if (current != null) {
            if (id == null && current.id() == null) {
                bodies.drop(txn, bucket.id(), current.body());
            } else {
                putOld(txn, bucket, key, current);
            }
        }
        if (id == null && bucket.versioning() != null) {
            dropOldNull(txn, bucket, key);
        }
        if (added.deleteMarker()) {
            txn.delete(S3Keys.current(bucket.id(), key));
            putOld(txn, bucket, key, added);
        } else {
            txn.put(S3Keys.current(bucket.id(), key), Version.CODEC.encode(added));
        }
        return added;
    }

    private static long micros(Instant time) {
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
    }

    private static void putOld(Txn txn, Bucket bucket, byte[] key, Version version) {
        txn.put(S3Keys.old(bucket.id(), key, version.order()), Version.CODEC.encode(version));
        if (version.id() == null) {
            txn.put(
                    S3Keys.nullVersion(bucket.id(), key),
                    ByteBuffer.allocate(Long.BYTES).putLong(version.order()).array());
        }
    }

    /** A key has one version without an id at most. */
    private void dropOldNull(Txn txn, Bucket bucket, byte[] key) {
        var old = old(txn, bucket, key, Version.NULL);
        if (old != null) {
            bodies.drop(txn, bucket.id(), old.body());
            txn.delete(S3Keys.old(bucket.id(), key, old.order()));
            txn.delete(S3Keys.nullVersion(bucket.id(), key));
        }
    }

    /** Removes the only version of a key in a bucket that keeps one. */
    void remove(Txn txn, Bucket bucket, byte[] key, Version current) {
        bodies.drop(txn, bucket.id(), current.body());
        txn.delete(S3Keys.current(bucket.id(), key));
    }

    /** Removes one version for good; when it was the latest, the one before takes its place. */
    void removeOne(Txn txn, Bucket bucket, byte[] key, Version version) {
        var current = current(txn, bucket, key);
        bodies.drop(txn, bucket.id(), version.body());
        boolean wasCurrent = current != null && current.order() == version.order();
        if (wasCurrent) {
            txn.delete(S3Keys.current(bucket.id(), key));
        } else {
            deleteOld(txn, bucket, key, version);
        }
        if (current == null || wasCurrent) {
            var next = newestOld(txn, bucket, key);
            if (next != null && !next.deleteMarker()) {
                deleteOld(txn, bucket, key, next);
                txn.put(S3Keys.current(bucket.id(), key), Version.CODEC.encode(next));
            }
        }
    }

    private static void deleteOld(Txn txn, Bucket bucket, byte[] key, Version version) {
        txn.delete(S3Keys.old(bucket.id(), key, version.order()));
        if (version.id() == null) {
            txn.delete(S3Keys.nullVersion(bucket.id(), key));
        }
    }

    /** Replaces a version's record by what the change makes of it. */
    Version change(Txn txn, Bucket bucket, byte[] key, Version version, UnaryOperator<Version> change) {
        var changed = change.apply(version);
        var current = current(txn, bucket, key);
        boolean isCurrent = current != null && current.order() == version.order();
        txn.put(
                isCurrent ? S3Keys.current(bucket.id(), key) : S3Keys.old(bucket.id(), key, version.order()),
                Version.CODEC.encode(changed));
        return changed;
    }
}
