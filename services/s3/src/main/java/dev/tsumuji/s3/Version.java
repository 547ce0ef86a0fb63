package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Codec;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.AccessControlPolicy;

/**
 * One version of an object, or a delete marker, as it is stored; its key stands in its place in the store.
 *
 * @param order grows from version to version of a key; microseconds since 1970 or a little more
 * @param id null for the version that was written while the bucket did not keep versions, which clients call {@code null}
 * @param etag without quotes
 * @param parts how many the object was uploaded in; 0 when as a whole
 * @param headers what a read answers with, by the names of {@link Metadata}
 * @param user metadata, by the names behind {@code x-amz-meta-}
 * @param customerKeyMd5 Base64; of an object that is sealed with its owner's own key
 * @param acl null while it is the owner's alone
 * @param owner the account whose it is, where the bucket's owner doesn't own everything; empty when nobody wrote it
 */
record Version(
        long order,
        @Nullable String id,
        boolean deleteMarker,
        Instant modifiedAt,
        Body body,
        String etag,
        int parts,
        Checksums.@Nullable Sum sum,
        Map<String, String> headers,
        Map<String, String> user,
        Map<String, String> tags,
        String storageClass,
        @Nullable String customerKeyMd5,
        Lock lock,
        @Nullable AccessControlPolicy acl,
        String owner) {
    static final Codec<Version> CODEC = Codec.of(Version.class);
    static final String NULL = "null";

    /**
     * What keeps a version from being deleted.
     *
     * @param mode {@code GOVERNANCE} or {@code COMPLIANCE}; null for no retention
     */
    record Lock(@Nullable String mode, @Nullable Instant until, boolean legalHold) {
        static final Lock NONE = new Lock(null, null, false);
    }

    static Version marker(Instant now, String owner) {
        return new Version(
                0,
                null,
                true,
                now,
                new Body("", 0, null, false),
                "",
                0,
                null,
                Map.of(),
                Map.of(),
                Map.of(),
                "STANDARD",
                null,
                Lock.NONE,
                null,
                owner);
    }

    String shownId() {
        return id == null ? NULL : id;
    }

    Version at(long newOrder, @Nullable String newId) {
        return with(newOrder, newId, tags, storageClass, lock, acl, owner);
    }

    Version withStorageClass(String changed) {
        return with(order, id, tags, changed, lock, acl, owner);
    }

    Version withTags(Map<String, String> changed) {
        return with(order, id, changed, storageClass, lock, acl, owner);
    }

    Version withLock(Lock changed) {
        return with(order, id, tags, storageClass, changed, acl, owner);
    }

    Version withAcl(@Nullable AccessControlPolicy changed) {
        return with(order, id, tags, storageClass, lock, changed, owner);
    }

    Version ownedBy(String account) {
        return with(order, id, tags, storageClass, lock, acl, account);
    }

    /** All that can change of a version: its owner only before it is there. */
    private Version with(
            long order,
            @Nullable String id,
            Map<String, String> tags,
            String storageClass,
            Lock lock,
            @Nullable AccessControlPolicy acl,
            String owner) {
        return new Version(
                order,
                id,
                deleteMarker,
                modifiedAt,
                body,
                etag,
                parts,
                sum,
                headers,
                user,
                tags,
                storageClass,
                customerKeyMd5,
                lock,
                acl,
                owner);
    }
}
