package dev.tsumuji.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows a running platform. */
@Command(name = "status", description = "Show whether the platform runs, where, and what it runs.")
final class StatusCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    Target target = new Target();

    StatusCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        var data = target.dataDir(shell.environment());
        if (data.running().isEmpty()) {
            if (!target.json) {
                throw new CommandFailure(ExitCode.NOT_RUNNING, "not running on " + data.folder());
            }
            shell.out()
                    .println(Json.pretty(Json.object()
                            .put("running", false)
                            .put("data", data.folder().toString())));
            return ExitCode.NOT_RUNNING.number();
        }
        var status = Endpoint.of(data).page("/_tsumuji/status");
        if (target.json) {
            var answer =
                    Json.object().put("running", true).put("data", data.folder().toString());
            status.properties().forEach(field -> answer.set(field.getKey(), field.getValue()));
            shell.out().println(Json.pretty(answer));
        } else {
            print(data, status);
        }
        return ExitCode.OK.number();
    }

    private void print(DataDir data, JsonNode status) {
        line("url", status.path("url").asText());
        line("data", data.folder().toString());
        line("process", status.path("pid").asText());
        line("up", duration(Duration.ofMillis(status.path("uptimeMillis").asLong())));
        line("version", status.path("version").asText());
        line("account", status.path("account").asText());
        line("region", status.path("region").asText());
        line("isolation", text(status.path("isolation")));
        line("services", text(status.path("services")));
        line("functions", text(status.path("functions")));
        line("sandboxes", text(status.path("sandboxes")));
        line("stems", text(status.path("stems")));
    }

    private void line(String name, String value) {
        if (!value.isEmpty()) {
            shell.out().printf("%-10s %s%n", name, value);
        }
    }

    private static String text(JsonNode node) {
        if (!node.isArray()) {
            return node.isValueNode() ? node.asText() : node.isMissingNode() ? "" : node.toString();
        }
        var items = new ArrayList<String>();
        node.forEach(item ->
                items.add(item.isValueNode() ? item.asText() : item.path("name").asText(item.toString())));
        return String.join(" ", items);
    }

    static String duration(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
    }
}
