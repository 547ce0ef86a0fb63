package dev.tsumuji.cli;

import dev.tsumuji.kernel.settings.PlatformSettings;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Asks a platform to finish what is under way and end, and waits for it. */
@Command(name = "stop", description = "Stop the platform when the requests under way are done.")
final class StopCommand implements Callable<Integer> {
    /** Over the drain itself: closing the store, stopping sandboxes. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final Shell shell;

    @Mixin
    Target target = new Target();

    StopCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        var settings = target.settings(shell.environment());
        var running = new DataDir(settings.get(PlatformSettings.DATA)).mustRun();
        var wait = settings.get(PlatformSettings.DRAIN).plus(GRACE);
        long started = System.nanoTime();
        running.process().destroy();
        try {
            running.process().onExit().get(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "process " + running.process().pid() + " has not ended after " + wait.toSeconds()
                            + " s; kill -9 loses nothing that was acknowledged");
        }
        long millis = (System.nanoTime() - started) / 1_000_000;
        shell.out()
                .println(
                        target.json
                                ? Json.pretty(Json.object()
                                        .put("stopped", true)
                                        .put("pid", running.process().pid())
                                        .put("millis", millis))
                                : "stopped in " + millis + " ms");
        return ExitCode.OK.number();
    }
}
