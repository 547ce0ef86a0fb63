package dev.tsumuji.lambda;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a function's answer means in HTTP. An object with a {@code statusCode} says everything itself; whatever else is a body
 * of JSON, a string without its quotes.
 *
 * @param headers names and values in their order, without a content length
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads">Response payload</a>
 */
record UrlAnswer(int status, List<Header> headers, byte[] body) {
    private static final int STATUS_MIN = 100;
    private static final int STATUS_MAX = 599;
    private static final String JSON = "application/json";

    /** One field. */
    record Header(String name, String value) {}

    /** @return empty when it is nothing that HTTP could say */
    static Optional<UrlAnswer> of(byte[] payload) {
        var value = Json.parsed(payload);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return switch (value.get()) {
            case Map<?, ?> members when members.containsKey("statusCode") -> structured(members);
            case String text -> Optional.of(plain(text.getBytes(StandardCharsets.UTF_8)));
            default -> Optional.of(plain(payload));
        };
    }

    private static UrlAnswer plain(byte[] body) {
        return new UrlAnswer(200, List.of(new Header("Content-Type", JSON)), body);
    }

    private static Optional<UrlAnswer> structured(Map<?, ?> members) {
        var head = head(members);
        var body = body(members.get("body"), Boolean.TRUE.equals(members.get("isBase64Encoded")));
        return head.isEmpty() || body == null
                ? Optional.empty()
                : Optional.of(new UrlAnswer(head.get().status, head.get().headers, body));
    }

    /** Status, headers and cookies alone, as the prelude of a stream has them. */
    static Optional<UrlAnswer> head(Map<?, ?> members) {
        var status = status(members.get("statusCode"));
        if (status < STATUS_MIN || status > STATUS_MAX) {
            return Optional.empty();
        }
        var headers = new ArrayList<Header>();
        if (members.get("headers") instanceof Map<?, ?> given) {
            given.forEach((name, value) -> add(headers, String.valueOf(name), value));
        }
        if (members.get("cookies") instanceof List<?> cookies) {
            cookies.forEach(cookie -> add(headers, "Set-Cookie", cookie));
        }
        if (headers.stream().noneMatch(header -> header.name().equalsIgnoreCase("content-type"))) {
            headers.add(new Header("Content-Type", JSON));
        }
        return Optional.of(new UrlAnswer(status, headers, new byte[0]));
    }

    private static int status(@Nullable Object given) {
        return switch (given) {
            case null -> 200;
            case Number number when isWhole(number) -> number.intValue();
            case String text when text.matches("\\d{3}") -> Integer.parseInt(text);
            default -> -1;
        };
    }

    private static boolean isWhole(Number number) {
        return number.doubleValue() == number.intValue();
    }

    private static void add(List<Header> headers, String name, @Nullable Object value) {
        var text = value == null ? "" : value instanceof String s ? s : Json.write(value);
        boolean sayable = !name.isEmpty()
                && name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != ':')
                && text.chars().allMatch(c -> c == '\t' || c >= ' ' && c != 0x7f);
        boolean ours = switch (name.toLowerCase(Locale.ROOT)) {
            case "content-length", "transfer-encoding", "connection", "date" -> true;
            default -> false;
        };
        if (sayable && !ours) {
            headers.add(new Header(name, text));
        }
    }

    private static byte @Nullable [] body(@Nullable Object body, boolean base64) {
        return switch (body) {
            case null -> new byte[0];
            case String text when base64 -> decoded(text);
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            default -> Json.write(body).getBytes(StandardCharsets.UTF_8);
        };
    }

    private static byte @Nullable [] decoded(String text) {
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
