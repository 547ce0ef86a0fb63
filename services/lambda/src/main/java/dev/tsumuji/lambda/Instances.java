package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.EventLoop;
import dev.tsumuji.kernel.time.Scheduler;
import dev.tsumuji.sandbox.Sandbox;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.services.lambda.model.SnapStartApplyOn;

/**
 * All running instances. An invocation takes the most recently used idle one of its function's generation, or starts one on
 * its own thread; a generation that was replaced is retired, one that nobody uses is ended after the idle time. Thread-safe.
 *
 * <p>At most so many sandboxes as the settings say are starting at once; others wait in line. Who takes longer than
 * {@link #START_SHARE} to initialise no longer counts, so that slow functions don't hold up the rest.
 */
final class Instances implements AutoCloseable {
    /** What is kept is looked after, and billed, in such periods. */
    private static final Duration KEPT_LOOKED_AFTER = Duration.ofMinutes(5);

    static final String ON_DEMAND = "on-demand";
    private static final String SNAP_START = "snap-start";
    private static final String PROVISIONED = "provisioned-concurrency";
    private static final Duration START_SHARE = Duration.ofSeconds(2);

    private final InstanceFactory factory;
    private final Scheduler scheduler;
    private final InstantSource clock;
    private final Duration idleTime;
    private final Meter meter;
    private final Semaphore starting;
    /** By generation. */
    private final ConcurrentHashMap<String, InstancePool> pools = new ConcurrentHashMap<>();

    private volatile boolean closed;

    Instances(InstanceFactory factory, Scheduler scheduler, InstantSource clock, LambdaSettings settings, Meter meter) {
        this.factory = factory;
        this.scheduler = scheduler;
        this.clock = clock;
        this.meter = meter;
        this.idleTime = settings.idleTime();
        this.starting = new Semaphore(settings.startingMax(), true);
    }

    /** What came of asking for an instance: one that is initialised, or what its initialisation ended with. */
    sealed interface Taken {
        record Ready(Instance instance, InstancePool pool) implements Taken {}

        /** An instance that can only say why it failed; to be put back like any other. */
        record Broken(Instance instance, InstancePool pool, Duration initTook) implements Taken {}
    }

    /** @throws IOException when no sandbox can be started */
    Taken take(Target target) throws IOException {
        var pool = pools.computeIfAbsent(target.function().generation(), absent -> new InstancePool());
        var warm = pool.take(clock.instant().plus(target.timeout()));
        return warm != null
                ? new Taken.Ready(warm, pool)
                : start(target, pool, isSnapStart(target) ? SNAP_START : ON_DEMAND);
    }

    /** A function was made or changed and may soon be wanted. */
    void expect(Function function) {
        Thread.startVirtualThread(() -> factory.expect(function));
    }

    /** How it stands with the instances that are kept for a version. */
    record Kept(int initialised, String failure) {
        static final Kept NOTHING = new Kept(0, "");
    }

    /** Keeps so many instances of a version initialised from now on, however long nobody uses them. */
    void keep(Target target, int count) {
        var pool = pools.computeIfAbsent(target.function().generation(), absent -> new InstancePool());
        int more = count - pool.kept;
        pool.kept = count;
        pool.failure = "";
        fill(target, pool);
        if (more > 0) {
            meter.provisioned(target, more, KEPT_LOOKED_AFTER);
        }
        if (pool.lookedAfter.compareAndSet(false, true)) {
            scheduler.after(KEPT_LOOKED_AFTER, () -> lookAfter(target, pool));
        }
    }

    private static boolean isSnapStart(Target target) {
        var snapStart = target.configuration().snapStart();
        return snapStart != null
                && snapStart.applyOn() == SnapStartApplyOn.PUBLISHED_VERSIONS
                && !target.version().equals(FunctionName.LATEST);
    }

    /** Lets instances of a version be ended as all others. */
    void release(String generation) {
        var pool = pools.get(generation);
        if (pool != null) {
            pool.kept = 0;
            pool.closeIdle(clock.millis());
        }
    }

