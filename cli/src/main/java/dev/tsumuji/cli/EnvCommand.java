package dev.tsumuji.cli;

import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Prints what AWS's tools need to speak to the platform. */
@Command(
        name = "env",
        description = "Print the environment for AWS's tools, for: eval \"$(tsumuji env)\"",
        footer = {"", "The key is the first account's root key."})
final class EnvCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    Target target = new Target();

    EnvCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        var endpoint = target.endpoint(shell.environment());
        var variables = new LinkedHashMap<String, String>();
        variables.put("AWS_ENDPOINT_URL", endpoint.url());
        variables.put("AWS_ACCESS_KEY_ID", endpoint.key().accessKeyId());
        variables.put("AWS_SECRET_ACCESS_KEY", endpoint.key().secretAccessKey());
        variables.put("AWS_REGION", endpoint.key().region());
        variables.put("AWS_DEFAULT_REGION", endpoint.key().region());
        if (target.json) {
            var json = Json.object();
            variables.forEach(json::put);
            shell.out().println(Json.pretty(json));
            return ExitCode.OK.number();
        }
        variables.forEach((name, value) -> shell.out().println("export " + name + "=" + quoted(value)));
        // left over from another cloud, they would spoil the key
        shell.out().println("unset AWS_SESSION_TOKEN AWS_PROFILE");
        return ExitCode.OK.number();
    }

    /** As one word of a POSIX shell. */
    static String quoted(String value) {
        return value.matches("[\\w./:@%+=-]+") ? value : "'" + value.replace("'", "'\\''") + "'";
    }
}
