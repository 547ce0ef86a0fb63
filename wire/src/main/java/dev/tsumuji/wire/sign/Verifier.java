package dev.tsumuji.wire.sign;

import dev.tsumuji.kernel.call.Credentials;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.http.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Verifies Signature Version 4, in the header or in the query, as AWS does and with AWS's refusals; for S3 also version 2
 * and signed forms. Thread-safe.
 *
 * <p>The head is verified before the body is read, except where the client did not send the body's hash: then the body is
 * read first, up to {@code bodyMaxBytes}. Whether the body is the signed one shows at its end: the stream of the verified
 * request throws a {@link Refusal} there.
 *
 * <p>Every {@code x-amz-…} header must be signed, with three exceptions: the session token, which the credential itself
 * vouches for, the content hash, which is the last line of what is signed, and {@code x-amz-user-agent}.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html">AWS Signature Version 4</a>
 */
public final class Verifier {
    /** How far the clocks of client and platform may differ. */
    public static final Duration SKEW_MAX = Duration.ofMinutes(15);

    /** What S3 takes for no region, though every region's name is one. */
    private static final String EVERYWHERE = "aws-global";

    private static final String FIRST_REGION = "us-east-1";

    private final Credentials credentials;
    private final InstantSource clock;
    private final long bodyMaxBytes;
    private final SigningKeys keys = new SigningKeys();

    /** @param bodyMaxBytes of a body that must be held in memory to be verified */
    public Verifier(Credentials credentials, InstantSource clock, long bodyMaxBytes) {
        this.credentials = credentials;
        this.clock = clock;
        this.bodyMaxBytes = bodyMaxBytes;
    }

    /** A REST path of the other services begins with the API's date; an object's hardly ever does. */
    private static final Pattern DATE = Pattern.compile("\\d{8}");

    private static final Pattern DATED_PATH = Pattern.compile("/20\\d\\d-\\d\\d-\\d\\d/.*");

    /**
     * The signing name of the service that the request claims to be for. When it claims none, empty if its form shows that
     * it is not for S3, else {@code s3}.
     */
    public static String claimedService(Request request) {
        return Authorization.service(request).orElseGet(() -> looksLikeS3(request) ? "s3" : "");
    }

    private static boolean looksLikeS3(Request request) {
        var headers = request.headers();
        var type = headers.get("content-type");
        return !headers.has("x-amz-target")
                && !headers.has("smithy-protocol")
                && (type == null
                        || !type.startsWith("application/x-www-form-urlencoded")
                        || request.path().length() > 1)
                && !namesAction(request.query())
                && !DATED_PATH.matcher(request.path()).matches();
    }

    private static boolean namesAction(@Nullable String query) {
        return query != null && (query.startsWith("Action=") || query.contains("&Action="));
    }

    /**
     * @throws Refusal when it isn't what its signature vouches for
     * @throws IOException when the client went away while its body was read
     */
    public Verified verify(Request request) throws IOException {
        if (SignatureV2.claimed(request) && looksLikeS3(request)) {
            var verified = new SignatureV2(credentials).verify(request, clock.instant());
            return new Verified(
                    unsignedBody(verified.request()), verified.credential(), verified.scope(), verified.mechanism());
        }
        var refusals = new Refusals(Dialect.of(request, claimedService(request)));
        var authorization = Authorization.of(request, refusals);
        var now = clock.instant();
        var credential = refusals.live(credentials, authorization.accessKeyId(), authorization.sessionToken(), now);
        if (refusals.dialect() == Dialect.S3 && !authorization.presigned()) {
            // its time comes first: a far one is too far, whatever day the scope names
            checkTime(authorization, refusals, now);
        }
        checkScope(authorization, refusals);
        checkTime(authorization, refusals, now);
        checkSignedHeaders(authorization, request, refusals);

        var payload = Payload.of(request, authorization, refusals);
        var held = payload.kind() == Payload.Kind.COMPUTED ? Payload.readWhole(request, bodyMaxBytes) : null;
        var hash = held == null ? payload.hash() : Hash.hex(Hash.sha256(held));
        var key = keys.of(credential.secretAccessKey(), authorization.scope());
        var path = checkSignature(authorization, request, hash, key, refusals);
        var checked = held != null
                ? request.withBody(held.length, new ByteArrayInputStream(held))
                : payload.checked(request, payload.chain(authorization, key, refusals), refusals);
        if (authorization.presigned() && refusals.dialect() == Dialect.S3) {
            checked = checked.withHeaders(lifted(checked));
        }
        var mechanism = authorization.presigned() ? Mechanism.link(authorization.time()) : Mechanism.header();
        return new Verified(checked.withPath(path), credential, authorization.scope(), mechanism);
    }

