package dev.tsumuji.engines.memory;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.testkit.KvCommitContract;
import java.time.InstantSource;

class MemoryKvCommitTest extends KvCommitContract {
    @Override
    protected Kv open(InstantSource clock) {
        return new MemoryKv(clock);
    }
}