    Kept kept(String generation) {
        var pool = pools.get(generation);
        return pool == null ? Kept.NOTHING : new Kept(pool.size(), pool.failure);
    }

    private void fill(Target target, InstancePool pool) {
        for (int missing = pool.kept - pool.size(); missing > 0; missing--) {
            Thread.startVirtualThread(() -> addKept(target, pool));
        }
    }

    private void addKept(Target target, InstancePool pool) {
        try {
            switch (start(target, pool, PROVISIONED)) {
                case Taken.Ready(var instance, var same) -> putBack(instance, same);
                case Taken.Broken broken -> {
                    pool.failure = "FUNCTION_ERROR_INIT_FAILURE";
                    pool.putBack(broken.instance(), clock.millis());
                }
            }
        } catch (IOException | RuntimeException e) {
            pool.failure = "The instances could not be started: " + e.getMessage();
        }
    }

    /** From time to time: credentials run out, and instances die. */
    private void lookAfter(Target target, InstancePool pool) {
        if (closed || pool.kept == 0 || pools.get(target.function().generation()) != pool) {
            pool.lookedAfter.set(false);
            return;
        }
        meter.provisioned(target, pool.kept, KEPT_LOOKED_AFTER);
        pool.closeExpiring(clock.instant().plus(target.timeout()).plus(KEPT_LOOKED_AFTER));
        fill(target, pool);
        scheduler.after(KEPT_LOOKED_AFTER, () -> lookAfter(target, pool));
    }

    void putBack(Instance instance, InstancePool pool) {
        pool.putBack(instance, clock.millis());
        if (pool.hasIdle() && pool.watched.compareAndSet(false, true)) {
            scheduler.after(idleTime, () -> endIdle(pool));
        }
    }

    private Taken start(Target target, InstancePool pool, String type) throws IOException {
        EventLoop.leave();
        var permit = permit();
        try {
            if (closed) {
                throw new IOException("the platform is stopping");
            }
            var instance = factory.start(target, type);
            pool.started(instance);
            if (closed) {
                pool.kill();
            }
            return switch (instance.sandbox.awaitInit()) {
                case Sandbox.Init.Ready ready -> {
                    instance.initUnreported = ready.took();
                    SystemLog.of(target, type).initialised(instance.log, clock.instant(), ready.took());
                    yield new Taken.Ready(instance, pool);
                }
                case Sandbox.Init.Failed failed -> new Taken.Broken(instance, pool, failed.took());
            };
        } finally {
            permit.run();
        }
    }

    /** Waits for its turn to start a sandbox; the result ends the turn, once. */
    private Runnable permit() throws IOException {
        try {
            starting.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting to start a sandbox", e);
        }
        var over = new AtomicBoolean();
        Runnable end = () -> {
            if (over.compareAndSet(false, true)) {
                starting.release();
            }
        };
        var timer = scheduler.after(START_SHARE, end);
        return () -> {
            timer.cancel();
            end.run();
        };
    }

    /** Whether instances are being ended because the platform stops. */
    boolean closed() {
        return closed;
    }

    private void endIdle(InstancePool pool) {
        pool.closeIdle(clock.millis() - idleTime.toMillis());
        pool.watched.set(false);
        if (pool.hasIdle()) {
            if (pool.watched.compareAndSet(false, true)) {
                scheduler.after(idleTime, () -> endIdle(pool));
            }
        } else if (pool.isIdle() && pool.kept == 0) {
            pools.values().remove(pool);
        }
    }

    /** Lets go of the instances of a generation that was replaced or deleted. */
    void retire(String generation) {
        var pool = pools.remove(generation);
        if (pool != null) {
            // not on the thread that commits: ending a process takes a while
            Thread.startVirtualThread(pool::retire);
        }
    }

    @Override
    public void close() {
        closed = true;
        pools.values().forEach(InstancePool::kill);
        pools.clear();
        factory.close();
    }
}
