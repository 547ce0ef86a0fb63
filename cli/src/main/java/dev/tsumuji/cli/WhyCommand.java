package dev.tsumuji.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Explains why a request was allowed or denied. */
@Command(name = "why", description = "Explain why a request was allowed or denied.")
final class WhyCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    Target target = new Target();

    @Parameters(index = "0", paramLabel = "REQUEST_ID", description = "as every answer carries it")
    String requestId = "";

    WhyCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        var id = URLEncoder.encode(requestId, StandardCharsets.UTF_8);
        var record = target.endpoint(shell.environment()).page("/_tsumuji/why/" + id);
        if (target.json) {
            shell.out().println(Json.pretty(record));
        } else {
            print(record);
        }
        return ExitCode.OK.number();
    }

    private void print(JsonNode record) {
        var out = shell.out();
        var error = record.path("errorCode").asText("");
        out.println(record.path("time").asText() + "  " + record.path("service").asText() + ":"
                + record.path("operation").asText() + "  by "
                + record.path("principal").asText());
        out.println(error.isEmpty() || error.equals("null") ? "answered" : "answered with " + error);
        for (var decision : record.path("decisions")) {
            out.println();
            out.println((decision.path("allowed").asBoolean() ? "allowed " : "DENIED  ")
                    + decision.path("action").asText() + " on "
                    + decision.path("resource").asText());
            explained("  ", decision.path("reason").asText());
            explained("  by ", decision.path("decidedBy").asText());
            decision.path("trail").forEach(step -> out.println("  - " + step.asText()));
            var policy = decision.path("leastPolicy");
            if (!policy.asText(".").isEmpty() && !policy.isMissingNode()) {
                out.println("  the least policy that would allow it:");
                Json.pretty(policy.isTextual() ? Json.read(policy.asText().getBytes(StandardCharsets.UTF_8)) : policy)
                        .lines()
                        .forEach(line -> out.println("    " + line));
            }
        }
        if (record.path("decisions").isEmpty()) {
            out.println("nothing had to be decided");
        }
    }

    private void explained(String how, String text) {
        if (!text.isEmpty()) {
            shell.out().println(how + text);
        }
    }
}
