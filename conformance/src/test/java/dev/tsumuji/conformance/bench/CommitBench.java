package dev.tsumuji.conformance.bench;

import dev.tsumuji.engines.rocksdb.RocksKv;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot.Entry;
import dev.tsumuji.kernel.kv.Tuple;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteOptions;

/**
 * Durable commits of 1 KB, measured beside what they stand on: the disk's own syncs, and RocksDB used directly.
 *
 * <p>{@code ./tsumuji bench CommitBench -Ddirectory=DIRECTORY}, on a quiet machine, with a directory on the disk in question.
 *
 * The disk's speed drifts on shared machines, so that everything is measured in turns, and the medians of the ratios count.
 */
class CommitBench {
    private static final int ROUNDS = Integer.getInteger("rounds", 5);
    private static final double SECONDS = Double.parseDouble(System.getProperty("seconds", "1.5"));
    private static final int WRITERS = 64;
    private static final byte[] VALUE = new byte[1024];

    @FunctionalInterface
    private interface Operation {
        void run(long number) throws Exception;
    }

    /** Operations per second, and processor time of this process for each. */
    private record Rate(double perSecond, double cpuMicros) {}

    @Test
    void durable_commits() throws Exception {
        new SplittableRandom(1).nextBytes(VALUE);
        var directory = Files.createTempDirectory(Path.of(System.getProperty("directory", "/var/tmp")), "bench");
        try (var kv = RocksKv.open(directory.resolve("kv"), InstantSource.system());
                var options = new Options().setCreateIfMissing(true);
                var direct = RocksDB.open(options, directory.resolve("direct").toString());
                var synced = new WriteOptions().setSync(true)) {
            Operation commit = number -> put(kv, number);
            Operation directPut = number -> direct.put(synced, key(number), VALUE);
            drive(WRITERS, 2, commit);
            drive(WRITERS, 1, directPut);
            compareWrites(directory, commit, directPut);
            measureReads(kv);
        } finally {
            BenchFolder.delete(directory);
        }
    }

    private static void compareWrites(Path directory, Operation commit, Operation directPut) throws Exception {
        var together = new ArrayList<Double>();
        var alone = new ArrayList<Double>();
        for (int round = 0; round < ROUNDS; round++) {
            var disk = syncs(directory);
            var single = drive(1, SECONDS, commit);
            var diskAgain = syncs(directory);
            var many = drive(WRITERS, SECONDS, commit);
            var manyDirect = drive(WRITERS, SECONDS, directPut);
            double diskRate = (disk.perSecond() + diskAgain.perSecond()) / 2;
            together.add(many.perSecond() / manyDirect.perSecond());
            alone.add(single.perSecond() / diskRate);
            System.out.printf(
                    "disk %.0f syncs/s | 1 writer %.0f/s | %d writers %.0f/s, %.1f us cpu | direct %.0f/s, %.1f us cpu%n",
                    diskRate,
                    single.perSecond(),
                    WRITERS,
                    many.perSecond(),
                    many.cpuMicros(),
                    manyDirect.perSecond(),
                    manyDirect.cpuMicros());
        }
        System.out.printf("%d writers: %.1f x direct puts (at least 8)%n", WRITERS, median(together));
        System.out.printf("1 writer: %.2f of the disk's own syncs (at least 0.6)%n", median(alone));
    }

    private static void measureReads(Kv kv) throws Exception {
        drive(2, 1, number -> get(kv, number % 1_000));
        var gets = drive(2, SECONDS, number -> get(kv, number * 7_919 % 10_000));
        var updates = drive(WRITERS, SECONDS, number -> update(kv, number));
        var scans = drive(2, SECONDS, number -> scan(kv, number * 7_919 % 10_000));
        System.out.printf("get: %.0f/s, %.1f us cpu (at most 15)%n", gets.perSecond(), gets.cpuMicros());
        System.out.printf(
                "get and put in one transaction: %.0f/s, %.1f us cpu%n", updates.perSecond(), updates.cpuMicros());
        System.out.printf("scan of 20: %.0f/s, %.1f us cpu%n", scans.perSecond(), scans.cpuMicros());
    }

    private static void put(Kv kv, long number) {
        var key = key(number);
        kv.transact(txn -> {
            txn.put(key, VALUE);
            return key;
        });
    }

    private static void get(Kv kv, long number) {
        var key = key(number);
        if (kv.<byte[]>read(snapshot -> snapshot.get(key)) == null) {
            throw new IllegalStateException("key " + number + " is missing");
        }
    }

    private static void update(Kv kv, long number) {
        var key = key(number);
        kv.transact(txn -> {
            txn.get(key);
            txn.put(key, VALUE);
            return key;
        });
    }

    private static void scan(Kv kv, long number) {
        var range = Tuple.range("bench", "item");
        var from = range.after(key(number));
        if (kv.<List<Entry>>read(snapshot -> snapshot.scan(from, 20)).isEmpty()) {
            throw new IllegalStateException("nothing behind " + number);
        }
    }

    private static byte[] key(long number) {
        return Tuple.pack("bench", "item", number);
    }

    /** Appends of 1 KB with a sync each: what one writer could reach at most. */
    private static Rate syncs(Path directory) throws IOException {
        var file = directory.resolve("syncs");
        long begin = System.nanoTime();
        int count = 0;
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.allocateDirect(VALUE.length);
            while (System.nanoTime() - begin < SECONDS / 2 * 1e9) {
                bytes.clear();
                channel.write(bytes);
                channel.force(false);
                count++;
            }
        }
        Files.delete(file);
        return new Rate(count / ((System.nanoTime() - begin) / 1e9), 0);
    }

    private static Rate drive(int threads, double seconds, Operation operation) throws Exception {
        var stop = new AtomicBoolean();
        var done = new LongAdder();
        var next = new AtomicLong();
        var failures = new ArrayList<Throwable>();
        long cpuBefore = cpuNanos();
        long begin = System.nanoTime();
        var all = new ArrayList<Thread>();
        for (int i = 0; i < threads; i++) {
            all.add(Thread.ofVirtual().start(() -> {
                try {
                    while (!stop.get()) {
                        operation.run(next.getAndIncrement());
                        done.increment();
                    }
                } catch (Throwable e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            }));
        }
        Thread.sleep((long) (seconds * 1_000));
        stop.set(true);
        for (var thread : all) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("a writer failed", failures.getFirst());
        }
        double elapsed = (System.nanoTime() - begin) / 1e9;
        return new Rate(done.sum() / elapsed, (cpuNanos() - cpuBefore) / 1e3 / Math.max(1, done.sum()));
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
