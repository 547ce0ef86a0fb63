package dev.tsumuji.cli;

import dev.tsumuji.kernel.settings.SettingType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Prints what a function, or the platform itself, has logged. */
@Command(name = "logs", description = "Print a function's log, or the platform's own.")
final class LogsCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(150);

    private final Shell shell;

    @Mixin
    Target target = new Target();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FUNCTION",
            description = "function, or log group when it begins with a slash (default: the platform itself)")
    @Nullable
    String function;

    @Option(
            names = {"-f", "--follow"},
            description = "go on until interrupted")
    boolean follow;

    @Option(
            names = "--since",
            paramLabel = "DURATION",
            description = "how far back to begin (default: ${DEFAULT-VALUE})",
            defaultValue = "10m")
    String since = "10m";

    LogsCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (function == null) {
            platform(target.dataDir(shell.environment()));
        } else {
            events(function.startsWith("/") ? function : "/aws/lambda/" + function);
        }
        return ExitCode.OK.number();
    }

    private void events(String group) throws InterruptedException {
        var endpoint = target.endpoint(shell.environment());
        var events =
                new LogEvents(endpoint, group, null, endpoint.clock().instant().minus(duration()));
        while (true) {
            events.next(event -> shell.out().println(target.json ? event.toString() : LogEvents.shown(event)));
            shell.out().flush();
            if (!follow || shell.out().checkError()) {
                return;
            }
            Thread.sleep(PAUSE);
        }
    }

    private Duration duration() {
        try {
            return SettingType.DURATION.parse().apply(since);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("--since " + since + ": " + e.getMessage());
        }
    }

    private void platform(DataDir data) throws IOException, InterruptedException {
        if (!Files.exists(data.log())) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "there is no " + data.log() + ": a platform in the foreground logs to its own terminal");
        }
        long position = 0;
        while (true) {
            position = copy(data, position);
            shell.out().flush();
            if (!follow || shell.out().checkError()) {
                return;
            }
            Thread.sleep(PAUSE);
        }
    }

    /** A file that has become shorter was begun anew. */
    private long copy(DataDir data, long from) throws IOException {
        try (var file = FileChannel.open(data.log())) {
            long position = file.size() < from ? 0 : from;
            var buffer = ByteBuffer.allocate(1 << 16);
            while (file.read(buffer.clear(), position) > 0) {
                // a line's end, so that no character is cut in two
                int end = lastLineBreak(buffer);
                int length = end < 0 ? buffer.position() : end + 1;
                if (end < 0 && buffer.hasRemaining()) {
                    break;
                }
                shell.out().print(new String(buffer.array(), 0, length, java.nio.charset.StandardCharsets.UTF_8));
                position += length;
            }
            return position;
        }
    }

    private static int lastLineBreak(ByteBuffer buffer) {
        int at = buffer.position() - 1;
        while (at >= 0 && buffer.get(at) != '\n') {
            at--;
        }
        return at;
    }
}
