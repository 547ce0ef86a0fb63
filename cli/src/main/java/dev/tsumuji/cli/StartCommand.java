package dev.tsumuji.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Documents {@code start}; the launcher script itself starts the server, so that one JVM runs and not two. */
@Command(
        name = "start",
        description = "Start the platform, in the foreground unless told otherwise.",
        footer = {"", "Takes every setting as a flag: see 'tsumuji config'."})
final class StartCommand implements Runnable {
    @Option(names = "--detach", description = "return when it is ready, with its URL and the milliseconds it took")
    boolean detach;

    @Option(names = "--json", description = "print JSON (with --detach)")
    boolean json;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "the folder that holds everything (default: ~/.tsumuji)")
    String data = "";

    @Option(names = "--host", paramLabel = "ADDRESS", description = "address to listen on (default: 127.0.0.1)")
    String host = "";

    @Option(names = "--port", paramLabel = "PORT", description = "port to listen on, 0 for any (default: 4566)")
    String port = "";

    @Option(
            names = "--root-key",
            paramLabel = "ID:SECRET",
            description = "the root key of the first account (default: random, printed at the first start)")
    String rootKey = "";

    @Option(names = "--unsafe-no-isolation", description = "run functions without a sandbox where none can be made")
    boolean unsafe;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this and exit")
    boolean help;

    @Unmatched
    List<String> settings = new ArrayList<>();

    @Override
    public void run() {
        throw new CommandFailure(ExitCode.FAILED, "start is done by the launcher script: ./tsumuji start");
    }
}
