package dev.tsumuji.conformance.bench;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Amazon's DynamoDB Local, in memory, as a process of its own: what our tables are measured against. Its libraries are other
 * versions of some that the platform has, so they aren't on the tests' class path; Maven finds them when they are needed.
 */
record DynamoDbLocal(Process process, int port) implements AutoCloseable {
    private static final String POM = """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>dev.tsumuji</groupId>
              <artifactId>reference</artifactId>
              <version>1</version>
              <dependencies>
                <dependency>
                  <groupId>com.amazonaws</groupId>
                  <artifactId>DynamoDBLocal</artifactId>
                  <version>2.6.1</version>
                </dependency>
              </dependencies>
            </project>
            """;
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath";

    static DynamoDbLocal start(Path folder) throws IOException, InterruptedException {
        var classPath = classPath(Files.createDirectories(folder));
        int port = freePort();
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dsqlite4java.library.path=" + natives(classPath, folder),
                        "-cp",
                        classPath,
                        "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
                        "-inMemory",
                        "-disableTelemetry",
                        "-port",
                        Integer.toString(port))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("printed.txt").toFile())
                .start();
        awaitOpen(process, port, folder);
        return new DynamoDbLocal(process, port);
    }

    private static String classPath(Path folder) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("pom.xml"), POM);
        var file = folder.resolve("classpath");
        var maven = new ProcessBuilder("mvn", "-B", "-q", PLUGIN, "-Dmdep.outputFile=" + file.toAbsolutePath())
                .directory(folder.toFile())
                .inheritIO();
        maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
        if (maven.start().waitFor() != 0) {
            throw new IOException("Maven didn't find DynamoDB Local");
        }
        return Files.readString(file).strip();
    }

    /** The database's library under the name that it is looked for by. */
    private static Path natives(String classPath, Path folder) throws IOException {
        var library = Arrays.stream(classPath.split(File.pathSeparator))
                .map(Path::of)
                .filter(path -> path.getFileName().toString().startsWith("libsqlite4java-linux-amd64"))
                .findFirst()
                .orElseThrow();
        var link = folder.resolve("libsqlite4java-linux-amd64.so");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, library);
        return folder.toAbsolutePath();
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static void awaitOpen(Process process, int port, Path folder) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    process.destroyForcibly();
                    throw new IOException(
                            "DynamoDB Local didn't start: " + Files.readString(folder.resolve("printed.txt")), e);
                }
                Thread.sleep(50);
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
