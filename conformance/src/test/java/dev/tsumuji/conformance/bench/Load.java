package dev.tsumuji.conformance.bench;

import dev.tsumuji.conformance.RunningPlatform;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.sign.Signer;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over some connections, each as soon as the answer to the one before is complete. They are signed
 * beforehand: what is measured is the server.
 */
record Load(int port, Source source, int connections) {

    /** Where requests come from. */
    @FunctionalInterface
    interface Source {
        /** @return a whole request; null when this connection has sent all it should */
        byte @Nullable [] request(int connection, long number);
    }

    /** The same bytes again and again. */
    static Load repeating(int port, byte[] request, int connections) {
        return new Load(port, (connection, number) -> request, connections);
    }

    /** Each connection goes round the requests from another place on. */
    static Load around(int port, List<byte[]> requests, int connections) {
        int apart = requests.size() / connections;
        return new Load(
                port,
                (connection, number) -> requests.get((int) ((connection * apart + number) % requests.size())),
                connections);
    }

    /** A request as it goes over the wire, signed with the root key. */
    static byte[] signed(int port, String service, String method, String path, Headers headers, byte[] body) {
        return join(signedHead(port, service, method, path, headers, sha256(body, 1), body.length), body);
    }

    /** The head of a request whose body has this SHA-256 and this length, and its empty line. */
    static byte[] signedHead(
            int port, String service, String method, String path, Headers headers, String sha256, long length) {
        var signed = new Signer(
                        RunningPlatform.ACCESS_KEY, RunningPlatform.SECRET_KEY, null, RunningPlatform.REGION, service)
                .sign(method, path, null, headers.with("host", "127.0.0.1:" + port), sha256, Instant.now());
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        signed.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("content-length: ").append(length).append("\r\n\r\n");
        return head.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] join(byte[] head, byte[] body) {
        var request = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    /** Of a body that repeats a block, in hexadecimal. */
    static String sha256(byte[] block, int times) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (int i = 0; i < times; i++) {
                digest.update(block);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** @param nanos of every request, ascending */
    record Result(long[] nanos, Duration took) {
        double perSecond() {
            return nanos.length * 1e9 / took.toNanos();
        }

        double millis(double quantile) {
            return nanos[(int) Math.min(nanos.length - 1, Math.round(nanos.length * quantile))] / 1e6;
        }
    }

    /** @throws AssertionError when an answer is not a 200 */
    Result run(Duration time) throws Exception {
        try (var threads = Executors.newFixedThreadPool(connections)) {
            long begin = System.nanoTime();
            long end = begin + time.toNanos();
            var futures = IntStream.range(0, connections)
                    .mapToObj(i -> threads.submit(() -> connection(i, end)))
                    .toList();
            long[] all = new long[0];
            for (Future<long[]> future : futures) {
                var part = future.get();
                int length = all.length;
                all = Arrays.copyOf(all, length + part.length);
                System.arraycopy(part, 0, all, length, part.length);
            }
            var took = Duration.ofNanos(System.nanoTime() - begin);
            Arrays.sort(all);
            return new Result(all, took);
        }
    }

    private long[] connection(int connection, long end) throws IOException {
        var nanos = new long[1024];
        int count = 0;
        try (var socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            var in = new BufferedInputStream(socket.getInputStream(), 1 << 14);
            for (long start = System.nanoTime(); start < end; start = System.nanoTime()) {
                var request = source.request(connection, count);
                if (request == null) {
                    break;
                }
                socket.getOutputStream().write(request);
                answer(in);
                nanos = count == nanos.length ? Arrays.copyOf(nanos, count * 2) : nanos;
                nanos[count++] = System.nanoTime() - start;
            }
        }
        return Arrays.copyOf(nanos, count);
    }

    private static void answer(InputStream in) throws IOException {
        in.readNBytes((int) head(in));
    }

    /**
     * Reads an answer's head.
     *
     * @return how many bytes of it follow
     * @throws AssertionError with the answer when it is not a 200
     */
    static long head(InputStream in) throws IOException {
        var status = line(in);
        long length = 0;
        for (var header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Long.parseLong(header.substring(15).strip());
            }
        }
        if (!status.contains(" 200 ")) {
            throw new AssertionError(status + ": " + new String(in.readNBytes((int) length)));
        }
        return length;
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server hung up");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }
}
