package dev.tsumuji.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command that all others are part of. */
@Command(
        name = "tsumuji",
        description = "A serverless cloud for your own machines that speaks AWS's wire protocols.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the command failed, or the function did",
            "2:the command line or a setting is wrong",
            "3:no platform is running on the data folder",
            "4:the platform refused the credentials or the permission"
        },
        footer = {
            "",
            "Every setting is a flag (--port 4567), an environment variable (TSUMUJI_PORT=4567) or a line of the settings file"
                    + " (port = 4567); 'tsumuji config' lists them."
        },
        versionProvider = VersionCommand.Provider.class)
final class Tsumuji {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this and exit")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "print the version and exit")
    boolean version;
}
