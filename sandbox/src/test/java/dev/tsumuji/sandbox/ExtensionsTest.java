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

/** Extensions beside functions, in real sandboxes. */
class ExtensionsTest {
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

    private static final String HEAD = """
            #!/usr/bin/python3
            import http.client, json, os, sys, time
            api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
            def call(method, path, body=None, headers={}):
              api.request(method, path, body, headers)
              r = api.getresponse()
              return r, json.loads(r.read())
            def register(events, **more):
              r, body = call('POST', '/2020-01-01/extension/register', json.dumps({'events': events}),
                  {'Lambda-Extension-Name': os.path.basename(sys.argv[0]), **more})
              return {'Lambda-Extension-Identifier': r.headers['Lambda-Extension-Identifier']}, body
            def next(me):
              return call('GET', '/2020-01-01/extension/event/next', None, me)[1]
            def say(*words):
              print(*words, flush=True)
            """;

    private static final String NODE = "exports.handler = async (e) => { console.log('handling'); return e; };";

    /** A layer with one extension. */
    private static Path layer(String name, String body) {
        var layer = machine.newDirectory();
        var file = layer.resolve("extensions").resolve(name);
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, HEAD + body);
            file.toFile().setExecutable(true, false);
            return layer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void an_extension_is_told_of_invocations_and_of_the_end() {
        var layer = layer("watch", """
                me, body = register(['INVOKE', 'SHUTDOWN'], **{'Lambda-Extension-Accept-Feature': 'accountId'})
                say('registered', json.dumps(body), sorted(k for k in os.environ if 'TASK' in k or 'TSUMUJI' in k))
                while True:
                  event = next(me)
                  if event['eventType'] == 'SHUTDOWN':
                    say('told', event['shutdownReason'], event['deadlineMs'] > time.time() * 1000)
                    break
                  say('told', event['requestId'] != '', event['invokedFunctionArn'], event['tracing']['type'])
                  time.sleep(0.3)
                  say('done')
                """);
        var f = machine.node(NODE).layer(layer);
        f.environment.put("AWS_LAMBDA_FUNCTION_NAME", "f");
        f.environment.put("AWS_LAMBDA_FUNCTION_VERSION", "3");
        f.environment.put(Bootstraps.ACCOUNT, "123456789012");
        try (f) {
            assertThat(f.ask("1")).isEqualTo("1");
            assertThat(f.printed)
                    .first()
                    .isEqualTo("registered {\"functionName\": \"f\", \"functionVersion\": \"3\", \"handler\": "
                            + "\"index.handler\", \"accountId\": \"123456789012\"} []");
            assertThat(f.printed)
                    .as("the invocation is over when the extension is done")
                    .contains("told True arn:aws:lambda:us-east-1:000000000000:function:test X-Amzn-Trace-Id", "done");
            assertThat(f.ask("2")).isEqualTo("2");
            assertThat(f.printed.stream().filter("done"::equals)).hasSize(2);
        }
        Machine.eventually("the end told", () -> f.printed.contains("told spindown True"));
    }

    @Test
    void extensions_of_several_layers_start_before_runtimes_of_all_kinds() {
        var one = layer("one", "me, _ = register(['INVOKE'])\nsay('one')\nwhile True: next(me)\n");
        var two = layer("two", "time.sleep(0.2)\nme, _ = register([])\nsay('two')\nnext(me)\n");
        var own = machine.function("provided.al2023", "h").file("bootstrap", HEAD + """
                say('runtime')
                while True:
                  api.request('GET', '/2018-06-01/runtime/invocation/next')
                  r = api.getresponse(); event = r.read()
                  call('POST', '/2018-06-01/runtime/invocation/' + r.headers['Lambda-Runtime-Aws-Request-Id'] + '/response', event)
                """);
        for (var function : new Machine.Function[] {
            own,
            machine.python("print('runtime')\ndef handler(event, context):\n    return event\n"),
            machine.node("console.log('runtime'); exports.handler = async (e) => e;"),
            JavaTest.java(machine, "Functions$Upper")
        }) {
            try (var f = function.layer(one).layer(two)) {
                assertThat(f.ask("\"A\"")).isEqualTo("\"A\"");
                assertThat(f.printed.subList(0, 2)).containsExactlyInAnyOrder("one", "two");
            }
        }
    }

    @Test
    void an_extension_that_ends_ends_the_function() {
        try (var f = machine.node(NODE).layer(layer("crash", "sys.exit(3)\n"))) {
            assertThat(f.ask("1")).contains("\"errorType\":\"Extension.Crash\"", "Error: exit status 3\"");
        }
        try (var f = machine.node(NODE).layer(layer("late", "me, _ = register(['INVOKE'])\nnext(me)\nsys.exit(4)\n"))) {
            assertThat(f.ask("1")).contains("\"errorType\":\"Extension.Crash\"", "exit status 4\"");
            assertThat(f.sandbox().isAlive()).isFalse();
        }
    }

