package dev.tsumuji.s3;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A bucket's policy, checked in S3's words, and whether it is public: whether it lets in somebody of whom it doesn't say who
 * that is.
 *
 * @param statements as they are written
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status">The meaning of "public"</a>
 */
record PolicyDocument(String version, List<Map<String, @Nullable Object>> statements) {
    private static final Set<String> FIELDS = Set.of("Version", "Id", "Statement");
    private static final Set<String> STATEMENT_FIELDS = Set.of(
            "Sid",
            "Effect",
            "Principal",
            "NotPrincipal",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition");
    private static final Set<String> PRINCIPAL_TYPES = Set.of("AWS", "Service", "Federated", "CanonicalUser");
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern IAM_ARN = Pattern.compile("arn:aws[a-z-]*:(?:iam|sts)::(?:\\d{12}|\\*|cloudfront):.+");
    private static final Pattern CANONICAL = Pattern.compile("[0-9a-f]{64}|[0-9a-f]{96}");
    private static final Pattern SERVICE = Pattern.compile("[a-z0-9.-]+\\.amazonaws\\.com(?:\\.cn)?");

    /** Networks so wide that they say nothing. */
    private static final Pattern WIDE = Pattern.compile(".*/[0-7]|.*\\*.*");

    /** Condition keys that, with values without wildcards, say who it is. */
    private static final Set<String> IDENTIFYING = Set.of(
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:principalarn",
            "aws:principalaccount",
            "aws:sourcearn",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:sourceowner",
            "aws:sourceaccount",
            "aws:sourceorgid",
            "aws:userid",
            "s3:dataaccesspointarn",
            "s3:dataaccesspointaccount",
            "aws:sourceip");

    static PolicyDocument parse(String text) {
        try {
            return shape(Json.read(text));
        } catch (IOException e) {
            throw malformed("This policy contains invalid Json");
        }
    }

    /** @throws software.amazon.awssdk.services.s3.model.S3Exception {@code MalformedPolicy} in AWS's words */
    static PolicyDocument checked(String text, String bucket) {
        if (!text.startsWith("{")) {
            throw malformed("Policies must be valid JSON and the first byte must be '{'");
        }
        var policy = parse(text);
        for (var statement : policy.statements()) {
            statement(statement, bucket);
        }
        return policy;
    }

    @SuppressWarnings("unchecked")
    private static PolicyDocument shape(@Nullable Object json) {
        if (!(json instanceof Map<?, ?> document)) {
            throw malformed("Policies must be valid JSON and the first byte must be '{'");
        }
        for (var field : document.keySet()) {
            if (!FIELDS.contains(field)) {
                throw malformed("Unknown field " + field);
            }
        }
        var version = document.get("Version");
        if (version != null && !version.equals("2012-10-17") && !version.equals("2008-10-17")) {
            throw malformed("The policy must contain a valid version string");
        }
        List<?> statements = switch (document.get("Statement")) {
            case null -> throw malformed("Missing required field Statement");
            case List<?> several -> several;
            case Object one -> List.of(one);
        };
        if (statements.isEmpty()) {
            throw malformed("Could not parse the policy: Statement is empty!");
        }
        for (var statement : statements) {
            if (!(statement instanceof Map<?, ?>)) {
                throw malformed("Invalid policy syntax.");
            }
        }
        return new PolicyDocument(
                version == null ? "2008-10-17" : String.valueOf(version),
                (List<Map<String, @Nullable Object>>) statements);
    }

    private static void statement(Map<String, @Nullable Object> statement, String bucket) {
        for (var field : statement.keySet()) {
            if (!STATEMENT_FIELDS.contains(field)) {
                throw malformed("Unknown field " + field);
            }
        }
        require(statement, "Effect", "Effect");
        require(statement, "Principal", "NotPrincipal");
        require(statement, "Action", "NotAction");
        require(statement, "Resource", "NotResource");
        var effect = statement.get("Effect");
        if (!"Allow".equals(effect) && !"Deny".equals(effect)) {
            throw malformed("Invalid effect: " + effect);
        }
        if ("Allow".equals(effect) && statement.containsKey("NotPrincipal")) {
            throw malformed("Allow with NotPrincipal is not allowed");
        }
        principals(statement.containsKey("Principal") ? statement.get("Principal") : statement.get("NotPrincipal"));
        var actions = Json.texts(either(statement, "Action", "NotAction"));
        for (var action : actions) {
            if (!action.equals("*") && !action.toLowerCase(Locale.ROOT).matches("s3:[a-z*?0-9]+")) {
                throw malformed("Policy has invalid action");
            }
        }
        boolean ofBucket = false;
        boolean ofObjects = false;
        for (var resource : Json.texts(either(statement, "Resource", "NotResource"))) {
            if (!about(resource, bucket)) {
                throw malformed("Policy has invalid resource");
            }
            ofObjects |= resource.indexOf('/') >= 0 || resource.endsWith("*");
            ofBucket |= resource.indexOf('/') < 0;
        }
        if (statement.containsKey("Action") && statement.containsKey("Resource")) {
            for (var action : actions) {
                if (mismatched(action, ofBucket, ofObjects)) {
                    throw malformed("Action does not apply to any resource(s) in statement");
                }
            }
        }
        if (statement.containsKey("Condition")) {
            PolicyConditions.check(statement.get("Condition"), statement.containsKey("Action") ? actions : List.of());
        }
    }

    /** Only for actions that are surely of one kind. */
    private static boolean mismatched(String action, boolean ofBucket, boolean ofObjects) {
        return switch (action.toLowerCase(Locale.ROOT)) {
            case "s3:getobject",
                    "s3:putobject",
                    "s3:deleteobject",
                    "s3:getobjectacl",
                    "s3:putobjectacl",
                    "s3:getobjectversion",
                    "s3:deleteobjectversion",
                    "s3:getobjecttagging",
                    "s3:putobjecttagging",
                    "s3:abortmultipartupload",
                    "s3:listmultipartuploadparts" -> !ofObjects;
            case "s3:listbucket",
                    "s3:listbucketversions",
                    "s3:listbucketmultipartuploads",
                    "s3:getbucketlocation",
                    "s3:getbucketacl",
                    "s3:putbucketacl",
                    "s3:getbucketpolicy",
                    "s3:putbucketpolicy" -> !ofBucket;
            default -> false;
        };
    }

    private static boolean about(String resource, String bucket) {
        var prefix = "arn:aws:s3:::";
        if (!resource.startsWith(prefix)) {
            return false;
        }
        var rest = resource.substring(prefix.length());
        int slash = rest.indexOf('/');
        var name = slash < 0 ? rest : rest.substring(0, slash);
        var glob = new StringBuilder();
        for (char c : name.toCharArray()) {
            glob.append(
                    switch (c) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        default -> Pattern.quote(String.valueOf(c));
                    });
        }
        return name.contains("${") || Pattern.matches(glob.toString(), bucket);
    }

