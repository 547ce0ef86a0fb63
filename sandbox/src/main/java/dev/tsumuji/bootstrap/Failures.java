package dev.tsumuji.bootstrap;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a function threw, as its caller sees it and as it is logged. */
final class Failures {

    private static final int CAUSES_MAX = 20;
    private static final String OWN = "dev.tsumuji.bootstrap.";

    private Failures() {}

    static byte[] json(Throwable thrown) {
        var out = new StringBuilder();
        write(thrown, out, 0);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    static String type(Throwable thrown) {
        return thrown instanceof Handler.NotFound missing
                ? missing.type
                : thrown instanceof Handler.IllegalEvent
                        ? "java.lang.RuntimeException"
                        : thrown.getClass().getName();
    }

    private static void write(Throwable thrown, StringBuilder out, int depth) {
        out.append('{');
        if (thrown.getMessage() != null) {
            out.append("\"errorMessage\":");
            Json.quote(thrown.getMessage(), out);
            out.append(',');
        }
        out.append("\"errorType\":");
        Json.quote(type(thrown), out);
        if (!(thrown instanceof Handler.NotFound)) {
            out.append(",\"stackTrace\":");
            Json.write(frames(thrown), out, Handler.Late.BEANS);
        }
        var cause = thrown.getCause();
        if (cause != null && depth < CAUSES_MAX) {
            out.append(",\"cause\":");
            write(cause, out, depth + 1);
        }
        out.append('}');
    }

    /** Down to where the bootstrap called the function. */
    private static List<String> frames(Throwable thrown) {
        var frames = new ArrayList<String>();
        for (var frame : thrown.getStackTrace()) {
            if (frame.getClassName().startsWith(OWN)) {
                break;
            }
            frames.add(frame.toString());
        }
        while (!frames.isEmpty() && isReflection(frames.getLast())) {
            frames.removeLast();
        }
        return frames;
    }

    private static boolean isReflection(String frame) {
        return frame.startsWith("java.base/jdk.internal.reflect.") || frame.startsWith("java.base/java.lang.reflect.");
    }

    static void log(Throwable thrown) {
        var trace = new StringWriter();
        if (thrown instanceof Handler.NotFound) {
            trace.append(String.format(Locale.ROOT, "%s: %s%n", thrown.getMessage(), type(thrown)));
        } else {
            var kept = thrown.getStackTrace();
            for (int i = 0; i < kept.length; i++) {
                if (kept[i].getClassName().startsWith(OWN)) {
                    thrown.setStackTrace(java.util.Arrays.copyOf(kept, i));
                    break;
                }
            }
            trace.append(String.format(Locale.ROOT, "%s: %s%n", thrown.getMessage(), type(thrown)));
            thrown.printStackTrace(new PrintWriter(trace, true));
        }
        Log.LOGGER.log(
                trace.toString(),
                Log.json()
                        ? com.amazonaws.services.lambda.runtime.logging.LogLevel.ERROR
                        : com.amazonaws.services.lambda.runtime.logging.LogLevel.UNDEFINED);
    }
}
