package dev.tsumuji.dynamodb;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * That a table's changes are logged, because somebody may want its earlier items. See {@link Histories}.
 *
 * @param log random; names the log
 * @param readers copies under way that need the log; it isn't trimmed meanwhile
 * @param recovery null when point-in-time recovery is off
 */
record History(long log, int readers, @Nullable Recovery recovery) {

    /**
     * Point-in-time recovery.
     *
     * @param since when it was switched on, or when what lies before was given up
     */
    record Recovery(int days, Instant since) {

        static Recovery beginning(int days, Instant now) {
            return new Recovery(days, wholeSecond(now));
        }

        /** A longer period doesn't bring back what a shorter one has let go. */
        Recovery changed(int newDays, Instant now) {
            return new Recovery(newDays, earliest(now));
        }

        /** The earliest time whose items can be had; in whole seconds, as tools send them back. */
        Instant earliest(Instant now) {
            var horizon = wholeSecond(now.minus(Duration.ofDays(days)));
            return horizon.isAfter(since) ? horizon : since;
        }

        /** The latest such time: the present. */
        Instant latest(Instant now) {
            return now.isBefore(since) ? since : now;
        }

        private static Instant wholeSecond(Instant time) {
            var second = time.truncatedTo(ChronoUnit.SECONDS);
            return second.equals(time) ? time : second.plusSeconds(1);
        }
    }

    History withReaders(int changed) {
        return new History(log, changed, recovery);
    }

    History withRecovery(@Nullable Recovery changed) {
        return new History(log, readers, changed);
    }
}
