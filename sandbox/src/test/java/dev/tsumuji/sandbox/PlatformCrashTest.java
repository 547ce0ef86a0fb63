package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A platform as a process of its own, killed, or run without root. */
class PlatformCrashTest {
    private final String marker = "77" + System.nanoTime() % 1_000_000;
    private Path directory;

    @BeforeEach
    void write_a_function_that_leaves_children() throws IOException {
        assumeTrue(Native.isRoot(), "skipped: needs root");
        directory = Files.createTempDirectory("crash");
        Files.createDirectories(directory.resolve("code"));
        Files.writeString(directory.resolve("code/app.py"), """
                import os, subprocess
                def handler(event, context):
                    ours, theirs = os.pipe()
                    if os.fork() == 0:
                        os.setsid()
                        os.execvp('sleep', ['sleep', event])
                    os.close(theirs)
                    os.read(ours, 1)  # ends when the child has become its program: it may be frozen soon
                    try:
                        open('/etc/shadow').close()
                        secret = 'read'
                    except OSError:
                        secret = 'hidden'
                    return [secret, sorted(os.listdir('/'))[:3], os.getpid() < 100]
                """);
        for (var path : List.of(directory, directory.resolve("code"))) {
            Bootstraps.readable(path);
        }
        directory.resolve("code/app.py").toFile().setReadable(true, false);
    }

    @AfterEach
    void remove() throws IOException {
        if (directory != null) {
            FileTree.delete(directory);
        }
    }

    private Process platform(List<String> prefix, String... more) throws IOException {
        var command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                PlatformProgram.class.getName(),
                directory.resolve("own").toString(),
                directory.resolve("code").toString(),
                marker));
        command.addAll(List.of(more));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private long processes() {
        return ProcessHandle.allProcesses()
                .filter(p -> p.info()
                        .arguments()
                        .map(a -> a.length == 1 && a[0].equals(marker))
                        .orElse(false))
                .count();
    }

    /** All processes of this platform's sandboxes. */
    private long inOurGroup() {
        var group = "/tsumuji-" + Integer.toHexString(directory.resolve("own").hashCode()) + "/";
        return ProcessHandle.allProcesses()
                .filter(p -> {
                    try {
                        return Files.readString(Path.of("/proc/" + p.pid() + "/cgroup"))
                                .contains(group);
                    } catch (IOException e) {
                        return false;
                    }
                })
                .count();
    }

    @Test
    void a_killed_platform_leaves_no_process_not_even_a_frozen_one() throws Exception {
        var platform = platform(List.of(), "safe");
        var out = reader(platform);
        assertThat(out.readLine()).startsWith("full");
        assertThat(out.readLine()).startsWith("[\"hidden\", [\"bin\"");
        assertThat(processes()).isEqualTo(1);
        Thread.sleep(300); // long enough to be frozen, and for the next stem
        assertThat(inOurGroup()).isGreaterThanOrEqualTo(3); // two of the function, and a stem
        platform.destroyForcibly().waitFor();
        for (int i = 0; i < 100 && processes() > 0; i++) {
            Thread.sleep(20);
        }
        assertThat(processes()).isZero();
        for (int i = 0; i < 100 && inOurGroup() > 0; i++) {
            Thread.sleep(20);
        }
        assertThat(inOurGroup()).isZero();
        try (var sandboxes = NativeSandboxes.open(SandboxSettings.in(directory.resolve("own")))) {
            assertThat(sandboxes.isolation()).startsWith("full");
            try (var run = Files.list(directory.resolve("own/run"))) {
                assertThat(run).isEmpty();
            }
        }
    }

    @Test
    void without_root_user_namespaces_isolate_and_the_description_says_what_is_missing() throws Exception {
        Files.createDirectories(directory.resolve("own"));
        Files.setAttribute(directory.resolve("own"), "unix:uid", 65534);
        var platform = platform(
                List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"),
                "safe",
                "once");
        try (var out = reader(platform)) {
            assertThat(out.readLine()).startsWith("rootless").contains("NOT limited", "/tmp in memory");
            assertThat(out.readLine()).startsWith("[\"hidden\", [\"bin\"").endsWith("true]");
            assertThat(platform.waitFor()).isZero();
        }
        assertThat(processes()).isZero();
    }
}
