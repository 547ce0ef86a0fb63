package dev.tsumuji.kernel.signal;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Says that a resource may have something new: records in a stream, messages in a queue. So whoever reads another service
 * through its API sleeps while there is nothing to read, rather than poll.
 *
 * <p>A signal is a hint in this process and no more: it may come without cause, says nothing of what is new, and is forgotten
 * when nobody listens. The data is the truth; a listener reads once after it began to listen. Thread-safe.
 */
public final class Signals {
    private final ConcurrentHashMap<String, List<Runnable>> listeners = new ConcurrentHashMap<>();

    /** To be called after the commit that made something new. Costs a look-up when nobody listens. */
    public void raise(String resourceArn) {
        listeners.getOrDefault(resourceArn, List.of()).forEach(Runnable::run);
    }

    /** @param wake runs on the thread that raises the signal, so it must not block */
    public Listening listen(String resourceArn, Runnable wake) {
        listeners.merge(resourceArn, List.of(wake), Signals::both);
        return () -> listeners.computeIfPresent(resourceArn, (arn, all) -> without(all, wake));
    }

    private static List<Runnable> both(List<Runnable> some, List<Runnable> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    /** Null when none is left, so that the map forgets the resource. */
    private static @Nullable List<Runnable> without(List<Runnable> all, Runnable gone) {
        var left = all.stream().filter(wake -> wake != gone).toList();
        return left.isEmpty() ? null : left;
    }

    /** Close it to listen no more. */
    @FunctionalInterface
    public interface Listening extends AutoCloseable {
        @Override
        void close();
    }
}
