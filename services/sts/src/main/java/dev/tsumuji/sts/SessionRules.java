package dev.tsumuji.sts;

import dev.tsumuji.kernel.cloud.Failures;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Tag;

/** What a session may be called and carry. */
final class SessionRules {
    /** Under this name a session remembers the tags that it passes on, one per line. */
    static final String TRANSITIVE = "sts:TransitiveTagKeys";

    // one character is less than the API takes, but functions may have such names, and sessions are called after them
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{1,64}");
    private static final int TAGS_MAX = 50;
    private static final int POLICIES_MAX_CHARS = 2048;

    private SessionRules() {}

    /** Before anybody is asked whether it may be assumed, it has to be an ARN, of whatever. */
    static void role(String arn) {
        var parts = arn.split(":", 6);
        if (parts.length < 6
                || !parts[0].equals("arn")
                || parts[1].isEmpty()
                || parts[2].isEmpty()
                || parts[5].isEmpty()) {
            throw validation(arn + " is invalid");
        }
    }

    static void name(String name) {
        if (!NAME.matcher(name).matches()) {
            throw validation("1 validation error detected: Value '" + name
                    + "' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression"
                    + " pattern: [\\w+=,.@-]*");
        }
    }

    static void tags(List<Tag> tags, List<String> transitiveKeys) {
        var keys = new HashSet<String>();
        for (var tag : tags) {
            if (!keys.add(tag.key().toLowerCase(Locale.ROOT))) {
                throw invalidParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
            }
        }
        if (keys.size() > TAGS_MAX) {
            throw validation("1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must"
                    + " have length less than or equal to " + TAGS_MAX);
        }
        for (var key : transitiveKeys) {
            if (!keys.contains(key.toLowerCase(Locale.ROOT))) {
                throw invalidParameter("The specified transitive tag key must be included in the requested tags.");
            }
        }
    }

    /** The inline session policy, as a list of none or one. */
    static List<String> policies(@Nullable String policy) {
        if (policy == null) {
            return List.of();
        }
        if (policy.length() > POLICIES_MAX_CHARS) {
            throw validation("1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must"
                    + " have length less than or equal to " + POLICIES_MAX_CHARS);
        }
        return List.of(policy);
    }

    /** How full the session is, in percent; null when it carries nothing, as AWS leaves it out. */
    static @Nullable Integer packedPercent(AssumeRoleRequest request) {
        int chars = request.policy() == null ? 0 : request.policy().length();
        for (var arn : request.policyArns()) {
            chars += arn.arn().length();
        }
        for (var tag : request.tags()) {
            chars += tag.key().length() + tag.value().length();
        }
        return chars == 0 ? null : Math.max(1, 100 * chars / (2 * POLICIES_MAX_CHARS));
    }

    static AwsServiceException validation(String message) {
        return Failures.of("ValidationError", 400, message);
    }

    static AwsServiceException invalidParameter(String message) {
        return Failures.of("InvalidParameterValue", 400, message);
    }
}
