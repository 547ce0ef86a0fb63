package dev.tsumuji.cli;

import dev.tsumuji.cli.Check.Verdict;
import dev.tsumuji.kernel.settings.PlatformSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Says what this machine lacks, and what to do about it. */
@Command(name = "doctor", description = "Check what the platform needs of this machine.")
final class DoctorCommand implements Callable<Integer> {
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

    DoctorCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        var s = PlatformSettings.read(settings, shell.environment());
        var machine = new Machine(
                s.get(PlatformSettings.DATA), s.get(PlatformSettings.HOST), s.get(PlatformSettings.PORT_NUMBER));
        var checks = machine.checks();
        if (json) {
            var answer = Json.array();
            for (var check : checks) {
                answer.add(Json.object()
                        .put("name", check.name())
                        .put("verdict", check.verdict().name().toLowerCase(Locale.ROOT))
                        .put("found", check.found())
                        .put("advice", check.advice()));
            }
            shell.out().println(Json.pretty(answer));
        } else {
            checks.forEach(this::print);
        }
        boolean failed = checks.stream().anyMatch(check -> check.verdict() == Verdict.FAILED);
        return failed ? ExitCode.FAILED.number() : ExitCode.OK.number();
    }

    private void print(Check check) {
        var word = switch (check.verdict()) {
            case OK -> "ok";
            case WARNING -> "warning";
            case FAILED -> "FAILED";
        };
        shell.out().printf("%-8s %-10s %s%n", word, check.name(), check.found());
        if (!check.advice().isEmpty()) {
            shell.out().printf("%-19s %s%n", "", check.advice());
        }
    }
}
