package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JsonLogTest {
    private static final String TIME = "\\{\"timestamp\":\"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\",";

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

    private static Machine.Function json(Machine.Function function, String level) {
        function.environment.put("AWS_LAMBDA_LOG_FORMAT", "JSON");
        function.environment.put("AWS_LAMBDA_LOG_LEVEL", level);
        return function;
    }

    @Test
    void nodes_console_writes_objects_from_its_level_on() {
        try (var f = json(machine.node("""
                        exports.handler = async () => {
                          console.debug('quiet');
                          console.log('hello', 'you');
                          console.info({ a: [1] });
                          console.error('failed:', new RangeError('far'));
                        }"""), "INFO")) {
            f.ask("{}");
            assertThat(f.printed).hasSize(3);
            assertThat(f.printed.get(0))
                    .matches(TIME + "\"level\":\"INFO\",\"requestId\":\"[-0-9a-f]{36}\",\"message\":\"hello you\"\\}");
            assertThat(f.printed.get(1)).endsWith(",\"message\":{\"a\":[1]}}");
            assertThat(f.printed.get(2))
                    .contains(
                            "\"level\":\"ERROR\"",
                            "\"errorType\":\"RangeError\",\"errorMessage\":\"far\",\"stackTrace\":["
                                    + "\"RangeError: far\",\"    at ");
        }
    }

    @Test
    void nodes_errors_are_objects_within_the_message() {
        try (var f = json(machine.node("exports.handler = async () => { throw new TypeError('bad') }"), "INFO")) {
            f.ask("{}");
            assertThat(f.printed.getFirst())
                    .contains(
                            "\"level\":\"ERROR\"",
                            "\"message\":{\"errorType\":\"TypeError\",\"errorMessage\":\"bad\","
                                    + "\"stackTrace\":[\"TypeError: bad\",");
        }
    }

    @Test
    void pythons_logging_writes_objects_from_its_level_on() {
        try (var f = json(machine.python("""
                        import logging
                        def handler(event, context):
                            log = logging.getLogger('mine')
                            log.info('quiet')
                            log.warning('hello %s', 'you', extra={'order': 7})
                            try:
                                1 / 0
                            except ZeroDivisionError:
                                log.exception('failed')
                            print('plain')
                        """), "WARN")) {
            f.ask("{}");
            assertThat(f.printed).hasSize(3);
            assertThat(f.printed.get(0))
                    .matches("\\{\"timestamp\": \"\\S{19}Z\", \"level\": \"WARNING\", \"message\": \"hello you\","
                            + " \"logger\": \"mine\", \"requestId\": \"[-0-9a-f]{36}\", \"order\": 7\\}");
            assertThat(f.printed.get(1))
                    .contains(
                            "\"errorType\": \"ZeroDivisionError\", \"errorMessage\": \"division by zero\"",
                            "\"location\": \"/var/task/app.py:handler:9\"");
            assertThat(f.printed.get(2)).isEqualTo("plain");
        }
    }

    @Test
    void javas_logger_writes_objects_and_system_out_stays_plain() {
        try (var f = json(JavaTest.java(machine, "Functions$Hello"), "WARN")) {
            f.ask("{\"name\":\"zed\"}");
            assertThat(f.printed).hasSize(2);
            assertThat(f.printed.get(0))
                    .matches(TIME + "\"message\":\"hi\\\\nthere\",\"level\":\"UNDEFINED\",\"AWSRequestId\":"
                            + "\"[-0-9a-f]{36}\"\\}");
            assertThat(f.printed.get(1)).isEqualTo("printed");
        }
    }

    @Test
    void javas_levels_are_filtered_in_json_and_shown_in_text() {
        try (var f = json(JavaTest.java(machine, "Functions$Levels"), "WARN")) {
            f.ask("{}");
            assertThat(f.printed).hasSize(1);
            assertThat(f.printed.getFirst()).contains("\"message\":\"loud\",\"level\":\"ERROR\"");
        }
        try (var f = JavaTest.java(machine, "Functions$Levels")) {
            f.ask("{}");
            assertThat(f.printed).containsExactly("[INFO] quiet", "[ERROR] loud");
        }
    }
}
