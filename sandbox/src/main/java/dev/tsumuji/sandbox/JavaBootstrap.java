package dev.tsumuji.sandbox;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * The bootstrap for Java as a jar, and its AOT cache (JDK 25): recorded once per JDK and jar by a rehearsal, in the background
 * when the first function in Java starts; until it is there, functions start without. Thread-safe.
 */
final class JavaBootstrap {

    /** The flags that the cache is made for: light code, little memory, no threads to spare. */
    static final List<String> FLAGS = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData");

    private static final String JAR = "bootstrap.jar";

    /** In force where the jar itself is what is started: in a stem, which has to take on a function's surroundings. */
    private static final String MANIFEST = """
            Manifest-Version: 1.0
            Main-Class: dev.tsumuji.bootstrap.Main
            Add-Opens: java.base/java.lang java.base/java.util java.base/jdk.internal.loader
            Enable-Native-Access: ALL-UNNAMED
            """;

    private static final List<String> PACKAGES = List.of(
            "dev/tsumuji/bootstrap", "com/amazonaws/services/lambda/runtime", "com/amazonaws/services/lambda/crac");

    private final Path directory;
    private final Path cache;
    private final String key;
    private final AtomicBoolean recording = new AtomicBoolean();

    JavaBootstrap(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        Bootstraps.readable(directory);
        var jar = directory.resolve(JAR);
        var fresh = directory.resolve(JAR + ".new");
        write(fresh);
        // A cache belongs to one file with its times: the same content must stay the same file.
        if (Files.exists(jar) && Files.mismatch(jar, fresh) < 0) {
            Files.delete(fresh);
        } else {
            Files.move(fresh, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        this.key = key(jar);
        this.cache = directory.resolve("bootstrap-" + key + ".aot");
    }

    private static void write(Path target) throws IOException {
        try (var out = new JarOutputStream(Files.newOutputStream(target))) {
            out.setLevel(0);
            var manifest = new JarEntry(JarFile.MANIFEST_NAME);
            manifest.setTime(0);
            out.putNextEntry(manifest);
            out.write(MANIFEST.getBytes(StandardCharsets.UTF_8));
            var place = codeSource();
            if (Files.isDirectory(place)) {
                copy(place, out);
            } else {
                try (var jar = FileSystems.newFileSystem(place)) {
                    copy(jar.getPath("/"), out);
                }
            }
        }
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static Path codeSource() throws IOException {
        try {
            URI uri = JavaBootstrap.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI();
            return Path.of(uri);
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static void copy(Path root, JarOutputStream out) throws IOException {
        for (var name : PACKAGES) {
            try (var files = Files.walk(root.resolve(name))) {
                for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                    var entry = new JarEntry(root.relativize(file).toString());
                    entry.setTime(0);
                    out.putNextEntry(entry);
                    Files.copy(file, out);
                }
            }
        }
    }

    private static String key(Path jar) throws IOException {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(Files.readAllBytes(jar));
            var text = Runtime.version() + System.getProperty("java.vm.version") + FLAGS;
            digest.update(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    Path directory() {
        return directory;
    }

    /** Changes with the JDK, the flags and the bootstrap. */
    String key() {
        return key;
    }

    boolean isCached() {
        return Files.exists(cache);
    }

    /** The file name of the cache when there is one; has it made otherwise. */
    java.util.Optional<String> cacheName(Path program) {
        if (isCached()) {
            return java.util.Optional.of(cache.getFileName().toString());
        }
        if (recording.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("java-bootstrap-cache").start(() -> record(program));
        }
        return java.util.Optional.empty();
    }

    /** Runs the rehearsal; a failure costs start time only and is logged. */
    void record(Path program) {
        var fresh = directory.resolve("recording.aot");
        try {
            var socket = Files.createTempDirectory("rehearsal").resolve("s");
            var command = new java.util.ArrayList<String>(List.of(program.toString()));
            command.addAll(FLAGS);
            command.addAll(List.of(
                    "-Xmx128m",
                    "-XX:AOTCacheOutput=" + fresh,
                    "-cp",
                    directory.resolve(JAR).toString(),
                    "dev.tsumuji.bootstrap.Rehearsal",
                    socket.toString()));
            var builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().keySet().retainAll(Map.of("PATH", "").keySet());
            var process = builder.start();
            var text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            int status = process.waitFor();
            Files.delete(socket.getParent());
            if (status != 0 || !Files.exists(fresh)) {
                throw new IOException("status " + status + ": " + text.strip());
            }
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(fresh, cache, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            System.getLogger(JavaBootstrap.class.getName())
                    .log(System.Logger.Level.WARNING, "no AOT cache for functions in Java; they start slower", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
