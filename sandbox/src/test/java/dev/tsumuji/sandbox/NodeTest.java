package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tsumuji.sandbox.Sandbox.Answer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NodeTest {
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

    @Test
    void an_async_handler_answers() {
        try (var f = machine.node("exports.handler = async (e) => ({ hello: e.name })")) {
            assertThat(f.ask("{\"name\":\"zed\"}")).isEqualTo("{\"hello\":\"zed\"}");
            assertThat(f.ask("{\"name\":\"bob\"}")).isEqualTo("{\"hello\":\"bob\"}");
        }
    }

    @Test
    void a_handler_that_does_not_end_is_ended_at_its_deadline() {
        try (var f = machine.node("exports.handler = async () => { for (;;) {} }")) {
            var answer = f.invoke("{}", Duration.ofSeconds(1));
            assertThat(answer).isInstanceOf(Answer.Failure.class);
            assertThat(Machine.text(answer))
                    .matches(
                            "\\{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: [-0-9a-f]{36} Error: Task"
                                    + " timed out after 1.00 seconds\"}");
            assertThat(f.sandbox().isAlive()).isFalse();
        }
    }

    @Test
    void an_exit_is_reported_with_its_status() {
        try (var f = machine.node("exports.handler = async () => process.exit(7)")) {
            assertThat(f.ask("{}")).contains("Error: Runtime exited with error: exit status 7", "Runtime.ExitError");
        }
    }

    @Test
    void lines_printed_before_the_answer_are_delivered_before_it() {
        try (var f =
                machine.node("exports.handler = async () => { console.log('one'); console.error('two\\nlines'); }")) {
            assertThat(f.ask("{}")).isEqualTo("null");
            assertThat(f.printed).hasSize(2);
            assertThat(f.printed.get(0)).matches("\\S+Z\\t[-0-9a-f]{36}\\tINFO\\tone");
            assertThat(f.printed.get(1)).endsWith("\tERROR\ttwo\rlines");
        }
    }

    @Test
    void answers_by_the_context_come_at_once_and_by_the_callback_when_nothing_is_left_to_do() {
        try (var f = machine.function("nodejs4.3", "index.handler").file("index.js", """
                var last;
                exports.handler = function (event, context, callback) {
                  var before = last;
                  last = 'begun';
                  if (event.keep === false) context.callbackWaitsForEmptyEventLoop = false;
                  setTimeout(function () { last = 'ended'; }, event.delay);
                  if (event.how === 'succeed') context.succeed([before, context.functionName]);
                  if (event.how === 'done') context.done(null, before);
                  if (event.how === 'fail') context.fail(new Error('no'));
                  if (event.how === 'fail nothing') context.fail();
                  if (event.how === 'callback') callback(null, before);
                  if (event.how === 'twice') { context.succeed(1); context.fail('2'); callback('3'); }
                };
                """)) {
            f.environment.put("AWS_LAMBDA_FUNCTION_NAME", "stack-Function-1ABC");
            assertThat(f.ask("{\"how\": \"succeed\", \"delay\": 1000}")).isEqualTo("[null,\"stack-Function-1ABC\"]");
            assertThat(f.ask("{\"how\": \"done\", \"delay\": 1000}")).isEqualTo("\"begun\"");
            assertThat(f.ask("{\"how\": \"callback\", \"delay\": 1000}")).isEqualTo("\"begun\"");
            assertThat(f.ask("{\"how\": \"callback\", \"delay\": 1000, \"keep\": false}"))
                    .isEqualTo("\"ended\"");
            assertThat(f.ask("{\"how\": \"done\", \"delay\": 1}")).isEqualTo("\"begun\"");
            assertThat(f.ask("{\"how\": \"fail\", \"delay\": 1}")).contains("\"errorMessage\":\"no\"");
            assertThat(f.ask("{\"how\": \"fail nothing\", \"delay\": 1}")).contains("\"errorMessage\":\"handled\"");
            assertThat(f.ask("{\"how\": \"twice\", \"delay\": 1}")).isEqualTo("1");
            assertThat(f.ask("{\"how\": \"not at all\", \"delay\": 20}")).isEqualTo("null");
        }
    }

    @Test
    void es_modules_find_packages_of_layers_as_others_do() throws Exception {
        var layer = machine.newDirectory();
        for (var name : new String[] {"nodejs/node_modules/one", "nodejs/node20/node_modules/two"}) {
            java.nio.file.Files.createDirectories(layer.resolve(name));
            java.nio.file.Files.writeString(layer.resolve(name).resolve("index.js"), "exports.name = '" + name + "'");
        }
        try (var f =
                machine.function("nodejs20.x", "index.handler").layer(layer).file("index.mjs", """
                import one from 'one';
                import { name } from 'two';
                export const handler = async () => [one.name, name, await import('nowhere').catch((e) => e.code), await import('./nowhere.mjs').catch((e) => e.code)];
                """)) {
            assertThat(f.ask("1"))
                    .isEqualTo("[\"nodejs/node_modules/one\",\"nodejs/node20/node_modules/two\","
                            + "\"ERR_MODULE_NOT_FOUND\",\"ERR_MODULE_NOT_FOUND\"]");
        }
    }

    @Test
    void runtimes_of_old_run_on_what_the_machine_has_and_others_say_why_not() {
        for (var runtime :
                new String[] {"nodejs4.3", "nodejs6.10", "nodejs8.10", "nodejs12.x", "nodejs16.x", "java8", "provided"
                }) {
            assertThat(machine.sandboxes.missing(runtime)).as(runtime).isEmpty();
        }
        assertThat(machine.sandboxes.missing("go1.x").orElse("")).contains("use provided.al2023");
        assertThat(machine.sandboxes.missing("python2.7").orElse("")).contains("Python 2");
        assertThat(machine.sandboxes.programs().get("node")).startsWith("v");
    }

    @Test
    void isolation_is_told() {
        assertThat(machine.sandboxes.isolation())
                .startsWith("full")
                .contains("control groups")
                .endsWith("/tmp on disk");
    }

    @Test
    void errors_have_type_message_and_trace() {
        try (var f = machine.node("exports.handler = async () => { throw new TypeError('bad') }")) {
            assertThat(f.invoke("{}")).isInstanceOfSatisfying(Answer.Failure.class, failure -> {
                assertThat(failure.errorType()).isEqualTo("TypeError");
                assertThat(failure.alive()).isTrue();
                assertThat(Machine.text(failure))
                        .startsWith(
                                "{\"errorType\":\"TypeError\",\"errorMessage\":\"bad\",\"trace\":[\"TypeError: bad\","
                                        + "\"    at exports.handler (/var/task/index.js:1:");
            });
            assertThat(f.printed.getFirst())
                    .contains(
                            "\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"bad\",\"stack\":[");
        }
        try (var f = machine.node("exports.handler = (e, c, callback) => callback('just text')")) {
            assertThat(f.ask("{}")).isEqualTo("{\"errorType\":\"string\",\"errorMessage\":\"just text\",\"trace\":[]}");
        }
        try (var f = machine.node("exports.handler = () => { setTimeout(() => { throw new Error('later') }, 5) }")) {
            assertThat(f.ask("{}")).contains("\"errorMessage\":\"later\"");
            assertThat(f.sandbox().isAlive()).isFalse();
        }
        try (var f = machine.node(
                "exports.handler = () => { Promise.reject(new Error('lost')); setTimeout(() => {}, 500) }")) {
            assertThat(f.ask("{}")).contains("Runtime.UnhandledPromiseRejection", "Error: lost");
        }
    }

    @Test
    void initialisation_fails_with_the_words_of_aws() {
        try (var f = machine.function("nodejs20.x", "nowhere.handler")) {
            assertThat(f.ask("{}"))
                    .startsWith(
                            "{\"errorType\":\"Runtime.ImportModuleError\",\"errorMessage\":\"Error: Cannot find module"
                                    + " 'nowhere'\\nRequire stack:\\n- /var/runtime/index.mjs\"");
        }
        try (var f = machine.node("exports.other = 1")) {
            assertThat(f.ask("{}"))
                    .startsWith(
                            "{\"errorType\":\"Runtime.HandlerNotFound\",\"errorMessage\":\"index.handler is undefined or not"
                                    + " exported\"");
        }
        try (var f = machine.node("exports.handler = 5")) {
            assertThat(f.ask("{}")).contains("index.handler is not a function");
        }
        try (var f = machine.node("this is no program")) {
            assertThat(f.ask("{}"))
                    .startsWith(
                            "{\"errorType\":\"Runtime.UserCodeSyntaxError\",\"errorMessage\":\"SyntaxError: Unexpected"
                                    + " identifier");
        }
        try (var f = machine.node("process.exit(3)")) {
            assertThat(f.ask("{}"))
                    .matches(
                            ".*Runtime.ExitError.*RequestId: [-0-9a-f]{36} Error: Runtime exited with error: exit status 3.*");
        }
    }

    @Test
    void handlers_come_in_all_forms_of_aws() {
        try (var f = machine.function("nodejs20.x", "src/app.handlers.main")
                .file("src/app.js", "exports.handlers = { main: async () => 'nested' }")) {
            assertThat(f.ask("{}")).isEqualTo("\"nested\"");
        }
        try (var f = machine.function("nodejs20.x", "index.handler")
                .file("index.mjs", "export const handler = async (e) => await Promise.resolve(e)")) {
            assertThat(f.ask("[1]")).isEqualTo("[1]");
        }
        try (var f = machine.function("nodejs20.x", "index.handler")
                .file("package.json", "{\"type\":\"module\"}")
                .file(
                        "index.js",
                        "const x = await Promise.resolve(3); export function handler(e, c, callback) { callback(null, x) }")) {
            assertThat(f.ask("{}")).isEqualTo("3");
        }
        try (var f = machine.node("exports.handler = (e, context) => { setTimeout(() => context.succeed({"
                + " id: context.awsRequestId.length, left: context.getRemainingTimeInMillis() > 100 }), 1) }")) {
            assertThat(f.ask("{}")).isEqualTo("{\"id\":36,\"left\":true}");
        }
        try (var f = machine.node("exports.handler = (e, c, callback) => { c.callbackWaitsForEmptyEventLoop = false;"
                + " setInterval(() => {}, 1000); callback(null, 'now') }")) {
            assertThat(f.ask("{}")).isEqualTo("\"now\"");
        }
        try (var f = machine.node("let n = 0; exports.handler = (e, c, callback) => {"
                + " setTimeout(() => { n++; console.log('done') }, 30); callback(null, n) }")) {
            assertThat(f.ask("{}")).isEqualTo("0");
            assertThat(f.printed).hasSize(1);
        }
        try (var f = machine.node("exports.handler = () => {}")) {
            assertThat(f.ask("{}")).isEqualTo("null");
        }
    }

    @Test
    void a_large_event_passes_and_a_too_large_answer_is_told() {
        try (var f = machine.node("exports.handler = async (e) => 'y'.repeat(e.answer)")) {
            assertThat(f.ask("{\"pad\":\"" + "x".repeat(5_000_000) + "\",\"answer\":6000000}"))
                    .hasSize(6_000_002);
            assertThat(f.ask("{\"answer\":6291556}"))
                    .isEqualTo(
                            "{\"errorType\":\"Function.ResponseSizeTooLarge\",\"errorMessage\":\"Response payload size"
                                    + " exceeded maximum allowed payload size (6291556 bytes).\"}");
            assertThat(f.ask("{\"answer\":1}")).isEqualTo("\"y\"");
        }
    }

    @Test
    void what_is_missing_is_said() {
        assertThat(machine.sandboxes.missing("nodejs22.x")).isEmpty();
        assertThat(machine.sandboxes.missing("go1.x").orElseThrow())
                .contains("go1.x can't run here", "provided.al2023");
        assertThat(machine.sandboxes.missing("ruby3.3").orElseThrow()).contains("nodejs4.3 to nodejs24.x");
        assertThat(machine.sandboxes.missing("cobol").orElseThrow()).isEqualTo("cobol isn't a runtime of AWS Lambda");
    }
}
