package dev.tsumuji.wire.sign;

import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Credentials;
import dev.tsumuji.wire.http.BucketHost;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * S3's older signature, {@code AWS key:signature} or the parameters {@code AWSAccessKeyId}, {@code Expires} and
 * {@code Signature}. It vouches for the head only, so it holds for S3 and for nothing else. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html">Signing and authenticating REST requests</a>
 */
final class SignatureV2 {
    private static final String SCHEME = "AWS ";
    private static final String TOKEN = "x-amz-security-token";

    /** Parameters that change what a request means: a link for one of them must not open another. */
    private static final Set<String> SIGNED_PARAMETERS = Set.of(
            "accelerate",
            "acl",
            "analytics",
            "attributes",
            "cors",
            "defaultObjectAcl",
            "delete",
            "encryption",
            "intelligent-tiering",
            "inventory",
            "legal-hold",
            "lifecycle",
            "location",
            "logging",
            "metrics",
            "notification",
            "object-lock",
            "ownershipControls",
            "partNumber",
            "policy",
            "policyStatus",
            "publicAccessBlock",
            "replication",
            "requestPayment",
            "response-cache-control",
            "response-content-disposition",
            "response-content-encoding",
            "response-content-language",
            "response-content-type",
            "response-expires",
            "restore",
            "retention",
            "select",
            "select-type",
            "storageClass",
            "tagging",
            "torrent",
            "uploadId",
            "uploads",
            "versionId",
            "versioning",
            "versions",
            "website");

    private final Credentials credentials;
    private final Refusals refusals = new Refusals(Dialect.S3);

    SignatureV2(Credentials credentials) {
        this.credentials = credentials;
    }

    /** Whether the request claims such a signature. */
    static boolean claimed(Request request) {
        var header = request.header("authorization");
        if (header != null) {
            return header.startsWith(SCHEME);
        }
        var query = request.query();
        return query != null && (query.contains("AWSAccessKeyId=") || parameter(query, "Signature") != null);
    }

    /**
     * @return the request with the {@code x-amz-…} parameters of a link as the headers that they stand for
     * @throws Refusal when it isn't what its signature vouches for
     */
    Verified verify(Request request, Instant now) {
        var header = request.header("authorization");
        var query = parameters(request.query());
        boolean link = header == null;
        if (header != null && query.containsKey("Signature")) {
            throw refusals.twoMechanisms();
        }
        var claim = header == null ? link(query, now) : inHeader(header);
        var headers = link ? lifted(request.headers(), query) : request.headers();
        var token = headers.get(TOKEN);
        var credential = refusals.live(credentials, claim.accessKeyId(), token, now);
        var date = link ? claim.expires() : date(headers, now);
        var text = stringToSign(request, headers, query, date, link);
        if (!Hash.same(mac(credential.secretAccessKey(), text), claim.signature())
                && !signedWithSlash(request, headers, query, date, link, credential, claim)) {
            throw refusals.mismatchV2(claim.accessKeyId(), text, claim.signature());
        }
        return new Verified(
                request.withHeaders(headers), credential, scope(request, credential, now), Mechanism.older(link));
    }

    /** A bucket itself is the same resource with and without a slash behind its name; some clients sign the other one. */
    private static boolean signedWithSlash(
            Request request,
            Headers headers,
            Map<String, String> query,
            String date,
            boolean link,
            Credential credential,
            Claim claim) {
        var path = request.path();
        if (path.length() < 2 || path.indexOf('/', 1) >= 0) {
            return false;
        }
        var text = stringToSign(request.withPath(path + "/"), headers, query, date, link);
        return Hash.same(mac(credential.secretAccessKey(), text), claim.signature());
    }

    private record Claim(String accessKeyId, String signature, String expires) {}

