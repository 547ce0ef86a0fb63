package dev.tsumuji.wire.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** From Netty's form of a request's head to ours. */
final class Heads {
    private Heads() {}

    /** What is wrong with a head that was parsed; null when nothing is. */
    static @Nullable HttpResponseStatus problem(HttpRequest head, boolean http2) {
        var headers = head.headers();
        if (head.uri().isEmpty() || !head.uri().startsWith("/") && !absolute(head.uri())) {
            return HttpResponseStatus.BAD_REQUEST;
        }
        if (utf8(head.uri()) == null) {
            return HttpResponseStatus.BAD_REQUEST;
        }
        if (!http2) {
            if (headers.getAll(HttpHeaderNames.HOST).size() > 1
                    || !headers.contains(HttpHeaderNames.HOST)
                            && head.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                return HttpResponseStatus.BAD_REQUEST;
            }
            var codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
            if (!codings.isEmpty()
                    && (codings.size() > 1
                            || !codings.getFirst().strip().equalsIgnoreCase("chunked")
                            || !head.protocolVersion().equals(HttpVersion.HTTP_1_1))) {
                return HttpResponseStatus.BAD_REQUEST;
            }
        }
        return null;
    }

    private static boolean absolute(String uri) {
        return uri.regionMatches(true, 0, "http://", 0, 7);
    }

    /** Bytes of the body, -1 when its end will tell. */
    static long bodyLength(HttpRequest head) {
        return HttpUtil.isTransferEncodingChunked(head) ? -1 : HttpUtil.getContentLength(head, 0L);
    }

    static Headers headers(HttpRequest head, boolean http2) {
        var from = head.headers();
        var flat = new String[from.size() * 2];
        int n = 0;
        for (var fields = from.iteratorCharSequence(); fields.hasNext(); ) {
            var field = fields.next();
            var name = lower(field.getKey());
            if (!http2 || !name.startsWith("x-http2-") && !name.equals("transfer-encoding")) {
                flat[n++] = name;
                flat[n++] = text(field.getValue().toString());
            }
        }
        return Headers.ofLowerCase(flat, n);
    }

    static Request request(
            HttpRequest head, Headers headers, String remoteAddress, boolean secure, long length, InputStream body) {
        var target = head.uri();
        var host = headers.get("host");
        if (absolute(target)) {
            int slash = target.indexOf('/', 7);
            int end = slash < 0 ? target.length() : slash;
            host = target.substring(7, end);
            target = slash < 0 ? "/" : target.substring(slash);
        }
        var text = utf8(target);
        target = text == null ? target : text;
        int question = target.indexOf('?');
        return new Request(
                head.method().name(),
                host == null ? "" : host,
                question < 0 ? target : target.substring(0, question),
                question < 0 ? null : target.substring(question + 1),
                headers,
                remoteAddress,
                secure,
                length,
                body);
    }

    private static String lower(CharSequence name) {
        var text = name.toString();
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return text.toLowerCase(Locale.ROOT);
            }
        }
        return text;
    }

    /** A header's bytes as UTF-8 when they are that, else one character per byte. */
    private static String text(String bytes) {
        var text = utf8(bytes);
        return text == null ? bytes : text;
    }

    /** @param bytes a character per byte */
    private static @Nullable String utf8(String bytes) {
        if (ascii(bytes)) {
            return bytes;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static boolean ascii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
