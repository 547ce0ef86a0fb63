package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PythonTest {
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
    void a_handler_answers() {
        try (var f = machine.python(
                "def handler(event, context):\n  return {'hello': event['name'], 'id': context.function_name}")) {
            f.environment.put("AWS_LAMBDA_FUNCTION_NAME", "greeter");
            assertThat(f.ask("{\"name\":\"zed\"}")).isEqualTo("{\"hello\": \"zed\", \"id\": \"greeter\"}");
        }
    }

    @Test
    void an_exception_is_answered_with_type_message_and_stack() {
        try (var f = machine.python("def handler(event, context):\n    raise ValueError('no')\n")) {
            assertThat(f.ask("{}"))
                    .matches(
                            "\\{\"errorMessage\": \"no\", \"errorType\": \"ValueError\", \"requestId\": \"[-0-9a-f]{36}\","
                                    + " \"stackTrace\": \\[\"  File \\\\\"/var/task/app.py\\\\\", line 2, in handler\\\\n    raise"
                                    + " ValueError\\('no'\\)\\\\n\"]}");
            assertThat(f.printed).hasSize(1);
            assertThat(f.printed.getFirst())
                    .isEqualTo(
                            "[ERROR] ValueError: no\rTraceback (most recent call last):\r\u00a0\u00a0File \"/var/task/app.py\","
                                    + " line 2, in handler\r\u00a0\u00a0\u00a0\u00a0raise ValueError('no')");
            assertThat(f.ask("{}")).contains("ValueError");
        }
    }

    @Test
    void every_function_has_the_variables_of_the_platform_and_its_own() {
        try (var f = machine.python(
                "import os\nNAMES = ['PATH', 'LANG', 'TZ', '_HANDLER', 'AWS_EXECUTION_ENV', 'LAMBDA_TASK_ROOT',"
                        + " 'LAMBDA_RUNTIME_DIR', 'OWN']\n"
                        + "def handler(event, context):\n  return [os.environ[name] for name in NAMES]")) {
            f.environment.put("TZ", "Europe/Berlin");
            f.environment.put("OWN", "1");
            assertThat(f.ask("{}"))
                    .isEqualTo("[\"/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin\", \"en_US.UTF-8\","
                            + " \"Europe/Berlin\", \"app.handler\", \"AWS_Lambda_python3.12\", \"/var/task\","
                            + " \"/var/runtime\", \"1\"]");
        }
    }

    @Test
    void a_missing_module_is_told_as_aws_tells_it() {
        try (var f = machine.function("python3.12", "nowhere.handler")) {
            assertThat(f.ask("{}"))
                    .isEqualTo(
                            "{\"errorMessage\": \"Unable to import module 'nowhere': No module named 'nowhere'\","
                                    + " \"errorType\": \"Runtime.ImportModuleError\", \"requestId\": \"\", \"stackTrace\": []}");
            assertThat(f.sandbox().isAlive()).isFalse();
        }
    }

    @Test
    void logging_has_the_form_of_aws() {
        try (var f = machine.python("""
                import logging
                log = logging.getLogger()
                log.setLevel(logging.INFO)
                def handler(event, context):
                    log.info('hi %s', 'there')
                    print('plain')
                """)) {
            assertThat(f.ask("{}")).isEqualTo("null");
            assertThat(f.printed).hasSize(2);
            assertThat(f.printed.get(0))
                    .matches(
                            "\\[INFO]\\t\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\\t[-0-9a-f]{36}\\thi there");
            assertThat(f.printed.get(1)).isEqualTo("plain");
        }
    }

    @Test
    void hooks_of_snap_start_are_told_in_the_order_of_aws_and_only_with_snap_start() {
        var program = """
                from snapshot_restore_py import register_before_snapshot, register_after_restore
                told = []
                @register_before_snapshot
                def first(): told.append('before 1')
                @register_after_restore
                def third(): told.append('after 1')
                register_before_snapshot(told.append, 'before 2')
                register_after_restore(told.append, 'after 2')
                def handler(event, context):
                    return told
                """;
        try (var f = machine.python(program)) {
            f.environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
            assertThat(f.ask("{}")).isEqualTo("[\"before 2\", \"before 1\", \"after 1\", \"after 2\"]");
        }
        try (var f = machine.python(program)) {
            assertThat(f.ask("{}")).isEqualTo("[]");
        }
    }
}
