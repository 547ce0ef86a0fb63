package dev.tsumuji.s3;

import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Names that a bucket may have.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html">Bucket naming rules</a>
 */
final class BucketNames {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    /** What a name could be before there were rules, in the first region. */
    private static final Pattern EVER = Pattern.compile("[A-Za-z0-9._-]{3,255}");

    private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");

    private BucketNames() {}

    /** What is wrong with a name that no bucket has: that no bucket has it, or that none can. */
    static S3Exception unknown(String name) {
        return EVER.matcher(name).matches() ? S3Errors.noSuchBucket(name) : S3Errors.invalidBucketName(name);
    }

    /** @throws S3Exception when a new bucket can't have the name */
    static void check(String name) {
        boolean wellFormed = NAME.matcher(name).matches()
                && !ADDRESS.matcher(name).matches()
                && !name.contains("..")
                && !name.contains(".-")
                && !name.contains("-.")
                && !name.startsWith("xn--")
                && !name.startsWith("sthree-")
                && !name.startsWith("amzn-s3-demo-")
                && !name.endsWith("-s3alias")
                && !name.endsWith("--ol-s3")
                && !name.endsWith(".mrap")
                && !name.endsWith("--x-s3")
                && !name.endsWith("--table-s3");
        if (!wellFormed) {
            throw S3Errors.invalidBucketName(name);
        }
    }
}
