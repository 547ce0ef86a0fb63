package dev.tsumuji.wire.sign;

import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Credentials;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * AWS's words for each way in which a signature can be refused.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html">Troubleshooting Signature Version 4</a>
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html">S3's error codes</a>
 */
final class Refusals {
    private static final String MISMATCH =
            "The request signature we calculated does not match the signature you provided. "
                    + "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
    private static final String S3_MISMATCH =
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
    private static final String S3_HEADER = "The authorization header is malformed; ";

    private final Dialect dialect;

    Refusals(Dialect dialect) {
        this.dialect = dialect;
    }

    Dialect dialect() {
        return dialect;
    }

    /** No signature at all. */
    Refusal unsigned() {
        return switch (dialect) {
            case S3 -> new Refusal("AccessDenied", 403, "Access Denied");
            case QUERY -> new Refusal("MissingAuthenticationToken", 403, "Request is missing Authentication Token");
            case JSON ->
                new Refusal("MissingAuthenticationTokenException", 400, "Request is missing Authentication Token");
            case REST_JSON -> new Refusal("MissingAuthenticationTokenException", 403, "Missing Authentication Token");
        };
    }

    /** A signature that can't be read. */
    Refusal incomplete(String message) {
        return switch (dialect) {
            case S3 -> new Refusal("AuthorizationHeaderMalformed", 400, message);
            case REST_JSON -> new Refusal("IncompleteSignatureException", 403, message);
            case QUERY, JSON -> new Refusal(dialect.code("IncompleteSignature"), 400, message);
        };
    }

    /** No time of signing, or none that is one: for S3 there was none before 1970. */
    Refusal undated(String message) {
        return dialect == Dialect.S3
                ? new Refusal("AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header")
                : incomplete(message);
    }

    Refusal incomplete(String message, String s3Tail) {
        return incomplete(dialect == Dialect.S3 ? S3_HEADER + s3Tail : message);
    }

    /** A query string that wants to be a signature and isn't. */
    Refusal incompleteQuery(String message) {
        return dialect == Dialect.S3
                ? new Refusal("AuthorizationQueryParametersError", 400, message)
                : incomplete(message);
    }

