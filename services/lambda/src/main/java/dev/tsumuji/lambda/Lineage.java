package dev.tsumuji.lambda;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How often each function has been passed on the way to an invocation: the {@code Lineage} of its trace header, which SDKs
 * inside functions pass on, and with them whatever the functions set off. A function that comes by too often is in a loop.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html">Recursive loop detection</a>
 */
final class Lineage {
    /** As often a function may come by again. */
    static final int PASSES_MAX = 16;

    private static final int FUNCTIONS_MAX = 8;
    private static final Pattern MEMBER = Pattern.compile("(?:^|;)\\s*Lineage=([0-9a-f:|]{1,160})(?=;|$)");
    private static final Pattern ENTRY = Pattern.compile("1:([0-9a-f]{8}):(\\d{1,4})");

    private Lineage() {}

    /** How often a function was passed before; -1 when this is the first time. */
    private record Pass(String function, int count) {}

    private static List<Pass> passes(@Nullable String header) {
        var passes = new ArrayList<Pass>();
        if (header == null) {
            return passes;
        }
        var member = MEMBER.matcher(header);
        if (member.find()) {
            for (var text : member.group(1).split("\\|")) {
                var entry = ENTRY.matcher(text);
                if (entry.matches()) {
                    passes.add(new Pass(entry.group(1), Integer.parseInt(entry.group(2))));
                }
            }
        }
        return passes;
    }

    private static String hash(FunctionId id) {
        return HexFormat.of().toHexDigits(id.arn().hashCode());
    }

    /** Whether an invocation with this header is one too many. */
    static boolean isLoop(@Nullable String header, FunctionId id) {
        if (header == null) {
            return false;
        }
        var own = hash(id);
        return passes(header).stream().anyMatch(pass -> pass.function().equals(own) && pass.count() + 1 >= PASSES_MAX);
    }

    /** What a function, invoked with this header, has to pass on: {@code Lineage=…}. */
    static String behind(@Nullable String header, FunctionId id) {
        var own = hash(id);
        int count = 0;
        var others = new ArrayList<Pass>();
        for (var pass : passes(header)) {
            if (pass.function().equals(own)) {
                count = pass.count() + 1;
            } else {
                others.add(pass);
            }
        }
        others.addFirst(new Pass(own, count));
        var text = new StringBuilder("Lineage=");
        for (var pass : others.subList(0, Math.min(FUNCTIONS_MAX, others.size()))) {
            text.append(text.charAt(text.length() - 1) == '=' ? "" : "|")
                    .append("1:")
                    .append(pass.function())
                    .append(':')
                    .append(pass.count());
        }
        return text.toString();
    }

    /** The header that what a function sets off has, by way of the platform itself. */
    static String header(@Nullable String incoming, FunctionId id) {
        var rest = incoming == null ? "" : MEMBER.matcher(incoming).replaceAll("");
        return rest.isEmpty() ? behind(incoming, id) : rest + ";" + behind(incoming, id);
    }
}
