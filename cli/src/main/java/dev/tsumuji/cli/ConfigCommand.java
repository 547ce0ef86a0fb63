package dev.tsumuji.cli;

import dev.tsumuji.kernel.settings.PlatformSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Shows the settings in force and where each came from. */
@Command(
        name = "config",
        description = "Print every setting in force and where it came from.",
        footer = {"", "Takes every setting as a flag, as start does: shows what start would use with the same flags."})
final class ConfigCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(names = "--json", description = "print JSON")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this and exit")
    boolean help;

    @Unmatched
    List<String> settings = new ArrayList<>();

    ConfigCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        var effective = PlatformSettings.read(settings, shell.environment()).effective();
        if (json) {
            var answer = Json.object();
            for (var setting : effective) {
                answer.set(
                        setting.key(),
                        Json.object()
                                .put("value", setting.value())
                                .put("source", setting.source())
                                .put("meaning", setting.meaning()));
            }
            shell.out().println(Json.pretty(answer));
            return ExitCode.OK.number();
        }
        int keys = effective.stream().mapToInt(s -> s.key().length()).max().orElse(0);
        int values = effective.stream().mapToInt(s -> s.value().length()).max().orElse(0);
        for (var setting : effective) {
            shell.out()
                    .println(pad(setting.key(), keys) + " = " + pad(setting.value(), values) + "  # " + setting.source()
                            + ": " + setting.meaning());
        }
        return ExitCode.OK.number();
    }

    private static String pad(String text, int length) {
        return text + " ".repeat(length - text.length());
    }
}
