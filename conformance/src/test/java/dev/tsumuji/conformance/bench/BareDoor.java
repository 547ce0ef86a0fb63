package dev.tsumuji.conformance.bench;

import dev.tsumuji.conformance.RunningPlatform;
import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Credentials;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.cloud.Decision;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.wire.FrontDoor;
import dev.tsumuji.wire.Page;
import dev.tsumuji.wire.http.EventLoops;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The front door with no service behind it, in a process of its own: what the platform is measured against. One page answers
 * what it is sent, signed; below another one lie files, for everybody, each as it was put there and synced.
 */
record BareDoor(Process process, int port) implements AutoCloseable {
    static final String ECHO = "/_tsumuji/echo";
    static final String FILES = "/_tsumuji/files/";
    private static final int BUFFER_SIZE_BYTES = 256 << 10;

    /** @param folder for the files */
    static BareDoor start(Path folder) throws IOException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Xms32m",
                        "-XX:+UseSerialGC",
                        "-XX:+UseCompactObjectHeaders",
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-opens=java.base/java.lang=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        BareDoor.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var line = process.inputReader().readLine();
        return new BareDoor(process, Integer.parseInt(Objects.requireNonNull(line)));
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Prints its port and serves until it is killed. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var folder = Files.createDirectories(Path.of(arguments[0]));
        var gate = new Gate(
                (call, access) -> new Decision(true, access.action(), access.resource(), "", List.of()), entry -> {});
        Page echo = (request, call, reply) -> {
            var body = request.body().readAllBytes();
            reply.header("content-type", "application/json");
            reply.send(200, body);
        };
        Page files = (request, call, reply) -> {
            var file = folder.resolve(request.path().substring(FILES.length()));
            if (request.method().equals("PUT")) {
                store(request.body(), file);
                reply.send(200, new byte[0]);
            } else {
                try (var in = Files.newInputStream(file);
                        var out = reply.stream(200, Files.size(file))) {
                    var buffer = new byte[BUFFER_SIZE_BYTES];
                    for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                        out.write(buffer, 0, n);
                    }
                }
            }
        };
        var door = FrontDoor.start(
                new EventLoops(),
                FrontDoor.Settings.usual("127.0.0.1", 0),
                List.of(),
                gate,
                new OneKey(),
                InstantSource.system(),
                Ids.secure(),
                Map.of(ECHO, echo, FILES, Page.open(files)),
                List.of());
        System.out.println(door.port());
        Thread.currentThread().join();
    }

    private static void store(InputStream in, Path file) throws IOException {
        var buffer = new byte[BUFFER_SIZE_BYTES];
        try (var out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (int n = in.readNBytes(buffer, 0, buffer.length); n > 0; n = in.readNBytes(buffer, 0, buffer.length)) {
                for (var bytes = ByteBuffer.wrap(buffer, 0, n); bytes.hasRemaining(); ) {
                    out.write(bytes);
                }
            }
            out.force(true);
        }
    }

    private static final class OneKey implements Credentials {
        private final Credential root = new Credential(
                RunningPlatform.ACCESS_KEY,
                RunningPlatform.SECRET_KEY,
                null,
                new Principal.Root(RunningPlatform.ACCOUNT),
                null);

        @Override
        public Optional<Credential> find(String accessKeyId, @Nullable String sessionToken) {
            return accessKeyId.equals(root.accessKeyId()) ? Optional.of(root) : Optional.empty();
        }

        @Override
        public Credential issue(Principal principal, Session session) {
            throw new UnsupportedOperationException("nobody asks for it");
        }
    }
}
