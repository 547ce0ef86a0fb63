package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What functions do that they shouldn't, and what is answered for them. */
class BadHandlersTest {
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'text' | {\"errorType\":\"string\",\"errorMessage\":\"text\",\"trace\":[]}",
                "42 | {\"errorType\":\"number\",\"errorMessage\":\"42\",\"trace\":[]}",
                "true | {\"errorType\":\"boolean\",\"errorMessage\":\"true\",\"trace\":[]}",
                "[1,2] | {\"errorType\":\"object\",\"errorMessage\":\"1,2\",\"trace\":[]}",
            },
            quoteCharacter = '`')
    void what_is_thrown_and_is_no_error_is_told_by_its_type(String thrown, String answer) {
        try (var f = machine.node("exports.handler = async () => { throw " + thrown + "; };")) {
            assertThat(f.ask("{}")).isEqualTo(answer);
            assertThat(f.sandbox().isAlive()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"undefined", "null"})
    void nothing_thrown_is_an_error_still(String thrown) {
        try (var f = machine.node("exports.handler = async () => { throw " + thrown + "; };")) {
            assertThat(f.invoke("{}")).isInstanceOf(Sandbox.Answer.Failure.class);
            assertThat(f.ask("{}")).contains("\"errorType\"", "\"errorMessage\"");
        }
    }

    @Test
    void what_is_no_json_is_an_error_of_the_runtime() {
        try (var f = machine.node("exports.handler = async () => { const a = {}; a.a = a; return a; };")) {
            assertThat(f.ask("{}")).contains("\"errorMessage\":\"Unable to stringify response body\"");
        }
        try (var f = machine.node("exports.handler = async () => undefined;")) {
            assertThat(f.ask("{}")).isEqualTo("null");
        }
        try (var f = machine.python("def handler(e, c):\n    return {1, 2}\n")) {
            assertThat(f.ask("{}"))
                    .contains(
                            "\"errorMessage\": \"Unable to marshal response: Object of type set is not JSON serializable\"",
                            "\"errorType\": \"Runtime.MarshalError\"");
        }
    }

    @Test
    void a_python_handler_that_raises_what_is_no_exception() {
        try (var f = machine.python("def handler(e, c):\n    raise 'text'\n")) {
            assertThat(f.ask("{}"))
                    .contains("exceptions must derive from BaseException", "\"errorType\": \"TypeError\"");
        }
    }

    @Test
    void an_end_in_the_middle_is_told_with_its_status_whatever_the_language() {
        try (var f = machine.python("import os\ndef handler(e, c):\n    os._exit(7)\n")) {
            assertThat(f.ask("{}")).contains("Runtime.ExitError", "Runtime exited with error: exit status 7");
        }
        try (var f = machine.python("import os\nos._exit(8)\n")) {
            assertThat(f.ask("{}")).contains("Runtime.ExitError", "Runtime exited with error: exit status 8");
        }
        try (var f = machine.node("process.exit(0);")) {
            assertThat(f.ask("{}")).contains("Runtime.ExitError", "Runtime exited without providing a reason");
        }
        try (var f = machine.node("exports.handler = async () => process.kill(process.pid, 'SIGSEGV');")) {
            assertThat(f.ask("{}")).contains("Runtime exited with error: signal: segmentation fault");
        }
    }

    private static Machine.Function custom(String body) {
        return machine.function("provided.al2023", "h").file("bootstrap", """
                #!/usr/bin/python3
                import http.client, os, sys
                api = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
                def call(method, path, body=None):
                  api.request(method, '/2018-06-01/runtime/' + path, body)
                  r = api.getresponse()
                  return r, r.read()
                def next():
                  return call('GET', 'invocation/next')[0].headers['Lambda-Runtime-Aws-Request-Id']
                """ + body);
    }

    @Test
    void a_custom_runtime_that_answers_twice_is_refused_the_second_time() {
        try (var f = custom("""
                while True:
                  id = next()
                  call('POST', 'invocation/' + id + '/response', '1')
                  r, body = call('POST', 'invocation/' + id + '/response', '2')
                  print(r.status, flush=True)
                """)) {
            assertThat(f.ask("{}")).isEqualTo("1");
            assertThat(f.ask("{}")).isEqualTo("1");
            assertThat(f.printed).first().asString().startsWith("4");
        }
    }

    @Test
    void a_custom_runtime_that_answers_too_much_or_stops_half_way() {
        try (var f = custom("""
                id = next()
                r, body = call('POST', 'invocation/' + id + '/response', b'"' + b'x' * 7000000 + b'"')
                print(r.status, flush=True)
                next()
                """)) {
            assertThat(f.ask("{}")).contains("Function.ResponseSizeTooLarge", "6291556 bytes");
            assertThat(f.sandbox().isAlive()).isTrue();
        }
        try (var f = custom("""
                id = next()
                api.putrequest('POST', '/2018-06-01/runtime/invocation/' + id + '/response')
                api.putheader('Content-Length', '1000')
                api.endheaders()
                api.send(b'half')
                os._exit(5)
                """)) {
            assertThat(f.ask("{}")).contains("Runtime.ExitError", "exit status 5");
        }
    }

    @Test
    void a_custom_runtime_that_ends_before_it_is_ready() {
        try (var f = custom("sys.exit(6)\n")) {
            assertThat(f.ask("{}")).contains("Runtime.ExitError", "Runtime exited with error: exit status 6");
        }
    }

    @Test
    void a_custom_runtime_that_is_no_program() {
        try (var f = machine.function("provided.al2023", "h").file("other", "")) {
            assertThat(f.ask("{}"))
                    .contains(
                            "Runtime.InvalidEntrypoint",
                            "Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
        }
        try (var f = machine.function("provided.al2023", "h").file("bootstrap", "\0not a program")) {
            assertThat(f.ask("{}"))
                    .contains("Runtime.InvalidEntrypoint", "Error: fork/exec /var/task/bootstrap: exec format error");
        }
        try (var f = machine.function("provided.al2023", "h").file("bootstrap", "#!/no/interpreter\n")) {
            assertThat(f.ask("{}"))
                    .contains(
                            "Runtime.InvalidEntrypoint",
                            "Error: fork/exec /var/task/bootstrap: no such file or directory");
        }
    }
}
