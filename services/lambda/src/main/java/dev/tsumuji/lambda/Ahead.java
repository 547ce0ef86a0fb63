package dev.tsumuji.lambda;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/** Something that is worked out on a thread of its own while others go on, until they need it. Thread-safe. */
final class Ahead<T> implements Supplier<T> {
    private final FutureTask<T> task;

    /** @param work throws no checked exception */
    Ahead(String name, Callable<T> work) {
        task = new FutureTask<>(work);
        Thread.ofVirtual().name(name).start(task);
    }

    /** Waits for it. Throws what the work threw. */
    @Override
    public T get() {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new IllegalStateException(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
