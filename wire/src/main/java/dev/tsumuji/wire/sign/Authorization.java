package dev.tsumuji.wire.sign;

import dev.tsumuji.wire.http.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request claims about its signature, from the {@code Authorization} header or a presigned query; read, not yet
 * verified.
 *
 * @param signedHeaders as listed, lower case, separated by semicolons
 * @param date as sent, in the basic form that the string to sign repeats
 * @param lifetime of a presigned URL; null when the header signs
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html">Authorization header</a>
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html">Query parameters</a>
 */
record Authorization(
        String accessKeyId,
        Scope scope,
        String signedHeaders,
        String signature,
        String date,
        Instant time,
        @Nullable String sessionToken,
        @Nullable Duration lifetime) {

    static final String ALGORITHM = "AWS4-HMAC-SHA256";
    static final String IN_QUERY = "Error parsing the X-Amz-Credential parameter; ";
    private static final Duration LIFETIME_MAX = Duration.ofDays(7);

    boolean presigned() {
        return lifetime != null;
    }

    boolean signs(String header) {
        for (int from = 0, to; from <= signedHeaders.length(); from = to + 1) {
            to = signedHeaders.indexOf(';', from);
            to = to < 0 ? signedHeaders.length() : to;
            if (to - from == header.length() && signedHeaders.startsWith(header, from)) {
                return true;
            }
        }
        return false;
    }

    /** The service that the request says it is for, verified or not; S3 when it doesn't say, as on AWS. */
    static Optional<String> service(Request request) {
        var header = request.header("authorization");
        var credential = header == null ? presignedCredential(request.query()) : after(header, "Credential=");
        if (credential == null) {
            return Optional.empty();
        }
        int end = credential.lastIndexOf('/');
        int begin = end < 0 ? -1 : credential.lastIndexOf('/', end - 1);
        return begin < 0 || slashes(credential, begin) < 2
                ? Optional.empty()
                : Optional.of(credential.substring(begin + 1, end));
    }

    private static int slashes(String text, int before) {
        int count = 0;
        for (int i = text.indexOf('/'); i >= 0 && i < before; i = text.indexOf('/', i + 1)) {
            count++;
        }
        return count;
    }

    private static @Nullable String after(String header, String name) {
        int from = header.indexOf(name);
        if (from < 0) {
            return null;
        }
        int to = header.indexOf(',', from);
        return header.substring(from + name.length(), to < 0 ? header.length() : to)
                .strip();
    }

    private static @Nullable String presignedCredential(@Nullable String query) {
        return query == null || !query.contains("X-Amz-") ? null : amz(query).get("X-Amz-Credential");
    }

    /**
     * @throws Refusal when there is no signature, or one that can't be read
     */
    static Authorization of(Request request, Refusals refusals) {
        var header = request.header("authorization");
        var query = request.query();
        var inQuery = query != null && claimsSignature(query);
        if (header == null) {
            if (query == null || !inQuery) {
                throw refusals.unsigned();
            }
            return ofQuery(query, refusals);
        }
        if (inQuery && refusals.dialect() == Dialect.S3) {
            throw refusals.twoMechanisms();
        }
        return ofHeader(header, request, refusals);
    }

    static boolean claimsSignature(String query) {
        return query.contains("X-Amz-Algorithm=")
                || query.contains("X-Amz-Signature=")
                || query.contains("X-Amz-Credential=");
    }

    private static Authorization ofHeader(String header, Request request, Refusals refusals) {
        int space = header.indexOf(' ');
        var algorithm = space < 0 ? header : header.substring(0, space);
        if (!algorithm.equals(ALGORITHM)) {
            throw refusals.algorithm(algorithm, header);
        }
        var fields = fields(header, space, refusals);
        var date = request.header("x-amz-date");
        var httpDate = date == null ? request.header("date") : null;
        require(fields, date != null || httpDate != null, header, refusals);
        var time = date != null ? AmzDate.parse(date) : AmzDate.parseHttp(String.valueOf(httpDate));
        if (time.isEmpty() || refusals.dialect() == Dialect.S3 && time.get().isBefore(Instant.EPOCH)) {
            throw refusals.undated("Date must be in ISO-8601 'basic format'. Got '" + (date != null ? date : httpDate)
                    + "'. See http://en.wikipedia.org/wiki/ISO_8601");
        }
        var credential = credential(get(fields, "Credential"), refusals, false);
        return new Authorization(
                credential.accessKeyId(),
                credential.scope(),
                get(fields, "SignedHeaders"),
                get(fields, "Signature"),
                date != null ? date : AmzDate.format(time.get()),
                time.get(),
                request.header("x-amz-security-token"),
                null);
    }

    private static Map<String, String> fields(String header, int space, Refusals refusals) {
        var fields = new HashMap<String, String>(8);
        var rest = space < 0 ? "" : header.substring(space + 1);
        for (int from = 0, to; from <= rest.length(); from = to + 1) {
            to = rest.indexOf(',', from);
            to = to < 0 ? rest.length() : to;
            var field = rest.substring(from, to);
            var text = field.strip();
            int equals = text.indexOf('=');
            // A blank inside is a key pasted with a blank: AWS splits there and finds no equal-sign.
            int blank = text.indexOf(' ');
            if (text.isEmpty()) {
                continue;
            }
            if (equals >= 0 && blank < 0 && fields.containsKey(text.substring(0, equals))) {
                throw refusals.incomplete(
                        "Authorization header has '" + text.substring(0, equals) + "' more than once.",
                        "the authorization header requires three components: Credential, SignedHeaders, and Signature.");
            }
            if (equals < 0 || blank >= 0) {
                var culprit = blank >= 0 ? text.substring(blank + 1) : text;
                throw refusals.incomplete(
                        "'" + culprit + "' not a valid key=value pair (missing equal-sign) in Authorization header: '"
                                + header + "'.",
                        "the authorization header requires three components: Credential, SignedHeaders, and Signature.");
            }
            fields.put(text.substring(0, equals), text.substring(equals + 1));
        }
        return fields;
    }

    private static void require(Map<String, String> fields, boolean dated, String header, Refusals refusals) {
        var missing = new StringBuilder();
        for (var name : new String[] {"Credential", "Signature", "SignedHeaders"}) {
            if (get(fields, name).isEmpty()) {
                missing.append("Authorization header requires '").append(name).append("' parameter. ");
            }
        }
        boolean complete = missing.isEmpty();
        if (!dated) {
            missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
        }
        if (!missing.isEmpty()) {
            var message = missing + "Authorization=" + header.split(" ", 2)[0];
            throw complete
                    ? refusals.undated(message)
                    : refusals.incomplete(
                            message,
                            "the authorization header requires three components: Credential, SignedHeaders, and Signature.");
        }
    }

    private static String get(Map<String, String> fields, String name) {
        return fields.getOrDefault(name, "");
    }

    private static Authorization ofQuery(String query, Refusals refusals) {
        var fields = amz(query);
        var algorithm = get(fields, "X-Amz-Algorithm");
        if (!algorithm.equals(ALGORITHM)) {
            throw algorithm.isEmpty() ? incompleteQuery(refusals) : refusals.algorithm(algorithm);
        }
        for (var name : new String[] {
            "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Expires"
        }) {
            // Only S3 insists on a lifetime; elsewhere a link is good for as long as a signature is.
            if (get(fields, name).isEmpty() && !(name.equals("X-Amz-Expires") && refusals.dialect() != Dialect.S3)) {
                throw incompleteQuery(refusals);
            }
        }
        var date = get(fields, "X-Amz-Date");
        var time = AmzDate.parse(date);
        if (time.isEmpty()) {
            throw refusals.incompleteQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        }
        var credential = credential(get(fields, "X-Amz-Credential"), refusals, true);
        return new Authorization(
                credential.accessKeyId(),
                credential.scope(),
                get(fields, "X-Amz-SignedHeaders"),
                get(fields, "X-Amz-Signature"),
                date,
                time.get(),
                fields.get("X-Amz-Security-Token"),
                lifetime(fields.getOrDefault("X-Amz-Expires", "900"), refusals));
    }

    private static Refusal incompleteQuery(Refusals refusals) {
        return refusals.incompleteQuery(
                refusals.dialect() == Dialect.S3
                        ? "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                                + "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
                        : "AWS query-string parameters must include 'X-Amz-Algorithm', 'X-Amz-Credential', "
                                + "'X-Amz-Signature', 'X-Amz-SignedHeaders' and 'X-Amz-Date'. Re-examine the query-string"
                                + " parameters.");
    }

    private static Duration lifetime(String seconds, Refusals refusals) {
        try {
            var lifetime = Duration.ofSeconds(Long.parseLong(seconds));
            if (lifetime.isNegative()) {
                throw refusals.incompleteQuery("X-Amz-Expires must be non-negative");
            }
            if (lifetime.compareTo(LIFETIME_MAX) > 0) {
                throw refusals.incompleteQuery(
                        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less"
                                + " than 604800 seconds");
            }
            return lifetime;
        } catch (NumberFormatException _) {
            throw refusals.incompleteQuery("X-Amz-Expires should be a number");
        }
    }

    private record Credential(String accessKeyId, Scope scope) {}

    private static Credential credential(String text, Refusals refusals, boolean inQuery) {
        // An access key id may hold slashes, a scope may not: count from the end.
        var parts = text.split("/", -1);
        int n = parts.length;
        if (n != 5) {
            throw inQuery
                    ? refusals.incompleteQuery(IN_QUERY + "the Credential is mal-formed; expecting "
                            + "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
                    : refusals.incomplete(
                            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term,"
                                    + " got '" + text + "'",
                            "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        }
        if (!parts[4].equals(Scope.TERMINATOR)) {
            throw refusals.scope(
                    "Credential should be scoped with a valid terminator: '" + Scope.TERMINATOR + "', not '" + parts[4]
                            + "'.",
                    (inQuery ? IN_QUERY : "") + "incorrect terminal \"" + parts[4] + "\". This endpoint uses \""
                            + Scope.TERMINATOR + "\".",
                    inQuery);
        }
        return new Credential(parts[0], new Scope(parts[1], parts[2], parts[3]));
    }

    /** The parameters whose names begin with {@code X-Amz-}; of a repeated one the first. */
    private static Map<String, String> amz(String query) {
        var fields = new HashMap<String, String>(16);
        for (int from = 0, to; from <= query.length(); from = to + 1) {
            to = query.indexOf('&', from);
            to = to < 0 ? query.length() : to;
            if (query.startsWith("X-Amz-", from)) {
                int equals = query.indexOf('=', from, to);
                if (equals > 0 && equals < to) {
                    fields.putIfAbsent(query.substring(from, equals), Text.decode(query.substring(equals + 1, to)));
                }
            }
        }
        return fields;
    }
}
