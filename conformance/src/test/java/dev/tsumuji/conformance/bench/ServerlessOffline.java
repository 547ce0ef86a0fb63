package dev.tsumuji.conformance.bench;

import dev.tsumuji.conformance.bench.ColdPrograms.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * {@code serverless-offline} with hello functions, each of which is cold until its first invocation, at its endpoint for Lambda
 * clients. Installed once, with npm, into {@code target/serverless-offline}.
 */
final class ServerlessOffline implements AutoCloseable {
    private static final List<String> PACKAGES = List.of("serverless@3.40.0", "serverless-offline@13.9.0");
    private static final Path INSTALLED =
            Path.of("../target/serverless-offline").toAbsolutePath().normalize();

    private final Process process;
    private final int port;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ServerlessOffline(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** It can't be had here. */
    static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1;

        Unavailable(String message) {
            super(message);
        }
    }

    /** @param count functions of each program */
    static ServerlessOffline start(Path folder, Program node, Program python, int count) throws Exception {
        install();
        Files.createDirectories(folder);
        Files.createSymbolicLink(folder.resolve("node_modules"), INSTALLED.resolve("node_modules"));
        Files.copy(node.code().resolve("index.js"), folder.resolve("index.js"));
        Files.copy(python.code().resolve("app.py"), folder.resolve("app.py"));
        var yaml = new StringBuilder("""
                service: bench
                frameworkVersion: '3'
                provider: {name: aws, region: us-east-1}
                plugins: [serverless-offline]
                functions:
                """);
        for (var program : List.of(node, python)) {
            for (int i = 0; i < count; i++) {
                yaml.append("  %s: {handler: %s, runtime: %s, timeout: 60}%n"
                        .formatted(name(program, i), program.handler(), program.runtime()));
            }
        }
        Files.writeString(folder.resolve("serverless.yml"), yaml);
        int port = freePort();
        var command = List.of(
                INSTALLED.resolve("node_modules/.bin/serverless").toString(),
                "offline",
                "--httpPort",
                Integer.toString(freePort()),
                "--lambdaPort",
                Integer.toString(port));
        var printed = folder.resolve("printed.txt");
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        builder.environment().put("SLS_TELEMETRY_DISABLED", "1");
        var offline = new ServerlessOffline(builder.start(), port);
        for (int i = 0; i < 600 && !Files.readString(printed).contains("listening"); i++) {
            if (!offline.process.isAlive()) {
                break;
            }
            Thread.sleep(100);
        }
        if (!Files.readString(printed).contains("listening")) {
            offline.close();
            throw new Unavailable("it didn't start: " + Files.readString(printed));
        }
        return offline;
    }

    private static void install() throws IOException, InterruptedException, Unavailable {
        if (Files.exists(INSTALLED.resolve("node_modules/.bin/serverless"))
                && Files.exists(INSTALLED.resolve("node_modules/serverless-offline"))) {
            return;
        }
        Files.createDirectories(INSTALLED);
        var log = INSTALLED.resolve("npm.log");
        try {
            var npm = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts")
                    .directory(INSTALLED.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            npm.command().addAll(PACKAGES);
            var installing = npm.start();
            if (!installing.waitFor(10, TimeUnit.MINUTES)) {
                installing.destroy();
            }
            if (installing.waitFor() != 0) {
                throw new Unavailable("npm can't install it; see " + log);
            }
        } catch (IOException e) {
            throw new Unavailable("there is no npm: " + e.getMessage());
        }
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static String name(Program program, int number) {
        return (program.runtime().startsWith("node") ? "node" : "python") + number;
    }

    /** The name of a function by which it is invoked. */
    String function(Program program, int number) {
        return "bench-dev-" + name(program, number);
    }

    void invoke(String function) throws Exception {
        var request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/2015-03-31/functions/" + function + "/invocations"))
                .POST(HttpRequest.BodyPublishers.ofString(ColdPrograms.EVENT))
                .build();
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200 || !answer.body().contains("zed")) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
