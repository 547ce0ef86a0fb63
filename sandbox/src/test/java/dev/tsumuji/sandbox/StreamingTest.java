package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.sandbox.Sandbox.Answer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers in pieces, from Node's runtime and from runtimes of the users' own. */
class StreamingTest {
    static Machine machine;

    @BeforeAll
    static void open() {
        machine = new Machine();
    }

    @AfterAll
    static void close() throws Exception {
        if (machine != null) {
            machine.close();
        }
    }

    /** Keeps what comes, as slowly as it is told to. */
    private static final class Kept implements Sandbox.Stream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final List<Long> times = new ArrayList<>();
        private String contentType = "never begun";
        private long waitMillis;

        @Override
        public void begin(String contentType) {
            this.contentType = contentType;
        }

        @Override
        public void piece(byte[] piece) {
            bytes.writeBytes(piece);
            times.add(System.nanoTime());
            try {
                Thread.sleep(waitMillis);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static Answer stream(Machine.Function f, Kept kept) {
        var plain = Machine.invocation("{}", Duration.ofSeconds(20));
        return f.sandbox()
                .invoke(new Sandbox.Invocation(
                        plain.requestId(),
                        plain.payload(),
                        plain.deadline(),
                        plain.functionArn(),
                        plain.traceId(),
                        null,
                        null,
                        kept));
    }

    private static Machine.Function node(String body) {
        return machine.node("exports.handler = awslambda.streamifyResponse(async (event, out) => {" + body + "})");
    }

    @Test
    void pieces_arrive_while_the_function_still_runs() {
        try (var f = node("out.write('one '); await new Promise(r => setTimeout(r, 400)); out.end('two');")) {
            var kept = new Kept();
            var answer = stream(f, kept);

            assertThat(answer).isInstanceOf(Answer.Success.class);
            assertThat(Machine.text(answer)).isEmpty();
            assertThat(kept.bytes.toString(StandardCharsets.UTF_8)).isEqualTo("one two");
            assertThat(kept.contentType).isEqualTo("application/octet-stream");
            assertThat(Duration.ofNanos(kept.times.get(1) - kept.times.get(0))).isGreaterThan(Duration.ofMillis(200));
            assertThat(f.ask("{}")).isEqualTo("one two");
        }
    }

    @Test
    void the_prelude_of_an_http_answer_comes_before_eight_zeros() {
        try (var f = node("out = awslambda.HttpResponseStream.from(out, { statusCode: 201 }); out.end('body');")) {
            var kept = new Kept();
            stream(f, kept);

            assertThat(kept.contentType).isEqualTo("application/vnd.awslambda.http-integration-response");
            assertThat(kept.bytes.toString(StandardCharsets.UTF_8))
                    .isEqualTo("{\"statusCode\":201}\0\0\0\0\0\0\0\0body");
        }
    }

    @Test
    void a_function_waits_for_who_takes_its_answer() {
        try (var f = node("const { setTimeout: wait } = require('timers/promises');"
                + "for (let i = 0; i < 24; i++) if (!out.write(Buffer.alloc(1 << 20, 97))) await require('events').once(out, 'drain');"
                + "console.log('written'); out.end();")) {
            var kept = new Kept();
            kept.waitMillis = 20;
            stream(f, kept);

            assertThat(kept.bytes.size()).isEqualTo(24 << 20);
            assertThat(f.printed).hasSize(1);
        }
    }

    @Test
    void an_error_in_the_middle_ends_the_answer_and_not_the_function() {
        try (var f = node("out.write('begun'); throw new TypeError('enough');")) {
            var kept = new Kept();
            var answer = stream(f, kept);

            assertThat(kept.bytes.toString(StandardCharsets.UTF_8)).isEqualTo("begun");
            assertThat(answer).isInstanceOfSatisfying(Answer.Failure.class, failure -> {
                assertThat(failure.errorType()).isEqualTo("TypeError");
                assertThat(failure.alive()).isTrue();
            });
            assertThat(f.sandbox().isAlive()).isTrue();
        }
    }

    @Test
    void a_process_that_exits_in_the_middle_is_reported() {
        try (var f = node("out.write('begun'); setTimeout(() => process.exit(3), 100); await new Promise(() => {});")) {
            var kept = new Kept();
            var answer = stream(f, kept);

            assertThat(kept.bytes.toString(StandardCharsets.UTF_8)).isEqualTo("begun");
            assertThat(Machine.text(answer)).contains("Runtime.ExitError", "exit status 3");
        }
    }

    @Test
    void a_runtime_of_the_users_own_answers_in_chunks_and_says_in_trailers_what_went_wrong() {
        try (var f = machine.function("provided.al2023", "h").file("bootstrap", """
                        #!/usr/bin/python3
                        import base64, os, socket
                        host, port = os.environ['AWS_LAMBDA_RUNTIME_API'].split(':')
                        runs = 0
                        while True:
                          s = socket.create_connection((host, int(port)))
                          s.sendall(b'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
                          head = b''
                          while b'\\r\\n\\r\\n' not in head: head += s.recv(65536)
                          id = [l for l in head.decode().split('\\r\\n') if l.startswith('Lambda-Runtime-Aws-Request-Id')][0].split(': ')[1]
                          runs += 1
                          s = socket.create_connection((host, int(port)))
                          s.sendall(('POST /2018-06-01/runtime/invocation/' + id + '/response HTTP/1.1\\r\\nHost: x\\r\\n'
                            'Lambda-Runtime-Function-Response-Mode: streaming\\r\\nContent-Type: text/plain\\r\\n'
                            'Transfer-Encoding: chunked\\r\\n\\r\\n').encode())
                          for part in (b'a', b'bc', b'def'): s.sendall(b'%x\\r\\n%s\\r\\n' % (len(part), part))
                          if runs == 1: s.sendall(b'0\\r\\n\\r\\n')
                          else: s.sendall(b'0\\r\\nLambda-Runtime-Function-Error-Type: Mine\\r\\nLambda-Runtime-Function-Error-Body: '
                            + base64.b64encode(b'{"errorMessage":"late"}') + b'\\r\\n\\r\\n')
                          s.recv(65536)
                        """)) {
            var first = new Kept();
            assertThat(stream(f, first)).isInstanceOf(Answer.Success.class);
            assertThat(first.contentType).isEqualTo("text/plain");
            assertThat(first.bytes.toString(StandardCharsets.UTF_8)).isEqualTo("abcdef");

            var second = new Kept();
            assertThat(stream(f, second)).isInstanceOfSatisfying(Answer.Failure.class, failure -> {
                assertThat(failure.errorType()).isEqualTo("Mine");
                assertThat(new String(failure.payload(), StandardCharsets.UTF_8))
                        .isEqualTo("{\"errorMessage\":\"late\"}");
            });
            assertThat(second.bytes.toString(StandardCharsets.UTF_8)).isEqualTo("abcdef");
        }
    }
}
