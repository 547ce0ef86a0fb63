package dev.tsumuji.s3;

import java.util.Base64;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;

/**
 * Keys that customers bring with each request, and that are never stored.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html">SSE-C</a>
 */
final class CustomerKeys {
    private static final String ARGUMENT = "x-amz-server-side-encryption";
    private static final String ALGORITHM = "AES256";

    private CustomerKeys() {}

    /** @param md5 Base64, as clients send it and are told it */
    record CustomerKey(byte[] bytes, String md5) {}

    /** The key in a request's headers; null for none. */
    static @Nullable CustomerKey of(SdkRequest request) {
        return of(request, "SSECustomer");
    }

    /** The key with which the source of a copy was sealed; null for none. */
    static @Nullable CustomerKey ofSource(SdkRequest request) {
        return of(request, "CopySourceSSECustomer");
    }

    private static @Nullable CustomerKey of(SdkRequest request, String prefix) {
        var algorithm = member(request, prefix + "Algorithm");
        var key = member(request, prefix + "Key");
        var md5 = member(request, prefix + "KeyMD5");
        if (algorithm == null && key == null && md5 == null) {
            return null;
        }
        if (algorithm == null) {
            throw S3Errors.invalidArgument(
                    "Requests specifying Server Side Encryption with Customer provided keys must provide a valid encryption algorithm.",
                    ARGUMENT);
        }
        if (!algorithm.equals(ALGORITHM)) {
            throw S3Errors.of(
                    "InvalidEncryptionAlgorithmError",
                    400,
                    "The Encryption request you specified is not valid. Supported value: AES256.",
                    "ArgumentName",
                    ARGUMENT,
                    "ArgumentValue",
                    algorithm);
        }
        if (key == null) {
            throw S3Errors.invalidArgument(
                    "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate secret key.",
                    ARGUMENT);
        }
        if (md5 == null) {
            throw S3Errors.invalidArgument(
                    "Requests specifying Server Side Encryption with Customer provided keys must provide the client calculated MD5 of the secret key.",
                    ARGUMENT);
        }
        var bytes = decoded(key);
        var computed =
                Base64.getEncoder().encodeToString(Checksums.digest("MD5").digest(bytes));
        if (!md5.equals(computed)) {
            throw S3Errors.invalidArgument(
                    "The calculated MD5 hash of the key did not match the hash that was provided.", ARGUMENT);
        }
        return new CustomerKey(bytes, computed);
    }

    private static byte[] decoded(String key) {
        try {
            var bytes = Base64.getDecoder().decode(key);
            if (bytes.length == 32) {
                return bytes;
            }
        } catch (IllegalArgumentException _) {
            // told below
        }
        throw S3Errors.invalidArgument("The secret key was invalid for the specified algorithm.", ARGUMENT);
    }

    private static @Nullable String member(SdkRequest request, String name) {
        return request.getValueForField(name, String.class).orElse(null);
    }

    /** The encryption that a write asks for: the customer's key, or the platform's, for which the answer is null. */
    static @Nullable CustomerKey forWrite(SdkRequest request) {
        var key = of(request);
        var asked = member(request, "ServerSideEncryption");
        if (asked != null && key != null) {
            throw S3Errors.invalidArgument(
                    "Server Side Encryption with Customer provided key is incompatible with the encryption method specified",
                    ARGUMENT,
                    asked);
        }
        if (asked != null && !asked.equals(ALGORITHM)) {
            if (asked.equals("aws:kms") || asked.equals("aws:kms:dsse")) {
                throw S3Errors.notImplemented(ARGUMENT);
            }
            throw S3Errors.invalidArgument("The encryption method specified is not supported", ARGUMENT, asked);
        }
        if (member(request, "SSEKMSKeyId") != null) {
            throw S3Errors.invalidArgument(
                    "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption :"
                            + " aws:kms",
                    ARGUMENT);
        }
        return key;
    }

    /** Checks that a request brings the key with which an object was sealed. */
    static byte @Nullable [] forRead(@Nullable String storedMd5, @Nullable CustomerKey key) {
        if (storedMd5 == null) {
            if (key != null) {
                throw S3Errors.invalidRequest("The encryption parameters are not applicable to this object.");
            }
            return null;
        }
        if (key == null) {
            throw S3Errors.invalidRequest(
                    "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.");
        }
        if (!key.md5().equals(storedMd5)) {
            throw S3Errors.accessDenied();
        }
        return key.bytes();
    }
}
