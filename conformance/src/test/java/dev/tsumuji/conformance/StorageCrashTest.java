package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.testkit.Seeded;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * kill -9 in the middle of writes to tables and buckets, again and again on the same data. Afterwards everything that was
 * acknowledged is there, what was not is whole or absent, index and stream agree with the table, backups that were asked for in
 * between are of one moment each, and no bytes are left over.
 * {@code -Dcrashes=200} for more.
 */
class StorageCrashTest {
    private static final int CRASHES = Integer.getInteger("crashes", 20);
    private static final int WRITERS = 2;

    private final TableLoad tables = new TableLoad();
    private final ObjectLoad objects = new ObjectLoad();

    @Test
    void tables_indexes_streams_and_objects_have_what_was_acknowledged() {
        var data = RunningPlatform.temporary("storage-crash");
        Seeded.check(1, seeded -> {
            try (var platform = RunningPlatform.start(data)) {
                TableLoad.prepare(platform);
                ObjectLoad.prepare(platform);
                for (int crash = 0; crash < CRASHES; crash++) {
                    writeUntilKilled(platform, seeded);
                    platform.restart();
                }
                tables.check(platform);
                tables.checkBackups(platform);
                objects.check(platform);
                objects.finishUploads(platform);
                nothingIsLeftOver(platform, data);
            }
        });
    }

    private void writeUntilKilled(RunningPlatform platform, Seeded seeded) {
        var stop = new AtomicBoolean();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int writer = 0; writer < WRITERS; writer++) {
                int number = writer;
                var random = seeded.split();
                threads.submit(() -> tables.writeItems(platform, number, random, stop));
                var other = seeded.split();
                threads.submit(() -> objects.write(platform, number, other, stop));
            }
            var random = seeded.split();
            threads.submit(() -> tables.writePairs(platform, 0, random, stop));
            threads.submit(() -> objects.leaveUnfinished(platform, stop));
            int rows = tables.acknowledged();
            int files = objects.acknowledged();
            Waiting.until(
                    Duration.ofSeconds(30),
                    () -> tables.acknowledged() > rows + 10 && objects.acknowledged() > files + 5);
            threads.submit(() -> tables.backUp(platform));
            Waiting.pause(Duration.ofMillis(seeded.below(600)));
            platform.kill();
            stop.set(true);
        }
    }

    /** Blobs that no commit refers to go an hour after they were written; those of objects stay. */
    private void nothingIsLeftOver(RunningPlatform platform, Path data) {
        int needed = objects.check(platform);
        Waiting.until(Duration.ofSeconds(60), () -> {
            platform.stop();
            ObjectLoad.age(data);
            platform.restart();
            Waiting.pause(Duration.ofMillis(500));
            return ObjectLoad.blobs(data) == needed;
        });
        assertThat(objects.check(platform)).isEqualTo(needed);
    }
}
