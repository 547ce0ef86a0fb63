package dev.tsumuji.cli;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for something to change below some folders. A hint only: what changed is seen by looking. Where the system can't
 * watch (network folders, too many folders), every call waits a while and returns, so that somebody looks. Used by one thread.
 */
final class FolderWatch implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(300);

    /** Also with a watch: it knows nothing of folders that don't exist yet. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

    private static final int FOLDERS_MAX = 5000;

    private final @Nullable WatchService service;
    private final Set<Path> watched = new HashSet<>();
    private boolean polls;

    FolderWatch() {
        WatchService made = null;
        try {
            made = java.nio.file.FileSystems.getDefault().newWatchService();
        } catch (IOException | UnsupportedOperationException e) {
            polls = true;
        }
        this.service = made;
    }

    /** Whether it only waits instead of being told. */
    boolean polls() {
        return polls;
    }

    /** Watches these folders and all below them. */
    void watch(List<Path> folders) throws IOException {
        var service = this.service;
        if (service == null || polls) {
            return;
        }
        for (var folder : folders) {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path below, BasicFileAttributes attributes) {
                    return register(service, below) ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }
            });
        }
    }

    private boolean register(WatchService service, Path folder) {
        var name = folder.getFileName();
        if (name != null && name.toString().equals(".git") || watched.contains(folder)) {
            return true;
        }
        try {
            if (watched.size() >= FOLDERS_MAX) {
                throw new IOException("too many folders");
            }
            folder.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
            watched.add(folder);
            return true;
        } catch (IOException e) {
            polls = Files.isDirectory(folder);
            return !polls;
        }
    }

    /** Returns when something may have changed. */
    void await() throws InterruptedException {
        var service = this.service;
        if (service == null || polls) {
            Thread.sleep(POLL);
            return;
        }
        drain(service, LOOK_AGAIN);
    }

    /** Waits until nothing has changed for a while, but not for ever. */
    void settle(Duration quiet, Duration atMost) throws InterruptedException {
        var service = this.service;
        long end = System.nanoTime() + atMost.toNanos();
        if (service == null || polls) {
            Thread.sleep(quiet);
            return;
        }
        while (drain(service, quiet) && System.nanoTime() < end) {
            // more came
        }
    }

    private boolean drain(WatchService service, Duration patience) throws InterruptedException {
        try {
            var key = service.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
            boolean any = key != null;
            for (; key != null; key = service.poll()) {
                key.pollEvents();
                if (!key.reset()) {
                    watched.remove((Path) key.watchable());
                }
            }
            return any;
        } catch (ClosedWatchServiceException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (service != null) {
            service.close();
        }
    }
}
