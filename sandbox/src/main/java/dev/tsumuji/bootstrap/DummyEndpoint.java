package dev.tsumuji.bootstrap;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A service on this process's own loopback that gives every request the answer it was told: enough for a client to work. */
final class DummyEndpoint implements AutoCloseable {

    private final ServerSocket listener;
    private volatile int status = 200;
    private volatile String type = "application/x-amz-json-1.0";
    private volatile byte[] body = {'{', '}'};

    DummyEndpoint() throws IOException {
        listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    void answer(int status, String type, String body) {
        this.status = status;
        this.type = type;
        this.body = body.getBytes(StandardCharsets.UTF_8);
    }

    private static void daemon(Runnable work) {
        var thread = new Thread(work, "dummy-endpoint");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                var connection = listener.accept();
                daemon(() -> serve(connection));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            var in = new BufferedInputStream(connection.getInputStream());
            var out = connection.getOutputStream();
            while (skipRequest(in, out)) {
                var head = "HTTP/1.1 " + status + " X\r\nContent-Type: " + type
                        + "\r\nx-amzn-RequestId: r\r\nETag: \"e\"\r\n" + "Content-Length: " + body.length + "\r\n\r\n";
                out.write(head.getBytes(StandardCharsets.US_ASCII));
                out.write(body);
                out.flush();
            }
        } catch (IOException e) {
            // the client went away
        }
    }

    /** @return false at the connection's end */
    private static boolean skipRequest(InputStream in, java.io.OutputStream out) throws IOException {
        long length = 0;
        boolean chunked = false;
        boolean any = false;
        for (var line = line(in); line != null; line = line(in)) {
            var header = line.toLowerCase(Locale.ROOT);
            any = true;
            if (header.startsWith("content-length:")) {
                length = Long.parseLong(header.substring(15).strip());
            } else if (header.startsWith("transfer-encoding:")) {
                chunked = true;
            } else if (header.startsWith("expect:")) {
                out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            if (line.isEmpty()) {
                break;
            }
        }
        in.skipNBytes(length);
        while (chunked) {
            var size = line(in);
            if (size == null) {
                return false;
            }
            int n = Integer.parseInt(size.split(";")[0].strip(), 16);
            if (n > 0) {
                in.skipNBytes(n);
            }
            line(in);
            chunked = n > 0;
        }
        return any;
    }

    private static @org.jspecify.annotations.Nullable String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return null;
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
