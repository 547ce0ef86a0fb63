package dev.tsumuji.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Looks at what this machine has of what the platform needs. Changes nothing. */
final class Machine {
    private static final long DISK_MIN_BYTES = 1L << 30;
    private static final int SYNCS = 20;
    private static final double SYNC_SLOW_MILLIS = 20;
    private static final int PROGRAM_WAIT_SECONDS = 5;

    private final Path data;
    private final String host;
    private final int port;

    Machine(Path data, String host, int port) {
        this.data = data;
        this.host = host;
        this.port = port;
    }

    List<Check> checks() {
        var checks = new ArrayList<Check>();
        checks.add(jdk());
        checks.add(compiler());
        checks.add(userNamespaces());
        checks.add(cgroups());
        checks.add(runtime("node", List.of("node", "--version"), "nodejs functions", "apt install nodejs"));
        checks.add(npm());
        checks.add(runtime("python", List.of("python3", "--version"), "python functions", "apt install python3"));
        checks.add(disk());
        checks.add(sync());
        checks.add(portFree());
        return checks;
    }

    private static Check jdk() {
        int major = Runtime.version().feature();
        var found = Runtime.version() + " in " + System.getProperty("java.home");
        return major >= 25
                ? Check.ok("jdk", found)
                : Check.failed("jdk", found, "install JDK 25, or point TSUMUJI_JAVA_HOME at one");
    }

    private static Check compiler() {
        return output(List.of("cc", "--version"))
                .map(text -> Check.ok("cc", text))
                .orElseGet(() -> Check.warning(
                        "cc",
                        "no C compiler",
                        "needed to build: apt install gcc libc6-dev, or xcode-select --install"));
    }

    private static Check userNamespaces() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Check.warning(
                    "isolation",
                    "not Linux: no sandbox can be made",
                    "functions run only with --unsafe-no-isolation; use Linux for code that you don't trust");
        }
        if ("root".equals(System.getProperty("user.name"))) {
            return Check.ok("isolation", "root: namespaces can be made");
        }
        var most = firstLine(Path.of("/proc/sys/user/max_user_namespaces")).orElse("unknown");
        var debian = firstLine(Path.of("/proc/sys/kernel/unprivileged_userns_clone"));
        if (most.equals("0") || debian.filter("0"::equals).isPresent()) {
            return Check.failed(
                    "isolation",
                    "user namespaces are switched off",
                    "sysctl user.max_user_namespaces=15000 kernel.unprivileged_userns_clone=1, or run as root");
        }
        if (output(List.of("unshare", "--user", "--map-root-user", "true")).isEmpty()) {
            return Check.failed(
                    "isolation",
                    "user namespaces are refused",
                    "Ubuntu: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or run as root");
        }
        return Check.ok("isolation", "user namespaces can be made");
    }

    private static Check cgroups() {
        if (Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))) {
            return Check.ok("cgroups", "version 2");
        }
        if (Files.isDirectory(Path.of("/sys/fs/cgroup/memory"))) {
            return Files.isWritable(Path.of("/sys/fs/cgroup/memory"))
                    ? Check.ok("cgroups", "version 1")
                    : Check.warning(
                            "cgroups", "version 1, not writable", "memory and CPU limits need root with version 1");
        }
        return Check.warning("cgroups", "none", "functions run without limits of memory and CPU");
    }

    private static Check npm() {
        return output(List.of("npm", "--version"))
                .map(text -> Check.ok("npm", text))
                .orElseGet(() -> Check.warning(
                        "npm",
                        "not found",
                        "functions in Node.js find no AWS SDK unless they bring it along: apt install npm"));
    }

    private static Check runtime(String name, List<String> command, String what, String install) {
        return output(command)
                .map(text -> Check.ok(name, text))
                .orElseGet(() -> Check.warning(name, "not found", what + " are refused until it is there: " + install));
    }

    private Check disk() {
        try {
            long free = Files.getFileStore(existing(data)).getUsableSpace();
            var found = (free >> 20) + " MB free for " + data;
            return free >= DISK_MIN_BYTES
                    ? Check.ok("disk", found)
                    : Check.warning(
                            "disk", found, "writes are refused when it is full; name another folder with --data");
        } catch (IOException e) {
            return Check.failed("disk", e.toString(), "name another folder with --data");
        }
    }

    /** What every acknowledged write waits for. */
    private Check sync() {
        Path file = null;
        try {
            file = Files.createTempFile(existing(data), "tsumuji-doctor", ".tmp");
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                var block = ByteBuffer.allocate(4096);
                long started = System.nanoTime();
                for (int i = 0; i < SYNCS; i++) {
                    channel.write(block.rewind());
                    channel.force(false);
                }
                double millis = (System.nanoTime() - started) / 1e6 / SYNCS;
                var found = "%.1f ms to put 4 KB on disk".formatted(millis);
                return millis < SYNC_SLOW_MILLIS
                        ? Check.ok("fsync", found)
                        : Check.warning("fsync", found, "every single write waits for that; a local SSD takes 1 ms");
            }
        } catch (IOException e) {
            return Check.failed("fsync", e.toString(), "make the folder writable, or name another one with --data");
        } finally {
            delete(file);
        }
    }

    private static void delete(@org.jspecify.annotations.Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new CommandFailure(ExitCode.FAILED, "can't remove " + file + ": " + e.getMessage());
        }
    }

    private Check portFree() {
        var running = new DataDir(data).running();
        if (running.isPresent()) {
            return Check.ok("port", "the platform answers at " + running.get().url());
        }
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
            return Check.ok("port", host + ":" + port + " is free");
        } catch (IOException e) {
            return Check.failed(
                    "port",
                    host + ":" + port + ": " + e.getMessage(),
                    "stop what uses it, or choose another with --port");
        }
    }

    private static Path existing(Path folder) {
        var path = folder;
        while (!Files.isDirectory(path) && path.getParent() != null) {
            path = path.getParent();
        }
        return path;
    }

    private static Optional<String> firstLine(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.findFirst().map(String::strip);
        } catch (IOException | java.io.UncheckedIOException e) {
            return Optional.empty();
        }
    }

    /** The first line that a program prints; nothing when it is absent, fails or hangs. */
    private static Optional<String> output(List<String> command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            if (!process.waitFor(PROGRAM_WAIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            try (var reader = process.inputReader()) {
                var line = reader.readLine();
                return process.exitValue() == 0 ? Optional.of(line == null ? "" : line) : Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
