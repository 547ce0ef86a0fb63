package dev.tsumuji.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs the commands that people use most, and asks of the services what applications do, against a server that was started for
 * it, so that the JVMs of both learn what starting and answering takes. Run by the build while it records the start-up caches.
 */
@Command(name = "rehearse", hidden = true)
final class RehearseCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration WAIT_MAX = Duration.ofMinutes(1);

    private final Shell shell;

    @Option(names = "--data", required = true)
    String data = "";

    @Option(names = "--pid", required = true)
    long pid;

    RehearseCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws InterruptedException {
        awaitServer();
        var silent = new Shell(
                new PrintWriter(Writer.nullWriter()),
                new PrintWriter(Writer.nullWriter()),
                InputStream.nullInputStream(),
                shell.environment(),
                false);
        String[][] commands = {
            {"status", "--data", data},
            {"status", "--json", "--data", data},
            {"env", "--data", data},
            {"config", "--data", data},
            {"account", "list", "--data", data},
            {"account", "create", "rehearsal", "--data", data},
            {"invoke", "no-such-function", "{}", "--data", data},
            {"logs", "no-such-function", "--data", data},
            {"why", "00000000-0000-0000-0000-000000000000", "--data", data},
            {"version"},
            {"--help"},
            {"invoke", "--help"},
            {"no-such-command"},
        };
        for (var command : commands) {
            int exitCode = CommandLines.run(silent, command);
            shell.err().println(exitCode + " " + String.join(" ", command));
        }
        new ServiceRehearsal(Endpoint.of(new DataDir(Path.of(data))), shell).play();
        return ExitCode.OK.number();
    }

    private void awaitServer() throws InterruptedException {
        var folder = new DataDir(Path.of(data));
        long deadline = System.nanoTime() + WAIT_MAX.toNanos();
        while (folder.running().isEmpty()) {
            if (System.nanoTime() > deadline
                    || !ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
                throw new CommandFailure(ExitCode.NOT_RUNNING, "the server to rehearse with did not start");
            }
            Thread.sleep(PAUSE);
        }
    }
}
