package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RuntimeApiTest {
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

    /** The loop of AWS's tutorial for custom runtimes, with a body of Python's. */
    private Machine.Function custom(String body) {
        return machine.function("provided.al2023", "function.handler")
                .file(
                        "bootstrap",
                        "#!/usr/bin/python3\nimport http.client, json, os, sys\n"
                                + "api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
                                + "base = '/2018-06-01/runtime/'\n"
                                + "def call(method, path, body=None, headers={}):\n"
                                + "  api.request(method, base + path, body, headers)\n"
                                + "  r = api.getresponse()\n"
                                + "  return r, r.read()\n" + body);
    }

    @Test
    void a_bootstrap_of_the_users_own_answers() {
        try (var f = custom("""
                while True:
                  r, event = call('GET', 'invocation/next')
                  id = r.headers['Lambda-Runtime-Aws-Request-Id']
                  arn = r.headers['Lambda-Runtime-Invoked-Function-Arn']
                  out = json.dumps([json.loads(event), arn, int(r.headers['Lambda-Runtime-Deadline-Ms']) > 0])
                  r, body = call('POST', 'invocation/' + id + '/response', out)
                  print(r.status, body.decode(), flush=True)
                """)) {
            assertThat(f.ask("{\"a\": 1}"))
                    .isEqualTo("[{\"a\": 1}, \"arn:aws:lambda:us-east-1:000000000000:function:test\", true]");
            assertThat(f.ask("2")).startsWith("[2, ");
        }
    }

    @Test
    void the_runtime_is_told_all_that_is_known_of_an_invocation() {
        try (var f = custom("""
                while True:
                  r, event = call('GET', 'invocation/next')
                  id = r.headers['Lambda-Runtime-Aws-Request-Id']
                  out = json.dumps({n.lower()[15:]: v for n, v in r.getheaders() if n.lower().startswith('lambda-runtime-')})
                  call('POST', 'invocation/' + id + '/response', out)
                """)) {
            var deadline = java.time.Instant.now().plusSeconds(10);
            var all = new Sandbox.Invocation(
                    "r-1", new byte[] {'1'}, deadline, "arn:f", "Root=1-2-3;Sampled=0", "{\"custom\":1}", "{\"id\":2}");
            assertThat(Machine.text(f.sandbox().invoke(all)))
                    .isEqualTo("{\"aws-request-id\": \"r-1\", \"deadline-ms\": \"" + deadline.toEpochMilli()
                            + "\", \"invoked-function-arn\": \"arn:f\", \"trace-id\": \"Root=1-2-3;Sampled=0\","
                            + " \"client-context\": \"{\\\"custom\\\":1}\", \"cognito-identity\": \"{\\\"id\\\":2}\"}");
        }
    }

    @Test
    void a_connection_that_the_runtime_wants_closed_ends_with_its_answer() {
        try (var f = machine.function("provided.al2023", "function.handler").file("bootstrap", """
                        #!/bin/bash
                        IFS=: read -r host port <<< "$AWS_LAMBDA_RUNTIME_API"
                        while true; do
                          exec 3<>"/dev/tcp/$host/$port"
                          printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n' >&3
                          answer=$(tr -d '\\r' <&3)
                          id=$(sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p' <<< "$answer")
                          event=$(tail -n 1 <<< "$answer")
                          exec 3<>"/dev/tcp/$host/$port"
                          printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.0\\r\\nContent-Length: %s\\r\\n\\r\\n%s' "$id" "${#event}" "$event" >&3
                          cat <&3 > /dev/null
                        done
                        """)) {
            assertThat(f.ask("[1]")).isEqualTo("[1]");
            assertThat(f.ask("[2]")).isEqualTo("[2]");
        }
    }

    @Test
    void errors_of_invocations_and_of_initialisation_are_handed_on() {
        try (var f = custom("""
                r, event = call('GET', 'invocation/next')
                id = r.headers['Lambda-Runtime-Aws-Request-Id']
                call('POST', 'invocation/' + id + '/error', '{"errorMessage":"m","errorType":"T"}',
                     {'Lambda-Runtime-Function-Error-Type': 'Mine.T'})
                call('GET', 'invocation/next')
                """)) {
            assertThat(f.invoke("{}")).isInstanceOfSatisfying(Sandbox.Answer.Failure.class, failure -> {
                assertThat(failure.errorType()).isEqualTo("Mine.T");
                assertThat(failure.alive()).isTrue();
                assertThat(Machine.text(failure)).isEqualTo("{\"errorMessage\":\"m\",\"errorType\":\"T\"}");
            });
        }
        try (var f = custom("""
                call('POST', 'init/error', '{"errorMessage":"m"}', {'Lambda-Runtime-Function-Error-Type': 'Init.T'})
                """)) {
            assertThat(f.sandbox().awaitInit()).isInstanceOf(Sandbox.Init.Failed.class);
            assertThat(f.ask("{}")).isEqualTo("{\"errorMessage\":\"m\"}");
        }
    }

    @Test
    void wrong_requests_are_refused_with_the_words_of_aws() {
        try (var f = custom("""
                found = []
                r, event = call('GET', 'invocation/next')
                for method, path in [('POST', 'invocation/nope/response'), ('GET', 'nowhere'), ('POST', 'init/error')]:
                  r, body = call(method, path, '{}' if method == 'POST' else None)
                  found.append([r.status, json.loads(body)['errorType']])
                print(json.dumps(found), flush=True)
                sys.exit(4)
                """)) {
            assertThat(f.ask("{}")).contains("Runtime exited with error: exit status 4");
            assertThat(f.printed)
                    .containsExactly(
                            "[[400, \"InvalidRequestID\"], [404, \"NotFound\"], [403, \"InvalidStateTransition\"]]");
        }
    }

    @Test
    void an_endpoint_leads_out_of_the_sandbox_and_nothing_else_does() throws Exception {
        try (var outside = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (var connection = outside.accept()) {
                    connection.getOutputStream().write("hello from outside\n".getBytes(StandardCharsets.UTF_8));
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            try (var f = machine.python("""
                    import socket
                    def handler(event, context):
                        with socket.create_connection(('127.0.0.1', 4566)) as s:
                            got = s.makefile().readline()
                        try:
                            socket.create_connection(('127.0.0.1', event), 1)
                            return 'reached the host'
                        except OSError as e:
                            return got + type(e).__name__
                    """)) {
                f.endpoints.put(4566, new InetSocketAddress("127.0.0.1", outside.getLocalPort()));
                assertThat(f.ask(Integer.toString(outside.getLocalPort())))
                        .isEqualTo("\"hello from outside\\nConnectionRefusedError\"");
            }
        }
    }
}
