package dev.tsumuji.engines.memory;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.testkit.KvContract;
import java.time.InstantSource;

class MemoryKvTest extends KvContract {
    @Override
    protected Kv open(InstantSource clock) {
        return new MemoryKv(clock);
    }
}
