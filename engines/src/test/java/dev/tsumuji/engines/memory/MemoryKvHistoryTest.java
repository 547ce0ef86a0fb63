package dev.tsumuji.engines.memory;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.testkit.KvHistoryContract;
import java.time.InstantSource;

class MemoryKvHistoryTest extends KvHistoryContract {
    @Override
    protected Kv open(InstantSource clock) {
        return new MemoryKv(clock);
    }
}
