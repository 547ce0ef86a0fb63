package dev.tsumuji.engines.rocksdb;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.testkit.KvHistoryContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class RocksKvHistoryTest extends KvHistoryContract {
    @TempDir
    Path directory;

    @Override
    protected Kv open(InstantSource clock) {
        return RocksKv.open(directory, clock);
    }
}
