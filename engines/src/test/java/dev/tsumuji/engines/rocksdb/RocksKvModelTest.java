package dev.tsumuji.engines.rocksdb;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.testkit.KvModelContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class RocksKvModelTest extends KvModelContract {
    @TempDir
    Path directory;

    @Override
    protected Kv open(InstantSource clock) {
        return RocksKv.open(directory, clock);
    }

    @Override
    protected Kv reopen(Kv kv, InstantSource clock) {
        kv.close();
        return open(clock);
    }
}
