package dev.tsumuji.conformance.bench;

import dev.tsumuji.conformance.RunningPlatform;
import dev.tsumuji.wire.http.Headers;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Puts and gets of objects of 1 KB, 1 MB and 1 GB through the whole platform: signature and body's hash verified, authorised,
 * sealed, synced; against files that the same HTTP server stores and serves for everybody, synced too. Every put makes a new
 * object or file, but for those of 1 KB, which are replaced. One run measures all in turn, so that the ratios hold however
 * busy the machine is. Not part of the tests; run it by
 *
 * <pre>{@code ./tsumuji bench ObjectBench}</pre>
 *
 * and with {@code -Dmegabytes=64 -Dseconds=1 -Drounds=1} for a quick look.
 */
class ObjectBench {
    private static final int CONNECTIONS = Integer.getInteger("connections", 16);
    private static final Duration ROUND = Duration.ofSeconds(Integer.getInteger("seconds", 4));
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    /** Of the largest object. */
    private static final int MEGABYTES = Integer.getInteger("megabytes", 1024);

    private static final String BUCKET = "bench";
    private static final byte[] KILOBYTE = bytes(1 << 10);
    private static final byte[] MEGABYTE = bytes(1 << 20);

    private enum Size {
        SMALL("1 KB", KILOBYTE, 1, CONNECTIONS, 2_048),
        MIDDLE("1 MB", MEGABYTE, 1, Math.min(4, CONNECTIONS), 16),
        LARGE(MEGABYTES + " MB", MEGABYTE, MEGABYTES, 1, 1);

        private final String text;
        private final byte[] block;
        private final int blocks;
        private final int connections;
        private final int known;
        private final String sha256;

        /**
         * @param blocks that make up the body
         * @param known objects that are there from the beginning
         */
        Size(String text, byte[] block, int blocks, int connections, int known) {
            this.text = text;
            this.block = block;
            this.blocks = blocks;
            this.connections = connections;
            this.known = known;
            this.sha256 = Load.sha256(block, blocks);
        }

        long bytes() {
            return (long) block.length * blocks;
        }
    }

    /** @param prefix of the paths of its objects */
    private record Server(String name, int port, long pid, String prefix, AtomicInteger made) {

        byte[] get(Size size, int number) {
            return Load.signedHead(port, "s3", "GET", path(size, number), Headers.of(), Load.sha256(new byte[0], 0), 0);
        }

        byte[] put(Size size, int number) {
            return Load.join(putHead(size, number), size.block);
        }

        byte[] putHead(Size size, int number) {
            return Load.signedHead(port, "s3", "PUT", path(size, number), Headers.of(), size.sha256, size.bytes());
        }

        private String path(Size size, int number) {
            return prefix + size.name().toLowerCase(Locale.ROOT) + "-" + number;
        }
    }

    private record Case(String method, Size size, Server server) {}

    /** @param cpuMicros of the server for one request */
    private record Line(double perSecond, double p50, double p99, double cpuMicros) {}

    @Test
    void objects_against_files_of_the_same_server(@TempDir Path folder) throws Exception {
        try (var platform = RunningPlatform.startAsDistributed(folder.resolve("data"));
                var door = BareDoor.start(folder.resolve("files"));
                var s3 = platform.client(S3Client.builder())) {
            s3.createBucket(r -> r.bucket(BUCKET));
            var objects =
                    new Server("objects", platform.port(), platform.pid(), "/" + BUCKET + "/", new AtomicInteger());
            var files = new Server("files", door.port(), door.pid(), BareDoor.FILES, new AtomicInteger());
            var lines = new LinkedHashMap<Case, Line>();
            for (var size : Size.values()) {
                fill(objects, size);
                fill(files, size);
                // the first round warms up
                for (int round = 0; round <= ROUNDS; round++) {
                    for (var method : List.of("PUT", "GET")) {
                        for (var server : List.of(objects, files)) {
                            var each = new Case(method, size, server);
                            var line = run(each);
                            if (round > 0) {
                                lines.merge(each, line, ObjectBench::better);
                            }
                        }
                    }
                }
            }
            print(objects, files, lines);
        }
    }

