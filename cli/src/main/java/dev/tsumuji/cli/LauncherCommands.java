package dev.tsumuji.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Documents the commands that the launcher script runs without a command line of ours. */
final class LauncherCommands {
    private LauncherCommands() {}

    /** The test suite. */
    @Command(
            name = "test",
            description = "Build everything and run the whole test suite through Maven; further arguments go to Maven.")
    static final class Test extends OfLauncher {}

    /** A benchmark. */
    @Command(
            name = "bench",
            description = {
                "Run one benchmark, TableBench for example, and print its figures; further arguments go to Maven.",
                "All of them, and what they take as -Dname=value: conformance/src/test/java/dev/tsumuji/conformance/bench"
            })
    static final class Bench extends OfLauncher {}

    /** The build. */
    @Command(name = "build", description = "Build anew, and train the start-up caches.")
    static final class Build extends OfLauncher {}

    /** What they have in common. */
    abstract static class OfLauncher implements Runnable {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "show this and exit")
        boolean help;

        @Unmatched
        List<String> arguments = new ArrayList<>();

        @Override
        public void run() {
            throw new CommandFailure(ExitCode.FAILED, "this is done by the launcher script: ./tsumuji");
        }
    }
}