    /** A link to S3 may carry in its query what would be headers: {@code x-amz-acl}, {@code x-amz-meta-…}. */
    private static Headers lifted(Request request) {
        var headers = request.headers();
        var query = request.query();
        if (query == null || !query.contains("x-amz-")) {
            return headers;
        }
        for (var pair : query.split("&")) {
            int equals = pair.indexOf('=');
            // those of the signature itself are written with capitals
            if (pair.startsWith("x-amz-")
                    && equals > 0
                    && !ofNothing(pair)
                    && !headers.has(pair.substring(0, equals))) {
                headers = headers.with(pair.substring(0, equals), Text.decode(pair.substring(equals + 1)));
            }
        }
        return headers;
    }

    /** JavaScript's SDK puts a checksum into a link whose body it doesn't know: that of nothing. */
    private static boolean ofNothing(String pair) {
        return pair.startsWith("x-amz-checksum-") || pair.startsWith("x-amz-sdk-checksum-");
    }

    /** Whether the request doesn't even claim a signature; an empty header claims none. */
    public static boolean unsigned(Request request) {
        var header = request.header("authorization");
        return (header == null || header.isBlank())
                && (request.query() == null || !Authorization.claimsSignature(request.query()))
                && !SignatureV2.claimed(request);
    }

    /**
     * A request of nobody, for S3: its body without the transfer coding {@code aws-chunked}, and checked by the hash that it
     * may have.
     */
    public static Request unsignedBody(Request request) throws IOException {
        var refusals = new Refusals(Dialect.S3);
        return Payload.ofUnsigned(request, refusals).checked(request, null, refusals);
    }

    /**
     * The holder of the key that signed a form for S3.
     *
     * @param fields by name in lower case
     * @return null when the form claims no signature
     * @throws Refusal when its signature is not the policy's
     * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html">Authenticating requests in browser-based uploads</a>
     */
    public @Nullable Verified verifyForm(Request request, Map<String, String> fields) {
        return new FormSignature(credentials, keys).verify(request, fields, clock.instant());
    }

    /**
     * A key for one service must not open another.
     *
     * @param service that the request is for; null when it names none but the signature's
     * @throws Refusal when the signature is for another one
     */
    public void checkService(Verified verified, @Nullable String service) {
        if (service != null && !service.equals(verified.scope().service())) {
            throw new Refusals(Dialect.of(verified.request(), service))
                    .scope(
                            "Credential should be scoped to correct service: '" + service + "'. ",
                            "incorrect service \"" + verified.scope().service() + "\". This endpoint belongs to \""
                                    + service + "\".",
                            false);
        }
    }

    private static void checkScope(Authorization authorization, Refusals refusals) {
        var scope = authorization.scope();
        var where = authorization.presigned() ? Authorization.IN_QUERY : "";
        if (!authorization.date().startsWith(scope.date()) || scope.date().length() != 8) {
            var date = authorization.date();
            throw refusals.scope(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"
                            + scope.date() + "' != '" + date.substring(0, 8) + "', from '" + date + "'.",
                    DATE.matcher(scope.date()).matches()
                            ? "Invalid credential date \"" + scope.date()
                                    + "\". This date is not the same as X-Amz-Date: \"" + date.substring(0, 8) + "\"."
                            : where + "incorrect date format \""
                                    + scope.date()
                                    + "\". This date in the credential must be in the format \"yyyyMMdd\".",
                    authorization.presigned());
        }
        if (scope.region().isEmpty() || !plain(scope.region())) {
            throw refusals.scope(
                    "Credential should be scoped to a valid region. ",
                    where + "the region '" + scope.region() + "' is wrong",
                    authorization.presigned());
        }
        if (scope.region().equals(EVERYWHERE) && refusals.dialect() == Dialect.S3) {
            throw refusals.region(where, scope.region(), FIRST_REGION, authorization.presigned());
        }
        if (scope.service().isEmpty() || !plain(scope.service())) {
            throw refusals.scope(
                    "Credential should be scoped to correct service. ",
                    where + "incorrect service \"" + scope.service() + "\".",
                    authorization.presigned());
        }
    }

