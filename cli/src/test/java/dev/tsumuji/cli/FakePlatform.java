package dev.tsumuji.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/** An HTTP server that gives prepared answers and remembers what it was asked, with the data folder that leads to it. */
final class FakePlatform implements AutoCloseable {
    record Asked(String method, String pathAndQuery, Map<String, String> headers, String body) {}

    private record Prepared(int status, Map<String, String> headers, String body) {}

    /** What running a command line came to. */
    record Ran(int exitCode, String out, String err) {}

    final Path data;
    final List<Asked> asked = java.util.Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Queue<Prepared>> answers = new HashMap<>();
    private final HttpServer server;

    FakePlatform(Path data) throws IOException {
        this.data = data;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                var headers = new HashMap<String, String>();
                exchange.getRequestHeaders()
                        .forEach((name, values) -> headers.put(name.toLowerCase(), values.getFirst()));
                var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                var uri = exchange.getRequestURI();
                asked.add(new Asked(exchange.getRequestMethod(), uri.toString(), headers, body));
                var queue = answers.getOrDefault(uri.getRawPath(), new ArrayDeque<>());
                var answer = queue.size() > 1 ? queue.remove() : queue.peek();
                if (answer == null) {
                    answer = new Prepared(404, Map.of(), "{\"message\":\"no such page\"}");
                }
                answer.headers().forEach(exchange.getResponseHeaders()::set);
                var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
        Files.writeString(data.resolve("tsumuji.pid"), ProcessHandle.current().pid() + "\n" + url() + "\n");
        Files.writeString(data.resolve("credentials"), """
                # Root key
                [default]
                aws_access_key_id = AKIDTEST
                aws_secret_access_key = it's=secret
                region = eu-central-1
                """);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The last answer prepared for a path is given for ever. */
    void answers(String path, int status, Map<String, String> headers, String body) {
        answers.computeIfAbsent(path, p -> new ArrayDeque<>()).add(new Prepared(status, headers, body));
    }

    void answers(String path, String body) {
        answers(path, 200, Map.of(), body);
    }

    Ran runs(String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--data=" + data);
        return run("", all.toArray(String[]::new));
    }

    Ran runsWithInput(String input, String... arguments) {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--data=" + data);
        return run(input, all.toArray(String[]::new));
    }

    static Ran run(String input, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var shell = new Shell(
                new PrintWriter(out),
                new PrintWriter(err),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                Map.of(),
                false);
        int exitCode = CommandLines.run(shell, arguments);
        return new Ran(exitCode, out.toString(), err.toString());
    }

    /** One that nobody reads. */
    static Shell shell() {
        return new Shell(
                new PrintWriter(new StringWriter()),
                new PrintWriter(new StringWriter()),
                new ByteArrayInputStream(new byte[0]),
                Map.of(),
                false);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
