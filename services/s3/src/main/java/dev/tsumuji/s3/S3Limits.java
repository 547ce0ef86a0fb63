package dev.tsumuji.s3;

/**
 * S3's limits.
 *
 * @see <a href="https://docs.aws.amazon.com/general/latest/gr/s3.html">Quotas</a>
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html">Multipart upload limits</a>
 */
final class S3Limits {
    static final int BUCKETS_PER_ACCOUNT_MAX = 10_000;
    static final int KEY_SIZE_MAX_BYTES = 1024;
    static final int USER_METADATA_SIZE_MAX_BYTES = 2048;
    static final int TAGS_PER_OBJECT_MAX = 10;
    static final int TAG_KEY_MAX = 128;
    static final int TAG_VALUE_MAX = 256;
    static final int PAGE_MAX = 1000;
    static final int BUCKET_PAGE_MAX = 10_000;
    static final int DELETED_AT_ONCE_MAX = 1000;

    static final long PUT_SIZE_MAX_BYTES = 5L << 30;
    static final long COPY_SIZE_MAX_BYTES = 5L << 30;
    static final long OBJECT_SIZE_MAX_BYTES = 5L << 40;
    static final long PART_SIZE_MIN_BYTES = 5L << 20;
    static final int PARTS_MAX = 10_000;

    /** Bodies up to this size lie in the store itself: one write to disk instead of two. */
    static final int INLINE_SIZE_MAX_BYTES = 16 << 10;

    private S3Limits() {}
}