    /** Noise of the machine only ever adds. */
    private static Line better(Line a, Line b) {
        var faster = a.perSecond() >= b.perSecond() ? a : b;
        return new Line(faster.perSecond(), faster.p50(), faster.p99(), Math.min(a.cpuMicros(), b.cpuMicros()));
    }

    private static void fill(Server server, Size size) throws Exception {
        for (int i = 0; i < size.known; i++) {
            transfer(server.port(), server.putHead(size, i), size.block, size.blocks);
        }
        server.made().set(size.known);
    }

    private static Line run(Case each) throws Exception {
        var server = each.server();
        var size = each.size();
        boolean put = each.method().equals("PUT");
        long before = ProcessorTime.micros(server.pid());
        if (size == Size.LARGE) {
            var head = put
                    ? server.putHead(size, server.made().getAndIncrement())
                    : server.get(size, server.made().get() - 1);
            long nanos = transfer(server.port(), head, size.block, put ? size.blocks : 0);
            double cpu = ProcessorTime.micros(server.pid()) - before;
            return new Line(1e9 / nanos, nanos / 1e6, nanos / 1e6, cpu);
        }
        var result = load(server, size, put).run(ROUND);
        double cpu = (double) (ProcessorTime.micros(server.pid()) - before) / result.nanos().length;
        return new Line(result.perSecond(), result.millis(0.5), result.millis(0.99), cpu);
    }

    private static Load load(Server server, Size size, boolean put) {
        if (put && size == Size.MIDDLE) {
            return new Load(
                    server.port(),
                    (connection, number) -> server.put(size, server.made().getAndIncrement()),
                    size.connections);
        }
        var requests = IntStream.range(0, size.known)
                .mapToObj(i -> put ? server.put(size, i) : server.get(size, i))
                .toList();
        return Load.around(server.port(), requests, size.connections);
    }

    /**
     * One request with a body that may be longer than memory.
     *
     * @return the nanoseconds to the end of the answer
     */
    private static long transfer(int port, byte[] head, byte[] block, int blocks) throws Exception {
        try (var socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(60_000);
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            var in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            long start = System.nanoTime();
            socket.getOutputStream().write(head);
            for (int i = 0; i < blocks; i++) {
                socket.getOutputStream().write(block);
            }
            var buffer = new byte[1 << 20];
            for (long left = Load.head(in); left > 0; ) {
                int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (n < 0) {
                    throw new EOFException("the answer ended " + left + " bytes early");
                }
                left -= n;
            }
            return System.nanoTime() - start;
        }
    }

    private static void print(Server objects, Server files, Map<Case, Line> lines) {
        System.out.printf("%nbest of %d rounds of %ss%n", ROUNDS, ROUND.toSeconds());
        System.out.printf(
                "%-4s %-8s %-8s %11s %11s %8s %9s %9s %9s%n",
                "", "", "", "connections", "per second", "MB/s", "p50 ms", "p99 ms", "CPU us");
        lines.forEach((each, line) -> System.out.printf(
                Locale.ROOT,
                "%-4s %-8s %-8s %11d %11.2f %8.1f %9.2f %9.2f %9.0f%n",
                each.method(),
                each.size().text,
                each.server().name(),
                each.size().connections,
                line.perSecond(),
                line.perSecond() * each.size().bytes() / (1 << 20),
                line.p50(),
                line.p99(),
                line.cpuMicros()));
        for (var size : Size.values()) {
            for (var method : List.of("PUT", "GET")) {
                var ours = lines.get(new Case(method, size, objects));
                var plain = lines.get(new Case(method, size, files));
                System.out.printf(
                        Locale.ROOT,
                        "  %s %s, of a file: %.2f x throughput, %.2f x CPU%n",
                        method,
                        size.text,
                        ours.perSecond() / plain.perSecond(),
                        ours.cpuMicros() / plain.cpuMicros());
            }
        }
    }

    /** Random, so that nothing on the way can be compressed. */
    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new SplittableRandom(1).nextBytes(bytes);
        return bytes;
    }
}
