package dev.tsumuji.wire.http;

import dev.tsumuji.kernel.call.EventLoop;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Where a request's virtual thread runs: on its connection's event loop until it {@linkplain EventLoop#leave leaves} or the
 * loop has ended, then on the JDK's own scheduler. Threads that it starts inherit this scheduler, as the JDK has it, and run on
 * the JDK's from the start.
 *
 * <p>The JDK has such schedulers, but no public way to name one: without {@code --add-opens java.base/java.lang=ALL-UNNAMED}
 * all requests run on its own.
 */
final class LoopThread implements Executor {
    private static final @Nullable MethodHandle NEW = newVirtualThread();
    private static final @Nullable Executor ELSEWHERE = defaultScheduler();

    private final Executor loop;
    private final Executor elsewhere;
    private @Nullable Runnable own;
    private volatile boolean left;

    private LoopThread(Executor loop, Executor elsewhere) {
        this.loop = loop;
        this.elsewhere = elsewhere;
    }

    /** @param loop runs what it is given in order, and never at once when it is given it by its own thread */
    static void start(Executor loop, Runnable request) {
        if (NEW == null || ELSEWHERE == null) {
            Thread.ofVirtual().start(request);
            return;
        }
        var scheduler = new LoopThread(loop, ELSEWHERE);
        Runnable bound = () -> EventLoop.during(scheduler::leave, request);
        try {
            ((Thread) NEW.invokeExact((Executor) scheduler, (String) null, 0, bound)).start();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private void leave() {
        if (!left) {
            left = true;
            Thread.yield();
        }
    }

    /** The JDK has one continuation for a thread, and gives it here each time the thread can go on. */
    @Override
    public void execute(Runnable continuation) {
        if (own == null) {
            own = continuation;
        }
        if (own == continuation && !left) {
            try {
                loop.execute(continuation);
                return;
            } catch (RejectedExecutionException e) {
                left = true;
            }
        }
        elsewhere.execute(continuation);
    }

    private static @Nullable MethodHandle newVirtualThread() {
        try {
            var builders = Class.forName("java.lang.ThreadBuilders");
            return MethodHandles.privateLookupIn(builders, MethodHandles.lookup())
                    .findStatic(
                            builders,
                            "newVirtualThread",
                            MethodType.methodType(
                                    Thread.class, Executor.class, String.class, int.class, Runnable.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static @Nullable Executor defaultScheduler() {
        try {
            var thread = Class.forName("java.lang.VirtualThread");
            return (Executor) MethodHandles.privateLookupIn(thread, MethodHandles.lookup())
                    .findStatic(thread, "defaultScheduler", MethodType.methodType(Executor.class))
                    .invokeExact();
        } catch (Throwable e) {
            return null;
        }
    }
}
