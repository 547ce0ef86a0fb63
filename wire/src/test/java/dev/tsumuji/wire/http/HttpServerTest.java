package dev.tsumuji.wire.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpServerTest {
    private static final HttpLimits TIGHT = new HttpLimits(
            20,
            64 * 1024,
            32 * 1024,
            16,
            Duration.ofMillis(400),
            Duration.ofMillis(1_500),
            1_024,
            Duration.ofMillis(400));

    private final LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicLong produced = new AtomicLong();
    private final EventLoops loops = new EventLoops();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.start(loops, "127.0.0.1", 0, TIGHT, InstantSource.system(), this::handle);
    }

    @AfterEach
    void stop() {
        server.close();
        loops.close();
    }

    private void handle(Request request, Reply reply) throws IOException {
        switch (request.path()) {
            case "/unread" -> reply.send(403, bytes("no"));
            case "/fail" -> throw new IllegalStateException("secret detail");
            case "/wait" -> {
                try {
                    assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                reply.send(200, bytes("waited"));
            }
            case "/flood" -> {
                try (var out = reply.stream(200, -1)) {
                    var part = new byte[16 * 1024];
                    for (int i = 0; i < 4_000; i++) {
                        out.write(part);
                        produced.addAndGet(part.length);
                    }
                } catch (IOException e) {
                    seen.add("flood: " + e.getMessage());
                }
            }
            case "/short" -> {
                try (var out = reply.stream(200, 100)) {
                    out.write(bytes("only this"));
                } catch (IOException e) {
                    seen.add("short: " + e.getMessage());
                }
            }
            case "/stream" -> {
                try (var out = reply.stream(200, -1)) {
                    out.write(bytes("one "));
                    out.flush();
                    out.write(bytes("two"));
                }
            }
            default -> {
                byte[] body;
                try {
                    body = request.body().readAllBytes();
                } catch (IOException | RuntimeException e) {
                    seen.add(e.getClass().getSimpleName() + ": " + e.getMessage());
                    throw e;
                }
                seen.add(request.method() + " " + request.path() + " " + request.query() + " " + body.length);
                reply.header("X-Path", request.path());
                reply.send(200, body.length > 0 && body.length < 1_000 ? body : bytes(String.valueOf(body.length)));
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private RawClient client() throws IOException {
        return new RawClient(server.port());
    }

    @Test
    void path_and_query_arrive_as_they_were_sent() throws Exception {
        try (var client = client()) {
            var answer = client.send("GET /a//b/../%2f%7E/.?x=%zz&y+z&&=%41 HTTP/1.1\r\nHost: h\r\n\r\n")
                    .answer();
            assertThat(answer).startsWith("HTTP/1.1 200 ");
            assertThat(seen.take()).isEqualTo("GET /a//b/../%2f%7E/. x=%zz&y+z&&=%41 0");
        }
    }

    @Test
    void answers_tell_nothing_of_the_server() throws Exception {
        try (var client = client()) {
            var head = client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").answer().toLowerCase(Locale.ROOT);
            assertThat(head).contains("\r\ndate: ").doesNotContain("server").doesNotContain("netty");
        }
    }

    @Test
    void pipelined_requests_are_answered_in_order() throws Exception {
        try (var client = client()) {
            var requests = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                requests.append("POST /").append(i).append(" HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
            }
            client.send(requests.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(client.answer().toLowerCase(Locale.ROOT)).contains("x-path: /" + i + "\r\n");
            }
        }
    }

    @Test
    void a_request_may_come_byte_by_byte_in_time() throws Exception {
        try (var client = client()) {
            client.socket.setTcpNoDelay(true);
            for (var c : "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab".toCharArray()) {
                client.send(String.valueOf(c));
                TimeUnit.MILLISECONDS.sleep(3);
            }
            assertThat(client.answer()).endsWith("ab");
        }
    }

    @Test
    void a_chunked_body_streams() throws Exception {
        try (var client = client()) {
            client.send(
                    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertThat(client.answer()).endsWith("abcde");
            assertThat(client.send("GET /again HTTP/1.1\r\nHost: h\r\n\r\n").answer())
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
                "Content-Length: 3\r\nContent-Length: 4\r\n",
                "Content-Length: 3, 4\r\n",
                "Content-Length: +3\r\n",
                "Content-Length: -3\r\n",
                "Content-Length: 0x3\r\n",
                "Content-Length: 99999999999999999999\r\n",
                "Transfer-Encoding: xchunked\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: identity\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                "Transfer-Encoding : chunked\r\n",
                "Content-Length : 3\r\n",
                "Host: other\r\n",
                "No colon\r\n",
                "A: b\u0000c\r\n",
                ": nameless\r\n"
            })
    void a_head_that_could_be_read_in_two_ways_is_refused(String fields) throws Exception {
        try (var client = client()) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\nabcGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
            var answer = client.rest();
            assertThat(answer).startsWith("HTTP/1.1 400 ");
            assertThat(answer.indexOf("HTTP/1.1", 1)).as("a second answer").isNegative();
            assertThat(seen).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000\u0001\u0002\u0003\r\n\r\n",
                "hello\r\n\r\n",
                "GET\r\n\r\n",
                "GET / FTP/1.1\r\nHost: h\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET nowhere HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /\u00ff HTTP/1.1\r\nHost: h\r\n\r\n"
            })
    void what_is_no_request_is_refused(String text) throws Exception {
        try (var client = client()) {
            assertThat(client.send(text).rest()).startsWith("HTTP/1.1 400 ");
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void ten_megabytes_of_headers_are_refused_and_not_kept() throws Exception {
        try (var client = client()) {
            client.send("GET / HTTP/1.1\r\nHost: h\r\n");
            var field = "X-Filler: " + "a".repeat(8_000) + "\r\n";
            for (int sent = 0; sent < 10 << 20; sent += field.length()) {
                try {
                    client.send(field);
                } catch (IOException e) {
                    break; // closed already, which is as good
                }
            }
            assertThat(client.rest()).startsWith("HTTP/1.1 431 ");
        }
    }

    @Test
    void a_request_line_without_end_is_refused() throws Exception {
        try (var client = client()) {
            client.send("GET /" + "a".repeat(40_000) + " HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(client.rest()).startsWith("HTTP/1.1 414 ");
        }
    }

    @Test
    void a_head_that_drips_is_cut_off() throws Exception {
        try (var client = client()) {
            var from = System.nanoTime();
            client.send("GET / HTTP/1.1\r\n");
            var answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.rest();
                } catch (IOException e) {
                    return "reset";
                }
            });
            while (!answer.isDone()) {
                try {
                    client.send("X: y\r\n");
                } catch (IOException e) {
                    break;
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertThat(answer.get()).startsWith("HTTP/1.1 408 ");
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void a_small_body_that_stalls_is_cut_off() throws Exception {
        try (var client = client()) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
            assertThat(client.rest()).startsWith("HTTP/1.1 408 ");
            assertThat(seen).isEmpty();
        }
    }

    @Test
    void a_large_body_that_stalls_fails_its_reader() throws Exception {
        try (var client = client()) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nabc");
            assertThat(seen.poll(20, TimeUnit.SECONDS)).contains("Your socket connection to the server was not read");
        }
    }

    @Test
    void a_large_body_that_breaks_off_fails_its_reader() throws Exception {
        try (var client = client()) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\nabc");
        }
        assertThat(seen.poll(20, TimeUnit.SECONDS)).startsWith("IOException: the client closed the connection");
    }

    @Test
    void a_malformed_chunk_fails_its_reader() throws Exception {
        try (var client = client()) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n");
            assertThat(seen.poll(20, TimeUnit.SECONDS)).startsWith("IOException");
            assertThat(client.rest()).doesNotContain(" 200 ").doesNotContain(" 500 ");
        }
    }

    @Test
    void continue_is_said_when_the_body_is_wanted() throws Exception {
        try (var client = client()) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 100 ");
            assertThat(client.send("abc").answer()).startsWith("HTTP/1.1 200 ").endsWith("abc");
        }
    }

    @Test
    void continue_is_not_said_to_a_request_that_is_refused() throws Exception {
        try (var client = client()) {
            client.send("POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.rest()).startsWith("HTTP/1.1 403 ").endsWith("no");
        }
    }

    @Test
    void another_expectation_is_nobodys_concern() throws Exception {
        try (var client = client()) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 200-maybe\r\n"
                    + "Connection: close\r\n\r\nabc");
            assertThat(client.rest()).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void a_client_that_sends_a_large_body_still_reads_its_refusal() throws Exception {
        try (var client = client()) {
            client.send("POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\n");
            client.send("a".repeat(8_000_000));
            assertThat(client.rest()).startsWith("HTTP/1.1 403 ").endsWith("no");
        }
    }

    @Test
    void a_large_body_arrives_whole() throws Exception {
        try (var client = client()) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20000000\r\n\r\n");
            client.send("a".repeat(20_000_000));
            assertThat(client.answer()).startsWith("HTTP/1.1 200 ").endsWith("20000000");
        }
    }

    @Test
    void an_answer_of_unknown_length_streams() throws Exception {
        try (var client = client()) {
            client.send("GET /stream HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            assertThat(client.rest()).endsWith("\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n");
        }
    }

    @Test
    void a_client_of_http_1_0_gets_a_stream_without_chunks() throws Exception {
        try (var client = client()) {
            assertThat(client.send("GET /stream HTTP/1.0\r\n\r\n").rest()).endsWith("\r\n\r\none two");
        }
    }

    @Test
    void the_answer_to_head_has_a_length_and_no_body() throws Exception {
        try (var client = client()) {
            client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(client.head().toLowerCase(Locale.ROOT)).contains("content-length: 1\r\n");
            assertThat(client.send("GET /next HTTP/1.1\r\nHost: h\r\n\r\n").head())
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void an_answer_that_ends_early_breaks_the_connection() throws Exception {
        try (var client = client()) {
            client.send("GET /short HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("short: the answer ended 91 bytes early");
            assertThat(closed(client)).isTrue();
        }
    }

    @Test
    void a_client_that_stops_reading_is_cut_off_and_nothing_piles_up() throws Exception {
        try (var client = client()) {
            client.socket.setReceiveBufferSize(8 * 1024);
            client.send("GET /flood HTTP/1.1\r\nHost: h\r\n\r\n");
            assertThat(seen.poll(30, TimeUnit.SECONDS)).startsWith("flood: ");
            assertThat(produced.get()).isLessThan(16L << 20);
        }
    }

    @Test
    void a_failing_handler_is_answered_without_its_details() throws Exception {
        try (var client = client()) {
            var answer = client.send("GET /fail HTTP/1.1\r\nHost: h\r\n\r\n").answer();
            assertThat(answer).startsWith("HTTP/1.1 500 ").doesNotContain("secret");
        }
    }

    @Test
    void an_idle_connection_is_closed() throws Exception {
        try (var client = client()) {
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").answer();
            assertThat(client.rest()).isEmpty();
        }
        for (int i = 0; i < 100 && server.connections() > 0; i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(server.connections()).isZero();
    }

    @Test
    void connections_beyond_the_limit_are_turned_away() throws Exception {
        var clients = new RawClient[TIGHT.connectionsMax()];
        try {
            for (int i = 0; i < clients.length; i++) {
                clients[i] = client();
                clients[i].send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
            }
            try (var late = client()) {
                assertThat(late.rest()).startsWith("HTTP/1.1 503 ");
            }
            release.countDown();
            for (var client : clients) {
                assertThat(client.answer()).endsWith("waited");
            }
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
    }

    @Test
    void draining_finishes_what_has_begun() throws Exception {
        try (var busy = client();
                var idle = client()) {
            idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").answer();
            busy.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
            TimeUnit.MILLISECONDS.sleep(200);
            int port = server.port();
            var drained = CompletableFuture.supplyAsync(() -> {
                try {
                    return server.drain(Duration.ofSeconds(20));
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(idle.rest()).isEmpty();
            assertThatThrownBy(() -> new RawClient(port)).isInstanceOf(IOException.class);
            assertThat(drained.isDone()).isFalse();
            release.countDown();
            assertThat(busy.rest().toLowerCase(Locale.ROOT))
                    .contains("connection: close")
                    .endsWith("waited");
            assertThat(drained.get(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void draining_has_an_end() throws Exception {
        try (var stuck = client()) {
            stuck.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
            TimeUnit.MILLISECONDS.sleep(200);
            assertThat(server.drain(Duration.ofMillis(300))).isFalse();
            assertThat(closed(stuck)).isTrue();
        }
    }

    @Test
    void http2_with_prior_knowledge_is_greeted() throws Exception {
        try (var client = client()) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000");
            var frame = client.in().readNBytes(9);
            assertThat(frame[3]).as("type: settings").isEqualTo((byte) 4);
        }
    }

    @Test
    void nonsense_on_http2_closes_the_connection() throws Exception {
        try (var client = client()) {
            client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\u00ff".repeat(100));
            assertThat(closed(client)).isTrue();
        }
    }

    private static boolean closed(RawClient client) {
        try {
            client.rest();
        } catch (IOException e) {
            return !(e instanceof SocketTimeoutException);
        }
        return true;
    }
}
