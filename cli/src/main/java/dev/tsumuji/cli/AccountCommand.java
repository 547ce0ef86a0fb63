package dev.tsumuji.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Accounts: separate worlds on one platform, each with a root key of its own. */
@Command(name = "account", description = "Make and list accounts.", synopsisSubcommandLabel = "COMMAND")
final class AccountCommand {
    private static final String PAGE = "/_tsumuji/accounts";

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this and exit")
    boolean help;

    /** Makes one. */
    @Command(name = "create", description = "Make an account and print its root key, once.")
    static final class Create implements Callable<Integer> {
        private final Shell shell;

        @Mixin
        Target target = new Target();

        @Parameters(index = "0", paramLabel = "NAME", description = "what to call it")
        String name = "";

        @Option(names = "--root-key", paramLabel = "ID:SECRET", description = "its root key (default: random)")
        @Nullable
        String rootKey;

        Create(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            var request = Json.object().put("name", name);
            if (rootKey != null) {
                request.put("rootKey", rootKey);
            }
            var account = target.endpoint(shell.environment()).page("POST", PAGE, Json.bytes(request));
            if (target.json) {
                shell.out().println(Json.pretty(account));
            } else {
                shell.out().println("account " + account.path("account").asText() + " (" + name + ")");
                shell.out()
                        .println("root key " + account.path("accessKeyId").asText() + ", secret "
                                + account.path("secretAccessKey").asText() + ", not shown again");
            }
            return ExitCode.OK.number();
        }
    }

    /** Lists them. */
    @Command(name = "list", description = "List the accounts.")
    static final class ListAll implements Callable<Integer> {
        private final Shell shell;

        @Mixin
        Target target = new Target();

        ListAll(Shell shell) {
            this.shell = shell;
        }

        @Override
        public Integer call() {
            var answer = target.endpoint(shell.environment()).page(PAGE);
            if (target.json) {
                shell.out().println(Json.pretty(answer));
                return ExitCode.OK.number();
            }
            for (JsonNode account : answer.isArray() ? answer : answer.path("accounts")) {
                shell.out()
                        .printf(
                                "%s  %-20s %s%n",
                                account.path("account").asText(),
                                account.path("name").asText(),
                                account.path("accessKeyId").asText());
            }
            return ExitCode.OK.number();
        }
    }
}
