package dev.tsumuji.s3;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** S3 knows no fractions of seconds. */
final class Times {
    private Times() {}

    static Instant whole(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }
}
