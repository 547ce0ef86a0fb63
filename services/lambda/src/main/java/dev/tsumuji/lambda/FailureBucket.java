package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Cloud;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;

/**
 * A bucket that is told of failures: each becomes an object with a name as AWS's have. Reached as the function's role.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html">Records of asynchronous
 *     invocations</a>
 */
final class FailureBucket {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu/MM/dd/uuuu-MM-dd'T'HH.mm.ss").withZone(ZoneOffset.UTC);

    private final S3Client s3;
    private final String bucket;

    /** @throws IllegalArgumentException when the platform has no S3 */
    FailureBucket(Cloud cloud, Caller caller, String arn) {
        this.s3 = cloud.client(S3Client.class, caller);
        this.bucket = Arn.parse(arn).resource();
    }

    static boolean is(String destination) {
        return Arn.isArn(destination) && Arn.parse(destination).service().equals("s3");
    }

    /** Refuses, in AWS's words, a bucket that isn't there or that the role may not use. */
    void check(String arn) {
        try {
            s3.headBucket(r -> r.bucket(bucket));
        } catch (AwsServiceException e) {
            throw e.statusCode() == 403
                    ? LambdaErrors.invalid(
                            "The provided execution role does not have permissions to call ListBucket on S3")
                    : LambdaErrors.invalid("The destination ARN " + arn + " is invalid.");
        }
    }

    /** @param id random, of the failure */
    void putEvent(String function, Instant at, String id, String record) {
        put("aws/lambda/async/" + function + "/" + TIME.format(at) + "-" + id, record);
    }

    /** @param id random, of the failure */
    void putBatch(String mapping, String shard, Instant at, String id, String record) {
        put("aws/lambda/" + mapping + "/" + shard + "/" + TIME.format(at) + "-" + id, record);
    }

    private void put(String key, String record) {
        // a bucket that locks its objects takes none without a checksum
        s3.putObject(
                r -> r.bucket(bucket)
                        .key(key)
                        .contentType("application/json")
                        .checksumAlgorithm(ChecksumAlgorithm.CRC64_NVME),
                RequestBody.fromString(record));
    }
}
