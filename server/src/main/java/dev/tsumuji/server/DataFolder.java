package dev.tsumuji.server;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The one folder that holds everything, locked against a second process for as long as it is open.
 *
 * <p>Beside the engines' own folders it holds {@code tsumuji.pid} (process id, then URL, a line each, while the platform is
 * ready) and {@code credentials} (the first account's root key in the form of AWS's shared credentials file, mode 600).
 */
final class DataFolder implements AutoCloseable {
    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;

    private DataFolder(Path folder, FileChannel channel, FileLock lock) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
    }

    /** @throws IOException also when another process has it open */
    static DataFolder open(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        }
        var channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = tryLock(channel);
        if (lock == null) {
            channel.close();
            throw new IOException("another process is using the data folder " + folder
                    + "; stop it, or name another folder with --data");
        }
        Files.deleteIfExists(folder.resolve("tsumuji.pid"));
        return new DataFolder(folder, channel, lock);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    Path resolve(String name) {
        return folder.resolve(name);
    }

    /** Tells other processes where the platform is; they take this file's presence for readiness. */
    void announce(String url) throws IOException {
        replace("tsumuji.pid", ProcessHandle.current().pid() + "\n" + url + "\n", "rw-r--r--");
    }

    void writeCredentials(String account, String accessKeyId, String secretAccessKey, String region)
            throws IOException {
        replace("credentials", """
                # Root key of account %s. Whoever reads it may do everything there.
                [default]
                aws_access_key_id = %s
                aws_secret_access_key = %s
                region = %s
                """.formatted(account, accessKeyId, secretAccessKey, region), "rw-------");
    }

    private void replace(String name, String text, String mode) throws IOException {
        var temporary = folder.resolve(name + ".new");
        Files.deleteIfExists(temporary);
        Files.createFile(temporary, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        Files.writeString(temporary, text, StandardCharsets.UTF_8);
        Files.move(temporary, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(folder.resolve("tsumuji.pid"));
        lock.release();
        channel.close();
    }
}
