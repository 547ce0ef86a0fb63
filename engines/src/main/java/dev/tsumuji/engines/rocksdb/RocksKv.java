package dev.tsumuji.engines.rocksdb;

import dev.tsumuji.engines.commit.OptimisticKv;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.KvException.Kind;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.kv.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * The store on one disk: RocksDB with our own committer ({@link OptimisticKv}). Opening is recovering: there is no other way
 * to start. One process at a time has a directory open. Thread-safe.
 *
 * <p>What goes wrong: a full disk refuses commits with {@code FULL} and nothing else; a bit that has flipped is reported as
 * {@code CORRUPT}, on opening or on reading; any other failure of the disk in a commit ends the process ({@link FatalError}).
 */
public final class RocksKv implements Kv {
    private final OptimisticKv kv;
    private final RocksDB db;
    private final Watermark watermark;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RocksKv(OptimisticKv kv, RocksDB db, Watermark watermark) {
        this.kv = kv;
        this.db = db;
        this.watermark = watermark;
    }

    /** @throws KvException {@code ENGINE} when the directory is in use or of a newer format, {@code CORRUPT} */
    public static RocksKv open(Path directory, InstantSource clock) {
        return open(directory, clock, RocksSettings.DEFAULT, FatalError.haltProcess());
    }

    public static RocksKv open(Path directory, InstantSource clock, RocksSettings settings, FatalError fatal) {
        try {
            Files.createDirectories(directory);
            DiskFormat.check(directory);
            LogRecords.check(directory.resolve("kv"));
            var space = new DiskSpace(directory, settings.reserveBytes());
            NativeLibrary.load(directory.resolve("native"));
            var options = settings.open();
            var db = open(directory, options);
            var watermark = new Watermark(directory);
            mark(db, options, watermark);
            return new RocksKv(
                    new OptimisticKv(new RocksStore(db, options, space, fatal), "rocksdb", clock), db, watermark);
        } catch (IOException e) {
            throw new KvException(Kind.ENGINE, "the store can't be opened in " + directory + ": " + e, e);
        }
    }

    private static void mark(RocksDB db, RocksSettings.Opened options, Watermark watermark) throws IOException {
        try {
            watermark.check(db.getLatestSequenceNumber());
        } catch (KvException | IOException e) {
            db.close();
            options.close();
            throw e;
        }
        watermark.raise(db.getLatestSequenceNumber());
    }

    private static RocksDB open(Path directory, RocksSettings.Opened options) {
        try {
            return RocksDB.open(options.options(), directory.resolve("kv").toString());
        } catch (RocksDBException e) {
            options.close();
            if (isLocked(e)) {
                throw new KvException(
                        Kind.ENGINE,
                        "the store in " + directory + " is in use by another process: stop that one first",
                        e);
            }
            throw RocksStore.translated(e);
        }
    }

    /** Damage is told of in blocks, which have the word in them too. */
    private static boolean isLocked(RocksDBException e) {
        var status = e.getStatus();
        return status != null
                && status.getCode() == Status.Code.IOError
                && String.valueOf(e.getMessage()).contains("lock");
    }

    @Override
    public <T extends @Nullable Object> Committed<T> run(Options options, Function<? super Txn, T> body) {
        return kv.run(options, body);
    }

    @Override
    public <T extends @Nullable Object> T read(Function<? super Snapshot, T> body) {
        return kv.read(body);
    }

    @Override
    public Watch watch(Range range) {
        return kv.watch(range);
    }

    @Override
    public Limits limits() {
        return kv.limits();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            watermark.raise(db.getLatestSequenceNumber());
        }
        kv.close();
    }
}
