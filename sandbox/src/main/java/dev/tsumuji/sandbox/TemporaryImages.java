package dev.tsumuji.sandbox;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Empty file systems, made once per size, that the launcher copies for each sandbox's {@code /tmp}. They are sparse: an empty
 * one of 512 MiB takes a few hundred KiB. Thread-safe.
 */
final class TemporaryImages {

    private final Path directory;
    private final ConcurrentHashMap<Integer, Path> made = new ConcurrentHashMap<>();

    TemporaryImages(Path directory) {
        this.directory = directory;
    }

    Path directory() {
        return directory;
    }

    /** @throws IOException when {@code mkfs.ext4} isn't there or fails; says so */
    Path ofSize(int mebibytes) throws IOException {
        var known = made.get(mebibytes);
        if (known != null) {
            return known;
        }
        synchronized (this) {
            var image = directory.resolve(mebibytes + ".ext4");
            if (!made.containsKey(mebibytes)) {
                make(image, mebibytes);
                made.put(mebibytes, image);
            }
            return image;
        }
    }

    private void make(Path image, int mebibytes) throws IOException {
        Files.createDirectories(directory);
        Files.deleteIfExists(image);
        try (var file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) mebibytes << 20);
        }
        var command = new String[] {
            "mkfs.ext4",
            "-q",
            "-F",
            "-m",
            "0",
            "-O",
            "^has_journal,^resize_inode",
            "-E",
            "lazy_itable_init=1,nodiscard",
            "-N",
            Integer.toString(Math.max(1024, mebibytes * 64)),
            image.toString()
        };
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", "/usr/sbin:/sbin:/usr/bin:/bin");
        try {
            var process = builder.start();
            process.getOutputStream().close();
            var text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("mkfs.ext4: " + text.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
