package dev.tsumuji.wire.protocol;

import dev.tsumuji.wire.shape.Kind;
import dev.tsumuji.wire.shape.Member;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/** Scalars as text, as they stand in headers, labels, query strings, forms and XML. */
final class Text {
    private static final DateTimeFormatter RFC_822 = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);
    private static final long FARTHEST_SECOND = 253_402_300_799L;

    private Text() {}

    /** @throws Malformed when the text is no such value */
    static Object parse(Member member, String text) {
        try {
            return switch (member.kind()) {
                case STRING -> text;
                case INTEGER -> Integer.valueOf(text);
                case LONG -> Long.valueOf(text);
                case SHORT -> Short.valueOf(text);
                case BYTE -> Byte.valueOf(text);
                case FLOAT -> Float.valueOf(text);
                case DOUBLE -> Double.valueOf(text);
                case BIG_DECIMAL -> new BigDecimal(text);
                case BOOLEAN -> bool(text);
                case TIMESTAMP -> instant(text, member.timestampFormat());
                case BLOB -> SdkBytes.fromByteArrayUnsafe(Base64.getDecoder().decode(text));
                case STRUCTURE, LIST, MAP, DOCUMENT -> throw new Malformed("Unexpected field type");
            };
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new Malformed("STRING_VALUE cannot be converted to " + className(member.kind()));
        }
    }

    static String print(Member member, Object value, Format otherwise) {
        return switch (member.kind()) {
            case TIMESTAMP -> {
                var format = member.timestampFormat();
                yield time((Instant) value, format == null ? otherwise : format);
            }
            case BLOB -> Base64.getEncoder().encodeToString(((SdkBytes) value).asByteArrayUnsafe());
            case BIG_DECIMAL -> ((BigDecimal) value).toPlainString();
            default -> value.toString();
        };
    }

    static String time(Instant time, Format format) {
        return switch (format) {
            case RFC_822 -> RFC_822.format(time);
            case UNIX_TIMESTAMP -> seconds(time);
            case UNIX_TIMESTAMP_MILLIS -> Long.toString(time.toEpochMilli());
            default -> DateTimeFormatter.ISO_INSTANT.format(time.truncatedTo(ChronoUnit.MILLIS));
        };
    }

    /** Seconds since 1970, with a fraction only when there is one. */
    static String seconds(Instant time) {
        long millis = time.toEpochMilli();
        return millis % 1000 == 0
                ? Long.toString(millis / 1000)
                : BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }

    /** @throws IllegalArgumentException or {@link DateTimeException} when the text is no time in the years that AWS can write */
    static Instant instant(String text, @Nullable Format format) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("an empty time");
        }
        if (format == Format.UNIX_TIMESTAMP_MILLIS) {
            return Instant.ofEpochMilli(Long.parseLong(text));
        }
        if (Character.isLetter(text.charAt(0))) {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        }
        return text.indexOf('T') > 0
                ? OffsetDateTime.parse(text).toInstant()
                : ofSeconds(text.length() > 40 ? new BigDecimal("1e12") : new BigDecimal(text));
    }

    /** @throws DateTimeException outside of the years 1 to 9999, either side of 1970 */
    static Instant ofSeconds(BigDecimal seconds) {
        if (seconds.precision() - seconds.scale() > 13
                || seconds.abs().compareTo(BigDecimal.valueOf(FARTHEST_SECOND)) > 0) {
            throw new DateTimeException("too far away");
        }
        return Instant.ofEpochMilli(seconds.movePointRight(3).longValue());
    }

    static Instant ofMillis(long millis) {
        if (Math.abs(millis / 1000) > FARTHEST_SECOND) {
            throw new DateTimeException("too far away");
        }
        return Instant.ofEpochMilli(millis);
    }

    private static Boolean bool(String text) {
        return switch (text) {
            case "true", "True", "TRUE" -> true;
            case "false", "False", "FALSE" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** As AWS's messages name it. */
    static String className(Kind kind) {
        return switch (kind) {
            case STRING -> "String";
            case INTEGER -> "Integer";
            case LONG -> "Long";
            case SHORT -> "Short";
            case BYTE -> "Byte";
            case FLOAT -> "Float";
            case DOUBLE -> "Double";
            case BIG_DECIMAL -> "BigDecimal";
            case BOOLEAN -> "Boolean";
            case TIMESTAMP -> "Date";
            case BLOB -> "Blob";
            case STRUCTURE -> "Structure";
            case LIST -> "List";
            case MAP -> "Map";
            case DOCUMENT -> "Document";
        };
    }

    /**
     * Percent-decoding.
     *
     * @param plus whether a plus sign means a space, as in forms and query strings
     * @throws Malformed on a broken escape or bytes that are not UTF-8
     */
    static String decode(String text, boolean plus) {
        if (text.indexOf('%') < 0 && !(plus && text.indexOf('+') >= 0)) {
            return text;
        }
        var bytes = new byte[text.length() * 3];
        int count = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
                if (low < 0) {
                    throw Malformed.address("The query string contains a syntax error.");
                }
                bytes[count++] = (byte) (high << 4 | low);
                i += 2;
            } else if (c == '+' && plus) {
                bytes[count++] = ' ';
            } else if (c < 0x80) {
                bytes[count++] = (byte) c;
            } else {
                for (var b : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
                    bytes[count++] = b;
                }
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, count))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Malformed.address("The query string contains a syntax error.");
        }
    }
}
