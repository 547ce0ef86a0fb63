package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Extensions that subscribe to telemetry, in real sandboxes. */
class TelemetryTest {
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

    /** What it receives it appends to a file that the function can read; it never prints, which would be telemetry. */
    private static final String HEAD = """
            #!/usr/bin/python3
            import http.client, json, os, socket, sys, threading, time
            from http.server import BaseHTTPRequestHandler, HTTPServer
            refuse = []
            def note(text):
              with open('/tmp/got', 'a') as file: file.write(text + '\\n')
            class Listener(BaseHTTPRequestHandler):
              def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                if refuse:
                  self.send_response(refuse.pop()); self.end_headers()
                  return
                for event in json.loads(body): note(json.dumps(event))
                self.send_response(200); self.end_headers()
              def log_message(self, *args): pass
            def listen(port):
              server = HTTPServer(('sandbox.localdomain', port), Listener)
              threading.Thread(target=server.serve_forever, daemon=True).start()
            def call(method, path, body=None, headers={}):
              api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
              api.request(method, path, body, headers)
              r = api.getresponse()
              return r, json.loads(r.read())
            def register(events):
              r, body = call('POST', '/2020-01-01/extension/register', json.dumps({'events': events}),
                  {'Lambda-Extension-Name': os.path.basename(sys.argv[0])})
              return {'Lambda-Extension-Identifier': r.headers['Lambda-Extension-Identifier']}
            def next(me):
              return call('GET', '/2020-01-01/extension/event/next', None, me)[1]
            def subscribe(me, port, types, **more):
              r, body = call('PUT', more.pop('path', '/2022-07-01/telemetry'), json.dumps({
                  'schemaVersion': '2022-12-13', 'types': types, 'buffering': {'timeoutMs': 25},
                  'destination': {'protocol': 'HTTP', 'URI': 'http://sandbox.localdomain:%d/x' % port}, **more}), me)
              return r.status, body
            """;

    private static Path layer(String body) {
        var layer = machine.newDirectory();
        var file = layer.resolve("extensions").resolve("observer");
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, HEAD + body);
            file.toFile().setExecutable(true, false);
            return layer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints its event and answers with what the extension has noted until now. */
    private static final String TELLER = """
            import json
            def handler(event, context):
                print(event)
                try:
                    return open('/tmp/got').read()
                except FileNotFoundError:
                    return ''
            """;

    /** What the extension has got, once it has got that. */
    private static String told(Machine.Function f, String type) {
        var got = new java.util.concurrent.atomic.AtomicReference<>("");
        Machine.eventually(type, () -> {
            got.set(Machine.text(f.invoke("1", Duration.ofSeconds(30))));
            return got.get().contains(type);
        });
        return got.get();
    }

    @Test
    void an_extension_is_told_of_all_in_order_over_freezes() throws Exception {
        var layer = layer("""
                listen(8080)
                me = register(['INVOKE', 'SHUTDOWN'])
                assert subscribe(me, 8080, ['platform', 'function', 'extension']) == (200, 'OK')
                assert subscribe(me, 8080, ['platform']) == (200, 'OK')
                assert subscribe(me, 8080, ['platform'], path='/2020-08-15/logs', schemaVersion='2020-08-15')[1]['errorType'] == 'Logs.ValidationError'
                print('extended', flush=True)
                while (event := next(me))['eventType'] == 'INVOKE': pass
                time.sleep(0.2)
                print(open('/tmp/got').read(), flush=True)
                """);
        var f = machine.python(TELLER).layer(layer);
        try (f) {
            assertThat(f.invoke("1")).isInstanceOf(Sandbox.Answer.Success.class);
            f.sandbox().reported(() -> "{\"billedDurationMs\":1}");
            Thread.sleep(300); // it is frozen meanwhile
            assertThat(f.invoke("2")).isInstanceOf(Sandbox.Answer.Success.class);
            f.sandbox().reported(() -> "{\"billedDurationMs\":2}");
        }
        Machine.eventually(
                "the end", () -> f.printed.stream().anyMatch(line -> line.contains("\"billedDurationMs\": 2")));
        var events =
                f.printed.stream().filter(line -> line.startsWith("{\"time\"")).toList();
        assertThat(events.stream().map(line -> line.replaceAll(".*\"type\": \"([^\"]*)\".*", "$1")))
                .containsExactly(
                        "platform.initStart",
                        "platform.telemetrySubscription",
                        "extension",
                        "platform.initRuntimeDone",
                        "platform.extension",
                        "platform.initReport",
                        "platform.start",
                        "function",
                        "platform.runtimeDone",
                        "platform.report",
                        "platform.start",
                        "function",
                        "platform.runtimeDone",
                        "platform.report");
        assertThat(events.get(1))
                .matches(
                        "\\{\"time\": \"[-0-9]{10}T[:0-9]{8}\\.[0-9]{3}Z\", \"type\": \"platform.telemetrySubscription\","
                                + " \"record\": \\{\"name\": \"observer\", \"state\": \"Subscribed\","
                                + " \"types\": \\[\"platform\", \"function\", \"extension\"]}}");
        assertThat(events.get(2)).endsWith("\"record\": \"extended\"}");
        assertThat(events.get(4))
                .endsWith("\"record\": {\"name\": \"observer\", \"state\": \"Ready\","
                        + " \"events\": [\"INVOKE\", \"SHUTDOWN\"]}}");
        assertThat(events.get(7)).endsWith("\"type\": \"function\", \"record\": \"1\"}");
    }

