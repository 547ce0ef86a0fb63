package dev.tsumuji.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request of HTTP/1.1 as the clients of the Runtime API send it: a body with a length or in chunks, with or without
 * trailers. Everything is bounded.
 *
 * @param headers by lower-case name; trailers included
 * @param body null when it was larger than allowed (it has been read and thrown away)
 * @param last whether the client expects the connection to end with the answer
 */
record HttpExchange(String method, String path, Map<String, String> headers, byte @Nullable [] body, boolean last) {

    private static final int HEAD_MAX_BYTES = 64 * 1024;
    private static final int PIECE_MAX_BYTES = 64 * 1024;

    /** Decides, once a request's head is known, whether a body in chunks is to be handed on in pieces. */
    @FunctionalInterface
    interface Pieces {
        /** @return who takes the pieces; null for a body that is wanted as a whole */
        @Nullable
        Taker of(String method, String path, Map<String, String> headers);
    }

    /** Takes pieces of a body; waits when it has enough. */
    @FunctionalInterface
    interface Taker {
        void take(byte[] piece) throws IOException;
    }

    /** @return null at the end of the connection */
    static @Nullable HttpExchange read(InputStream in, OutputStream out, int bodyMaxBytes, Pieces pieces)
            throws IOException {
        var first = line(in, true);
        if (first == null) {
            return null;
        }
        var words = first.split(" ");
        if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
            throw new IOException("not HTTP/1.1");
        }
        var headers = new HashMap<String, String>();
        headers(in, headers);
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
        var body = headers.getOrDefault("transfer-encoding", "")
                        .toLowerCase(Locale.ROOT)
                        .contains("chunked")
                ? chunks(in, headers, bodyMaxBytes, pieces.of(words[0], words[1], headers))
                : whole(in, headers, bodyMaxBytes);
        var connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        var last = connection.contains("close") || words[2].equals("HTTP/1.0") && !connection.contains("keep-alive");
        return new HttpExchange(words[0], words[1], headers, body, last);
    }

    private static void headers(InputStream in, Map<String, String> headers) throws IOException {
        int total = 0;
        while (true) {
            var line = line(in, false);
            if (line == null || line.isEmpty()) {
                return;
            }
            total += line.length();
            int colon = line.indexOf(':');
            if (total > HEAD_MAX_BYTES || colon <= 0) {
                throw new IOException("bad header");
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
    }

    private static byte @Nullable [] whole(InputStream in, Map<String, String> headers, int most) throws IOException {
        long length = number(headers.getOrDefault("content-length", "0"), 10);
        if (length > most) {
            in.skipNBytes(length);
            return null;
        }
        var body = in.readNBytes((int) length);
        if (body.length < length) {
            throw new EOFException();
        }
        return body;
    }

    private static byte @Nullable [] chunks(
            InputStream in, Map<String, String> headers, int most, @Nullable Taker taker) throws IOException {
        var body = new ByteArrayOutputStream();
        boolean fits = true;
        while (true) {
            var line = line(in, false);
            if (line == null) {
                throw new EOFException();
            }
            int semicolon = line.indexOf(';');
            long size = number(semicolon < 0 ? line : line.substring(0, semicolon), 16);
            if (size == 0) {
                headers(in, headers);
                return fits ? body.toByteArray() : null;
            }
            fits &= taker != null || body.size() + size <= most;
            if (taker != null) {
                handOn(in, size, taker);
            } else if (fits) {
                var chunk = in.readNBytes((int) size);
                if (chunk.length < size) {
                    throw new EOFException();
                }
                body.writeBytes(chunk);
            } else {
                in.skipNBytes(size);
            }
            line(in, false);
        }
    }

    private static void handOn(InputStream in, long size, Taker taker) throws IOException {
        for (long left = size; left > 0; ) {
            var piece = in.readNBytes((int) Math.min(left, PIECE_MAX_BYTES));
            if (piece.length == 0) {
                throw new EOFException();
            }
            taker.take(piece);
            left -= piece.length;
        }
    }

    private static long number(String text, int radix) throws IOException {
        try {
            long value = Long.parseLong(text.strip(), radix);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IOException("bad length");
    }

    private static @Nullable String line(InputStream in, boolean endIsFine) throws IOException {
        var line = new ByteArrayOutputStream(128);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                if (endIsFine && line.size() == 0) {
                    return null;
                }
                throw new EOFException();
            }
            if (line.size() > HEAD_MAX_BYTES) {
                throw new IOException("line too long");
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
