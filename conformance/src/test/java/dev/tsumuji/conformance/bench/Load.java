package dev.tsumuji.conformance.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Sends the same bytes again and again over some connections, each as soon as its answer is complete. The request is signed
 * once, beforehand: what is measured is the server.
 */
record Load(int port, byte[] request, int connections) {

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
            Callable<long[]> connection = () -> connection(end);
            var futures = IntStream.range(0, connections)
                    .mapToObj(i -> threads.submit(connection))
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

    private long[] connection(long end) throws IOException {
        var nanos = new long[1024];
        int count = 0;
        try (var socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            var in = new BufferedInputStream(socket.getInputStream(), 1 << 14);
            for (long start = System.nanoTime(); start < end; start = System.nanoTime()) {
                socket.getOutputStream().write(request);
                answer(in);
                nanos = count == nanos.length ? Arrays.copyOf(nanos, count * 2) : nanos;
                nanos[count++] = System.nanoTime() - start;
            }
        }
        return Arrays.copyOf(nanos, count);
    }

    private static void answer(InputStream in) throws IOException {
        var status = line(in);
        long length = 0;
        for (var header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Long.parseLong(header.substring(15).strip());
            }
        }
        var body = in.readNBytes((int) length);
        if (!status.contains(" 200 ")) {
            throw new AssertionError(status + ": " + new String(body));
        }
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
