package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.site.Visit;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a function sees of a request to its URL: payload format 2.0. Stateless.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads">Request payload</a>
 */
final class UrlEvent {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/uuuu:HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private static final Pattern LONE_PERCENT = Pattern.compile("%(?![0-9a-fA-F]{2})");

    private UrlEvent() {}

    /**
     * @param urlId first label of the host
     * @param domain host without the port
     * @param sent the path with nothing decoded; the function sees it decoded, as AWS shows even what it calls raw
     * @param call whose the request is
     * @return JSON
     */
    static byte[] of(Visit visit, String urlId, String domain, String sent, byte[] body, Call call) {
        var path = decodedPath(sent);
        var all = new LinkedHashMap<String, Object>();
        all.put("version", "2.0");
        all.put("routeKey", "$default");
        all.put("rawPath", path);
        var query = visit.query() == null ? "" : visit.query();
        all.put("rawQueryString", query);
        var cookies = cookies(visit.headers());
        if (!cookies.isEmpty()) {
            all.put("cookies", cookies);
        }
        all.put("headers", headers(visit, call));
        if (!query.isEmpty()) {
            all.put("queryStringParameters", parameters(query));
        }
        all.put("requestContext", context(visit, urlId, domain, path, call));
        var text = body.length == 0 ? null : text(body, contentType(visit.headers()));
        if (text != null) {
            all.put("body", text);
        } else if (body.length > 0) {
            all.put("body", Base64.getEncoder().encodeToString(body));
        }
        all.put("isBase64Encoded", body.length > 0 && text == null);
        return Json.write(all).getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> context(Visit visit, String urlId, String domain, String path, Call call) {
        var context = new LinkedHashMap<String, Object>();
        boolean anonymous = call.principal() instanceof Principal.Anonymous;
        context.put("accountId", anonymous ? "anonymous" : call.principal().account());
        context.put("apiId", urlId);
        if (!anonymous) {
            context.put("authorizer", Map.of("iam", identity(call)));
        }
        context.put("domainName", domain);
        context.put("domainPrefix", urlId);
        var http = new LinkedHashMap<String, Object>();
        http.put("method", visit.method());
        http.put("path", path);
        http.put("protocol", "HTTP/1.1");
        http.put("sourceIp", visit.remoteAddress());
        http.put("userAgent", first(visit.headers(), "user-agent"));
        context.put("http", http);
        context.put("requestId", call.requestId());
        context.put("routeKey", "$default");
        context.put("stage", "$default");
        Instant time = call.time();
        context.put("time", TIME.format(time));
        context.put("timeEpoch", time.toEpochMilli());
        return context;
    }

    private static Map<String, @Nullable Object> identity(Call call) {
        var iam = new LinkedHashMap<String, @Nullable Object>();
        iam.put("accessKey", call.accessKeyId());
        iam.put("accountId", call.principal().account());
        iam.put("callerId", call.principal().userId());
        iam.put("cognitoIdentity", null);
        iam.put("principalOrgId", null);
        iam.put("userArn", call.principal().arn());
        iam.put("userId", call.principal().userId());
        return iam;
    }

    private static List<String> cookies(Map<String, List<String>> headers) {
        var cookies = new ArrayList<String>();
        for (var line : headers.getOrDefault("cookie", List.of())) {
            for (var cookie : line.split(";")) {
                if (!cookie.isBlank()) {
                    cookies.add(cookie.strip());
                }
            }
        }
        return cookies;
    }

    /** As the client sent them, without what concerns only its connection, and with what AWS's own front adds. */
    private static Map<String, Object> headers(Visit visit, Call call) {
        var headers = new LinkedHashMap<String, Object>();
        visit.headers().forEach((name, values) -> {
            switch (name) {
                case "connection", "keep-alive", "transfer-encoding", "te", "upgrade", "expect" -> {}
                default -> headers.put(name, String.join(",", values));
            }
        });
        headers.put("x-forwarded-for", visit.remoteAddress());
        headers.put("x-forwarded-proto", visit.secure() ? "https" : "http");
        headers.put("x-forwarded-port", port(visit));
        headers.putIfAbsent("x-amzn-trace-id", "Root=" + traceRoot(call));
        return headers;
    }

    private static String port(Visit visit) {
        int colon = visit.host().lastIndexOf(':');
        var port = colon < 0 ? "" : visit.host().substring(colon + 1);
        return !port.isEmpty() && port.chars().allMatch(Character::isDigit) ? port : visit.secure() ? "443" : "80";
    }

    static String traceRoot(Call call) {
        var digits = call.requestId().replace("-", "");
        return "1-" + Long.toHexString(call.time().getEpochSecond()) + "-"
                + digits.substring(0, Math.min(24, digits.length()));
    }

    /** Decoded; the values of a repeated name are joined. */
    private static Map<String, Object> parameters(String query) {
        var parameters = new LinkedHashMap<String, Object>();
        for (var pair : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            var name = decoded(equals < 0 ? pair : pair.substring(0, equals));
            var value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
            parameters.merge(name, value, (old, added) -> old + "," + added);
        }
        return parameters;
    }

    /** A plus stays one, and so does a sign of percent that begins no byte. */
    private static String decodedPath(String path) {
        return path.indexOf('%') < 0
                ? path
                : decoded(LONE_PERCENT.matcher(path).replaceAll("%25").replace("+", "%2B"));
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // an escape that isn't one stands for itself
            return text;
        }
    }

    private static String contentType(Map<String, List<String>> headers) {
        return first(headers, "content-type").toLowerCase(Locale.ROOT);
    }

    private static String first(Map<String, List<String>> headers, String name) {
        return headers.getOrDefault(name, List.of("")).getFirst();
    }

    /** The body as text where its type says that it is text and it is; else null. */
    private static @Nullable String text(byte[] body, String contentType) {
        boolean textual = contentType.startsWith("text/")
                || contentType.startsWith("application/json")
                || contentType.startsWith("application/javascript")
                || contentType.startsWith("application/xml")
                || contentType.contains("+json")
                || contentType.contains("+xml");
        if (!textual) {
            return null;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