    private static void principals(@Nullable Object principal) {
        switch (principal) {
            case String all when all.equals("*") -> {
                // everybody
            }
            case Map<?, ?> types ->
                types.forEach((type, values) -> {
                    if (!PRINCIPAL_TYPES.contains(type)) {
                        throw strangePrincipal();
                    }
                    for (var value : Json.texts(values)) {
                        boolean fine = switch (String.valueOf(type)) {
                            case "AWS" ->
                                value.equals("*")
                                        || ACCOUNT.matcher(value).matches()
                                        || IAM_ARN.matcher(value).matches()
                                        || value.matches("A[A-Z0-9]{15,}");
                            case "Service" -> SERVICE.matcher(value).matches();
                            case "CanonicalUser" -> CANONICAL.matcher(value).matches();
                            default -> !value.isEmpty();
                        };
                        if (!fine) {
                            throw strangePrincipal();
                        }
                    }
                });
            case null, default -> throw strangePrincipal();
        }
    }

    /** All that statements name by ARN, account or id, whether they are meant or excepted. */
    Stream<String> principals() {
        return statements.stream()
                .map(statement -> either(statement, "Principal", "NotPrincipal"))
                .flatMap(principal ->
                        principal instanceof Map<?, ?> types ? Json.texts(types.get("AWS")).stream() : Stream.of());
    }

    static RuntimeException strangePrincipal() {
        return malformed("Invalid principal in policy");
    }

    private static void require(Map<String, @Nullable Object> statement, String field, String other) {
        if (!statement.containsKey(field) && !statement.containsKey(other)) {
            throw malformed("Missing required field " + field);
        }
        if (!field.equals(other) && statement.containsKey(field) && statement.containsKey(other)) {
            throw malformed("Statement contains both " + field + " and " + other);
        }
    }

    private static @Nullable Object either(Map<String, @Nullable Object> statement, String one, String other) {
        return statement.containsKey(one) ? statement.get(one) : statement.get(other);
    }

    static RuntimeException malformed(String message) {
        return S3Errors.of("MalformedPolicy", 400, message);
    }

    /** Whether it lets everybody in, or everybody of whom a condition doesn't say who it is. */
    boolean isPublic() {
        return statements.stream()
                .anyMatch(statement -> "Allow".equals(statement.get("Effect"))
                        && (statement.containsKey("NotPrincipal") || everybody(statement.get("Principal")))
                        && !identified(statement.get("Condition")));
    }

    private static boolean everybody(@Nullable Object principal) {
        return switch (principal) {
            case String text -> text.equals("*");
            case Map<?, ?> types -> Json.texts(types.get("AWS")).contains("*");
            case null, default -> false;
        };
    }

    private static boolean identified(@Nullable Object condition) {
        if (!(condition instanceof Map<?, ?> operators)) {
            return false;
        }
        for (var operator : operators.entrySet()) {
            var name = String.valueOf(operator.getKey());
            boolean positive = !name.contains("Not") && !name.endsWith("IfExists") && !name.startsWith("ForAllValues");
            if (positive && operator.getValue() instanceof Map<?, ?> keys) {
                for (var key : keys.entrySet()) {
                    var values = Json.texts(key.getValue());
                    var low = String.valueOf(key.getKey()).toLowerCase(Locale.ROOT);
                    if (IDENTIFYING.contains(low)
                            && !values.isEmpty()
                            && values.stream().allMatch(value -> fixed(low, value))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean fixed(String key, String value) {
        if (key.equals("aws:sourceip")) {
            return !WIDE.matcher(value).matches();
        }
        return value.indexOf('*') < 0 && value.indexOf('?') < 0 && !value.contains("${");
    }
}
