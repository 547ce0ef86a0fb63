package dev.tsumuji.sandbox;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;

/**
 * How a sandbox ends whose extensions wish to know of it: they are told why and by when, the function is ended, and what is left
 * has a moment for itself. Who ends a sandbox asks for it once, and ends it by force when there is none or it is over.
 *
 * <p>Has no lock of its own: guarded by the one of its sandbox, so that whoever sees this begun sees the phase that goes with it.
 * Nothing here waits: the extensions are told, if need be, by a thread that waits for their telemetry.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html">Shutdown phase</a>
 */
final class Farewell {

    /** As long as AWS gives extensions to end. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /** By AWS's words. */
    enum Reason {
        /** It is no longer needed. */
        SPINDOWN("spindown"),
        /** The function has taken too long. */
        TIMEOUT("timeout"),
        /** The function has ended by itself. */
        FAILURE("failure");

        private final String word;

        Reason(String word) {
            this.word = word;
        }
    }

    private final Extensions extensions;
    private final Progress progress;
    private final Telemetry telemetry;
    private final Jail.LifeLine lifeLine;
    private final InstantSource clock;
    private long deadlineNanos;

    Farewell(
            Extensions extensions,
            Progress progress,
            Telemetry telemetry,
            Jail.LifeLine lifeLine,
            InstantSource clock) {
        this.extensions = extensions;
        this.progress = progress;
        this.telemetry = telemetry;
        this.lifeLine = lifeLine;
        this.clock = clock;
    }

    /** @return false when nobody wishes to know, or the sandbox is gone already: there is nothing to wait for */
    boolean begin(Reason reason) {
        if (!extensions.wantShutdown()) {
            return false;
        }
        progress.cutShort(reason == Reason.TIMEOUT);
        var deadline = clock.instant().plus(PATIENCE);
        telemetry.flush(() -> extensions.shutdown(reason.word, deadline));
        try {
            switch (reason) {
                case SPINDOWN -> lifeLine.terminate();
                case TIMEOUT, FAILURE -> lifeLine.kill();
            }
        } catch (IOException e) {
            return false;
        }
        deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        return true;
    }

    /** Whether one that has begun has had its time. */
    boolean isOver(long nowNanos) {
        return nowNanos - deadlineNanos >= 0;
    }
}
