package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Failures;
import java.util.ArrayList;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A function as requests name it: by name, partial ARN or ARN, each with or without a qualifier, which may also stand
 * beside it.
 *
 * @param qualifier version, alias or {@code $LATEST}; null when the request gives none
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html">GetFunction, name formats</a>
 */
record FunctionName(FunctionId id, @Nullable String qualifier) {
    static final String LATEST = "$LATEST";

    private static final int NAME_LENGTH_MAX = 64;
    private static final int ARN_LENGTH_MAX = 256;
    private static final int NEW_ARN_LENGTH_MAX = 140;
    private static final int QUALIFIER_LENGTH_MAX = 128;

    private static final String PREFIX = "(arn:(aws[a-zA-Z-]*)?:lambda:)?"
            + "((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?";
    private static final String NEW_NAME = PREFIX + "([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?";
    private static final String NAME = PREFIX + "([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";
    private static final String QUALIFIER = "\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+";

    private static final Pattern NEW_NAME_PATTERN = Pattern.compile(NEW_NAME);
    private static final Pattern NAME_PATTERN = Pattern.compile(NAME);
    private static final Pattern QUALIFIER_PATTERN = Pattern.compile(QUALIFIER);
    private static final int GROUP_REGION = 3;
    private static final int GROUP_ACCOUNT = 9;
    private static final int GROUP_NAME = 11;
    private static final int GROUP_QUALIFIER = 13;

    /** Reads the name of a function that may exist, also in another account. */
    static FunctionName of(String text, @Nullable String qualifier, Call call) {
        if (qualifier == null && isPlain(text)) {
            return new FunctionName(new FunctionId(call.account(), call.region(), text), null);
        }
        var problems = new ArrayList<String>();
        if (qualifier != null && qualifier.length() > QUALIFIER_LENGTH_MAX) {
            problems.add(LambdaErrors.problem(
                    qualifier, "qualifier", "have length less than or equal to " + QUALIFIER_LENGTH_MAX));
        }
        if (qualifier != null && !QUALIFIER_PATTERN.matcher(qualifier).matches()) {
            problems.add(
                    LambdaErrors.problem(qualifier, "qualifier", "satisfy regular expression pattern: " + QUALIFIER));
        }
        return parse(text, qualifier, call, ARN_LENGTH_MAX, NAME_PATTERN, problems);
    }

    /**
     * Reads the name of a function to be created.
     *
     * @return a name in the caller's account, without a qualifier
     */
    static FunctionId ofNew(String text, Call call) {
        var name = parse(text, null, call, NEW_ARN_LENGTH_MAX, NEW_NAME_PATTERN, new ArrayList<>())
                .id();
        if (name.name().length() > NAME_LENGTH_MAX) {
            throw LambdaErrors.invalid("1 validation error detected: "
                    + LambdaErrors.problem(
                            name.name(), "functionName", "have length less than or equal to " + NAME_LENGTH_MAX));
        }
        if (!name.account().equals(call.account())) {
            throw Failures.of("AccessDeniedException", 403, "");
        }
        return name;
    }

    private static FunctionName parse(
            String text,
            @Nullable String qualifier,
            Call call,
            int lengthMax,
            Pattern pattern,
            ArrayList<String> problems) {
        if (text.length() > lengthMax) {
            problems.add(LambdaErrors.problem(text, "functionName", "have length less than or equal to " + lengthMax));
        }
        var match = pattern.matcher(text);
        if (!match.matches()) {
            problems.add(LambdaErrors.problem(text, "functionName", "satisfy regular expression pattern: " + pattern));
        }
        if (!problems.isEmpty()) {
            throw LambdaErrors.validation(problems.toArray(String[]::new));
        }
        var region = withoutColon(match.group(GROUP_REGION), call.region());
        if (!region.equals(call.region())) {
            throw LambdaErrors.notFound(
                    "Functions from '" + region + "' are not reachable in this region ('" + call.region() + "')");
        }
        var derived = match.group(GROUP_QUALIFIER);
        if (derived != null && qualifier != null && !derived.equals(qualifier)) {
            throw LambdaErrors.invalid(
                    "The derived qualifier from the function name does not match the specified qualifier.");
        }
        var account = withoutColon(match.group(GROUP_ACCOUNT), call.account());
        return new FunctionName(
                new FunctionId(account, region, match.group(GROUP_NAME)), derived != null ? derived : qualifier);
    }

    private static String withoutColon(@Nullable String part, String otherwise) {
        return part == null ? otherwise : part.substring(0, part.length() - 1);
    }

    /** A bare name of letters, digits, hyphens and underscores: what nearly all invocations use. */
    private static boolean isPlain(String text) {
        if (text.isEmpty() || text.length() > ARN_LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    /** The ARN as the request put it: with a qualifier if it had one. */
    String arn() {
        return qualifier == null ? id.arn() : id.arn(qualifier);
    }

    String qualifierOrLatest() {
        return Objects.requireNonNullElse(qualifier, LATEST);
    }

    /** Neither a version's number nor anything with the sign that only {@code $LATEST} may have. */
    static boolean isAlias(String qualifier) {
        return !isVersionNumber(qualifier) && qualifier.indexOf('$') < 0;
    }

    static boolean isVersionNumber(String qualifier) {
        return !qualifier.isEmpty() && qualifier.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
