package dev.tsumuji.dynamodb;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.kv.Watch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A store as a process has it that will be killed between two of its commits: from then on nothing can be read or written. */
final class MortalKv implements Kv {
    private final Kv kv;
    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger commitsLeft = new AtomicInteger(Integer.MAX_VALUE);

    MortalKv(Kv kv) {
        this.kv = kv;
    }

    void dieAfter(int commits) {
        commitsLeft.set(commits);
    }

    /** How many there were, of transactions that only read too. */
    int commits() {
        return commits.get();
    }

    boolean isDead() {
        return commitsLeft.get() <= 0;
    }

    private static KvException dead() {
        return new KvException(KvException.Kind.CLOSED, "the process was killed", null);
    }

    @Override
    public <T extends @Nullable Object> Committed<T> run(Options options, Function<? super Txn, T> body) {
        if (commitsLeft.getAndUpdate(left -> left == Integer.MAX_VALUE ? left : left - 1) <= 0) {
            throw dead();
        }
        commits.incrementAndGet();
        return kv.run(options, body);
    }

    @Override
    public <T extends @Nullable Object> T read(Function<? super Snapshot, T> body) {
        if (isDead()) {
            throw dead();
        }
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

    /** What is on disk outlives the process. */
    @Override
    public void close() {
        dieAfter(0);
    }
}
