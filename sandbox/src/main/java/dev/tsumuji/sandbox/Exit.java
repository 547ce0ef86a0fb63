package dev.tsumuji.sandbox;

import java.util.regex.Pattern;

/** How a sandbox's main process ended. */
sealed interface Exit {

    record Code(int code) implements Exit {}

    record Signal(int number, boolean outOfMemory) implements Exit {}

    /** It never ran. */
    record NotStarted(String reason) implements Exit {}

    /**
     * A program of the function's own could not be run.
     *
     * @param error the system's words
     */
    record NotAProgram(String path, String error) implements Exit {

        boolean isExtension() {
            return path.startsWith("/opt/extensions/");
        }

        /** As a program in Go says it, which AWS's is. */
        private String words() {
            return path.equals(LAST_BOOTSTRAP) && error.startsWith("No such")
                    ? "Couldn't find valid bootstrap(s): [/var/task/bootstrap " + LAST_BOOTSTRAP + "]"
                    : "fork/exec " + path + ": " + Character.toLowerCase(error.charAt(0)) + error.substring(1);
        }
    }

    /** Where a custom runtime's program is looked for at last. */
    String LAST_BOOTSTRAP = "/opt/bootstrap";

    /** The launcher's report of it. */
    Pattern NOT_RUN = Pattern.compile("failed start (.+): ([^:]+)");

    /** A program beside the runtime ended before its time, and all with it. */
    record Extension(String reason) implements Exit {}

    /** Reads the launcher's report. */
    static Exit parse(String line, boolean outOfMemory) {
        var space = line.indexOf(' ');
        var word = space < 0 ? line : line.substring(0, space);
        return switch (word) {
            case "exited" -> new Code(Integer.parseInt(line.substring(space + 1)));
            case "signalled" -> new Signal(Integer.parseInt(line.substring(space + 1)), outOfMemory);
            case "extension" -> new Extension(line.substring(space + 1));
            case "failed" -> {
                var program = NOT_RUN.matcher(line);
                yield program.matches()
                        ? new NotAProgram(program.group(1), program.group(2))
                        : new NotStarted(line.substring(space + 1));
            }
            default -> new Signal(9, outOfMemory);
        };
    }

    /** The words of AWS for it. */
    default String reason() {
        return switch (this) {
            case Code(int code) when code == 0 -> "Runtime exited without providing a reason";
            case Code(int code) -> "Runtime exited with error: exit status " + code;
            case Signal(int number, boolean outOfMemory) -> "Runtime exited with error: signal: " + signalName(number);
            case Extension(String reason) -> reason;
            case NotAProgram program -> program.words();
            case NotStarted(String reason) -> "Runtime failed to start: " + reason;
        };
    }

    private static String signalName(int number) {
        return switch (number) {
            case 1 -> "hangup";
            case 2 -> "interrupt";
            case 3 -> "quit";
            case 4 -> "illegal instruction";
            case 5 -> "trace/breakpoint trap";
            case 6 -> "aborted";
            case 7 -> "bus error";
            case 8 -> "floating point exception";
            case 9 -> "killed";
            case 10 -> "user defined signal 1";
            case 11 -> "segmentation fault";
            case 12 -> "user defined signal 2";
            case 13 -> "broken pipe";
            case 14 -> "alarm clock";
            case 15 -> "terminated";
            case 31 -> "bad system call";
            default -> "signal " + number;
        };
    }
}
