package dev.tsumuji.sandbox;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the extensions that have subscribed to telemetry how far their function is. That the runtime has done with an invocation
 * is told once and behind what it has printed, by the invoking thread or by whoever cuts it short: its lock has the second of
 * them wait until it is told. Held under the sandbox's lock at times, never the other way round.
 */
final class Progress {

    private final Telemetry telemetry;

    /** Delivers what was printed until now. */
    private final Runnable drain;

    private final ReentrantLock lock = new ReentrantLock();

    /** What the runtime hasn't done with; null as well when nobody wants to know. */
    private volatile @Nullable Work work;

    private record Work(Sandbox.Invocation invocation, Duration timeout, long sinceNanos) {}

    Progress(Telemetry telemetry, Runnable drain) {
        this.telemetry = telemetry;
        this.drain = drain;
    }

    void initStarts() {
        telemetry.platform("initStart", Sandbox.Records::initStart);
    }

    void runtimeReady(Optional<Sandbox.Answer.Failure> failure) {
        telemetry.platform("initRuntimeDone", records -> records.initRuntimeDone(failure.orElse(null)));
    }

    /** Nobody can subscribe any more. */
    void initialised(Duration took, Sandbox.Answer.@Nullable Failure failure) {
        telemetry.platform("initReport", records -> records.initReport(took, failure));
        telemetry.initialised();
    }

    void starts(Sandbox.Invocation invocation, Duration timeout) {
        work = telemetry.isWanted() ? new Work(invocation, timeout, System.nanoTime()) : null;
        telemetry.platform("start", records -> records.start(invocation));
    }

    void runtimeDone(Sandbox.Answer answer) {
        var current = work;
        if (current != null) {
            done(current, answer);
        }
    }

    /** The runtime will never have done with what it was given, if anything. */
    void cutShort(boolean timedOut) {
        var current = work;
        if (current != null) {
            var requestId = current.invocation.requestId();
            done(current, timedOut ? Faults.timedOut(requestId, current.timeout) : Faults.ended(requestId));
        }
    }

    private void done(Work current, Sandbox.Answer answer) {
        drain.run();
        lock.lock();
        try {
            if (work == current) {
                work = null;
                var took = Duration.ofNanos(System.nanoTime() - current.sinceNanos);
                telemetry.platform("runtimeDone", records -> records.runtimeDone(current.invocation, took, answer));
            }
        } finally {
            lock.unlock();
        }
    }

    void ends(Sandbox.Invocation invocation) {
        if (telemetry.isWanted()) {
            telemetry.platform("end", "{\"requestId\":" + Faults.quoted(invocation.requestId()) + "}");
        }
    }

    void reported(Supplier<String> record) {
        telemetry.platform("report", records -> record.get());
    }
}
