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
    void isolation_is_told() {
        assertThat(machine.sandboxes.isolation())
                .startsWith("full")
                .contains("control groups")
                .endsWith("/tmp on disk");
    }
}
