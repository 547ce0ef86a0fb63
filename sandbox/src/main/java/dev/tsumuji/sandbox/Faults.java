package dev.tsumuji.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** The errors that the platform reports for a function, in AWS's words. */
final class Faults {

    /** Largest answer of a function, in bytes. */
    static final int ANSWER_MAX_BYTES = 6_291_556;

    /** Largest answer in pieces, in bytes. */
    static final long STREAM_MAX_BYTES = 200L << 20;

    private Faults() {}

    static Sandbox.Answer.Failure timedOut(String requestId, Duration after) {
        var text = String.format(Locale.ROOT, "Task timed out after %.2f seconds", seconds(after));
        return failure("Sandbox.Timedout", "RequestId: " + requestId + " Error: " + text, false);
    }

    static Sandbox.Answer.Failure exited(String requestId, Exit exit) {
        var type = switch (exit) {
            case Exit.Extension extension -> "Extension.Crash";
            case Exit.NotAProgram program when program.isExtension() -> "Extension.LaunchError";
            case Exit.NotAProgram program -> "Runtime.InvalidEntrypoint";
            case Exit.Signal(int number, boolean outOfMemory) when number == 9 && outOfMemory -> "Runtime.OutOfMemory";
            case Exit.Signal signal -> "Runtime.ExitError";
            case Exit.Code code -> "Runtime.ExitError";
            case Exit.NotStarted reason -> "Runtime.ExitError";
        };
        return failure(type, "RequestId: " + requestId + " Error: " + exit.reason(), false);
    }

    /** Of an invocation whose sandbox is told to end, before it is known how it ended. */
    static Sandbox.Answer.Failure ended(String requestId) {
        return failure("Runtime.ExitError", "RequestId: " + requestId + " Error: Runtime exited", false);
    }

    static Sandbox.Answer.Failure tooLarge() {
        return failure(
                "Function.ResponseSizeTooLarge",
                "Response payload size exceeded maximum allowed payload size (" + ANSWER_MAX_BYTES + " bytes).",
                true);
    }

    static Sandbox.Answer.Failure failure(String type, String message, boolean alive) {
        var json = "{\"errorType\":" + quoted(type) + ",\"errorMessage\":" + quoted(message) + "}";
        return new Sandbox.Answer.Failure(type, json.getBytes(StandardCharsets.UTF_8), alive);
    }

    /** Timeouts are whole seconds; what went by between the deadline's making and its use is given back. */
    private static double seconds(Duration after) {
        return Math.max(1, Math.ceil(after.toNanos() / 1e9 - 0.001));
    }

    static String quoted(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
