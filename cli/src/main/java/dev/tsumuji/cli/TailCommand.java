package dev.tsumuji.cli;

import dev.tsumuji.kernel.settings.SettingType;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Follows a function's log, in whatever group the function has it. */
@Command(name = "tail", description = "Follow a function's log until interrupted.")
final class TailCommand implements Callable<Integer> {
    private static final Duration PAUSE = Duration.ofMillis(150);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Shell shell;

    @Mixin
    Target target = new Target();

    @Parameters(
            index = "0",
            paramLabel = "FUNCTION",
            description = "function, or log group when it begins with a slash")
    String function = "";

    @Option(
            names = "--since",
            paramLabel = "DURATION",
            description = "how far back to begin (default: ${DEFAULT-VALUE})",
            defaultValue = "1m")
    String since = "1m";

    @Option(names = "--filter", paramLabel = "PATTERN", description = "only events that match a filter pattern")
    @Nullable
    String filter;

    @Option(names = "--no-follow", description = "end when all that is there is printed")
    boolean once;

    TailCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws InterruptedException {
        var endpoint = target.endpoint(shell.environment());
        var group = function.startsWith("/") ? function : new Functions(endpoint).logGroup(function);
        var events = new LogEvents(
                endpoint, group, filter, endpoint.clock().instant().minus(back()));
        while (true) {
            boolean there = true;
            try {
                events.next(event -> shell.out().println(target.json ? event.toString() : LogEvents.shown(event)));
            } catch (CommandFailure e) {
                // a function that never ran has no log yet
                there = false;
                if (once || !String.valueOf(e.getMessage()).startsWith("ResourceNotFoundException")) {
                    throw e;
                }
            }
            shell.out().flush();
            if (once || shell.out().checkError()) {
                return ExitCode.OK.number();
            }
            Thread.sleep(there ? PAUSE : PATIENCE);
        }
    }

    private Duration back() {
        try {
            return SettingType.DURATION.parse().apply(since);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("--since " + since + ": " + e.getMessage());
        }
    }
}
