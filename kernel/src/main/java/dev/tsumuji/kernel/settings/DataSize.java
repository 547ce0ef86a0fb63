package dev.tsumuji.kernel.settings;

import java.util.Locale;
import java.util.regex.Pattern;

/** A number of bytes, written as people write it: {@code 512m}, {@code 4 GB}, {@code 65536}. Units are powers of 1024. */
public record DataSize(long bytes) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,15})\\s*([kmgt]?)(?:i?b)?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "kmgt";

    /** @throws IllegalArgumentException when the text is no size */
    public static DataSize parse(String text) {
        var match = TEXT.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException("a size looks like 512m, 4g or 65536");
        }
        var unit = match.group(2).toLowerCase(Locale.ROOT);
        int shift = unit.isEmpty() ? 0 : 10 * (UNITS.indexOf(unit) + 1);
        long number = Long.parseLong(match.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("the size is too large to count");
        }
        return new DataSize(number << shift);
    }

    /** The shortest text that {@link #parse} reads back. */
    @Override
    public String toString() {
        long number = bytes;
        int unit = -1;
        while (number != 0 && number % 1024 == 0 && unit < UNITS.length() - 1) {
            number /= 1024;
            unit++;
        }
        return unit < 0 ? Long.toString(number) : number + UNITS.substring(unit, unit + 1);
    }
}
