package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Functions in Java with libraries: what is recorded for them, what they share, and what they don't. */
class LibrariesTest {
    static Machine machine;
    static HttpServer dynamodb;
    static final List<String> signatures = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void open() throws IOException {
        machine = new Machine(settings -> settings.stems(1024, settings.stemsIdleTime()));
        dynamodb = ItemEndpoint.start((headers, body) -> signatures.add(headers.getFirst("Authorization")));
    }

    @AfterAll
    static void close() throws Exception {
        if (dynamodb != null) {
            dynamodb.stop(0);
        }
        if (machine != null) {
            machine.close();
        }
    }

    /** A function with the jars of the SDK in {@code lib}, and its own classes beside it. */
    private static Machine.Function items() {
        var function = JavaTest.java(machine, "Items");
        for (var jar : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if ((jar.contains("/software/amazon/") && !jar.contains("apache-client") && !jar.contains("netty"))
                    || jar.contains("/reactive-streams/")
                    || jar.contains("/slf4j-api/")) {
                function.file("lib/" + Path.of(jar).getFileName(), read(Path.of(jar)));
            }
        }
        try (var files = Files.walk(function.code)) {
            for (var file : files.toList()) {
                Files.setLastModifiedTime(file, JavaCaches.TIME); // as the platform unpacks code
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        function.endpoints.put(4566, dynamodb.getAddress());
        function.environment.put("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");
        function.environment.put("AWS_REGION", "eu-central-1");
        function.environment.put("AWS_ACCESS_KEY_ID", "AKIDOWN");
        function.environment.put("AWS_SECRET_ACCESS_KEY", "secret");
        return function;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void trained(Machine.Function function) {
        machine.sandboxes.expect(function.spec());
        Machine.eventually(
                "caches are made", () -> machine.sandboxes.bootstraps().caches().pending() == 0);
    }

    @Test
    void functions_with_the_same_known_libraries_share_stems_and_each_calls_as_itself() {
        try (var one = items();
                var other = items()) {
            trained(one);
            other.environment.put("AWS_ACCESS_KEY_ID", "AKIDOTHER");
            other.environment.put("AWS_REGION", "ap-south-1");
            assertThat(one.fromStem().ask("{\"id\":\"7\"}")).isEqualTo("\"seven for AKIDOWN\"");
            assertThat(other.fromStem().ask("{\"id\":\"7\"}")).isEqualTo("\"seven for AKIDOTHER\"");
            assertThat(signatures)
                    .anyMatch(s -> s.contains("AKIDOWN") && s.contains("/eu-central-1/dynamodb/"))
                    .anyMatch(s -> s.contains("AKIDOTHER") && s.contains("/ap-south-1/dynamodb/"))
                    .noneMatch(s -> s.contains("REHEARSAL"));
        }
    }

    @Test
    void without_a_stem_a_function_starts_from_a_cache_of_its_own() {
        try (var f = items()) {
            trained(f);
            f.environment.put("JAVA_TOOL_OPTIONS", "-XX:AOTMode=on"); // refuses to start when the cache doesn't fit
            assertThat(f.sandbox().startPath()).isEqualTo(Sandbox.StartPath.AOT);
            assertThat(f.ask("{\"id\":\"7\"}")).isEqualTo("\"seven for AKIDOWN\"");
            var code = machine.sandboxes.bootstraps().caches().code(f.code).orElseThrow();
            assertThat(machine.sandboxes.bootstraps().caches().ofFunction(code)).isPresent();
        }
    }

    @Test
    void a_jar_that_is_not_the_published_one_is_not_shared() throws IOException {
        try (var f = items()) {
            var lib = f.code.resolve("lib");
            var jars = JavaCode.jars(lib);
            var sdk = jars.stream()
                    .filter(name -> name.startsWith("sdk-core"))
                    .findFirst()
                    .orElseThrow();
            var known = new KnownLibraries();
            assertThat(JavaCode.read(f.code, known).own()).isEmpty();
            Files.write(lib.resolve("changed.jar"), read(lib.resolve(sdk)));
            Files.write(lib.resolve("changed.jar"), new byte[] {0}, java.nio.file.StandardOpenOption.APPEND);
            Files.delete(lib.resolve(sdk));
            var code = JavaCode.read(f.code, known);
            assertThat(code.own()).extracting(JavaCode.Jar::name).containsExactly("changed.jar");
            assertThat(code.shared()).hasSize(jars.size() - 1);
        }
    }

    @Test
    void a_library_of_which_the_function_has_a_part_of_its_own_is_not_shared() throws IOException {
        try (var f = items()) {
            f.file("software/amazon/awssdk/core/SdkBytes.class", new byte[] {1});
            assertThat(JavaCode.read(f.code, new KnownLibraries()).shared()).isEmpty();
        }
        try (var f = items()) {
            f.file("settings.properties", "own");
            assertThat(JavaCode.read(f.code, new KnownLibraries()).shared()).isNotEmpty();
            for (var name : List.of(
                    "META-INF/services/org.slf4j.spi.SLF4JServiceProvider",
                    "software/amazon/awssdk/global/handlers/execution.interceptors")) {
                f.file(name, "own.Class");
                assertThat(JavaCode.read(f.code, new KnownLibraries()).shared())
                        .as(name)
                        .isEmpty();
                Files.delete(f.code.resolve(name));
            }
        }
    }

    @Test
    void a_resource_that_a_jar_has_too_keeps_its_place_before_it() throws IOException {
        try (var f = items()) {
            assertThat(JavaCode.read(f.code, new KnownLibraries()).cacheable()).isTrue();
            var jar = f.code.resolve("lib/own.jar");
            try (var out = new java.util.jar.JarOutputStream(Files.newOutputStream(jar))) {
                out.putNextEntry(new java.util.jar.JarEntry("settings.properties"));
            }
            assertThat(JavaCode.read(f.code, new KnownLibraries()).cacheable()).isTrue();
            f.file("settings.properties", "own");
            assertThat(JavaCode.read(f.code, new KnownLibraries()).cacheable()).isFalse();
        }
    }
}
