package dev.tsumuji.s3;

import java.util.Objects;
import software.amazon.awssdk.services.s3.model.AccessControlPolicy;
import software.amazon.awssdk.services.s3.model.GetObjectAclRequest;
import software.amazon.awssdk.services.s3.model.GetObjectAclResponse;
import software.amazon.awssdk.services.s3.model.PutObjectAclRequest;
import software.amazon.awssdk.services.s3.model.PutObjectAclResponse;

/** Access control lists of objects that are there already. Thread-safe: all state is in the store. */
final class ObjectAccess {
    private final BucketSettings settings;
    private final Subresources subresources;

    ObjectAccess(BucketSettings settings, Subresources subresources) {
        this.settings = settings;
        this.subresources = subresources;
    }

    PutObjectAclResponse put(PutObjectAclRequest request) {
        var place = new Subresources.Place(
                request.bucket(), request.expectedBucketOwner(), request.key(), request.versionId());
        var owner = subresources.owner(place);
        AccessControlPolicy list = settings.read(
                request.bucket(),
                request.expectedBucketOwner(),
                (snapshot, bucket) -> AccessLists.ofPut(snapshot, bucket, request.key(), owner, request));
        var unused = subresources.change(place, "PUT", false, "ObjectAcl:Put", version -> version.withAcl(list));
        return PutObjectAclResponse.builder().build();
    }

    GetObjectAclResponse get(GetObjectAclRequest request) {
        var place = new Subresources.Place(
                request.bucket(), request.expectedBucketOwner(), request.key(), request.versionId());
        return subresources.of(place, found -> {
            var ownership = settings.peek(snapshot -> Ownership.of(snapshot, found.bucket()));
            var own = AccessLists.onlyOwner(ownership.ownerOf(found.bucket(), found.version()));
            var list = ownership.enforced()
                    ? own
                    : Objects.requireNonNullElse(found.version().acl(), own);
            return GetObjectAclResponse.builder()
                    .owner(list.owner())
                    .grants(list.grants())
                    .build();
        });
    }
}
