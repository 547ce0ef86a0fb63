package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.services.s3.model.OwnershipControls;
import software.amazon.awssdk.services.s3.model.OwnershipControlsRule;

/**
 * Who owns a bucket's objects. Of a new bucket its owner does, and access control lists are disabled.
 *
 * @param rule {@code BucketOwnerEnforced}, {@code BucketOwnerPreferred} or {@code ObjectWriter}; null when the setting was
 *     deleted, which means the same as the last
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html">Controlling ownership of objects</a>
 */
record Ownership(@Nullable String rule) {
    private static final Setting<Ownership> SETTING = Setting.of("ownership", Ownership.class);
    private static final String ENFORCED = "BucketOwnerEnforced";
    private static final String PREFERRED = "BucketOwnerPreferred";
    private static final Set<String> RULES = Set.of(ENFORCED, PREFERRED, "ObjectWriter");
    private static final Ownership INITIAL = new Ownership(ENFORCED);

    static Ownership of(Snapshot snapshot, Bucket bucket) {
        var stored = SETTING.find(snapshot, bucket);
        return stored == null ? INITIAL : stored;
    }

    /** @param header of {@code CreateBucket}; null when absent */
    static Ownership ofCreation(@Nullable String header) {
        if (header == null) {
            return INITIAL;
        }
        if (!RULES.contains(header)) {
            throw S3Errors.invalidArgument(
                    "Invalid x-amz-object-ownership header: " + header, "x-amz-object-ownership");
        }
        return new Ownership(header);
    }

    static void put(Txn txn, Bucket bucket, @Nullable OwnershipControls controls) {
        if (controls == null) {
            throw BucketSettings.noBody();
        }
        if (controls.rules().size() != 1
                || controls.rules().getFirst().objectOwnershipAsString() == null
                || !RULES.contains(controls.rules().getFirst().objectOwnershipAsString())) {
            throw S3Errors.malformedXml();
        }
        var ownership = new Ownership(controls.rules().getFirst().objectOwnershipAsString());
        var list = AccessLists.ACL.find(txn, bucket);
        if (ownership.enforced()
                && list != null
                && !list.grants().equals(AccessLists.onlyOwner(bucket.account()).grants())) {
            throw S3Errors.of(
                    "InvalidBucketAclWithObjectOwnership",
                    400,
                    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
        }
        ownership.store(txn, bucket);
    }

    void store(Txn txn, Bucket bucket) {
        SETTING.put(txn, bucket, this);
    }

    static void delete(Txn txn, Bucket bucket) {
        SETTING.put(txn, bucket, new Ownership(null));
    }

    boolean enforced() {
        return ENFORCED.equals(rule);
    }

    /** The account that is to own what a request writes. */
    String ownerOfNew(Bucket bucket, String writer, SdkRequest request) {
        boolean given = PREFERRED.equals(rule)
                && "bucket-owner-full-control"
                        .equals(request.getValueForField("ACL", String.class).orElse(null));
        return enforced() || given || writer.isEmpty() ? bucket.account() : writer;
    }

    /** The account that owns a version; what nobody wrote is the bucket's. */
    String ownerOf(Bucket bucket, Version version) {
        return enforced() || version.owner().isEmpty() ? bucket.account() : version.owner();
    }

    OwnershipControls controls(Bucket bucket) {
        if (rule == null) {
            throw S3Errors.of(
                    "OwnershipControlsNotFoundError",
                    404,
                    "The bucket ownership controls were not found",
                    "BucketName",
                    bucket.name());
        }
        return OwnershipControls.builder()
                .rules(OwnershipControlsRule.builder().objectOwnership(rule).build())
                .build();
    }
}
