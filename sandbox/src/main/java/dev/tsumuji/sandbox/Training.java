package dev.tsumuji.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a program that makes a file, in a sandbox of its own without any way out, behind everything else that wants the
 * processor. For one thread at a time.
 */
final class Training {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int MEMORY_MEBIBYTES = 2048;
    private static final int TMP_MEBIBYTES = 512;
    private static final int PRINTED_MAX = 1000;
    private static final String DONE = "trained ";

    private final Path directory;
    private final Jail jail;
    private final Isolation isolation;
    private final TemporaryImages images;
    private final Outputs outputs;

    Training(Path directory, Jail jail, Isolation isolation, TemporaryImages images, Outputs outputs) {
        this.directory = directory;
        this.jail = jail;
        this.isolation = isolation;
        this.images = images;
        this.outputs = outputs;
    }

    boolean isPossible() {
        return isolation.isolated();
    }

    /**
     * @param code becomes {@code /var/task}
     * @param runtime becomes {@code /var/runtime}
     * @param made path inside, below {@code /tmp}, of what the program makes
     * @param to where that is copied
     * @throws IOException when the program fails; with what it printed
     */
    void run(
            List<String> command,
            Map<String, String> variables,
            Path code,
            Path runtime,
            List<Path> binds,
            Path made,
            Path to)
            throws IOException, InterruptedException {
        var path = Files.createDirectories(directory.resolve("run").resolve("training"));
        ControlGroup group = null;
        try {
            var root = Files.createDirectories(path.resolve("root"));
            var sockets = Files.createDirectories(path.resolve("s"));
            var fifo = path.resolve("output");
            Native.makeFifo(fifo);
            if (isolation.level() == Isolation.Level.ROOT) {
                Files.setAttribute(fifo, "unix:uid", Users.TRIAL);
            }
            var order = new Jail.Order()
                    .put("isolated", 1)
                    .put("uid", Users.TRIAL)
                    .put("root", root)
                    .put("code", code)
                    .put("runtime", runtime)
                    .put("socket", sockets)
                    .put("output", fifo)
                    .put("directory", "/tmp")
                    .put("tmp_bytes", (long) TMP_MEBIBYTES << 20)
                    .put("variable", "PATH=/usr/bin:/bin")
                    .put("variable", "LC_ALL=C.UTF-8");
            for (var word :
                    List.of("/bin/sh", "-c", "nice -n 19 \"$@\"; echo \"" + DONE + "$?\"; exec sleep 600", "sh")) {
                order.put("argument", word);
            }
            variables.forEach((name, value) -> order.put("variable", name + "=" + value));
            command.forEach(word -> order.put("argument", word));
            binds.forEach(bind -> order.put("bind", bind));
            if (isolation.diskTmp()) {
                order.put("tmp_template", images.ofSize(TMP_MEBIBYTES)).put("tmp_directory", images.directory());
            }
            if (isolation.groups() != null) {
                group = isolation
                        .groups()
                        .create("training", new ControlGroups.Limits((long) MEMORY_MEBIBYTES << 20, 256));
                group.inBackground();
                group.procs().forEach(file -> order.put("procs", file));
            }
            await(order, fifo, made, to);
        } finally {
            FileTree.delete(path);
            if (group != null) {
                group.removePatiently(Duration.ofSeconds(5));
            }
        }
    }

    private void await(Jail.Order order, Path fifo, Path made, Path to) throws IOException, InterruptedException {
        var printed = new StringBuffer();
        var done = new CompletableFuture<String>();
        try (var pipe = outputs.open(fifo, (at, line) -> {
                    var text = new String(line, java.nio.charset.StandardCharsets.UTF_8);
                    if (text.startsWith(DONE)) {
                        done.complete(text.substring(DONE.length()));
                    } else {
                        printed.append(text).append('\n');
                        printed.delete(0, Math.max(0, printed.length() - PRINTED_MAX));
                    }
                });
                var lifeLine = jail.launch(order)) {
            var started = lifeLine.line();
            if (!started.startsWith("started ")) {
                throw new IOException(started);
            }
            Thread.ofVirtual().name("training-end").start(() -> awaitEnd(lifeLine, done));
            var status = done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            var inside = Path.of("/proc", started.substring("started ".length()), "root" + made);
            if (!status.equals("0") || !Files.isRegularFile(inside, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("status " + status + ": " + printed);
            }
            try (var in = Files.newInputStream(inside, LinkOption.NOFOLLOW_LINKS)) {
                Files.copy(in, to);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("no end: " + printed, e);
        }
    }

    private static void awaitEnd(Jail.LifeLine lifeLine, CompletableFuture<String> done) {
        try {
            done.complete(lifeLine.line());
        } catch (IOException e) {
            done.complete("ended");
        }
    }
}
