package dev.tsumuji.s3;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** S3 knows no fractions of seconds. */
final class Times {
    private static final DateTimeFormatter HTTP = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private Times() {}

    static Instant whole(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    /** As headers write it. */
    static String http(Instant time) {
        return HTTP.format(time);
    }
}
