package dev.tsumuji.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** Prints the versions of the platform and of the JDK that it runs on. */
@Command(name = "version", description = "Print the version.")
final class VersionCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(names = "--json", description = "print JSON")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this and exit")
    boolean help;

    VersionCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        shell.out()
                .println(
                        json
                                ? Json.pretty(
                                        Json.object().put("version", version()).put("jdk", jdk()))
                                : "tsumuji " + version() + " on JDK " + jdk());
        return ExitCode.OK.number();
    }

    private static String version() {
        var version = VersionCommand.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    private static String jdk() {
        return Runtime.version().toString();
    }

    /** For {@code --version}. */
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"tsumuji " + version() + " on JDK " + jdk()};
        }
    }
}
