package dev.tsumuji.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * The group of one sandbox. Thread-safe as the kernel's files are.
 *
 * @param directories one per hierarchy
 * @param peak file with the highest memory use in bytes
 * @param statistics file with a line that has the memory of the processes alone, without what is cached of files
 * @param events file with a line {@code oom_kill COUNT}
 */
record ControlGroup(
        List<Path> directories,
        Path freezer,
        String frozen,
        String thawed,
        Path peak,
        Path statistics,
        Path events,
        Path cpuQuota,
        String cpuQuotaEnd) {

    private static final double MEBIBYTES_PER_CORE = 1769;

    /** From now on, CPU time in proportion to memory. */
    void limitCpu(int memoryMebibytes) throws IOException {
        var micros = Math.round(ControlGroups.PERIOD_MICROS * memoryMebibytes / MEBIBYTES_PER_CORE);
        write(cpuQuota, Math.max(1000, micros) + cpuQuotaEnd);
    }

    /** From now on, processor time only when nobody else wants it. */
    void inBackground() throws IOException {
        var shares = cpuQuota.resolveSibling("cpu.shares");
        if (Files.exists(shares)) {
            write(shares, "2");
        } else {
            write(cpuQuota.resolveSibling("cpu.weight"), "1");
        }
    }

    List<Path> procs() {
        return directories.stream().map(d -> d.resolve("cgroup.procs")).toList();
    }

    void freeze() throws IOException {
        write(freezer, frozen);
    }

    void thaw() throws IOException {
        write(freezer, thawed);
    }

    /** The highest use of memory so far; it keeps the file open, because it is read after every invocation. Thread-safe. */
    static final class Peak implements AutoCloseable {
        private final FileChannel file;
        private final ByteBuffer text = ByteBuffer.allocateDirect(32);
        private int mebibytes;

        private Peak(Path peak) throws IOException {
            file = FileChannel.open(peak, StandardOpenOption.READ);
        }

        /** Once it is closed, what it was then. */
        synchronized int mebibytes() {
            try {
                mebibytes = Math.max(mebibytes, (int) ((read() + (1 << 20) - 1) >> 20));
            } catch (IOException e) {
                // closed
            }
            return mebibytes;
        }

        private long read() throws IOException {
            file.read(text.clear(), 0);
            long bytes = 0;
            for (text.flip(); text.hasRemaining(); ) {
                int digit = text.get() - '0';
                if (digit < 0 || digit > 9) {
                    break;
                }
                bytes = bytes * 10 + digit;
            }
            return bytes;
        }

        @Override
        public synchronized void close() {
            mebibytes();
            try {
                file.close();
            } catch (IOException e) {
                // it was only read
            }
        }
    }

    /** Empty when this kernel doesn't say. */
    Optional<Peak> openPeak() {
        try {
            return Optional.of(new Peak(peak));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** What the processes hold for themselves now, in bytes; zero when this kernel doesn't say. */
    long ownBytes() {
        try {
            for (var line : Files.readAllLines(statistics)) {
                if (line.startsWith("anon ") || line.startsWith("rss ")) {
                    return Long.parseLong(line.substring(line.indexOf(' ') + 1).strip());
                }
            }
        } catch (IOException | NumberFormatException e) {
            // it is gone, or of another form
        }
        return 0;
    }

    /** Whether the memory limit has killed a process. */
    boolean ranOutOfMemory() {
        try {
            return Files.readAllLines(events).stream()
                    .anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
        } catch (IOException e) {
            return false;
        }
    }

    /** Removes the group; true when it is gone. The kernel refuses for a moment after the last process ended. */
    boolean remove() {
        var gone = true;
        for (var directory : directories) {
            gone &= !Files.exists(directory) || directory.toFile().delete();
        }
        return gone;
    }

    /** @return whether it is gone within that time */
    boolean removePatiently(java.time.Duration patience) {
        var until = System.nanoTime() + patience.toNanos();
        while (!remove()) {
            if (System.nanoTime() - until > 0) {
                return false;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
        return true;
    }

    static void write(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    /** Removes a group and those beneath it, killing what is still inside. */
    static void removeTree(Path group) throws IOException {
        if (!Files.isDirectory(group)) {
            return;
        }
        try (var children = Files.list(group)) {
            for (var child : children.filter(Files::isDirectory).toList()) {
                removeTree(child);
            }
        }
        thawQuietly(group);
        for (int attempt = 0; attempt < 200 && !group.toFile().delete(); attempt++) {
            for (var process : Files.readAllLines(group.resolve("cgroup.procs"))) {
                ProcessHandle.of(Long.parseLong(process)).ifPresent(ProcessHandle::destroyForcibly);
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void thawQuietly(Path group) throws IOException {
        var separate = group.resolve("freezer.state");
        var unified = group.resolve("cgroup.freeze");
        if (Files.exists(separate)) {
            write(separate, "THAWED");
        } else if (Files.exists(unified)) {
            write(unified, "0");
        }
    }
}
