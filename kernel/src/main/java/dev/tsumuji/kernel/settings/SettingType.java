package dev.tsumuji.kernel.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * What a setting's text stands for.
 *
 * @param placeholder how usage texts show a value, {@code PORT}
 * @param parse throws {@link IllegalArgumentException} whose message says what a right text looks like
 */
public record SettingType<T>(String placeholder, Function<String, T> parse) {
    public static final SettingType<String> TEXT = new SettingType<>("TEXT", text -> text);
    public static final SettingType<Boolean> FLAG = new SettingType<>("", SettingType::parseFlag);
    public static final SettingType<Integer> PORT = new SettingType<>("PORT", SettingType::parsePort);
    public static final SettingType<Duration> DURATION = new SettingType<>("DURATION", SettingType::parseDuration);
    public static final SettingType<DataSize> SIZE = new SettingType<>("SIZE", DataSize::parse);

    /** An absolute path; a leading {@code ~} is the user's home. */
    public static final SettingType<Path> PATH = new SettingType<>("PATH", SettingType::parsePath);

    private static final Pattern DURATION_TEXT = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

    /** A text of a certain form. */
    public static SettingType<String> matching(String placeholder, Pattern form, String looksLike) {
        return new SettingType<>(placeholder, text -> {
            if (!form.matcher(text).matches()) {
                throw new IllegalArgumentException(looksLike);
            }
            return text;
        });
    }

    /** A whole number within bounds, both included. */
    public static SettingType<Integer> number(int min, int max) {
        return new SettingType<>("NUMBER", text -> parseNumber(text, min, max));
    }

    private static int parsePort(String text) {
        try {
            return parseNumber(text, 0, 65_535);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a port is a number from 0 (any free one) to 65535", e);
        }
    }

    private static int parseNumber(String text, int min, int max) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected a number from " + min + " to " + max, e);
        }
        throw new IllegalArgumentException("expected a number from " + min + " to " + max);
    }

    private static boolean parseFlag(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default -> throw new IllegalArgumentException("expected true or false");
        };
    }

    private static Duration parseDuration(String text) {
        var match = DURATION_TEXT.matcher(text.strip());
        if (!match.matches()) {
            throw new IllegalArgumentException("a duration looks like 500ms, 30s, 5m, 2h or 1d");
        }
        long number = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    private static Path parsePath(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a path can't be empty");
        }
        var home = System.getProperty("user.home");
        try {
            var path = text.equals("~")
                    ? Path.of(home)
                    : text.startsWith("~/") ? Path.of(home, text.substring(2)) : Path.of(text);
            return path.toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("not a path: " + e.getReason(), e);
        }
    }
}
