package dev.tsumuji.s3;

import dev.tsumuji.kernel.cloud.Failures;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.services.s3.model.BucketAlreadyExistsException;
import software.amazon.awssdk.services.s3.model.BucketAlreadyOwnedByYouException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * S3's refusals in its own words.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html">Error responses</a>
 */
final class S3Errors {
    private S3Errors() {}

    /** @param elements names and values of what the error's document tells beside the message, alternating */
    static S3Exception of(String code, int status, String message, String... elements) {
        return fill(S3Exception.builder(), code, status, message, Map.of(), elements);
    }

    /** As {@link #of}, with further headers. */
    static S3Exception with(Map<String, String> headers, String code, int status, String message, String... elements) {
        return fill(S3Exception.builder(), code, status, message, headers, elements);
    }

    private static S3Exception fill(
            S3Exception.Builder builder,
            String code,
            int status,
            String message,
            Map<String, String> headers,
            String... elements) {
        var ordered = new LinkedHashMap<String, String>();
        for (int i = 0; i < elements.length; i += 2) {
            ordered.put(elements[i], elements[i + 1]);
        }
        builder.writableStackTrace(false);
        return (S3Exception) builder.statusCode(status)
                .message(message)
                .awsErrorDetails(Failures.details(code, status, message, ordered, headers))
                .build();
    }

    static S3Exception invalidArgument(String message, String name, String value) {
        return of("InvalidArgument", 400, message, "ArgumentName", name, "ArgumentValue", value);
    }

    static S3Exception invalidArgument(String message, String name) {
        return of("InvalidArgument", 400, message, "ArgumentName", name);
    }

    static S3Exception invalidRequest(String message) {
        return of("InvalidRequest", 400, message);
    }

    static S3Exception malformedXml() {
        return of(
                "MalformedXML",
                400,
                "The XML you provided was not well-formed or did not validate against our published schema");
    }

    static S3Exception noSuchBucket(String bucket) {
        return fill(
                NoSuchBucketException.builder(),
                "NoSuchBucket",
                404,
                "The specified bucket does not exist",
                Map.of(),
                "BucketName",
                bucket);
    }

    static S3Exception invalidBucketName(String bucket) {
        return of("InvalidBucketName", 400, "The specified bucket is not valid.", "BucketName", bucket);
    }

    static S3Exception bucketExists(String bucket) {
        return fill(
                BucketAlreadyExistsException.builder(),
                "BucketAlreadyExists",
                409,
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
                        + "Please select a different name and try again.",
                Map.of(),
                "BucketName",
                bucket);
    }

    static S3Exception bucketOwned(String bucket) {
        return fill(
                BucketAlreadyOwnedByYouException.builder(),
                "BucketAlreadyOwnedByYou",
                409,
                "Your previous request to create the named bucket succeeded and you already own it.",
                Map.of(),
                "BucketName",
                bucket);
    }

    static S3Exception bucketNotEmpty(Bucket bucket) {
        var message = bucket.versioning() == null
                ? "The bucket you tried to delete is not empty"
                : "The bucket you tried to delete is not empty. You must delete all versions in the bucket.";
        return of("BucketNotEmpty", 409, message, "BucketName", bucket.name());
    }

    static S3Exception noSuchKey(String key) {
        return noSuchKey(key, Map.of());
    }

    static S3Exception noSuchKey(String key, Map<String, String> headers) {
        return fill(
                NoSuchKeyException.builder(),
                "NoSuchKey",
                404,
                "The specified key does not exist.",
                headers,
                "Key",
                key);
    }

    static S3Exception noSuchVersion(String key, String version) {
        return of("NoSuchVersion", 404, "The specified version does not exist.", "Key", key, "VersionId", version);
    }

    static S3Exception noSuchUpload(String upload) {
        return fill(
                NoSuchUploadException.builder(),
                "NoSuchUpload",
                404,
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
                Map.of(),
                "UploadId",
                upload);
    }

    /** A method on a version that is a delete marker. */
    static S3Exception deleteMarker(String method, Map<String, String> headers) {
        var all = new LinkedHashMap<>(headers);
        all.put("Allow", "DELETE");
        return with(
                all,
                "MethodNotAllowed",
                405,
                "The specified method is not allowed against this resource.",
                "Method",
                method,
                "ResourceType",
                "DeleteMarker");
    }

    static S3Exception preconditionFailed(String condition) {
        return of(
                "PreconditionFailed",
                412,
                "At least one of the pre-conditions you specified did not hold",
                "Condition",
                condition);
    }

    static S3Exception accessDenied() {
        return of("AccessDenied", 403, "Access Denied");
    }

    static S3Exception locked() {
        return of("AccessDenied", 403, "Access Denied because object protected by object lock.");
    }

    static S3Exception notImplemented(String header, String... more) {
        var elements = new String[2 + more.length];
        elements[0] = "Header";
        elements[1] = header;
        System.arraycopy(more, 0, elements, 2, more.length);
        return of(
                "NotImplemented", 501, "A header you provided implies functionality that is not implemented", elements);
    }
}
