package dev.tsumuji.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints a completion script. */
@Command(
        name = "completion",
        description = "Print a completion script for bash and zsh, for: source <(tsumuji completion)")
final class CompletionCommand implements Runnable {
    private final Shell shell;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this and exit")
    boolean help;

    CompletionCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public void run() {
        shell.out().print(AutoComplete.bash("tsumuji", CommandLines.of(shell)));
    }
}
