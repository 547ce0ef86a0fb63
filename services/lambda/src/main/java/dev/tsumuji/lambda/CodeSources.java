package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.cloud.Failures;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/**
 * Where an uploaded package comes from: the request itself, or an object that the caller may read. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html">FunctionCode</a>
 */
final class CodeSources {
    private final Cloud cloud;

    CodeSources(Cloud cloud) {
        this.cloud = cloud;
    }

    /**
     * @param operation for messages, {@code CreateFunction}
     * @throws AwsServiceException when there is nothing, or the object can't be had
     */
    byte[] zip(
            @Nullable SdkBytes zip,
            @Nullable String bucket,
            @Nullable String key,
            @Nullable String version,
            String operation) {
        boolean fromS3 = bucket != null || key != null;
        if (fromS3 && zip != null) {
            throw LambdaErrors.invalid("Please do not provide other FunctionCode parameters when providing a ZipFile.");
        }
        if (zip != null) {
            var bytes = zip.asByteArrayUnsafe();
            if (bytes.length > LambdaLimits.ZIP_SIZE_MAX_BYTES) {
                throw LambdaErrors.tooLarge(
                        "Request must be smaller than 70167211 bytes for the " + operation + " operation");
            }
            return bytes;
        }
        if (bucket == null || key == null) {
            throw LambdaErrors.invalid(
                    fromS3
                            ? "S3Bucket and S3Key must be specified together."
                            : "Please provide a source for function code.");
        }
        return object(bucket, key, version);
    }

    private byte[] object(String bucket, String key, @Nullable String version) {
        var s3 = s3();
        var request = GetObjectRequest.builder()
                .bucket(bucket)
                .key(key)
                .versionId(version)
                .build();
        try {
            return s3.getObject(request, bounded());
        } catch (AwsServiceException e) {
            var code = e.awsErrorDetails() == null
                    ? "InternalError"
                    : e.awsErrorDetails().errorCode();
            var message = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorMessage();
            if (e.statusCode() == 403) {
                throw Failures.of(
                        "AccessDeniedException",
                        403,
                        "Your access has been denied by S3, please make sure your request credentials have permission to"
                                + " GetObject for " + bucket + "/" + key + ". S3 Error Code: " + code
                                + ". S3 Error Message: " + message);
            }
            throw LambdaErrors.invalid(
                    "Error occurred while GetObject. S3 Error Code: " + code + ". S3 Error Message: " + message);
        }
    }

    /** Reads no more than a package may have. */
    private static ResponseTransformer<software.amazon.awssdk.services.s3.model.GetObjectResponse, byte[]> bounded() {
        return (answer, in) -> {
            try (in) {
                // what is longer is refused by the check that all packages pass
                return in.readNBytes(LambdaLimits.ZIP_FROM_S3_SIZE_MAX_BYTES + 1);
            } catch (IOException e) {
                throw LambdaErrors.service("The object could not be read: " + e.getMessage(), e);
            }
        };
    }

    private S3Client s3() {
        var call = Call.current();
        try {
            return cloud.client(
                    S3Client.class,
                    new Caller(call.principal(), call.session(), call.account(), call.region(), Map.of()));
        } catch (IllegalArgumentException | NoClassDefFoundError e) {
            throw new UnsupportedOperationException("the platform has no S3; give the zip in ZipFile", e);
        }
    }
}
