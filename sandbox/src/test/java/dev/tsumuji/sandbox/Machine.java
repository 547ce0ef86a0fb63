package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tsumuji.sandbox.Sandbox.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** The sandboxes of a test class, and functions written down as text. */
final class Machine implements AutoCloseable {

    final NativeSandboxes sandboxes;
    private final Path directory;

    /** Whether functions come from stems wherever they can. */
    boolean stems;

    Machine() {
        this(settings -> settings);
    }

    Machine(UnaryOperator<SandboxSettings> change) {
        assumeTrue(
                Native.isRoot() && System.getProperty("os.name").equals("Linux"),
                "skipped: full isolation needs root on Linux");
        try {
            directory = Files.createTempDirectory("sandboxes");
            sandboxes = NativeSandboxes.open(change.apply(SandboxSettings.in(directory.resolve("own"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Function node(String source) {
        return function("nodejs22.x", "index.handler").file("index.js", source);
    }

    Function python(String source) {
        return function("python3.12", "app.handler").file("app.py", source);
    }

    Function function(String runtime, String handler) {
        assumeTrue(
                sandboxes.missing(runtime).isEmpty(),
                () -> sandboxes.missing(runtime).orElse(""));
        return new Function(runtime, handler);
    }

    Path directory() {
        return directory;
    }

    Path newDirectory() {
        try {
            var path = Files.createTempDirectory(directory, "code");
            Bootstraps.readable(path);
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        sandboxes.close();
        FileTree.delete(directory);
    }

    /** A function being written, and then its running instance. */
    final class Function implements AutoCloseable {
        final List<String> printed = new CopyOnWriteArrayList<>();
        final Map<String, String> environment = new HashMap<>();
        final Map<Integer, java.net.InetSocketAddress> endpoints = new HashMap<>();
        final Path code = newDirectory();
        private final List<Path> layers = new java.util.ArrayList<>();
        private final String runtime;
        private final String handler;
        private int memory = 512;
        private int tmp = 64;
        private Duration initTimeout = Duration.ofSeconds(10);
        private String name = "test";
        private Sandbox sandbox;

        private Function(String runtime, String handler) {
            this.runtime = runtime;
            this.handler = handler;
        }

        Function file(String name, String content) {
            return file(name, content.getBytes(StandardCharsets.UTF_8));
        }

        Function file(String name, byte[] content) {
            try {
                Files.createDirectories(code.resolve(name).getParent());
                Files.write(code.resolve(name), content);
                code.resolve(name).toFile().setExecutable(true, false);
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Function name(String other) {
            name = other;
            return this;
        }

        Function memory(int mebibytes) {
            memory = mebibytes;
            return this;
        }

        Function tmp(int mebibytes) {
            tmp = mebibytes;
            return this;
        }

        Function initTimeout(Duration timeout) {
            initTimeout = timeout;
            return this;
        }

        Sandbox sandbox() {
            if (sandbox == null) {
                var spec = spec();
                if (stems) {
                    expectStem();
                }
                try {
                    sandbox =
                            sandboxes.start(spec, (at, line) -> printed.add(new String(line, StandardCharsets.UTF_8)));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return sandbox;
        }

        Sandbox.Spec spec() {
            return new Sandbox.Spec(
                    name, runtime, code, handler, environment, memory, tmp, initTimeout, endpoints, layers);
        }

        /** Waits until a stem is there for this function, which must be able to come from one. */
        Function expectStem() {
            sandboxes.expect(spec());
            eventually("a stem for " + runtime, () -> sandboxes.waiting(spec()) > 0);
            return this;
        }

        /** Starts from a stem. */
        Function fromStem() {
            expectStem();
            assertThat(sandbox().startPath()).isEqualTo(Sandbox.StartPath.STEM);
            return this;
        }

        Function layer(Path directory) {
            layers.add(directory);
            return this;
        }

        Answer invoke(String event) {
            return invoke(event, Duration.ofSeconds(10));
        }

        Answer invoke(String event, Duration timeout) {
            return sandbox().invoke(invocation(event, timeout));
        }

        /** The answer's text, whatever it is. */
        String ask(String event) {
            return text(invoke(event));
        }

        @Override
        public void close() {
            if (sandbox != null) {
                sandbox.close();
            }
        }
    }

    static void eventually(String what, java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(120).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen: " + what);
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static Sandbox.Invocation invocation(String event, Duration timeout) {
        return new Sandbox.Invocation(
                UUID.randomUUID().toString(),
                event.getBytes(StandardCharsets.UTF_8),
                Instant.now().plus(timeout),
                "arn:aws:lambda:us-east-1:000000000000:function:test",
                null,
                null,
                null);
    }

    static String text(Answer answer) {
        return switch (answer) {
            case Answer.Success(byte[] payload) -> new String(payload, StandardCharsets.UTF_8);
            case Answer.Failure failure -> new String(failure.payload(), StandardCharsets.UTF_8);
        };
    }
}