    private static boolean plain(String name) {
        for (int i = 0; i < name.length(); i++) {
            var c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_')) {
                return false;
            }
        }
        return name.length() <= 64;
    }

    private static void checkTime(Authorization authorization, Refusals refusals, Instant now) {
        var time = authorization.time();
        var lifetime = authorization.lifetime();
        if (time.isAfter(now.plus(SKEW_MAX))) {
            throw refusals.dialect() == Dialect.S3
                    ? refusals.skewed(authorization.date(), now)
                    : refusals.early(authorization.date(), AmzDate.format(now.plus(SKEW_MAX)), AmzDate.format(now));
        }
        if (lifetime != null) {
            var expiry = time.plus(lifetime);
            if (now.isAfter(expiry)) {
                throw refusals.expiredLink(
                        Long.toString(lifetime.toSeconds()), expiry, now, AmzDate.format(now), AmzDate.format(expiry));
            }
        } else if (time.isBefore(now.minus(SKEW_MAX))) {
            throw refusals.dialect() == Dialect.S3
                    ? refusals.skewed(authorization.date(), now)
                    : refusals.late(authorization.date(), AmzDate.format(now.minus(SKEW_MAX)), AmzDate.format(now));
        }
    }

    private static void checkSignedHeaders(Authorization authorization, Request request, Refusals refusals) {
        if (!authorization.signs("host")) {
            throw refusals.unsignedHeaders(List.of("host"));
        }
        if (!authorization.presigned() && !request.headers().has("x-amz-date") && !authorization.signs("date")) {
            throw refusals.unsignedHeaders(List.of("date"));
        }
        var unsigned = new TreeSet<String>();
        request.headers().forEach((name, value) -> {
            if (name.startsWith("x-amz-") && !freely(name) && !authorization.signs(name)) {
                unsigned.add(name);
            }
        });
        // a link carries its date in the query: elsewhere than at S3, a header of that name says nothing
        if (authorization.presigned() && refusals.dialect() != Dialect.S3) {
            unsigned.remove("x-amz-date");
        }
        if (!unsigned.isEmpty()) {
            throw refusals.unsignedHeaders(List.copyOf(unsigned));
        }
    }

    private static boolean freely(String header) {
        return switch (header) {
            case "x-amz-security-token", "x-amz-content-sha256", "x-amz-user-agent" -> true;
            default -> false;
        };
    }

    /** @return the path in the form that was signed, not encoded a second time */
    private static String checkSignature(
            Authorization authorization, Request request, String hash, Hash.Key key, Refusals refusals) {
        var s3 = authorization.scope().service().equals("s3");
        var path = s3 ? Canonical.objectPath(request.path()) : Canonical.path(request.path());
        var query = query(authorization, request);
        var canonical = canonical(authorization, request, path, query, request.host(), hash);
        if (!matches(authorization, canonical, key)
                && !matchesVariant(authorization, request, path, query, hash, key)) {
            throw refusals.mismatch(authorization, stringToSign(authorization, canonical), canonical);
        }
        return s3 ? request.path() : Canonical.normalised(request.path());
    }

    /** What clients do that differ from the letter, each as binding as the letter. */
    private static boolean matchesVariant(
            Authorization authorization, Request request, String path, String query, String hash, Hash.Key key) {
        // The host signed without the port that was sent, as if it were the scheme's own.
        var host = withoutPort(request.host());
        if (host != null && matches(authorization, canonical(authorization, request, path, query, host, hash), key)) {
            return true;
        }
        // S3's path signed as it was sent, reserved characters left alone.
        if (authorization.scope().service().equals("s3")
                && !path.equals(request.path())
                && matches(
                        authorization,
                        canonical(authorization, request, request.path(), query, request.host(), hash),
                        key)) {
            return true;
        }
        // The session token added to a link after it was signed.
        return authorization.presigned()
                && authorization.sessionToken() != null
                && matches(
                        authorization,
                        canonical(
                                authorization,
                                request,
                                path,
                                Canonical.query(request.query(), "X-Amz-Signature", "X-Amz-Security-Token"),
                                request.host(),
                                hash),
                        key);
    }

    private static String query(Authorization authorization, Request request) {
        return authorization.presigned()
                ? Canonical.query(request.query(), "X-Amz-Signature")
                : Canonical.query(request.query());
    }

    private static String canonical(
            Authorization authorization, Request request, String path, String query, String host, String hash) {
        return Canonical.request(
                request.method(), request.headers(), path, query, authorization.signedHeaders(), host, hash);
    }

    private static boolean matches(Authorization authorization, String canonical, Hash.Key key) {
        return Hash.same(key.hexMac(stringToSign(authorization, canonical)), authorization.signature());
    }

    private static String stringToSign(Authorization authorization, String canonical) {
        return stringToSign(authorization.date(), authorization.scope(), canonical);
    }

    static String stringToSign(String date, Scope scope, String canonical) {
        return Authorization.ALGORITHM + "\n" + date + "\n" + scope + "\n" + Hash.hexOf(canonical);
    }

    private static @Nullable String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > 0 && host.indexOf(']', colon) < 0
                ? host.substring(0, colon).toLowerCase(Locale.ROOT)
                : null;
    }
}
