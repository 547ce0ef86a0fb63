package dev.tsumuji.wire.sign;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Times as signatures write them: {@code 20150830T123600Z}. */
final class AmzDate {
    private AmzDate() {}

    static String format(Instant time) {
        var t = LocalDateTime.ofEpochSecond(time.getEpochSecond(), 0, ZoneOffset.UTC);
        var text = new StringBuilder(16);
        pad(text, t.getYear(), 4);
        pad(text, t.getMonthValue(), 2);
        pad(text, t.getDayOfMonth(), 2);
        text.append('T');
        pad(text, t.getHour(), 2);
        pad(text, t.getMinute(), 2);
        pad(text, t.getSecond(), 2);
        return text.append('Z').toString();
    }

    /** Empty when the text is anything else than a time in this form. */
    static Optional<Instant> parse(String text) {
        if (text.length() != 16 || text.charAt(8) != 'T' || text.charAt(15) != 'Z') {
            return Optional.empty();
        }
        for (int i = 0; i < 15; i++) {
            if (i != 8 && (text.charAt(i) < '0' || text.charAt(i) > '9')) {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(LocalDateTime.of(
                            number(text, 0, 4),
                            number(text, 4, 6),
                            number(text, 6, 8),
                            number(text, 9, 11),
                            number(text, 11, 13),
                            number(text, 13, 15))
                    .toInstant(ZoneOffset.UTC));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /** The {@code Date} header, which clients that can't set it send as HTTP does; whether the day of the week is right is nobody's concern. */
    static Optional<Instant> parseHttp(String text) {
        int comma = text.indexOf(',');
        try {
            return Optional.of(
                    ZonedDateTime.parse(text.substring(comma + 1).strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException _) {
            return parse(text);
        }
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    private static void pad(StringBuilder text, int value, int digits) {
        var plain = Integer.toString(value);
        text.repeat('0', Math.max(0, digits - plain.length())).append(plain);
    }
}