    @Test
    void an_extension_that_is_no_program_keeps_the_function_from_starting() throws IOException {
        var layer = layer("broken", "");
        Files.writeString(layer.resolve("extensions/broken"), "#!/no/interpreter\n");
        try (var f = machine.node(NODE).layer(layer)) {
            assertThat(f.ask("1"))
                    .contains(
                            "\"errorType\":\"Extension.LaunchError\"",
                            "Error: fork/exec /opt/extensions/broken: no such file or directory\"");
        }
    }

    @Test
    void an_extension_can_report_that_it_can_not_start() {
        try (var f = machine.node(NODE).layer(layer("sick", """
                me, _ = register(['INVOKE'])
                call('POST', '/2020-01-01/extension/init/error', '{}',
                     {**me, 'Lambda-Extension-Function-Error-Type': 'Extension.NoKey'})
                time.sleep(60)
                """))) {
            assertThat(f.ask("1")).contains("\"errorType\":\"Extension.NoKey\"");
        }
    }

    @Test
    void after_a_timeout_extensions_have_a_moment() {
        var layer = layer("watch", """
                me, _ = register(['INVOKE', 'SHUTDOWN'])
                while (event := next(me))['eventType'] == 'INVOKE': pass
                say('flushed', event['shutdownReason'])
                """);
        try (var f = machine.node("exports.handler = () => new Promise(() => setInterval(() => {}, 99));")
                .layer(layer)) {
            assertThat(Machine.text(f.invoke("1", Duration.ofSeconds(2)))).contains("Sandbox.Timedout");
            Machine.eventually("flushed", () -> f.printed.contains("flushed timeout"));
        }
    }

    @Test
    void after_a_crash_extensions_have_a_moment() {
        var layer = layer("watch", """
                me, _ = register(['INVOKE', 'SHUTDOWN'])
                while (event := next(me))['eventType'] == 'INVOKE': pass
                time.sleep(0.3)
                say('flushed', event['shutdownReason'])
                """);
        for (var function : new Machine.Function[] {
            machine.node("exports.handler = () => process.exit(3);"),
            machine.python("import os\ndef handler(event, context):\n    os._exit(3)\n")
        }) {
            try (var f = function.layer(layer)) {
                assertThat(f.ask("1")).contains("Runtime.ExitError", "exit status 3");
                assertThat(f.printed).contains("flushed failure");
                assertThat(f.sandbox().isAlive()).isFalse();
            }
        }
    }

    @Test
    void an_extension_that_never_is_ready_is_ended_with_initialisation() {
        try (var f = machine.node(NODE).initTimeout(Duration.ofSeconds(2)).layer(layer("idle", "time.sleep(99)\n"))) {
            assertThat(f.ask("1")).contains("Sandbox.Timedout");
        }
    }

    @Test
    void wrong_requests_are_refused_with_the_words_of_aws() {
        try (var f = machine.node(NODE).layer(layer("odd", """
                found = []
                def tried(method, path, body=None, headers={}):
                  r, body = call(method, path, body, headers)
                  found.append([r.status, body['errorType']])
                base = '/2020-01-01/extension/'
                tried('POST', base + 'register', '{}')
                tried('POST', base + 'register', '{"events":["SLEEP"]}', {'Lambda-Extension-Name': 'odd'})
                tried('POST', base + 'register', '{"events":["SHUTDOWN"]}', {'Lambda-Extension-Name': 'internal'})
                tried('GET', base + 'event/next')
                tried('GET', base + 'event/next', None, {'Lambda-Extension-Identifier': 'x'})
                tried('GET', base + 'event/next', None,
                      {'Lambda-Extension-Identifier': '00000000-0000-0000-0000-000000000000'})
                me, _ = register(['INVOKE'])
                tried('POST', base + 'exit/error', '{}', me)
                next(me)
                tried('POST', base + 'register', '{}', {'Lambda-Extension-Name': 'later'})
                for f in found: say(*f)
                next(me)
                """))) {
            assertThat(f.ask("1")).isEqualTo("1");
            assertThat(f.printed)
                    .contains(
                            "403 Extension.InvalidExtensionName",
                            "403 Extension.InvalidEventType",
                            "403 Extension.MissingExtensionIdentifier",
                            "403 Extension.InvalidExtensionIdentifier",
                            "403 Extension.UnknownExtensionIdentifier",
                            "403 Extension.MissingHeader",
                            "403 Extension.RegistrationClosed");
        }
    }

    @Test
    void a_wrapper_starts_the_runtime_and_can_change_its_surroundings() {
        var wrapper = "#!/bin/sh\nexport FROM_WRAPPER=\"$AWS_LAMBDA_RUNTIME_API $#\"\nexec \"$@\"\n";
        for (var function : new Machine.Function[] {
            machine.node("exports.handler = async () => process.env.FROM_WRAPPER.split(' ')[0];"),
            machine.python("import os\ndef handler(e, c):\n    return os.environ['FROM_WRAPPER'].split(' ')[0]\n")
        }) {
            function.environment.put("AWS_LAMBDA_EXEC_WRAPPER", "/var/task/wrapper");
            try (var f = function.file("wrapper", wrapper)) {
                assertThat(f.ask("{}")).isEqualTo("\"127.0.0.1:9001\"");
            }
        }
    }
}
