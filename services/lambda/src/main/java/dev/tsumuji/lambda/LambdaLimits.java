package dev.tsumuji.lambda;

/**
 * AWS's quotas for functions.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html">Lambda quotas</a>
 */
final class LambdaLimits {
    static final int ZIP_SIZE_MAX_BYTES = 50 << 20;
    /** A zip that unpacks to what is allowed is hardly larger itself. */
    static final int ZIP_FROM_S3_SIZE_MAX_BYTES = 250 << 20;

    static final long UNZIPPED_SIZE_MAX_BYTES = 262_144_000;
    static final long CODE_STORAGE_MAX_BYTES = 75L << 30;
    /** AWS has no such limit; a package with more files takes minutes to unpack and is a mistake or an attack. */
    static final int ZIP_ENTRIES_MAX = 200_000;

    static final int MEMORY_MIN_MEBIBYTES = 128;
    static final int MEMORY_MAX_MEBIBYTES = 10_240;
    static final int TIMEOUT_MAX_SECONDS = 900;
    static final int EPHEMERAL_STORAGE_MIN_MEBIBYTES = 512;
    static final int EPHEMERAL_STORAGE_MAX_MEBIBYTES = 10_240;
    static final int DESCRIPTION_LENGTH_MAX = 256;
    static final int HANDLER_LENGTH_MAX = 128;
    static final int ENVIRONMENT_SIZE_MAX_BYTES = 4096;
    static final int LAYERS_MAX = 5;
    static final int TAGS_MAX = 50;
    static final int POLICY_SIZE_MAX_BYTES = 20 << 10;

    static final int REQUEST_SIZE_MAX_BYTES = 6 << 20;
    static final int EVENT_SIZE_MAX_BYTES = 1 << 20;
    static final int RESPONSE_SIZE_MAX_BYTES = 6_291_556;
    static final int CLIENT_CONTEXT_SIZE_MAX_BYTES = 3583;
    static final int LOG_TAIL_SIZE_BYTES = 4 << 10;

    static final int UNRESERVED_CONCURRENCY_MIN = 100;
    static final int PAGE_SIZE_MAX = 50;

    private LambdaLimits() {}
}
