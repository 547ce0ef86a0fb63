package dev.tsumuji.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.regions.Region;

/**
 * The real server as a process of its own, with a data folder of its own, on a free port. It can be killed at any moment and
 * started again on the same data. Used by one test class at a time.
 */
public final class RunningPlatform implements AutoCloseable {
    public static final String ACCESS_KEY = "test";
    public static final String SECRET_KEY = "test";
    public static final String REGION = "us-east-1";
    public static final String ACCOUNT = "000000000000";

    /** Starts fast, and finds what only assertions find. */
    private static final List<String> FOR_TESTS =
            List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-ea");

    /** Those of {@code ./tsumuji start}. */
    private static final List<String> AS_DISTRIBUTED = List.of(
            "-Xmx512m",
            "-Xms32m",
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xss512k",
            "-XX:ReservedCodeCacheSize=64m");

    private static final long START_MAX_MILLIS = 60_000;

    private final Path data;
    private final int port;
    private final List<String> machine;
    private final List<String> flags;
    private Process process;

    private RunningPlatform(Path data, int port, List<String> machine, List<String> flags) {
        this.data = data;
        this.port = port;
        this.machine = machine;
        this.flags = flags;
        this.process = launch();
    }

    /** @param flags settings beside the data folder, the port and the root key */
    public static RunningPlatform start(Path data, String... flags) {
        return start(data, FOR_TESTS, List.of(flags));
    }

    /** One whose speed counts: with the JVM's flags of the distribution, so that its compilers do all they can. */
    public static RunningPlatform startAsDistributed(Path data, String... flags) {
        return start(data, AS_DISTRIBUTED, List.of(flags));
    }

    /** As distributed, but with another heap: the process ends where that is too small. */
    public static RunningPlatform startWithHeap(Path data, int mebibytes, String... flags) {
        var machine = new ArrayList<>(AS_DISTRIBUTED);
        machine.add("-Xmx" + mebibytes + "m");
        return start(data, machine, List.of(flags));
    }

    private static RunningPlatform start(Path data, List<String> machine, List<String> flags) {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = probe.getLocalPort();
            probe.close();
            return new RunningPlatform(data, port, machine, flags);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One platform for all tests that only need a platform; it ends with the tests. */
    public static RunningPlatform shared() {
        return Shared.PLATFORM;
    }

    /** Lazily, and once. */
    private static final class Shared {
        static final RunningPlatform PLATFORM = start(temporary("shared"));

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(PLATFORM::close));
        }
    }

    /** A new folder below {@code target}, so that what a failed test leaves can be looked at. */
    public static Path temporary(String name) {
        try {
            var parent =
                    Files.createDirectories(Path.of("target", "conformance").toAbsolutePath());
            return Files.createTempDirectory(parent, name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client of the SDK for Java with the root key. */
    public <C extends SdkClient, B extends AwsClientBuilder<B, C>> C client(B builder) {
        return client(builder, AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY));
    }

    <C extends SdkClient, B extends AwsClientBuilder<B, C>> C client(B builder, AwsCredentials credentials) {
        return builder.endpointOverride(URI.create(url()))
                .region(Region.of(REGION))
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .build();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Resident memory of the server's process; Linux only. */
    long residentMebibytes() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc", String.valueOf(pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
            }
        }
        throw new IOException("no VmRSS");
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    public Path data() {
        return data;
    }

    public long pid() {
        return process.pid();
    }

    /** What the server printed, and what it logged, since its first start. */
    public String printed() {
        try {
            return Files.readString(data.resolve("printed.txt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The variables that every AWS client reads. */
    public Map<String, String> environment() {
        return Map.of(
                "AWS_ENDPOINT_URL",
                url(),
                "AWS_ACCESS_KEY_ID",
                ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY",
                SECRET_KEY,
                "AWS_DEFAULT_REGION",
                REGION,
                "AWS_REGION",
                REGION,
                "AWS_EC2_METADATA_DISABLED",
                "true",
                "AWS_PAGER",
                "",
                "AWS_CONFIG_FILE",
                "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE",
                "/dev/null");
    }

    /** As a power cut would, for this process: no hook runs. */
    public void kill() {
        process.destroyForcibly();
        join(10_000);
    }

    public void restart() {
        if (process.isAlive()) {
            stop();
        }
        process = launch();
    }

    /** Asks it to stop in order, and waits. */
    public void stop() {
        process.destroy();
        join(40_000);
    }

    @Override
    public void close() {
        stop();
    }

    private void join(long atMostMillis) {
        try {
            if (!process.waitFor(atMostMillis, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("the platform did not stop within " + atMostMillis + " ms:\n" + printed());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Process launch() {
        try {
            Files.createDirectories(data);
            var ready = data.resolve("tsumuji.pid");
            Files.deleteIfExists(ready);
            var started = new ProcessBuilder(command())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            data.resolve("printed.txt").toFile()))
                    .start();
            long deadline = System.nanoTime() + START_MAX_MILLIS * 1_000_000;
            while (!Files.exists(ready)) {
                if (!started.isAlive() || System.nanoTime() > deadline) {
                    started.destroyForcibly();
                    throw new AssertionError(
                            "the platform did not start:\n" + Files.readString(data.resolve("printed.txt")));
                }
                Thread.sleep(20);
            }
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<String> command() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(machine);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.tsumuji.server.Main",
                "--data",
                data.toString(),
                "--port",
                Integer.toString(port),
                "--root-key",
                ACCESS_KEY + ":" + SECRET_KEY));
        command.addAll(flags);
        return command;
    }
}
