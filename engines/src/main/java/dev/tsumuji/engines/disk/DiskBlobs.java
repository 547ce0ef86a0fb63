package dev.tsumuji.engines.disk;

import dev.tsumuji.kernel.blobs.Blobs;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.Scheduler;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/**
 * Blobs as files: {@code tmp/<id>} while being written, then {@code objects/<first two digits>/<id>}, never changed afterwards.
 *
 * <p>The store has a record of each published blob; a file without one that is over an hour old is nobody's and is removed, and
 * so is a retired one after a grace period. Sweeps run after a start, and when something was written or retired; when nothing
 * happens, nothing runs. Thread-safe.
 */
public final class DiskBlobs implements Blobs {
    private static final Logger LOG = System.getLogger(DiskBlobs.class.getName());
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Duration UNPUBLISHED_MAX = Duration.ofHours(1);
    /** Between looking a blob up and opening its file. A file that is open stays readable after its removal. */
    private static final Duration RETIRED_GRACE = Duration.ofMinutes(10);

    private static final String SUBSPACE = "blobs";
    private static final String RETIRED = "retired";
    private static final int SWEEP_PAGE = 256;
    private static final int BUFFER_SIZE_BYTES = 256 << 10;

    private final Path temporary;
    private final Path objects;
    private final Kv kv;
    private final InstantSource clock;
    private final Ids ids;
    /** When they were written; what is here may have been published since. */
    private final Map<String, Instant> unpublished = new ConcurrentHashMap<>();

    private final Sweep unpublishedSweep;
    private final Sweep retiredSweep;

    /** @param directory on one file system; made when it isn't there */
    public DiskBlobs(Path directory, Kv kv, InstantSource clock, Ids ids, Scheduler scheduler) throws IOException {
        this.temporary = Files.createDirectories(directory.resolve("tmp"));
        this.objects = Files.createDirectories(directory.resolve("objects"));
        this.kv = kv;
        this.clock = clock;
        this.ids = ids;
        this.unpublishedSweep = new Sweep(scheduler, UNPUBLISHED_MAX, this::sweepUnpublished);
        this.retiredSweep = new Sweep(scheduler, RETIRED_GRACE, this::sweepRetired);
        makeDirectories();
        force(directory);
        removeUnfinished();
        Thread.ofVirtual().name("blobs-recovery").start(() -> {
            findUnpublished();
            sweepRetired();
        });
    }

    private void makeDirectories() throws IOException {
        if (!Files.exists(objects.resolve("ff"))) {
            for (int i = 0; i < 256; i++) {
                Files.createDirectories(objects.resolve(HexFormat.of().toHexDigits((byte) i)));
            }
            force(objects);
        }
    }

