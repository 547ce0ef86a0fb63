package dev.tsumuji.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Points an alias to the version before its own; all invocations go there, also when it shared them between two versions.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html">UpdateAlias</a>
 */
@Command(name = "rollback", description = "Point an alias back to the version before its own.")
final class RollbackCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    Target target = new Target();

    @Parameters(index = "0", paramLabel = "FUNCTION", description = "name or ARN")
    String function = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ALIAS",
            description = "alias (default: the function's only one)")
    @Nullable
    String alias;

    @Option(names = "--to", paramLabel = "VERSION", description = "this version instead of the one before")
    @Nullable
    Long version;

    RollbackCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        var functions = new Functions(target.endpoint(shell.environment()));
        var name = alias == null ? only(functions) : alias;
        var before = functions.alias(function, name);
        var from = before.path("FunctionVersion").asText();
        long to = version == null ? previous(functions, name, from) : version;
        var change = Json.object().put("FunctionVersion", Long.toString(to));
        change.putObject("RoutingConfig").putObject("AdditionalVersionWeights");
        // of somebody who changed the alias meanwhile, nothing is undone
        change.put("RevisionId", before.path("RevisionId").asText());
        var after = functions.updateAlias(function, name, change);
        if (target.json) {
            shell.out().println(Json.pretty(after));
        } else {
            shell.out().println(function + ":" + name + " was version " + from + " and is version " + to + " now");
        }
        return ExitCode.OK.number();
    }

    private String only(Functions functions) {
        var aliases = functions.aliases(function);
        if (aliases.size() != 1) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    function + " has " + aliases.size() + " aliases; name the one: tsumuji rollback " + function
                            + " ALIAS");
        }
        return aliases.get(0).path("Name").asText();
    }

    private long previous(Functions functions, String name, String from) {
        if (from.equals("$LATEST")) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    function + ":" + name + " is $LATEST, which has no version before it; name one with --to");
        }
        long current = Long.parseLong(from);
        return functions.versions(function).stream()
                .filter(number -> number < current)
                .reduce((one, next) -> next)
                .orElseThrow(() ->
                        new CommandFailure(ExitCode.FAILED, function + " has no version before " + from + " any more"));
    }
}