    private Claim inHeader(String header) {
        var text = header.substring(SCHEME.length()).strip();
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new Refusal(
                    "InvalidArgument",
                    400,
                    "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature",
                    Refusal.ordered("ArgumentName", "Authorization", "ArgumentValue", header));
        }
        return new Claim(text.substring(0, colon), text.substring(colon + 1), "");
    }

    private Claim link(Map<String, String> query, Instant now) {
        var key = query.get("AWSAccessKeyId");
        var signature = query.get("Signature");
        var expires = query.get("Expires");
        if (key == null || signature == null || expires == null) {
            throw new Refusal(
                    "AccessDenied",
                    403,
                    "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
        }
        Instant end;
        try {
            end = Instant.ofEpochSecond(Long.parseLong(expires));
        } catch (NumberFormatException | java.time.DateTimeException _) {
            throw new Refusal(
                    "AccessDenied", 403, "Invalid date (should be seconds since epoch): " + expires, Map.of());
        }
        if (now.isAfter(end)) {
            throw new Refusal(
                    "AccessDenied",
                    403,
                    "Request has expired",
                    Refusal.ordered("Expires", end.toString(), "ServerTime", Refusals.shown(now)));
        }
        return new Claim(key, signature, expires);
    }

    private String date(Headers headers, Instant now) {
        var amz = headers.get("x-amz-date");
        var text = amz != null ? amz : headers.get("date");
        var time = text == null ? java.util.Optional.<Instant>empty() : AmzDate.parseHttp(text);
        if (time.isEmpty() && text != null) {
            time = AmzDate.parse(text);
        }
        if (text == null || time.isEmpty() || time.get().isBefore(Instant.EPOCH)) {
            throw refusals.undated("");
        }
        if (time.get().minus(Verifier.SKEW_MAX).isAfter(now)
                || time.get().plus(Verifier.SKEW_MAX).isBefore(now)) {
            throw refusals.skewed(text, now);
        }
        return amz != null ? "" : text;
    }

    private static Headers lifted(Headers headers, Map<String, String> query) {
        var all = headers;
        for (var entry : query.entrySet()) {
            var name = entry.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith("x-amz-") && !all.has(name)) {
                all = all.with(name, entry.getValue());
            }
        }
        return all;
    }

    private static String stringToSign(
            Request request, Headers headers, Map<String, String> query, String date, boolean link) {
        var text = new StringBuilder(256).append(request.method()).append('\n');
        for (var name : new String[] {"content-md5", "content-type"}) {
            var value = headers.get(name);
            var inQuery = link && value == null ? query.get(name) : null;
            text.append(value != null ? value.strip() : inQuery != null ? inQuery : "")
                    .append('\n');
        }
        text.append(date).append('\n');
        var amz = new TreeMap<String, ArrayList<String>>();
        headers.forEach((name, value) -> {
            if (name.startsWith("x-amz-")) {
                amz.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value.strip());
            }
        });
        amz.forEach((name, values) ->
                text.append(name).append(':').append(String.join(",", values)).append('\n'));
        var bucket = BucketHost.of(request.host()).bucket();
        if (bucket != null) {
            text.append('/').append(bucket);
        }
        text.append(request.path());
        char separator = '?';
        for (var entry : new TreeMap<>(query).entrySet()) {
            if (SIGNED_PARAMETERS.contains(entry.getKey())) {
                text.append(separator).append(entry.getKey());
                if (!entry.getValue().isEmpty()) {
                    text.append('=').append(entry.getValue());
                }
                separator = '&';
            }
        }
        return text.toString();
    }

    static String mac(String secret, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has HmacSHA1", e);
        }
    }

    static Scope scope(Request request, Credential credential, Instant now) {
        var region = BucketHost.of(request.host()).region();
        return new Scope(AmzDate.format(now).substring(0, 8), region == null ? "" : region, "s3");
    }

    private static @Nullable String parameter(String query, String name) {
        return parameters(query).get(name);
    }

    /** Decoded; of a repeated one the first. */
    private static Map<String, String> parameters(@Nullable String query) {
        var parameters = new LinkedHashMap<String, String>();
        if (query != null) {
            for (var pair : query.split("&")) {
                int equals = pair.indexOf('=');
                var name = Text.decode(equals < 0 ? pair : pair.substring(0, equals));
                var value =
                        equals < 0 ? "" : Text.decode(pair.substring(equals + 1).replace('+', ' '));
                if (!name.isEmpty()) {
                    parameters.putIfAbsent(name, value);
                }
            }
        }
        return parameters;
    }
}
