package dev.tsumuji.lambda;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a function has used, on one runtime and architecture, in an hour or since ever: whole numbers, so that sums are
 * exact. As it is stored.
 *
 * <p>Memory is in MB as AWS counts them (2^20 bytes); a price list chooses one of the four sums of memory times time. They
 * differ in whether each invocation's time is rounded up to 1 or to 100 ms, and in whether initialisation counts.
 *
 * @param lastHour of the last use, in hours since 1970
 * @param errors invocations that failed, those that timed out included
 * @param throttles refused for concurrency; not among the invocations
 * @param starts instances started, by the way they were started
 * @param provisionedMegabyteMillis memory times time that instances were kept ready for
 * @param cold durations of invocations that waited for an instance to start, with its initialisation
 * @param warm durations of all others
 */
record Metered(
        long lastHour,
        long invocations,
        long errors,
        long timeouts,
        long throttles,
        Map<String, Long> starts,
        long megabyteMillis,
        long megabyteMillisWithoutInit,
        long megabyteMillisBy100,
        long megabyteMillisBy100WithoutInit,
        long provisionedMegabyteMillis,
        byte @Nullable [] cold,
        byte @Nullable [] warm) {

    /** The same being counted. Not thread-safe. */
    static final class Sum {
        long lastHour;
        long invocations;
        long errors;
        long timeouts;
        long throttles;
        final Map<String, Long> starts = new HashMap<>();
        long megabyteMillis;
        long megabyteMillisWithoutInit;
        long megabyteMillisBy100;
        long megabyteMillisBy100WithoutInit;
        long provisionedMegabyteMillis;
        final Durations cold = new Durations();
        final Durations warm = new Durations();

        /** @param megabytes the function's memory */
        void billed(long megabytes, long durationNanos, long initNanos) {
            megabyteMillis += megabytes * millis(durationNanos + initNanos, 1);
            megabyteMillisWithoutInit += megabytes * millis(durationNanos, 1);
            megabyteMillisBy100 += megabytes * millis(durationNanos + initNanos, 100);
            megabyteMillisBy100WithoutInit += megabytes * millis(durationNanos, 100);
        }

        private static long millis(long nanos, long increment) {
            return Math.ceilDiv(nanos, increment * 1_000_000) * increment;
        }

        void add(Sum other) {
            counts(other.metered(false));
            cold.add(other.cold);
            warm.add(other.warm);
        }

        void add(Metered other) {
            counts(other);
            cold.add(other.cold == null ? new byte[0] : other.cold);
            warm.add(other.warm == null ? new byte[0] : other.warm);
        }

        private void counts(Metered other) {
            lastHour = Math.max(lastHour, other.lastHour);
            invocations += other.invocations;
            errors += other.errors;
            timeouts += other.timeouts;
            throttles += other.throttles;
            other.starts.forEach((path, n) -> starts.merge(path, n, Long::sum));
            megabyteMillis += other.megabyteMillis;
            megabyteMillisWithoutInit += other.megabyteMillisWithoutInit;
            megabyteMillisBy100 += other.megabyteMillisBy100;
            megabyteMillisBy100WithoutInit += other.megabyteMillisBy100WithoutInit;
            provisionedMegabyteMillis += other.provisionedMegabyteMillis;
        }

        Metered metered() {
            return metered(true);
        }

        private Metered metered(boolean durations) {
            return new Metered(
                    lastHour,
                    invocations,
                    errors,
                    timeouts,
                    throttles,
                    Map.copyOf(starts),
                    megabyteMillis,
                    megabyteMillisWithoutInit,
                    megabyteMillisBy100,
                    megabyteMillisBy100WithoutInit,
                    provisionedMegabyteMillis,
                    durations ? cold.encode() : null,
                    durations ? warm.encode() : null);
        }
    }
}
