package dev.tsumuji.conformance.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.tsumuji.kernel.call.Credential;
import dev.tsumuji.kernel.call.Credentials;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.call.Session;
import dev.tsumuji.kernel.cloud.Decision;
import dev.tsumuji.kernel.cloud.Gate;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.wire.FrontDoor;
import dev.tsumuji.wire.Page;
import dev.tsumuji.wire.http.EventLoops;
import dev.tsumuji.wire.http.Headers;
import dev.tsumuji.wire.sign.Signer;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * What the front door costs: signed echoes of 1 KB over keep-alive connections, with everything (HTTP, signature, body hash,
 * Call, answer) but a service. Server CPU is the process's CPU time without the client threads'.
 *
 * <p>{@code ./tsumuji bench FrontBench -Dconnections=16 -Dseconds=10}
 */
class FrontBench {
    private static final int CONNECTIONS = Integer.getInteger("connections", 16);
    private static final int SECONDS = Integer.getInteger("seconds", 10);
    private static final String ID = "AKIABENCH";
    private static final String SECRET = "bench";

    private record OneKey(Credential credential) implements Credentials {
        @Override
        public Optional<Credential> find(String accessKeyId, String sessionToken) {
            return accessKeyId.equals(ID) ? Optional.of(credential) : Optional.empty();
        }

        @Override
        public Credential issue(Principal principal, Session session) {
            throw new UnsupportedOperationException("a benchmark issues nothing");
        }
    }

    @Test
    void signed_echoes() throws Exception {
        var key = new Credential(ID, SECRET, null, new Principal.Root("000000000000"), null);
        Page echo = (request, call, reply) -> {
            reply.header("Content-Type", "application/json");
            reply.header("x-amzn-RequestId", call.requestId());
            reply.send(200, request.body().readAllBytes());
        };
        var gate = new Gate((call, access) -> new Decision(true, "", "", "", List.of()), entry -> {});
        try (var loops = new EventLoops();
                var door = FrontDoor.start(
                        loops,
                        FrontDoor.Settings.usual("127.0.0.1", 0),
                        List.of(),
                        gate,
                        new OneKey(key),
                        InstantSource.system(),
                        Ids.secure(),
                        Map.of("/_tsumuji/echo", echo),
                        List.of())) {
            System.out.println("warming up");
            run(door.port(), CONNECTIONS, SECONDS, false);
            run(door.port(), CONNECTIONS, SECONDS, true);
        }
    }

    private static void run(int port, int connections, int seconds, boolean print) throws Exception {
        var os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var threads = ManagementFactory.getThreadMXBean();
        var clientCpu = new AtomicLong();
        var ready = new CountDownLatch(connections);
        var go = new CountDownLatch(1);
        var clients = new ArrayList<Thread>();
        var latencies = new long[connections][];
        for (int i = 0; i < connections; i++) {
            int index = i;
            clients.add(Thread.ofPlatform().start(() -> {
                try (var client = new Client(port)) {
                    client.echo();
                    ready.countDown();
                    go.await();
                    long before = threads.getCurrentThreadCpuTime();
                    latencies[index] = client.echoFor(seconds);
                    clientCpu.addAndGet(threads.getCurrentThreadCpuTime() - before);
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        ready.await();
        long cpu = os.getProcessCpuTime();
        long from = System.nanoTime();
        go.countDown();
        for (var client : clients) {
            client.join();
        }
        long nanos = System.nanoTime() - from;
        long serverCpu = os.getProcessCpuTime() - cpu - clientCpu.get();
        var all =
                Arrays.stream(latencies).flatMapToLong(Arrays::stream).sorted().toArray();
        if (print) {
            System.out.printf(
                    "%d connections: %,.0f requests/s, p50 %,d µs, p99 %,d µs, server CPU %.1f µs per request%n",
                    connections,
                    all.length * 1e9 / nanos,
                    all[all.length / 2] / 1_000,
                    all[(int) (all.length * 0.99)] / 1_000,
                    serverCpu / 1e3 / all.length);
        }
    }

    /** A blocking client on one connection. */
    private static final class Client implements AutoCloseable {
        private final Socket socket;
        private final DataInputStream in;
        private final String host;
        private final byte[] body =
                "{\"text\":\"%s\"}".formatted("x".repeat(1_013)).getBytes(StandardCharsets.US_ASCII);
        private final Signer signer = new Signer(ID, SECRET, null, "us-east-1", "tsumuji");
        private final byte[] buffer = new byte[8 * 1024];

        Client(int port) throws IOException {
            socket = new Socket("127.0.0.1", port);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(socket.getInputStream());
            host = "127.0.0.1:" + port;
        }

        long[] echoFor(int seconds) throws IOException {
            var times = new long[1 << 16];
            int n = 0;
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            for (long from = System.nanoTime(), to; from < end; from = to) {
                echo();
                to = System.nanoTime();
                times = n == times.length ? Arrays.copyOf(times, n * 2) : times;
                times[n++] = to - from;
            }
            return Arrays.copyOf(times, n);
        }

        void echo() throws IOException {
            var headers = signer.sign(
                    "POST",
                    "/_tsumuji/echo",
                    null,
                    Headers.of(
                            "host", host,
                            "content-type", "application/x-amz-json-1.1",
                            "accept", "*/*",
                            "user-agent", "bench/1.0"),
                    body,
                    Instant.now());
            var head = new StringBuilder("POST /_tsumuji/echo HTTP/1.1\r\nContent-Length: ")
                    .append(body.length)
                    .append("\r\n");
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            var bytes = head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
            var all = Arrays.copyOf(bytes, bytes.length + body.length);
            System.arraycopy(body, 0, all, bytes.length, body.length);
            socket.getOutputStream().write(all);
            read();
        }

        private void read() throws IOException {
            int n = 0;
            for (; ; ) {
                int got = in.read(buffer, n, buffer.length - n);
                if (got < 0) {
                    throw new IOException("closed");
                }
                n += got;
                var text = new String(buffer, 0, n, StandardCharsets.US_ASCII);
                int head = text.indexOf("\r\n\r\n");
                if (head >= 0) {
                    if (!text.startsWith("HTTP/1.1 200 ")) {
                        throw new IOException(text);
                    }
                    int left = head + 4 + body.length - n;
                    in.readFully(buffer, 0, left);
                    return;
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
