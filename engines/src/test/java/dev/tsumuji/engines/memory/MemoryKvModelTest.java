package dev.tsumuji.engines.memory;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.testkit.KvModelContract;
import java.time.InstantSource;

class MemoryKvModelTest extends KvModelContract {
    @Override
    protected Kv open(InstantSource clock) {
        return new MemoryKv(clock);
    }
}
