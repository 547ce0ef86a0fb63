package dev.tsumuji.cli;

import dev.tsumuji.kernel.settings.PlatformSettings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** The second half of {@code start --detach}: waits until the process that the launcher started is ready, or says why not. */
@Command(name = "started", hidden = true)
final class StartedCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);
    private static final int LOG_SHOWN_BYTES = 4096;

    private final Shell shell;

    @Option(names = "--pid", required = true)
    long pid;

    @Option(names = "--since-millis", required = true)
    long sinceMillis;

    @Option(names = "--log-from", required = true)
    long logFrom;

    @Option(names = "--first")
    boolean first;

    @Option(names = "--json")
    boolean json;

    @Unmatched
    List<String> settings = new ArrayList<>();

    StartedCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var data =
                new DataDir(PlatformSettings.read(settings, shell.environment()).get(PlatformSettings.DATA));
        var running = await(data);
        long millis = System.currentTimeMillis() - sinceMillis;
        var key = data.key();
        if (json) {
            var answer = Json.object()
                    .put("url", running.url())
                    .put("millis", millis)
                    .put("pid", pid)
                    .put("data", data.folder().toString());
            if (first) {
                answer.put("accessKeyId", key.accessKeyId()).put("secretAccessKey", key.secretAccessKey());
            }
            shell.out().println(Json.pretty(answer));
            return ExitCode.OK.number();
        }
        shell.out().println("ready at " + running.url() + " in " + millis + " ms (process " + pid + ")");
        if (first) {
            shell.out().println("root key " + key.accessKeyId() + ", secret " + key.secretAccessKey());
            shell.out().println("kept in " + data.folder().resolve("credentials") + ", not shown again");
        }
        return ExitCode.OK.number();
    }

    private DataDir.Running await(DataDir data) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + WAIT_MAX.toNanos();
        while (System.nanoTime() < deadline) {
            var running = data.running().filter(r -> r.process().pid() == pid);
            if (running.isPresent()) {
                return running.get();
            }
            if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
                throw new CommandFailure(ExitCode.FAILED, "the platform did not start:\n" + tail(data.log()));
            }
            Thread.sleep(PAUSE);
        }
        throw new CommandFailure(
                ExitCode.FAILED, "not ready after " + WAIT_MAX.toSeconds() + " s; its log is " + data.log());
    }

    /** What the process printed, the end of it. */
    private String tail(Path log) throws IOException {
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(logFrom, file.length() - LOG_SHOWN_BYTES));
            var bytes = new byte[LOG_SHOWN_BYTES];
            int read = file.read(bytes);
            return new String(bytes, 0, Math.max(read, 0), StandardCharsets.UTF_8).stripTrailing();
        }
    }
}
