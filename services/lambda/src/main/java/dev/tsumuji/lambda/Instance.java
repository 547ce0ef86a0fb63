package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.EventLoop;
import dev.tsumuji.sandbox.Sandbox;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A running copy of a function: its sandbox, its log stream, its code. Used by one thread at a time between being taken
 * from its pool and put back.
 */
final class Instance implements AutoCloseable {
    final Sandbox sandbox;
    final FunctionLog log;

    /** How it came to be started, as its function is told. */
    final String initType;

    private final List<Packages.Lease> code;
    private final Instant credentialsUntil;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** How long initialisation took, until the first invocation has reported it. */
    @Nullable
    Duration initUnreported;

    /** Milliseconds of the clock when it was put back. */
    volatile long idleSinceMillis;

    /** @param code the directories that it sees, let go at its end */
    Instance(Sandbox sandbox, FunctionLog log, String initType, List<Packages.Lease> code, Instant credentialsUntil) {
        this.sandbox = sandbox;
        this.log = log;
        this.initType = initType;
        this.code = code;
        this.credentialsUntil = credentialsUntil;
    }

    /** Whether an invocation that ends by then may still run here. */
    boolean goodUntil(Instant end) {
        return sandbox.isAlive() && end.isBefore(credentialsUntil);
    }

    /** Where its code lies unpacked. */
    Path codeFolder() {
        return code.getFirst().path();
    }

    /** Done once, by whoever comes first. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        EventLoop.leave();
        try {
            sandbox.close();
        } finally {
            code.forEach(Packages.Lease::close);
        }
    }
}
