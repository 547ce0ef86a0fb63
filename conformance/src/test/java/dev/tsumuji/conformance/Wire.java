package dev.tsumuji.conformance;

import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.sign.Signer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** HTTP by hand, on a socket of its own per request: sends what no decent client would. */
record Wire(RunningPlatform platform) {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** @param status 0 when the connection was closed without an answer */
    record Answer(int status, Map<String, String> headers, String body) {
        static final Answer NONE = new Answer(0, Map.of(), "");
    }

    /** A request that is about to be signed, or has been. */
    record Message(String method, String path, @Nullable String query, Headers headers, byte[] body) {
        Message withBody(byte[] other) {
            return new Message(method, path, query, headers, other);
        }

        Message withHeader(String name, @Nullable String value) {
            return new Message(method, path, query, headers.with(name, value), body);
        }

        String target() {
            return query == null ? path : path + "?" + query;
        }

        byte[] bytes() {
            var head = new StringBuilder(method).append(' ').append(target()).append(" HTTP/1.1\r\n");
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            head.append("content-length: ").append(body.length).append("\r\nconnection: close\r\n\r\n");
            var bytes = new ByteArrayOutputStream();
            bytes.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            bytes.writeBytes(body);
            return bytes.toByteArray();
        }
    }

    Message message(String method, String path, @Nullable String query, String body) {
        var host = "127.0.0.1:" + platform.port();
        return new Message(method, path, query, Headers.of("host", host), body.getBytes(StandardCharsets.UTF_8));
    }

    /** CloudWatch Logs' protocol. */
    Message json(String target, String body) {
        return message("POST", "/", null, body)
                .withHeader("content-type", "application/x-amz-json-1.1")
                .withHeader("x-amz-target", target);
    }

    /** IAM's and STS's protocol. */
    Message query(String body) {
        return message("POST", "/", null, body)
                .withHeader("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    }

    Message signed(Message message, String service) {
        return signed(message, service, RunningPlatform.ACCESS_KEY, RunningPlatform.SECRET_KEY, Instant.now());
    }

    Message signed(Message message, String service, String key, String secret, Instant time) {
        var signer = new Signer(key, secret, null, RunningPlatform.REGION, service);
        return new Message(
                message.method(),
                message.path(),
                message.query(),
                signer.sign(message.method(), message.path(), message.query(), message.headers(), message.body(), time),
                message.body());
    }

    Answer send(Message message) {
        return send(message.bytes());
    }

    /** Sends bytes as they are and reads one answer. */
    Answer send(byte[] bytes) {
        try (var socket = new Socket()) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(new InetSocketAddress("127.0.0.1", platform.port()));
            try {
                socket.getOutputStream().write(bytes);
                socket.getOutputStream().flush();
            } catch (SocketException e) {
                // the server may have answered and closed before it took everything
            }
            return read(new BufferedInputStream(socket.getInputStream()));
        } catch (SocketException | EOFException e) {
            return Answer.NONE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends the beginning of a request, then closes the sending side. */
    Answer sendAndHangUp(byte[] bytes) {
        try (var socket = new Socket()) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.connect(new InetSocketAddress("127.0.0.1", platform.port()));
            socket.getOutputStream().write(bytes);
            socket.shutdownOutput();
            return read(new BufferedInputStream(socket.getInputStream()));
        } catch (SocketException | EOFException e) {
            return Answer.NONE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Answer read(InputStream in) throws IOException {
        var status = line(in);
        if (status.isEmpty()) {
            return Answer.NONE;
        }
        var headers = new TreeMap<String, String>();
        for (var header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        var body = "chunked".equals(headers.get("transfer-encoding")) ? chunked(in) : in.readAllBytes();
        return new Answer(Integer.parseInt(status.split(" ")[1]), headers, new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] chunked(InputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
            body.writeBytes(in.readNBytes(size));
            line(in);
        }
        return body.toByteArray();
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }
}