    @Test
    void a_batch_that_is_not_taken_is_sent_again() {
        var layer = layer("""
                refuse += [500, 503]
                me = register(['INVOKE'])
                assert subscribe(me, 8080, ['function']) == (200, 'OK')
                threading.Timer(0.3, listen, [8080]).start()
                while True:
                  next(me)
                  time.sleep(1)
                """);
        try (var f = machine.python(TELLER).layer(layer)) {
            f.ask("11");
            var got = told(f, "function");
            assertThat(got.split("record\\\\\": \\\\\"11\\\\\"", -1)).hasSize(2);
        }
    }

    @Test
    void by_tcp_events_are_lines_and_lines_of_json_are_objects() {
        var layer = layer("""
                server = socket.create_server(('sandbox', 8081))
                def take():
                  for line in server.accept()[0].makefile(): note(line.strip())
                threading.Thread(target=take, daemon=True).start()
                me = register(['INVOKE'])
                assert subscribe(me, 0, ['function'], destination={'protocol': 'TCP', 'port': 8081}) == (200, 'OK')
                while True:
                  next(me)
                  time.sleep(0.5)
                """);
        var f = machine.python("import json\n" + TELLER.replace("print(event)", "print(json.dumps(event))"))
                .layer(layer);
        f.environment.put("AWS_LAMBDA_LOG_FORMAT", "JSON");
        try (f) {
            f.ask("{\"level\":\"INFO\"}");
            assertThat(told(f, "INFO")).contains("\\\"record\\\":{\\\"level\\\": \\\"INFO\\\"}");
        }
    }

    @Test
    void what_comes_too_fast_is_dropped_and_counted() {
        var layer = layer("""
                me = register(['INVOKE'])
                assert subscribe(me, 8080, ['function']) == (200, 'OK')
                next(me)
                next(me)
                listen(8080)
                while True:
                  time.sleep(2)
                  next(me)
                """);
        var source = TELLER.replace("print(event)", "[print('x' * 1000) for _ in range(event)]")
                .replace("open('/tmp/got').read()", "[l for l in open('/tmp/got') if 'Dropped' in l]");
        try (var f = machine.python(source).memory(1024).layer(layer)) {
            f.invoke("5000", Duration.ofSeconds(30));
            assertThat(told(f, "platform.logsDropped"))
                    .contains("droppedRecords", "slower than the logs production rate");
        }
    }

    @Test
    void who_subscribes_wrongly_or_late_is_refused() {
        var layer = layer("""
                me = register(['INVOKE'])
                said = [subscribe(me, 8080, []), subscribe({}, 8080, ['function']),
                        subscribe(me, 9001, ['function'], path='/2020-08-15/logs', schemaVersion='2020-08-15')]
                next(me)
                said.append(subscribe(me, 8080, ['function']))
                for status, body in said: print(status, body['errorType'], body['errorMessage'], flush=True)
                while True: next(me)
                """);
        try (var f = machine.python(TELLER).layer(layer)) {
            f.ask("1");
            assertThat(f.printed)
                    .contains(
                            "400 ValidationError types should not be empty",
                            "403 Extension.MissingExtensionIdentifier Missing Lambda-Extension-Identifier header",
                            "400 Logs.ValidationError port 9001 can not be a destination",
                            "403 Telemetry.SubscriptionClosed Telemetry API subscription is closed");
        }
    }
}
