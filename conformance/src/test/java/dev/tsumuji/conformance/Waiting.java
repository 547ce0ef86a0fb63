package dev.tsumuji.conformance;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what will come true. */
public final class Waiting {
    private Waiting() {}

    public static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param condition an exception counts as not yet */
    public static void until(Duration atMost, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        Exception last = null;
        do {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            pause(Duration.ofMillis(50));
        } while (System.nanoTime() < deadline);
        throw new AssertionError("did not come true within " + atMost, last);
    }
}
