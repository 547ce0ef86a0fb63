package dev.tsumuji.engines.memory;

import dev.tsumuji.engines.commit.OptimisticKv;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.kv.Watch;
import java.time.InstantSource;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The store for tests: the same transactions as on disk, gone when closed. Thread-safe. */
public final class MemoryKv implements Kv {
    private final OptimisticKv kv;

    public MemoryKv(InstantSource clock) {
        kv = new OptimisticKv(new MemoryStore(), "memory", clock);
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
        kv.close();
    }
}