    Refusal algorithm(String name) {
        return dialect == Dialect.S3
                ? incompleteQuery("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"")
                : incomplete("Unsupported AWS 'algorithm': '" + name + "'. Please use AWS4-HMAC-SHA256.");
    }

    /** An {@code Authorization} header that doesn't begin with the algorithm and a blank. */
    Refusal algorithm(String name, String header) {
        return dialect == Dialect.S3
                ? new Refusal(
                        "InvalidArgument",
                        400,
                        header.indexOf(' ') < 0
                                ? "Authorization header is invalid -- one and only one ' ' (space) required"
                                : "Unsupported Authorization Type",
                        Refusal.ordered("ArgumentName", "Authorization", "ArgumentValue", header))
                : algorithm(name);
    }

    Refusal twoMechanisms() {
        return new Refusal(
                "InvalidArgument",
                400,
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter"
                        + " or the Authorization header should be specified");
    }

    /** A key, or a key and token, that the platform doesn't know. */
    Refusal unknown(String accessKeyId, boolean withToken) {
        var message = "The security token included in the request is invalid.";
        return switch (dialect) {
            case S3 ->
                withToken
                        ? new Refusal("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")
                        : new Refusal(
                                "InvalidAccessKeyId",
                                403,
                                "The AWS Access Key Id you provided does not exist in our records.",
                                Map.of("AWSAccessKeyId", accessKeyId));
            case QUERY -> new Refusal("InvalidClientTokenId", 403, message);
            case JSON, REST_JSON -> new Refusal("UnrecognizedClientException", dialect.forbidden(), message);
        };
    }

    Refusal expiredToken() {
        return dialect == Dialect.S3
                ? new Refusal("ExpiredToken", 400, "The provided token has expired.")
                : new Refusal(
                        dialect.code("ExpiredToken"),
                        dialect.forbidden(),
                        "The security token included in the request is expired");
    }

    /** A scope of another day, region, service or kind. */
    Refusal scope(String message, String s3Tail, boolean inQuery) {
        if (dialect != Dialect.S3) {
            return invalid(message);
        }
        return inQuery ? incompleteQuery(s3Tail) : incomplete(S3_HEADER + s3Tail);
    }

    /** A scope of what is no region, where S3 says which one it would take. */
    Refusal region(String where, String region, String expected, boolean inQuery) {
        var tail = where + "the region '" + region + "' is wrong; expecting '" + expected + "'";
        return new Refusal(
                inQuery ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed",
                400,
                inQuery ? tail : S3_HEADER + tail,
                Map.of("Region", expected));
    }

    /** @param names in order; of several, S3 alone tells all */
    Refusal unsignedHeaders(List<String> names) {
        if (dialect == Dialect.S3) {
            return new Refusal(
                    "AccessDenied",
                    403,
                    "There were headers present in the request which were not signed",
                    Map.of("HeadersNotSigned", String.join(", ", names)));
        }
        var name = names.getFirst();
        var shown = name.equals("host") ? "'Host' or ':authority'" : "'" + name + "'";
        return invalid(shown + " must be a 'SignedHeader' in the AWS Authorization.");
    }

    Refusal early(String signed, String limit, String now) {
        return invalid(
                "Signature not yet current: " + signed + " is still later than " + limit + " (" + now + " + 15 min.)");
    }

    Refusal late(String signed, String limit, String now) {
        return invalid("Signature expired: " + signed + " is now earlier than " + limit + " (" + now + " - 15 min.)");
    }

    /** As S3 shows its time: to the second. */
    static String shown(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** S3's form of both. */
    Refusal skewed(String signed, Instant now) {
        return new Refusal(
                "RequestTimeTooSkewed",
                403,
                "The difference between the request time and the current time is too large.",
                Refusal.ordered(
                        "RequestTime", signed, "ServerTime", shown(now), "MaxAllowedSkewMilliseconds", "900000"));
    }

    /** A presigned URL past its {@code X-Amz-Expires}. */
    Refusal expiredLink(String seconds, Instant expiry, Instant now, String nowBasic, String expiryBasic) {
        return dialect == Dialect.S3
                ? new Refusal(
                        "AccessDenied",
                        403,
                        "Request has expired",
                        Refusal.ordered(
                                "X-Amz-Expires", seconds, "Expires", expiry.toString(), "ServerTime", shown(now)))
                : invalid("Signature expired: " + expiryBasic + " is now earlier than " + nowBasic);
    }

    /** The signature of somebody without the key, or of another request. */
    Refusal mismatch(Authorization authorization, String stringToSign, String canonicalRequest) {
        return dialect == Dialect.S3
                ? new Refusal(
                        "SignatureDoesNotMatch",
                        403,
                        S3_MISMATCH,
                        Refusal.ordered(
                                "AWSAccessKeyId", authorization.accessKeyId(),
                                "StringToSign", stringToSign,
                                "SignatureProvided", authorization.signature(),
                                "StringToSignBytes", Text.spacedHex(stringToSign),
                                "CanonicalRequest", canonicalRequest,
                                "CanonicalRequestBytes", Text.spacedHex(canonicalRequest)))
                : invalid(MISMATCH);
    }

    /** The same for the older signature, which has no canonical request. */
    Refusal mismatchV2(String accessKeyId, String stringToSign, String signature) {
        return new Refusal(
                "SignatureDoesNotMatch",
                403,
                S3_MISMATCH,
                Refusal.ordered(
                        "AWSAccessKeyId", accessKeyId,
                        "StringToSign", stringToSign,
                        "SignatureProvided", signature,
                        "StringToSignBytes", Text.spacedHex(stringToSign)));
    }

    /** @throws Refusal when the key is unknown or its session over */
    Credential live(Credentials credentials, String accessKeyId, @Nullable String token, Instant now) {
        var credential = credentials.find(accessKeyId, token).orElseThrow(() -> unknown(accessKeyId, token != null));
        var session = credential.session();
        if (session != null && !now.isBefore(session.expiresAt())) {
            throw expiredToken();
        }
        return credential;
    }

    /** A chunk, or the chain of chunks, that was not signed so. */
    Refusal chunkMismatch() {
        return dialect == Dialect.S3 ? new Refusal("SignatureDoesNotMatch", 403, S3_MISMATCH) : invalid(MISMATCH);
    }

    /** A body that is not the one whose hash was signed. */
    Refusal bodyMismatch(String claimed, String computed) {
        return dialect == Dialect.S3
                ? new Refusal(
                        "XAmzContentSHA256Mismatch",
                        400,
                        "The provided 'x-amz-content-sha256' header does not match what was computed.",
                        Refusal.ordered("ClientComputedContentSHA256", claimed, "S3ComputedContentSHA256", computed))
                : invalid(MISMATCH);
    }

    Refusal badChecksum(String algorithm) {
        return new Refusal(
                "BadDigest", 400, "The " + algorithm + " you specified did not match the calculated checksum.");
    }

    Refusal malformedTrailer() {
        return new Refusal(
                "MalformedTrailerError",
                400,
                "The request contained trailing data that was not well-formed or did not conform to our published schema.");
    }

    Refusal malformedChunk(String message) {
        return new Refusal("InvalidRequest", 400, message);
    }

    Refusal smallChunk() {
        return new Refusal(
                "InvalidChunkSizeError", 403, "Only the last chunk is allowed to have a size less than 8192 bytes");
    }

    Refusal incompleteBody() {
        return new Refusal(
                "IncompleteBody",
                400,
                "You did not provide the number of bytes specified by the Content-Length HTTP header");
    }

    Refusal missingContentHash() {
        return new Refusal("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256");
    }

    Refusal strangeContentHash(String value) {
        return dialect == Dialect.S3
                ? new Refusal(
                        "InvalidArgument",
                        400,
                        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
                                + "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
                                + "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, "
                                + "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
                        Refusal.ordered("ArgumentName", "x-amz-content-sha256", "ArgumentValue", value))
                : invalid(MISMATCH);
    }

    private Refusal invalid(String message) {
        return switch (dialect) {
            case S3 -> new Refusal("SignatureDoesNotMatch", 403, message);
            case QUERY -> new Refusal("SignatureDoesNotMatch", 403, message);
            case JSON, REST_JSON -> new Refusal("InvalidSignatureException", dialect.forbidden(), message);
        };
    }
}
