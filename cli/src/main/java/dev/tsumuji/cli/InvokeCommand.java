package dev.tsumuji.cli;

import dev.tsumuji.wire.http.Headers;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Invokes a function and prints its answer.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html">Invoke</a>
 */
@Command(name = "invoke", description = "Invoke a function and print its answer.")
final class InvokeCommand implements Callable<Integer> {
    private final Shell shell;

    @Mixin
    Target target = new Target();

    @Parameters(index = "0", paramLabel = "FUNCTION", description = "name or ARN")
    String function = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PAYLOAD",
            description = "the event: JSON text, @FILE, or - for standard input (default: {})")
    String payload = "{}";

    @Option(names = "--event", description = "hand the event over and don't wait for the function")
    boolean event;

    @Option(names = "--qualifier", paramLabel = "NAME", description = "version or alias")
    @Nullable
    String qualifier;

    @Option(names = "--log", description = "print the end of the function's log on standard error")
    boolean log;

    InvokeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws IOException {
        var body = body();
        var headers = Headers.of(
                "content-type",
                "application/json",
                "x-amz-invocation-type",
                event ? "Event" : "RequestResponse",
                "x-amz-log-type",
                log ? "Tail" : "None");
        var path = "/2015-03-31/functions/" + encoded(function) + "/invocations";
        var query = qualifier == null ? null : "Qualifier=" + encoded(qualifier);
        var answer =
                Endpoint.must(target.endpoint(shell.environment()).send("lambda", "POST", path, query, headers, body));
        var error = answer.header("x-amz-function-error");
        var tail = answer.header("x-amz-log-result")
                .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8));
        var text = new String(answer.body(), StandardCharsets.UTF_8);
        if (target.json) {
            var json = Json.object().put("statusCode", answer.status());
            error.ifPresent(kind -> json.put("functionError", kind));
            answer.header("x-amz-executed-version").ifPresent(version -> json.put("executedVersion", version));
            tail.ifPresent(lines -> json.put("log", lines));
            json.put("payload", text);
            shell.out().println(Json.pretty(json));
        } else {
            if (!text.isEmpty()) {
                shell.out().println(text);
            }
            tail.ifPresent(lines -> shell.err().print(lines));
            error.ifPresent(kind -> shell.err().println("tsumuji: the function failed: " + kind));
        }
        return error.isPresent() ? ExitCode.FAILED.number() : ExitCode.OK.number();
    }

    private byte[] body() throws IOException {
        if (payload.equals("-")) {
            return shell.in().readAllBytes();
        }
        if (!payload.startsWith("@")) {
            return payload.getBytes(StandardCharsets.UTF_8);
        }
        var file = Path.of(payload.substring(1));
        if (!Files.isReadable(file)) {
            throw new CommandFailure(ExitCode.USAGE, "can't read the payload file " + file);
        }
        return Files.readAllBytes(file);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
