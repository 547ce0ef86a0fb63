package dev.tsumuji.wire.http;

import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The {@code Date} header, formatted once a second. Thread-safe. */
final class HttpDate {
    private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private record Second(long epochSecond, String text) {}

    private final InstantSource clock;
    private volatile Second last = new Second(Long.MIN_VALUE, "");

    HttpDate(InstantSource clock) {
        this.clock = clock;
    }

    String now() {
        var now = clock.instant();
        var known = last;
        if (known.epochSecond != now.getEpochSecond()) {
            known = new Second(now.getEpochSecond(), FORMAT.format(now));
            last = known;
        }
        return known.text;
    }
}
