package dev.tsumuji.lambda;

import dev.tsumuji.kernel.blobs.Blobs;
import dev.tsumuji.kernel.time.Ids;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Functions' code: the zip is a blob, which is the truth, and what it unpacks to is a directory, which is a cache. The
 * cache is emptied when the platform starts, because a crash of the machine may have left files in it unwritten.
 * Thread-safe: {@code lock} guards the table of directories; unpacking itself runs outside of it.
 */
final class Packages implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Packages.class.getName());
    private static final String NOT_A_ZIP =
            "Could not unzip uploaded file. Please check your file, then try to upload again.";

    private final Blobs blobs;
    private final Ids ids;
    private final Path root;
    private final long sizeMaxBytes;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition settled = lock.newCondition();
    /** In the order of their last use. */
    private final Map<String, Directory> directories = new LinkedHashMap<>(16, 0.75f, true);

    Packages(Blobs blobs, Ids ids, LambdaSettings settings) {
        this.blobs = blobs;
        this.ids = ids;
        this.root = settings.packages();
        this.sizeMaxBytes = settings.packagesSizeMaxBytes();
        try {
            Overlay.remove(root);
            Files.createDirectories(root);
        } catch (IOException e) {
            throw new UncheckedIOException("can't empty " + root, e);
        }
    }

    /**
     * Checks an uploaded zip and writes it as a blob, not yet published.
     *
     * @throws software.amazon.awssdk.awscore.exception.AwsServiceException when it is not one, or too large
     */
    Stored store(byte[] zip) {
        var archive = checked(zip);
        try {
            var blob = blobs.write(new ByteArrayInputStream(zip), zip.length);
            use(blob.id(), archive).close();
            return new Stored(blob, archive.sizeBytes());
        } catch (ZipArchive.Malformed e) {
            throw LambdaErrors.invalid(NOT_A_ZIP);
        } catch (IOException e) {
            throw LambdaErrors.service("The code could not be stored: " + e.getMessage(), e);
        }
    }

    /**
     * A package that was written.
     *
     * @param unzippedBytes what it unpacks to
     */
    record Stored(Blobs.Blob blob, long unzippedBytes) {}

    /**
     * A published package.
     *
     * @param sizeBytes of the zip
     */
    record Content(String packageId, long sizeBytes) {}

    /** What a package unpacks to, in bytes. */
    long unzippedBytes(Content content) {
        try (var lease = use(content.packageId(), content.sizeBytes())) {
            return lease.sizeBytes;
        } catch (IOException e) {
            throw LambdaErrors.service("The code could not be read: " + e.getMessage(), e);
        }
    }

    /**
     * Several packages unpacked upon each other: of files at the same path the later one stays. The files are shared with
     * the packages' own directories.
     *
     * @param contents not empty
     */
    Lease useTogether(List<Content> contents) throws IOException {
        if (contents.size() == 1) {
            return use(contents.getFirst().packageId(), contents.getFirst().sizeBytes());
        }
        var key = contents.stream().map(Content::packageId).collect(Collectors.joining("+"));
        var there = leaseWhenThere(key);
        if (there != null) {
            return there;
        }
        var leases = new ArrayList<Lease>();
        try {
            for (var content : contents) {
                leases.add(use(content.packageId(), content.sizeBytes()));
            }
            return fill(key, path -> {
                directory(path);
                for (var lease : leases) {
                    Overlay.lay(lease.path, path);
                }
                return leases.stream().mapToLong(lease -> lease.sizeBytes).sum();
            });
        } catch (IOException | RuntimeException e) {
            abandon(key);
            throw e;
        } finally {
            leases.forEach(Lease::close);
        }
    }

    private static ZipArchive checked(byte[] zip) {
        if (zip.length == 0) {
            throw LambdaErrors.invalid("Uploaded file must be a non-empty zip");
        }
        if (zip.length > LambdaLimits.ZIP_FROM_S3_SIZE_MAX_BYTES) {
            throw LambdaErrors.invalid(
                    "Unzipped size must be smaller than " + LambdaLimits.UNZIPPED_SIZE_MAX_BYTES + " bytes");
        }
        try {
            var archive = ZipArchive.read(zip, LambdaLimits.ZIP_ENTRIES_MAX);
            if (archive.entries().isEmpty()) {
                throw LambdaErrors.invalid("Uploaded file must be a non-empty zip");
            }
            if (archive.sizeBytes() >= LambdaLimits.UNZIPPED_SIZE_MAX_BYTES) {
                throw LambdaErrors.invalid(
                        "Unzipped size must be smaller than " + LambdaLimits.UNZIPPED_SIZE_MAX_BYTES + " bytes");
            }
            return archive;
        } catch (ZipArchive.Malformed e) {
            throw LambdaErrors.invalid(NOT_A_ZIP);
        }
    }

    /**
     * The unpacked code, kept until the lease is closed.
     *
     * @throws IOException when the blob can't be read or the disk is full
     */
    Lease use(String packageId, long sizeBytes) throws IOException {
        var there = leaseWhenThere(packageId);
        if (there != null) {
            return there;
        }
        try (var in = blobs.read(packageId, 0, sizeBytes)) {
            var archive = ZipArchive.read(in.readAllBytes(), LambdaLimits.ZIP_ENTRIES_MAX);
            return fill(packageId, path -> unpack(archive, path));
        } catch (IOException | RuntimeException e) {
            abandon(packageId);
            throw e;
        }
    }

    private Lease use(String packageId, ZipArchive archive) throws IOException {
        var there = leaseWhenThere(packageId);
        if (there != null) {
            return there;
        }
        try {
            return fill(packageId, path -> unpack(archive, path));
        } catch (IOException | RuntimeException e) {
            abandon(packageId);
            throw e;
        }
    }

    /** The zip as it was uploaded. */
    java.io.InputStream read(String packageId, long sizeBytes) throws IOException {
        return blobs.read(packageId, 0, sizeBytes);
    }

    /** Removes a package's directory as soon as nothing uses it. */
    void forget(String packageId) {
        lock.lock();
        try {
            var directory = directories.get(packageId);
            if (directory != null) {
                directory.forgotten = true;
                evict(packageId, directory);
            }
        } finally {
            lock.unlock();
        }
    }

    /** A lease when the directory is there or another thread is about to make it; else the caller has to fill it. */
    private @Nullable Lease leaseWhenThere(String packageId) {
        lock.lock();
        try {
            while (true) {
                var directory = directories.get(packageId);
                if (directory == null) {
                    directories.put(packageId, new Directory());
                    return null;
                }
                if (directory.path != null) {
                    directory.leases++;
                    return new Lease(packageId, directory.path, directory.sizeBytes);
                }
                settled.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes a directory's content and says how large it is. */
    @FunctionalInterface
    private interface Filling {
        long into(Path path) throws IOException;
    }

    private Lease fill(String packageId, Filling filling) throws IOException {
        var path = root.resolve(ids.hex(32));
        long sizeBytes;
        try {
            sizeBytes = filling.into(path);
        } catch (IOException | RuntimeException e) {
            removeQuietly(path);
            throw e;
        }
        lock.lock();
        try {
            var directory = directories.get(packageId);
            if (directory == null || directory.path != null) {
                throw new AssertionError("only one thread fills a directory");
            }
            directory.path = path;
            directory.sizeBytes = sizeBytes;
            directory.leases = 1;
            settled.signalAll();
            return new Lease(packageId, path, sizeBytes);
        } finally {
            lock.unlock();
        }
    }

    private void abandon(String packageId) {
        lock.lock();
        try {
            var directory = directories.get(packageId);
            if (directory != null && directory.path == null) {
                directories.remove(packageId);
                settled.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private static long unpack(ZipArchive archive, Path to) throws IOException {
        directory(to);
        for (var entry : archive.entries()) {
            var path = to.resolve(entry.name());
            if (entry.directory()) {
                directory(path);
                continue;
            }
            directory(Objects.requireNonNull(path.getParent()));
            try (var out = Files.newOutputStream(path)) {
                archive.unpack(entry, out);
            }
            Files.setPosixFilePermissions(path, permissions(entry.mode()));
        }
        return archive.sizeBytes();
    }

    /** Open to the sandbox's user, whatever the platform's own umask. */
    private static void directory(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return;
        }
        directory(Objects.requireNonNull(path.getParent()));
        Files.createDirectory(path);
        Files.setPosixFilePermissions(path, permissions(0b111_101_101));
    }

    /**
     * As in the archive, and readable in any case: archives made by programs often say that only their maker may read, and
     * the function is not their maker.
     */
    private static Set<PosixFilePermission> permissions(int mode) {
        int effective = mode | 0b100_100_100;
        var all = PosixFilePermission.values();
        var set = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < all.length; i++) {
            if ((effective & 1 << all.length - 1 - i) != 0) {
                set.add(all[i]);
            }
        }
        return set;
    }

    private void release(String packageId) {
        lock.lock();
        try {
            var directory = directories.get(packageId);
            if (directory == null || directory.leases == 0) {
                throw new AssertionError("a lease is closed once");
            }
            directory.leases--;
            if (directory.forgotten) {
                evict(packageId, directory);
            }
            shrink();
        } finally {
            lock.unlock();
        }
    }

    /** Least recently used first, while there is more than allowed. */
    private void shrink() {
        long size = directories.values().stream().mapToLong(d -> d.sizeBytes).sum();
        for (var packageId : List.copyOf(directories.keySet())) {
            if (size <= sizeMaxBytes) {
                return;
            }
            size -= evict(packageId, Objects.requireNonNull(directories.get(packageId)));
        }
    }

    private long evict(String packageId, Directory directory) {
        var path = directory.path;
        if (path == null || directory.leases > 0) {
            return 0;
        }
        directories.remove(packageId);
        Thread.startVirtualThread(() -> removeQuietly(path));
        return directory.sizeBytes;
    }

    private static void removeQuietly(Path path) {
        try {
            Overlay.remove(path);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "unpacked code is left behind in " + path, e);
        }
    }

    @Override
    public void close() {
        removeQuietly(root);
    }

    /** The right to a directory's staying. */
    final class Lease implements AutoCloseable {
        private final String packageId;
        private final Path path;
        private final long sizeBytes;

        private Lease(String packageId, Path path, long sizeBytes) {
            this.packageId = packageId;
            this.path = path;
            this.sizeBytes = sizeBytes;
        }

        Path path() {
            return path;
        }

        @Override
        public void close() {
            release(packageId);
        }
    }

    /** Guarded by {@code lock}; without a path while it is being unpacked. */
    private static final class Directory {
        private @Nullable Path path;
        private long sizeBytes;
        private int leases;
        private boolean forgotten;
    }
}