    private void removeUnfinished() throws IOException {
        try (var files = Files.newDirectoryStream(temporary)) {
            for (var file : files) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public Blob write(InputStream in, long sizeMaxBytes) throws IOException {
        var md5 = digest("MD5");
        var sha256 = digest("SHA-256");
        var blob = write(in, sizeMaxBytes, (buffer, length) -> {
            md5.update(buffer, 0, length);
            sha256.update(buffer, 0, length);
        });
        return new Blob(
                blob.id(),
                blob.sizeBytes(),
                HexFormat.of().formatHex(md5.digest()),
                Base64.getEncoder().encodeToString(sha256.digest()));
    }

    @Override
    public Blob writeUnhashed(InputStream in, long sizeMaxBytes) throws IOException {
        return write(in, sizeMaxBytes, (buffer, length) -> {});
    }

    /** Sees what is written, in order. */
    private interface Onlooker {
        void saw(byte[] buffer, int length);
    }

    private Blob write(InputStream in, long sizeMaxBytes, Onlooker onlooker) throws IOException {
        var id = ids.uuid();
        var file = temporary.resolve(id);
        try {
            var blob = copy(in, id, file, sizeMaxBytes, onlooker);
            var home = file(id);
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
            unpublished.put(id, clock.instant());
            Files.move(file, home, StandardCopyOption.ATOMIC_MOVE);
            force(directory(id));
            unpublishedSweep.ask();
            return blob;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private Blob copy(InputStream in, String id, Path file, long sizeMaxBytes, Onlooker onlooker) throws IOException {
        var buffer = new byte[BUFFER_SIZE_BYTES];
        long size = 0;
        try (var out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int read = fill(in, buffer); read > 0; read = fill(in, buffer)) {
                size += read;
                if (size > sizeMaxBytes) {
                    throw new TooLarge(sizeMaxBytes);
                }
                onlooker.saw(buffer, read);
                for (var bytes = ByteBuffer.wrap(buffer, 0, read); bytes.hasRemaining(); ) {
                    out.write(bytes);
                }
            }
            out.force(true);
        }
        return new Blob(id, size, "", "");
    }

    /** Few large writes, however small the pieces in which a stream comes. */
    private static int fill(InputStream in, byte[] buffer) throws IOException {
        return in.readNBytes(buffer, 0, buffer.length);
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has " + algorithm, e);
        }
    }

    private static void force(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void publish(Txn txn, Blob blob) {
        if (!Files.exists(file(blob.id()))) {
            throw new IllegalStateException(
                    "the blob " + blob.id() + " was swept: it was not published within an hour");
        }
        txn.put(published(blob.id()), Tuple.pack(blob.sizeBytes()));
        txn.afterCommit(() -> unpublished.remove(blob.id()));
    }

    @Override
    public void retire(Txn txn, String id) {
        txn.delete(published(id));
        txn.put(Tuple.pack(SUBSPACE, RETIRED, clock.instant().plus(RETIRED_GRACE), id), new byte[0]);
        txn.afterCommit(retiredSweep::ask);
    }

    private static byte[] published(String id) {
        return Tuple.pack(SUBSPACE, "published", id);
    }

    private Path file(String id) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("not the name of a blob: " + id);
        }
        return directory(id).resolve(id);
    }

    private Path directory(String id) {
        return objects.resolve(id.substring(0, 2));
    }

    @Override
    public InputStream read(String id, long offset, long length) throws IOException {
        if (!ID.matcher(id).matches()) {
            throw new NoSuchFileException(id);
        }
        var channel = FileChannel.open(file(id), StandardOpenOption.READ);
        try {
            long size = channel.size();
            if (offset < 0 || length < 0 || length > size - offset) {
                throw new EOFException(
                        "blob " + id + " has " + size + " bytes: " + length + " at " + offset + " are not there");
            }
            channel.position(offset);
            return new FileSlice(channel, length);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    // ---- removing what nobody needs

    /** At a start nobody writes, and nobody reads what an earlier process retired. */
    private void findUnpublished() {
        try (var files = Files.find(objects, 2, (file, attributes) -> attributes.isRegularFile())) {
            files.filter(file -> ID.matcher(file.getFileName().toString()).matches())
                    .filter(file -> !isPublished(file.getFileName().toString()))
                    .forEach(file -> unpublished.put(file.getFileName().toString(), modifiedAt(file)));
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.ERROR, "blobs can't be listed: those that nobody needs stay until the next start", e);
        } catch (KvException e) {
            LOG.log(Level.DEBUG, "closed while blobs were being listed", e);
        }
        sweepUnpublished();
    }

    private static Instant modifiedAt(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isPublished(String id) {
        return kv.<Boolean>read(snapshot -> snapshot.get(published(id)) != null);
    }

    private void sweepUnpublished() {
        unpublishedSweep.run(() -> {
            var newest = clock.instant().minus(UNPUBLISHED_MAX);
            for (var blobs = unpublished.entrySet().iterator(); blobs.hasNext(); ) {
                var blob = blobs.next();
                if (!blob.getValue().isAfter(newest)) {
                    if (!isPublished(blob.getKey())) {
                        Files.deleteIfExists(file(blob.getKey()));
                    }
                    blobs.remove();
                }
            }
            return !unpublished.isEmpty();
        });
    }

    private void sweepRetired() {
        retiredSweep.run(() -> {
            var all = Tuple.range(SUBSPACE, RETIRED);
            var due = new Range(all.begin(), Tuple.pack(SUBSPACE, RETIRED, clock.instant()));
            while (true) {
                var page = kv.read(snapshot -> snapshot.scan(due, SWEEP_PAGE));
                if (page.isEmpty()) {
                    return kv.<Boolean>read(snapshot -> !snapshot.scan(all, 1).isEmpty());
                }
                for (var entry : page) {
                    if (Tuple.unpack(entry.key()).getLast() instanceof String id) {
                        Files.deleteIfExists(file(id));
                    }
                }
                kv.transact(txn -> {
                    page.forEach(entry -> txn.delete(entry.key()));
                    return page;
                });
            }
        });
    }

    /** Work that is done some time after it was asked for, and again as long as something is left. */
    private static final class Sweep {
        private final Scheduler scheduler;
        private final Duration delay;
        private final Runnable task;
        private final AtomicBoolean asked = new AtomicBoolean();

        Sweep(Scheduler scheduler, Duration delay, Runnable task) {
            this.scheduler = scheduler;
            this.delay = delay;
            this.task = task;
        }

        void ask() {
            if (asked.compareAndSet(false, true)) {
                scheduler.after(delay, () -> {
                    asked.set(false);
                    task.run();
                });
            }
        }

        /** @param sweep says whether something is left */
        void run(Sweeping sweep) {
            try {
                if (sweep.leavesSomething()) {
                    ask();
                }
            } catch (KvException e) {
                if (e.kind() != KvException.Kind.CLOSED) {
                    LOG.log(Level.ERROR, "blobs can't be swept; trying again later", e);
                    ask();
                }
            } catch (IOException e) {
                LOG.log(Level.ERROR, "blobs can't be swept; trying again later", e);
                ask();
            }
        }
    }

    @FunctionalInterface
    private interface Sweeping {
        boolean leavesSomething() throws IOException;
    }
}
