package dev.tsumuji.engines.rocksdb;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.testkit.KvCommitContract;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class RocksKvCommitTest extends KvCommitContract {
    @TempDir
    Path directory;

    @Override
    protected Kv open(InstantSource clock) {
        return RocksKv.open(directory, clock);
    }
}
