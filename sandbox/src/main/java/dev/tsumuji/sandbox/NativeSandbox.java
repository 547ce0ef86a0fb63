package dev.tsumuji.sandbox;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox under the launcher. State changes are guarded by its lock; the invoking thread writes and reads the wire itself.
 *
 * <p>Who ends it: the function's own exit, the watch at a deadline, or {@link #close}. All three ways meet at the life line: the
 * launcher kills the tree and reports, {@link #keep} hears that, cleans up and completes {@code ended}.
 *
 * <p>A stem is one that has no function yet: {@link #beginStem} instead of {@link #begin}, then {@link #assign} once.
 */
final class NativeSandbox implements Sandbox {

    /** Not frozen at once: invocations that come in bursts shall not pay for it. */
    private static final long FREEZE_AFTER_NANOS = Duration.ofMillis(20).toNanos();

    /** A stem that doesn't notice its function for so long is given up: one that starts as usual is faster. */
    private static final Duration STEM_PATIENCE = Duration.ofSeconds(2);

    /** A function that was started ahead, for a call that may come later, is waited for no longer. */
    private static final Duration FIRST_CALL_PATIENCE = Duration.ofMillis(100);

    private static final Duration EXIT_PATIENCE = Duration.ofSeconds(1);
    private static final Duration END_PATIENCE = Duration.ofSeconds(10);

    /** What the launcher says when only extensions are left. */
    private static final String ALONE = "alone";

    private enum Phase {
        STARTING,
        IDLE,
        RUNNING,
        FROZEN,
        /** A {@link Farewell} has begun. */
        LEAVING,
        DEAD
    }

    private volatile Spec spec;
    private final Place place;
    private final Wire wire;
    private final Extensions extensions;

    /** Serves the extensions of a runtime that doesn't speak the Runtime API itself. */
    private final @Nullable RuntimeApi api;

    private final Watch watch;
    private final Jail.LifeLine lifeLine;
    private final List<Outputs.Pipe> outputs;
    private final Telemetry telemetry;
    private final Progress progress;
    private final Farewell farewell;
    private final java.time.InstantSource clock;
    private final CompletableFuture<Boolean> ripe = new CompletableFuture<>();
    private final CompletableFuture<Init> init = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> settled = new CompletableFuture<>();
    private final CompletableFuture<Exit> ended = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile long startedNanos = System.nanoTime();
    private volatile StartPath startPath = StartPath.ORDINARY;
    private volatile boolean assigned;

    private Phase phase = Phase.STARTING;
    private long deadlineNanos;
    private long idleSinceNanos;
    private boolean timedOut;

    private final ControlGroup.@Nullable Peak peak;

    NativeSandbox(
            Spec spec,
            Place place,
            Wire wire,
            Extensions extensions,
            @Nullable RuntimeApi api,
            Watch watch,
            Jail.LifeLine lifeLine,
            List<Outputs.Pipe> outputs,
            Telemetry telemetry,
            java.time.InstantSource clock) {
        this.spec = spec;
        this.place = place;
        this.wire = wire;
        this.extensions = extensions;
        this.api = api;
        this.watch = watch;
        this.lifeLine = lifeLine;
        this.outputs = outputs;
        this.telemetry = telemetry;
        this.progress = new Progress(telemetry, this::drain);
        this.farewell = new Farewell(extensions, progress, telemetry, lifeLine, clock);
        this.clock = clock;
        var group = place.group();
        this.peak = group == null ? null : group.openPeak().orElse(null);
        this.deadlineNanos = startedNanos + spec.initTimeout().toNanos();
    }

    // ---- the start

    /** Lets the function start and begins to look after it. */
    void begin(StartPath path, Runnable onEnd) throws IOException {
        startPath = path;
        assigned = true;
        progress.initStarts();
        Thread.ofVirtual().name("sandbox-init-" + spec.name()).start(this::initialise);
        go(onEnd);
    }

    /** Lets the process start, which will wait for a function. */
    void beginStem(Runnable onEnd) throws IOException {
        Thread.ofVirtual().name("sandbox-stem").start(this::ripen);
        go(onEnd);
    }

    private void go(Runnable onEnd) throws IOException {
        Thread.ofVirtual().name("sandbox-" + spec.name()).start(() -> keep(onEnd));
        lifeLine.go();
        watch.add(this);
    }

    private void ripen() {
        try {
            frames().stem();
            ripe.complete(idle(Phase.STARTING));
        } catch (IOException | RuntimeException e) {
            ripe.complete(false);
            end();
        }
    }

    private FrameWire frames() {
        if (wire instanceof FrameWire frames) {
            return frames;
        }
        throw new IllegalStateException("only a bootstrap of the platform's own can be a stem");
    }

    /** Waits until a function can be assigned; false when the process has ended instead. */
    boolean awaitRipe() {
        return ripe.join();
    }

    // ---- a function for a stem

    /**
     * Makes a function of the stem, which must be ripe.
     *
     * @param variables all that it will have, asked for when its code is in place
     * @throws IOException when the stem is of no use: nothing of the function has run, and it is to be closed
     */
    void assign(Spec function, Supplier<Map<String, String>> variables, Output to) throws IOException {
        lock.lock();
        try {
            if (phase != Phase.IDLE && phase != Phase.FROZEN) {
                throw new IOException("the stem has ended");
            }
            if (phase == Phase.FROZEN) {
                thaw();
            }
            phase = Phase.STARTING;
            spec = function;
            startPath = StartPath.STEM;
            assigned = true;
            startedNanos = System.nanoTime();
            deadlineNanos = startedNanos + STEM_PATIENCE.toNanos();
        } finally {
            lock.unlock();
        }
        watch.add(this);
        outputs.getFirst().deliverTo(to);
        place.attach(function);
        frames().assign(variables.get());
        lock.lock();
        try {
            deadlineNanos = startedNanos + function.initTimeout().toNanos();
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("sandbox-init-" + function.name()).start(this::initialise);
    }

    // ---- initialisation, of any

    private void initialise() {
        try {
            var failure = prepared();
            if (failure.isEmpty()) {
                var group = place.group();
                if (group != null) {
                    group.limitCpu(spec.memoryMebibytes());
                }
                drain();
                if (!idle(Phase.STARTING)) {
                    throw new IOException("it was ready when its time was over");
                }
                initialised(null);
                init.complete(new Init.Ready(sinceStart()));
            } else {
                initialised(failure.get());
                end();
                join();
                init.complete(new Init.Failed(sinceStart(), failure.get()));
            }
        } catch (IOException | RuntimeException e) {
            var failure = afterHangUp("", spec.initTimeout());
            initialised(failure);
            init.complete(new Init.Failed(sinceStart(), failure));
        }
    }

    private void initialised(Answer.@Nullable Failure failure) {
        if (failure == null) {
            extensions.tellReady();
        }
        progress.initialised(sinceStart(), failure);
    }

    private void drain() {
        outputs.forEach(Outputs.Pipe::drain);
    }

    /** The order of AWS: extensions register, the runtime initialises, and then all have to be waiting. */
    private Optional<Answer.Failure> prepared() throws IOException {
        if (extensions.hasExternal()) {
            extensions.awaitRegistered();
            var failure = extensions.failure();
            if (failure != null) {
                return Optional.of(failure);
            }
            lifeLine.go();
        }
        var failure = wire.ready();
        progress.runtimeReady(failure);
        return failure.isPresent() ? failure : extensions.awaitReady();
    }

    private Duration sinceStart() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** Runs something once nobody waits for this start any more: after the first answer, or when no call follows. */
    void afterFirstAnswer(Runnable then) {
        settled.thenRun(then);
        init.thenAccept(outcome -> {
            if (outcome instanceof Init.Ready) {
                settled.completeOnTimeout(null, FIRST_CALL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } else {
                settled.complete(null);
            }
        });
    }

    @Override
    public Init awaitInit() {
        return init.join();
    }

    // ---- invocations

    @Override
    public Answer invoke(Invocation invocation) {
        try {
            return answer(invocation);
        } finally {
            settled.complete(null);
        }
    }

    private Answer answer(Invocation invocation) {
        if (awaitInit() instanceof Init.Failed) {
            return initFailure(invocation.requestId());
        }
        var timeout = Duration.between(clock.instant(), invocation.deadline());
        if (!run(timeout)) {
            return afterEnd(invocation.requestId(), timeout);
        }
        Answer answer;
        try {
            progress.starts(invocation, timeout);
            extensions.invoke(invocation);
            answer = wire.exchange(invocation);
            progress.runtimeDone(answer);
            if (!(answer instanceof Answer.Failure failure) || failure.alive()) {
                extensions.awaitDone();
            }
        } catch (IOException e) {
            return afterHangUp(invocation.requestId(), timeout);
        }
        drain();
        progress.ends(invocation);
        if (answer instanceof Answer.Failure failure && !failure.alive()) {
            end();
            join();
            return failure;
        }
        return idle(Phase.RUNNING) ? answer : afterEnd(invocation.requestId(), timeout);
    }

    private Answer initFailure(String requestId) {
        if (!(init.join() instanceof Init.Failed(var took, Answer.Failure failure))) {
            throw new IllegalStateException();
        }
        return switch (failure.errorType()) {
            case "Sandbox.Timedout", "Runtime.ExitError", "Runtime.OutOfMemory" ->
                afterEnd(requestId, spec.initTimeout());
            default -> failure;
        };
    }

    /** @return false when the function has ended */
    private boolean run(Duration timeout) {
        lock.lock();
        try {
            if (phase == Phase.DEAD || phase == Phase.LEAVING) {
                return false;
            }
            if (phase != Phase.IDLE && phase != Phase.FROZEN) {
                throw new IllegalStateException("sandbox " + spec.name() + " runs one invocation at a time");
            }
            if (phase == Phase.FROZEN) {
                thaw();
            }
            phase = Phase.RUNNING;
            telemetry.awake(true);
            deadlineNanos = System.nanoTime() + timeout.toNanos();
        } finally {
            lock.unlock();
        }
        watch.add(this);
        return true;
    }

    /** @return false when the function has ended meanwhile */
    private boolean idle(Phase from) {
        lock.lock();
        try {
            if (phase != from || timedOut) {
                return false;
            }
            phase = Phase.IDLE;
            idleSinceNanos = System.nanoTime();
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void reported(Supplier<String> record) {
        progress.reported(record);
    }

    // ---- in between: deadlines, and sleep

    /** Called by the watch. */
    void lookAfter(long nowNanos, Runnable forget) {
        lock.lock();
        try {
            switch (phase) {
                case STARTING, RUNNING -> {
                    if (nowNanos - deadlineNanos >= 0 && !timedOut) {
                        timedOut = true;
                        if (!leave(Farewell.Reason.TIMEOUT)) {
                            lifeLine.end();
                        }
                    }
                }
                case IDLE -> {
                    if (nowNanos - idleSinceNanos >= FREEZE_AFTER_NANOS) {
                        freeze();
                        forget.run();
                    }
                }
                case LEAVING -> {
                    if (farewell.isOver(nowNanos)) {
                        lifeLine.end();
                        forget.run();
                    }
                }
                case FROZEN, DEAD -> forget.run();
            }
        } finally {
            lock.unlock();
        }
    }

    private void freeze() {
        var group = place.group();
        if (group == null) {
            return;
        }
        try {
            telemetry.awake(false);
            group.freeze();
            phase = Phase.FROZEN;
        } catch (IOException e) {
            // it has just ended; the keeper will know
        }
    }

    private void thaw() {
        try {
            var group = place.group();
            if (group != null) {
                group.thaw();
            }
        } catch (IOException e) {
            // the same
        }
    }

    // ---- the end

    @Override
    public void close() {
        if (!retire()) {
            end();
        }
        join();
    }

    /** @return whether it ends by itself, in a bounded time */
    private boolean retire() {
        lock.lock();
        try {
            if (phase == Phase.FROZEN) {
                thaw();
                telemetry.awake(true);
                phase = Phase.IDLE;
            }
            if (phase != Phase.IDLE || !leave(Farewell.Reason.SPINDOWN)) {
                return phase == Phase.LEAVING;
            }
        } finally {
            lock.unlock();
        }
        watch.add(this);
        return true;
    }

    /** Ends it with a farewell, unless nobody wishes one. Under the lock. */
    private boolean leave(Farewell.Reason reason) {
        if (!farewell.begin(reason)) {
            return false;
        }
        phase = Phase.LEAVING;
        return true;
    }

    /** Makes the launcher kill the tree. */
    private void end() {
        lock.lock();
        try {
            if (phase != Phase.DEAD) {
                phase = Phase.DEAD;
                lifeLine.end();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The function has ended by itself and left its extensions behind. */
    private void forsaken() {
        lock.lock();
        try {
            if (phase == Phase.DEAD || phase == Phase.LEAVING || leave(Farewell.Reason.FAILURE)) {
                watch.add(this);
            } else {
                lifeLine.end();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the end, whoever brings it, and cleans up. */
    private void keep(Runnable onEnd) {
        String report;
        try {
            report = lifeLine.line();
            if (report.equals(ALONE)) {
                forsaken();
                report = lifeLine.line();
            }
        } catch (IOException e) {
            report = "";
        }
        lock.lock();
        try {
            phase = Phase.DEAD;
        } finally {
            lock.unlock();
        }
        lifeLine.end(); // what is beside a function that could not be started
        outputs.forEach(Outputs.Pipe::close);
        telemetry.close();
        if (peak != null) {
            peak.close();
        }
        var group = place.group();
        var exit = Exit.parse(report, group != null && group.ranOutOfMemory());
        ripe.complete(false);
        extensions.ended();
        wire.ended();
        if (api != null) {
            api.ended();
        }
        place.close();
        ended.complete(exit);
        try {
            lifeLine.close();
        } catch (IOException e) {
            // the other end is gone already
        }
        onEnd.run();
    }

    /** The function closed its connection: mostly because it exits, which is then reported; else it is ended. */
    private Answer.Failure afterHangUp(String requestId, Duration timeout) {
        try {
            ended.get((isLeaving() ? END_PATIENCE : EXIT_PATIENCE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            if (!isLeaving()) {
                end();
            }
        }
        return afterEnd(requestId, timeout);
    }

    private Answer.Failure afterEnd(String requestId, Duration timeout) {
        var exit = join();
        boolean late;
        lock.lock();
        try {
            late = timedOut;
        } finally {
            lock.unlock();
        }
        return late ? Faults.timedOut(requestId, timeout) : Faults.exited(requestId, exit);
    }

    private Exit join() {
        try {
            return ended.get(END_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Exit.Signal(9, false);
        } catch (TimeoutException | ExecutionException e) {
            return new Exit.Signal(9, false);
        }
    }

    private boolean isLeaving() {
        lock.lock();
        try {
            return phase == Phase.LEAVING;
        } finally {
            lock.unlock();
        }
    }

    // ---- what is known of it

    /** Whether it belongs to a function. */
    boolean isAssigned() {
        return assigned;
    }

    @Override
    public boolean isAlive() {
        lock.lock();
        try {
            return phase != Phase.DEAD && phase != Phase.LEAVING && !timedOut;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public StartPath startPath() {
        return startPath;
    }

    /** What its processes hold for themselves now, in bytes; zero when that isn't known. */
    long ownBytes() {
        var group = place.group();
        return group == null ? 0 : group.ownBytes();
    }

    @Override
    public int memoryPeakMebibytes() {
        return peak == null ? 0 : peak.mebibytes();
    }

    /** What a sandbox occupies on this machine. */
    interface Place extends AutoCloseable {
        @Nullable
        ControlGroup group();

        /** Puts a function's code and layers where there was none. */
        void attach(Spec function) throws IOException;

        @Override
        void close();
    }
}
