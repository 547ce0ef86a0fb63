package dev.tsumuji.logs.pattern;

import java.util.Map;

/**
 * Decides whether a log event's message matches. The empty pattern matches every message. Immutable and thread-safe; time
 * grows with the length of the message times {@link #weight}, whatever the pattern and the message are.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html">Filter pattern syntax</a>
 */
public sealed interface FilterPattern permits TermsPattern, JsonPattern, FieldsPattern {
    /** How many regular expressions one pattern may hold. */
    int REGEXES_MAX = 2;

    boolean matches(String message);

    /** What the pattern's selectors point to in a message that matches: {@code $.path} or {@code $field} to its text. */
    Map<String, String> extract(String message);

    /** About how much more a byte of a message costs than with a plain term, at least 1. */
    int weight();

    /** @throws IllegalArgumentException when the text is no pattern; its message says why */
    static FilterPattern parse(String text) {
        var trimmed = text.strip();
        if (trimmed.startsWith("{")) {
            return JsonPattern.parse(trimmed);
        }
        return trimmed.startsWith("[") ? FieldsPattern.parse(trimmed) : TermsPattern.parse(trimmed);
    }
}
