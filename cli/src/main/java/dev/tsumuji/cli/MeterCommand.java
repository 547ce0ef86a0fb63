package dev.tsumuji.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tsumuji.wire.http.Headers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints what functions used and what that costs by a price list. */
@Command(name = "meter", description = "Show what functions used, and its price by a price list.")
final class MeterCommand implements Callable<Integer> {
    private static final int PRICES_SIZE_MAX = 64 << 10;

    private final Shell shell;

    @Mixin
    Target target = new Target();

    @Option(names = "--function", paramLabel = "NAME", description = "only this function")
    @Nullable
    String function;

    @Option(
            names = "--since",
            paramLabel = "DURATION",
            description = "how far back, to the full hour before (default: ${DEFAULT-VALUE})",
            defaultValue = "24h")
    String since = "24h";

    @Option(
            names = "--prices",
            paramLabel = "LIST",
            description = "aws, aws-2016, or a file with a price list (default: the setting prices)")
    @Nullable
    String prices;

    MeterCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        var query = new StringBuilder("since=").append(Functions.encoded(since));
        if (function != null) {
            query.append("&function=").append(Functions.encoded(function));
        }
        byte[] own = new byte[0];
        if (prices != null && (prices.contains("/") || prices.contains(".") || Files.exists(Path.of(prices)))) {
            own = read(Path.of(prices));
        } else if (prices != null) {
            query.append("&prices=").append(Functions.encoded(prices));
        }
        var method = own.length > 0 ? "POST" : "GET";
        var headers = Headers.of("content-type", "application/json");
        var report = Endpoint.must(target.endpoint(shell.environment())
                        .send("tsumuji", method, "/_tsumuji/meter", query.toString(), headers, own))
                .json();
        if (target.json) {
            shell.out().println(Json.pretty(report));
        } else {
            print(report);
        }
        return ExitCode.OK.number();
    }

    private static byte[] read(Path file) throws IOException {
        if (!Files.isReadable(file) || Files.size(file) > PRICES_SIZE_MAX) {
            throw new CommandFailure(ExitCode.USAGE, "can't read a price list of at most 64 KB in " + file);
        }
        return Files.readAllBytes(file);
    }

    private void print(JsonNode report) {
        shell.out()
                .println("since " + report.path("since").asText() + ", prices "
                        + report.path("prices").asText() + " in "
                        + report.path("currency").asText());
        var rows = new ArrayList<List<String>>();
        rows.add(List.of(
                "FUNCTION",
                "RUNTIME",
                "CALLS",
                "ERRORS",
                "THROTTLED",
                "GB-S",
                "PROVISIONED",
                "COST",
                "COLD P50",
                "P99",
                "WARM P50",
                "P99"));
        report.path("functions")
                .forEach(line -> rows.add(
                        row(line.path("function").asText(), line.path("runtime").asText(), line)));
        rows.add(row("total", "", report.path("total")));
        var widths = new int[rows.getFirst().size()];
        for (var row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (var row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                // names to the left, numbers to the right
                line.append(String.format(
                        Locale.ROOT, i < 2 ? "%-" + widths[i] + "s  " : "%" + widths[i] + "s  ", row.get(i)));
            }
            shell.out().println(line.toString().stripTrailing());
        }
    }

    private static List<String> row(String name, String runtime, JsonNode figures) {
        return List.of(
                name,
                runtime,
                figures.path("invocations").asText(),
                figures.path("errors").asText(),
                figures.path("throttles").asText(),
                gigabyteSeconds(figures.path("gigabyteSeconds").asText("0")),
                gigabyteSeconds(figures.path("provisionedGigabyteSeconds").asText("0")),
                figures.path("cost").asText(),
                millis(figures.path("cold").path("p50Millis")),
                millis(figures.path("cold").path("p99Millis")),
                millis(figures.path("warm").path("p50Millis")),
                millis(figures.path("warm").path("p99Millis")));
    }

    private static String gigabyteSeconds(String exact) {
        return new java.math.BigDecimal(exact)
                .setScale(3, java.math.RoundingMode.HALF_EVEN)
                .toPlainString();
    }

    private static String millis(JsonNode value) {
        return value.isMissingNode() ? "-" : String.format(Locale.ROOT, "%.1f ms", value.asDouble());
    }
}
