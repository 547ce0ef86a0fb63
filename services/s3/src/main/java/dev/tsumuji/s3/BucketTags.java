package dev.tsumuji.s3;

import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.Tag;
import software.amazon.awssdk.services.s3.model.Tagging;

/**
 * Tags of buckets.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html">Tags of buckets</a>
 */
final class BucketTags {
    private static final Setting<Tagging> TAGS = Setting.of("tags", Tagging.class);
    private static final int MAX = 50;
    private static final Pattern ALLOWED = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*");

    private BucketTags() {}

    /** @param creation whether the bucket is being made, which refuses system tags in other words */
    static void put(Txn txn, Bucket bucket, List<Tag> tags, boolean creation) {
        check(tags, creation);
        TAGS.put(txn, bucket, Tagging.builder().tagSet(tags).build());
    }

    private static void check(List<Tag> tags, boolean creation) {
        var keys = new HashSet<String>();
        for (var tag : tags) {
            var key = tag.key();
            if (key == null || tag.value() == null) {
                throw S3Errors.malformedXml();
            }
            if (key.startsWith("aws:")) {
                throw creation
                        ? S3Errors.of(
                                "InvalidTag",
                                400,
                                "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. Remove \"aws:\" from your tag keys and try again.")
                        : S3Errors.of(
                                "InvalidTag", 400, "System tags cannot be added/updated by requester", "TagKey", key);
            }
            if (key.isEmpty()
                    || key.length() > S3Limits.TAG_KEY_MAX
                    || !ALLOWED.matcher(key).matches()) {
                throw S3Errors.of("InvalidTag", 400, "The TagKey you have provided is invalid", "TagKey", key);
            }
            if (tag.value().length() > S3Limits.TAG_VALUE_MAX
                    || !ALLOWED.matcher(tag.value()).matches()) {
                throw S3Errors.of(
                        "InvalidTag",
                        400,
                        "The TagValue you have provided is invalid",
                        "TagKey",
                        key,
                        "TagValue",
                        tag.value());
            }
            if (!keys.add(key)) {
                throw S3Errors.of("InvalidTag", 400, "Cannot provide multiple Tags with the same key", "TagKey", key);
            }
        }
        if (tags.size() > MAX) {
            throw S3Errors.of("BadRequest", 400, "Bucket tag count cannot be greater than 50");
        }
    }

    static List<Tag> get(Snapshot snapshot, Bucket bucket) {
        var tagging = TAGS.find(snapshot, bucket);
        if (tagging == null || tagging.tagSet().isEmpty()) {
            throw S3Errors.of("NoSuchTagSet", 404, "The TagSet does not exist", "BucketName", bucket.name());
        }
        return tagging.tagSet();
    }

    static void delete(Txn txn, Bucket bucket) {
        TAGS.delete(txn, bucket);
    }
}
