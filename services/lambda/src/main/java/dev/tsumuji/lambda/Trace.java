package dev.tsumuji.lambda;

import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.TracingMode;

/**
 * Where an invocation stands in a trace. A trace that a caller began is continued; else one begins here, whose ids are made
 * of the request id, which is random already.
 *
 * @param segment of the function, sixteen hexadecimal digits
 * @param header as the function sees it
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html">Tracing with X-Ray</a>
 */
record Trace(String root, String segment, boolean sampled, String header) {
    private static final Pattern ROOT = Pattern.compile("1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}");

    /** Of every twenty traces that begin at a function with active tracing, one is sampled, and the first of a second. */
    private static final int SAMPLED_OF_65536 = 65_536 / 20;

    /**
     * @param incoming header of the invocation; null when it has none
     * @param first whether this is the function's first invocation in this second
     */
    static Trace of(Target target, @Nullable String incoming, String requestId, Instant at, boolean first) {
        var digits = digits(requestId);
        var segment = digits.substring(16, 32);
        var tracing = target.configuration().tracingConfig();
        boolean active = tracing != null && tracing.mode() == TracingMode.ACTIVE;
        var root = member(incoming, "Root");
        if (root == null || !ROOT.matcher(root).matches()) {
            root = "1-" + HexFormat.of().toHexDigits((int) at.getEpochSecond()) + "-" + digits.substring(0, 24);
        }
        var decision = member(incoming, "Sampled");
        boolean chosen = first || Integer.parseInt(digits.substring(0, 4), 16) < SAMPLED_OF_65536;
        boolean sampled = decision == null || decision.equals("?") ? active && chosen : decision.equals("1");
        var caller = member(incoming, "Parent");
        var parent = sampled || caller == null ? segment : caller;
        return new Trace(
                root,
                segment,
                sampled,
                "Root=" + root + ";Parent=" + parent + ";Sampled=" + (sampled ? '1' : '0') + ";"
                        + Lineage.behind(incoming, target.id()));
    }

    /** A member of a trace header; null when there is none like that. */
    static @Nullable String member(@Nullable String header, String name) {
        if (header == null) {
            return null;
        }
        for (var part : header.split(";")) {
            int equals = part.indexOf('=');
            if (equals > 0 && part.substring(0, equals).strip().equals(name)) {
                var value = part.substring(equals + 1).strip();
                return value.matches("[0-9a-zA-Z?-]{1,64}") ? value : null;
            }
        }
        return null;
    }

    private static String digits(String requestId) {
        var hex = new StringBuilder(32);
        for (int i = 0; i < requestId.length() && hex.length() < 32; i++) {
            char c = Character.toLowerCase(requestId.charAt(i));
            if (Character.digit(c, 16) >= 0) {
                hex.append(c);
            }
        }
        return hex.append("0".repeat(32 - hex.length())).toString();
    }
}
