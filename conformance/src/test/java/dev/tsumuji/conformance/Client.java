package dev.tsumuji.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs that we did not write. */
final class Client {
    private static final long TIME_MAX_SECONDS = 180;

    /** @param out standard output and standard error together */
    record Outcome(int exitCode, String out) {
        /** @throws AssertionError with everything printed, when the program failed */
        String ok() {
            if (exitCode != 0) {
                throw new AssertionError("exit code " + exitCode + ":\n" + out);
            }
            return out.strip();
        }
    }

    private Client() {}

    /** Skips the test, saying so, when the program does not run here. */
    static void assumeRuns(String... command) {
        boolean runs;
        try {
            runs = run(Path.of("."), Map.of(), List.of(command)).exitCode == 0;
        } catch (UncheckedIOException e) {
            runs = false;
        }
        assumeTrue(runs, "skipped: `" + String.join(" ", command) + "` does not run on this machine");
    }

    static Outcome run(Path folder, Map<String, String> environment, List<String> command) {
        try {
            var printed = Files.createTempFile("client", ".out");
            var builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(printed.toFile());
            builder.environment().remove("TF_CLI_CONFIG_FILE");
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.environment().putAll(environment);
            var process = builder.start();
            if (!process.waitFor(TIME_MAX_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("hangs: " + command + "\n" + Files.readString(printed));
            }
            var text = Files.readString(printed);
            Files.delete(printed);
            return new Outcome(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
