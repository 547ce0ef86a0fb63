package dev.tsumuji.cli;

import dev.tsumuji.kernel.settings.PlatformSettings;
import dev.tsumuji.kernel.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which a command finds its platform, and how it prints. Mixed into nearly every command. */
final class Target {
    @Option(names = "--data", paramLabel = "DIR", description = "the platform's data folder (default: ~/.tsumuji)")
    @Nullable
    String data;

    @Option(names = "--config", paramLabel = "FILE", description = "settings file (default: DIR/tsumuji.conf)")
    @Nullable
    String config;

    @Option(names = "--json", description = "print JSON")
    boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this and exit")
    boolean help;

    Settings settings(Map<String, String> environment) {
        return PlatformSettings.read(arguments(), environment);
    }

    List<String> arguments() {
        var arguments = new ArrayList<String>();
        if (data != null) {
            arguments.add("--data=" + data);
        }
        if (config != null) {
            arguments.add("--config=" + config);
        }
        return arguments;
    }

    DataDir dataDir(Map<String, String> environment) {
        return new DataDir(settings(environment).get(PlatformSettings.DATA));
    }

    /** @throws CommandFailure when no platform runs on the data folder */
    Endpoint endpoint(Map<String, String> environment) {
        return Endpoint.of(dataDir(environment));
    }
}
