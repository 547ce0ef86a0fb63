package dev.tsumuji.cli;

import dev.tsumuji.kernel.settings.SettingsException;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Puts the commands together and runs one. */
final class CommandLines {
    private CommandLines() {}

    static CommandLine of(Shell shell) {
        var line = new CommandLine(new Tsumuji());
        line.addSubcommand(new StartCommand())
                .addSubcommand(new StartedCommand(shell))
                .addSubcommand(new StopCommand(shell))
                .addSubcommand(new StatusCommand(shell))
                .addSubcommand(new EnvCommand(shell))
                .addSubcommand(new InvokeCommand(shell))
                .addSubcommand(new LogsCommand(shell))
                .addSubcommand(new TailCommand(shell))
                .addSubcommand(new MeterCommand(shell))
                .addSubcommand(new RollbackCommand(shell))
                .addSubcommand(new WatchCommand(shell))
                .addSubcommand(new WhyCommand(shell))
                .addSubcommand(new CommandLine(new AccountCommand())
                        .addSubcommand(new AccountCommand.Create(shell))
                        .addSubcommand(new AccountCommand.ListAll(shell)))
                .addSubcommand(new ConfigCommand(shell))
                .addSubcommand(new DoctorCommand(shell))
                .addSubcommand(new LauncherCommands.Test())
                .addSubcommand(new LauncherCommands.Bench())
                .addSubcommand(new LauncherCommands.Build())
                .addSubcommand(new CompletionCommand(shell))
                .addSubcommand(new VersionCommand(shell))
                .addSubcommand(new RehearseCommand(shell))
                .addSubcommand(new CommandLine.HelpCommand());
        line.setOut(shell.out()).setErr(shell.err());
        line.setColorScheme(CommandLine.Help.defaultColorScheme(shell.terminal() ? Ansi.ON : Ansi.OFF));
        line.setUsageHelpLongOptionsMaxWidth(30);
        line.setExecutionExceptionHandler(
                (e, command, parsed) -> report(shell, e).number());
        line.setParameterExceptionHandler((e, arguments) -> {
            shell.err().println("tsumuji: " + e.getMessage());
            if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, shell.err())) {
                shell.err()
                        .println("see: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
            }
            return ExitCode.USAGE.number();
        });
        return line;
    }

    /** Runs one command to its end. */
    static int run(Shell shell, String... arguments) {
        var line = of(shell);
        if (arguments.length == 0) {
            line.usage(shell.err());
            return ExitCode.USAGE.number();
        }
        int exitCode = line.execute(Arrays.copyOf(arguments, arguments.length));
        shell.out().flush();
        shell.err().flush();
        return exitCode;
    }

    private static ExitCode report(Shell shell, Exception e) throws Exception {
        shell.out().flush();
        return switch (e) {
            case CommandFailure failure -> {
                shell.err().println("tsumuji: " + failure.getMessage());
                yield failure.exitCode();
            }
            case SettingsException problems -> {
                problems.problems().forEach(problem -> shell.err().println("tsumuji: " + problem));
                yield ExitCode.USAGE;
            }
            default -> throw e;
        };
    }
}
