package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JavaTest {
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

    private static final String PACKAGE = "dev.tsumuji.sandbox.functions.";

    static Machine.Function java(Machine machine, String handler) {
        var function = machine.function("java21", PACKAGE + handler);
        var classes = Path.of("target/test-classes/dev/tsumuji/sandbox/functions");
        try (var files = Files.list(classes)) {
            for (var file : files.toList()) {
                function.file("dev/tsumuji/sandbox/functions/" + file.getFileName(), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return function;
    }

    private static Machine.Function java(String handler) {
        return java(machine, handler);
    }

    @Test
    void a_request_handler_answers_and_logs() {
        try (var f = java("Functions$Hello")) {
            assertThat(f.ask("{\"name\":\"zed\"}")).isEqualTo("{\"hello\":\"zed\"}");
            assertThat(f.printed).containsExactly("hi\rthere", "printed");
        }
    }

    @Test
    void a_stream_handler_gets_and_gives_bytes() {
        try (var f = java("Functions$Upper")) {
            assertThat(f.ask("\"abc\"")).isEqualTo("\"ABC\"");
        }
    }

    @Test
    void beans_records_enums_and_dates_are_bound() {
        try (var f = java("Functions$Orders")) {
            assertThat(f.ask("{\"id\":\"o1\",\"count\":1,\"color\":\"GREEN\",\"lines\":[{\"sku\":\"a\",\"price\":1.5}],"
                            + "\"placed\":1700000000000,\"paid\":true,\"unknown\":[1]}"))
                    .isEqualTo(
                            "{\"id\":\"o1\",\"count\":2,\"color\":\"GREEN\",\"lines\":[{\"sku\":\"a\",\"price\":1.5}],"
                                    + "\"placed\":1700000000000,\"paid\":true}");
            assertThat(f.ask("{\"color\":\"PINK\"}"))
                    .contains(
                            "\"errorMessage\":\"An error occurred during JSON parsing\"", "java.lang.RuntimeException");
        }
    }

    @Test
    void plain_methods_are_handlers_too() {
        try (var f = java("Functions$Plain::greet")) {
            assertThat(f.ask("\"zed\"")).isEqualTo("\"hi zed\"");
        }
        try (var f = java("Functions$Plain::sum")) {
            assertThat(f.ask("[1,2,3]")).isEqualTo("6");
        }
        try (var f = java("Functions$Plain::line")) {
            assertThat(f.ask("{\"SKU\":\"x\",\"price\":2}")).isEqualTo("{\"sku\":\"x!\",\"price\":4.0}");
        }
    }

    @Test
    void hooks_of_snap_start_are_told_in_the_order_of_aws_and_only_with_snap_start() {
        try (var f = java("Functions$Snap")) {
            f.environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");
            assertThat(f.ask("{}")).isEqualTo("[\"before 2\",\"before 1\",\"after 1\",\"after 2\"]");
        }
        try (var f = java("Functions$Snap")) {
            f.environment.put("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
            assertThat(f.ask("{}")).isEqualTo("[]");
        }
    }

    @Test
    void an_exception_is_answered_with_its_cause() {
        try (var f = java("Functions$Throwing")) {
            assertThat(f.ask("{}"))
                    .matches(
                            "\\{\"errorMessage\":\"outer\",\"errorType\":\"java.lang.IllegalStateException\",\"stackTrace\":\\["
                                    + "\"dev.tsumuji.sandbox.functions.Functions\\$Throwing.handleRequest\\(Functions.java:\\d+\\)\"],"
                                    + "\"cause\":\\{\"errorMessage\":\"inner\",\"errorType\":\"java.io.IOException\",\"stackTrace\":\\[.*]}}");
            assertThat(f.printed.getFirst()).startsWith("outer: java.lang.IllegalStateException\r");
            assertThat(f.sandbox().isAlive()).isTrue();
        }
    }

    @Test
    void what_can_not_be_found_is_told_as_aws_tells_it() {
        try (var f = java("Nowhere")) {
            assertThat(f.ask("{}"))
                    .isEqualTo("{\"errorMessage\":\"Class not found: dev.tsumuji.sandbox.functions.Nowhere\","
                            + "\"errorType\":\"java.lang.ClassNotFoundException\"}");
        }
        try (var f = java("Functions$Plain::nothing")) {
            assertThat(f.ask("{}"))
                    .contains("No public method named nothing with appropriate method signature found on class");
        }
        try (var f = java("Functions$Broken::go")) {
            assertThat(f.ask("{}")).contains("ExceptionInInitializerError");
        }
    }

    @Test
    void the_second_start_uses_the_recorded_cache() throws Exception {
        try (var f = java("Functions$Hello")) {
            f.ask("{\"name\":\"zed\"}");
        }
        for (int i = 0; i < 600 && !machine.sandboxes.bootstraps().java().isCached(); i++) {
            Thread.sleep(50);
        }
        assertThat(machine.sandboxes.bootstraps().java().isCached()).isTrue();
        try (var f = java("Functions$Hello")) {
            f.environment.put("JAVA_TOOL_OPTIONS", "-XX:AOTMode=on");
            assertThat(f.ask("{\"name\":\"zed\"}")).isEqualTo("{\"hello\":\"zed\"}");
        }
    }

    @Test
    void a_function_may_choose_its_compiler_collector_and_heap() {
        try (var usual = java("Functions$Options");
                var other = java("Functions$Options")) {
            assertThat(usual.ask("{}")).matches("\"1 Copy \\d+\"");
            other.environment.put("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=4 -XX:+UseParallelGC -Xmx200m");
            assertThat(other.ask("{}")).matches("\"4 PS \\w+ 1\\d\\d\"");
        }
    }
}
