package dev.tsumuji.sandbox;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds out what isolation works here by starting a sandbox with it. */
final class Trial {

    private static final int IMAGE_MEBIBYTES = 8;

    private final Path directory;
    private final Jail jail;
    private final TemporaryImages images;

    Trial(Path directory, Jail jail, TemporaryImages images) {
        this.directory = directory;
        this.jail = jail;
        this.images = images;
    }

    Isolation isolation() throws IOException {
        if (!Native.isRoot()) {
            var problem = problem(false);
            return problem.isEmpty()
                    ? new Isolation(Isolation.Level.ROOTLESS, null, false, "not root")
                    : new Isolation(Isolation.Level.NONE, null, false, problem.get());
        }
        var problem = problem(false);
        if (problem.isPresent()) {
            return new Isolation(Isolation.Level.NONE, null, false, problem.get());
        }
        var groups = ControlGroups.probe("tsumuji-" + Integer.toHexString(directory.hashCode()));
        var withDisk = problem(true);
        return new Isolation(Isolation.Level.ROOT, groups.orElse(null), withDisk.isEmpty(), withDisk.orElse(""));
    }

    /** @return what went wrong */
    private Optional<String> problem(boolean diskTmp) throws IOException {
        var path = Files.createDirectories(directory.resolve("run").resolve(diskTmp ? "trial-disk" : "trial"));
        var root = Files.createDirectories(path.resolve("root"));
        var empty = Files.createDirectories(path.resolve("empty"));
        var fifo = path.resolve("output");
        Native.makeFifo(fifo);
        var reader = Native.open(fifo, Native.READ_WRITE | Native.NON_BLOCKING | Native.CLOSE_ON_EXEC);
        try {
            var order = new Jail.Order()
                    .put("isolated", 1)
                    .put("root", root)
                    .put("code", empty)
                    .put("runtime", empty)
                    .put("socket", empty)
                    .put("tmp_bytes", 1 << 20)
                    .put("output", fifo)
                    .put("directory", "/var/task")
                    .put("uid", Users.TRIAL)
                    .put("argument", "/bin/true");
            if (diskTmp) {
                order.put("tmp_template", images.ofSize(IMAGE_MEBIBYTES)).put("tmp_directory", images.directory());
            }
            return run(order, reader);
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } finally {
            Native.close(reader);
            FileTree.delete(path);
        }
    }

    private Optional<String> run(Jail.Order order, int reader) throws IOException {
        try (var lifeLine = jail.launch(order)) {
            for (var line = lifeLine.line(); ; line = lifeLine.line()) {
                if (line.equals("exited 0")) {
                    return Optional.empty();
                }
                if (!line.startsWith("started ")) {
                    return Optional.of(line + printed(reader));
                }
            }
        }
    }

    private static String printed(int reader) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocate(400);
            int n = Native.read(reader, text, Native.newState());
            return n <= 0
                    ? ""
                    : " "
                            + new String(
                                    text.asSlice(0, n).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
                                    java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
