package dev.tsumuji.wire.sign;

import dev.tsumuji.kernel.call.Credentials;
import dev.tsumuji.wire.http.Request;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The signature of a form that a browser sends to S3: it is of the form's policy, by version 4 or version 2. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html">Browser-based uploads using POST</a>
 */
final class FormSignature {
    private static final String ALGORITHM = "x-amz-algorithm";

    private final Credentials credentials;
    private final SigningKeys keys;
    private final Refusals refusals = new Refusals(Dialect.S3);

    FormSignature(Credentials credentials, SigningKeys keys) {
        this.credentials = credentials;
        this.keys = keys;
    }

    /** @return null when the form claims no signature */
    @Nullable
    Verified verify(Request request, Map<String, String> fields, Instant now) {
        if (fields.containsKey("x-amz-signature")
                || fields.containsKey(ALGORITHM)
                || fields.containsKey("x-amz-credential")) {
            return version4(request, fields, now);
        }
        if (fields.containsKey("signature") || fields.containsKey("awsaccesskeyid") || fields.containsKey("policy")) {
            return version2(request, fields, now);
        }
        return null;
    }

    private Verified version4(Request request, Map<String, String> fields, Instant now) {
        var policy = required(fields, "policy", "policy");
        var algorithm = required(fields, ALGORITHM, "X-Amz-Algorithm");
        var credentialText = required(fields, "x-amz-credential", "X-Amz-Credential");
        var signature = required(fields, "x-amz-signature", "X-Amz-Signature");
        required(fields, "x-amz-date", "X-Amz-Date");
        if (!algorithm.equals(Authorization.ALGORITHM)) {
            throw new Refusal(
                    "InvalidArgument",
                    400,
                    "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"",
                    Refusal.ordered("ArgumentName", "X-Amz-Algorithm", "ArgumentValue", algorithm));
        }
        var parts = credentialText.split("/", -1);
        if (parts.length != 5 || !parts[4].equals(Scope.TERMINATOR) || !parts[3].equals("s3")) {
            throw refusals.incompleteQuery(
                    "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
                            + "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        }
        var scope = new Scope(parts[1], parts[2], parts[3]);
        var credential = refusals.live(credentials, parts[0], fields.get("x-amz-security-token"), now);
        var computed = keys.of(credential.secretAccessKey(), scope).hexMac(policy);
        if (!Hash.same(computed, signature)) {
            throw refusals.mismatchV2(parts[0], policy, signature);
        }
        return new Verified(request, credential, scope, Mechanism.form(false));
    }

    private Verified version2(Request request, Map<String, String> fields, Instant now) {
        var key = required(fields, "awsaccesskeyid", "AWSAccessKeyId");
        var signature = required(fields, "signature", "signature");
        var policy = required(fields, "policy", "policy");
        var credential = refusals.live(credentials, key, fields.get("x-amz-security-token"), now);
        if (!Hash.same(SignatureV2.mac(credential.secretAccessKey(), policy), signature)) {
            throw refusals.mismatchV2(key, policy, signature);
        }
        return new Verified(request, credential, SignatureV2.scope(request, credential, now), Mechanism.form(true));
    }

    private static String required(Map<String, String> fields, String name, String shown) {
        var value = fields.get(name);
        if (value == null) {
            throw new Refusal(
                    "InvalidArgument",
                    400,
                    "Bucket POST must contain a field named '" + shown
                            + "'.  If it is specified, please check the order of the fields.",
                    Refusal.ordered("ArgumentName", shown, "ArgumentValue", ""));
        }
        return value;
    }
}
