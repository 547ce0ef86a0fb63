package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A function from a stem is the same as one whose process was started for it; and a stem is nobody's. */
class StemTest {
    static Machine machine;

    /** Where nothing waits, so that each process is started for its function. */
    static Machine processes;

    @BeforeAll
    static void open() {
        // a class path that was recorded meanwhile would be other surroundings
        machine = new Machine(settings -> settings.caches(0));
        processes = new Machine(settings -> settings.caches(0).stems(0, Duration.ofMinutes(1)));
    }

    @AfterAll
    static void close() throws Exception {
        for (var each : new Machine[] {machine, processes}) {
            if (each != null) {
                each.close();
            }
        }
    }

    private static final String NODE_SURROUNDINGS = """
            const { execFileSync } = require('child_process');
            const sorted = (o) => Object.fromEntries(Object.entries(o).sort());
            exports.handler = async () => ({
              environment: sorted(process.env), child: execFileSync('/usr/bin/env').toString().split('\\n').sort(),
              directory: process.cwd(), arguments: process.argv, flags: process.execArgv, title: process.title,
              here: require('fs').existsSync('here.txt'), zone: new Date(0).getHours(), paths: module.paths,
              globals: require('module').globalPaths, listeners: process.eventNames().map(String).sort(), tmp: require('fs').readdirSync('/tmp'),
              main: require.main && require.main.filename });
            """;

    private static final String PYTHON_SURROUNDINGS = """
            import os, subprocess, sys, time, logging, locale
            def handler(event, context):
                return {'environment': dict(sorted(os.environ.items())),
                        'child': sorted(subprocess.check_output(['/usr/bin/env']).decode().splitlines()),
                        'directory': os.getcwd(), 'arguments': sys.argv, 'here': os.path.exists('here.txt'),
                        'zone': time.localtime(0).tm_hour, 'path': sys.path, 'tmp': os.listdir('/tmp'),
                        'handlers': len(logging.getLogger().handlers), 'encoding': sys.stdout.encoding,
                        'locale': locale.setlocale(locale.LC_ALL), 'umask': os.umask(0o22), 'host': os.uname().nodename,
                        'main': sorted(k for k in sys.modules['__main__'].__dict__ if not k.startswith('_'))}
            """;

    private Machine.Function function(String language, String program) {
        return function(machine, language, program);
    }

    private static Machine.Function function(Machine machine, String language, String program) {
        var function = switch (language) {
            case "node" -> machine.node(program.isEmpty() ? NODE_SURROUNDINGS : program);
            case "python" -> machine.python(program.isEmpty() ? PYTHON_SURROUNDINGS : program);
            default -> JavaTest.java(machine, program.isEmpty() ? "Functions$Surroundings" : program);
        };
        return function.file("here.txt", "here");
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "python", "java"})
    void what_surrounds_a_function_is_the_same_as_in_a_process_of_its_own(String language) {
        var variables = Map.of(
                "AWS_ACCESS_KEY_ID", "AKIA1",
                "AWS_SESSION_TOKEN", "x".repeat(50),
                "OWN", "grüße 日本",
                "EMPTY", "",
                "TZ", "Asia/Tokyo");
        try (var own = function(processes, language, "");
                var stem = function(language, "")) {
            own.environment.putAll(variables);
            stem.environment.putAll(variables);
            var expected = own.ask("{}");
            assertThat(own.sandbox().startPath()).isNotEqualTo(Sandbox.StartPath.STEM);
            assertThat(expected).contains("AKIA1").doesNotContain("TSUMUJI_STEM", "errorMessage");
            assertThat(expected).containsPattern("\"OWN\": ?\"(grüße 日本|gr\\\\u00fc\\\\u00dfe \\\\u65e5\\\\u672c)\"");
            assertThat(stem.fromStem().ask("{}")).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "node, NODE_OPTIONS, --no-warnings",
        "node, NODE_EXTRA_CA_CERTS, /var/task/ca.pem",
        "node, LD_PRELOAD, /var/task/none.so",
        "python, PYTHONHASHSEED, 1",
        "python, PYTHONPATH, /var/task/modules",
        "python, LD_LIBRARY_PATH, /var/task/own",
        "java, JAVA_TOOL_OPTIONS, -Da=b",
        "java, LC_ALL, C",
        "java, AWS_LAMBDA_EXEC_WRAPPER, /var/task/wrapper",
    })
    void options_of_a_start_are_obeyed_by_a_process_of_its_own(String language, String name, String value) {
        function(language, "").expectStem();
        try (var f = function(language, "")) {
            f.environment.put(name, value);
            assertThat(f.sandbox().startPath()).isNotEqualTo(Sandbox.StartPath.STEM);
        }
    }

    @Test
    void extensions_are_not_for_stems_but_layers_are() {
        var layer = machine.newDirectory();
        var other = machine.newDirectory();
        write(layer.resolve("nodejs/node_modules/greeting/index.js"), "module.exports = 'from the layer';");
        write(other.resolve("data/second.txt"), "second");
        var program =
                "exports.handler = async () => [require('greeting'), require('fs').readFileSync('/opt/data/second.txt', 'utf8')];";
        for (var stems : new boolean[] {false, true}) {
            try (var f = machine.node(program).layer(layer).layer(other)) {
                assertThat((stems ? f.fromStem() : f).ask("{}")).isEqualTo("[\"from the layer\",\"second\"]");
            }
        }
        write(other.resolve("extensions/watch"), "#!/bin/sh");
        machine.node(program).expectStem();
        try (var f = machine.node(program).layer(layer).layer(other)) {
            assertThat(f.sandbox().startPath()).isEqualTo(Sandbox.StartPath.ORDINARY);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "node, 'exports.handler = async () => [Math.random(), require(\"crypto\").randomUUID(), require(\"crypto\").randomBytes(8).toString(\"hex\")]'",
        "python, 'import random, uuid, os, secrets\ndef handler(e, c): return [random.random(), str(uuid.uuid4()), secrets.token_hex(8)]'",
        "java, Functions$Random"
    })
    void no_two_stems_draw_the_same_random_numbers(String language, String program) {
        var drawn = new ArrayList<String>();
        for (int i = 0; i < 4; i++) {
            try (var f = function(language, program.replace("\\n", "\n"))) {
                drawn.addAll(List.of(
                        f.fromStem().ask("{}").replaceAll("[\\[\\] ]", "").split(",")));
            }
        }
        assertThat(drawn).hasSizeGreaterThanOrEqualTo(12).doesNotHaveDuplicates();
    }

    @Test
    void a_stem_becomes_one_function_and_is_never_given_again() {
        var seen = new HashSet<Sandbox>();
        for (int i = 0; i < 6; i++) {
            try (var f = machine.node("""
                    const fs = require('fs');
                    const before = [...fs.readdirSync('/tmp'), globalThis.mark ?? 'unmarked'];
                    globalThis.mark = 'marked'; fs.writeFileSync('/tmp/left', '');
                    exports.handler = async () => before;
                    """)) {
                assertThat(f.fromStem().ask("{}")).isEqualTo("[\"unmarked\"]");
                assertThat(seen.add(f.sandbox())).isTrue();
            }
        }
        assertThat(seen).hasSize(6).noneMatch(Sandbox::isAlive);
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "python", "java"})
    void a_stem_holds_nothing_of_anybodys(String language) throws Exception {
        try (var secret = function(language, "")) {
            secret.environment.put("SECRET", "somebodys-secret");
            secret.ask("{}");
            secret.expectStem();
            var stems = stems(machine);
            assertThat(stems).isNotEmpty();
            for (var stem : stems) {
                var inside = Path.of("/proc", Long.toString(stem.pid()), "root");
                for (var place : List.of("var/task", "opt", "tmp")) {
                    try (var files = Files.list(inside.resolve(place))) {
                        assertThat(files).as(place).isEmpty();
                    }
                }
                assertThat(Files.readString(Path.of("/proc/" + stem.pid() + "/environ")))
                        .contains("TSUMUJI_STEM=1")
                        .doesNotContain("SECRET", "secret", "AWS_ACCESS_KEY_ID");
            }
        }
    }

    /** The processes of all stems that wait, which are those that have the variable a function never has. */
    private static List<ProcessHandle> stems(Machine machine) {
        var group = "/tsumuji-"
                + Integer.toHexString(machine.directory().resolve("own").hashCode());
        return ProcessHandle.allProcesses()
                .filter(process -> text(process, "cgroup").contains(group))
                .filter(process -> text(process, "environ").contains("TSUMUJI_STEM=1"))
                .filter(process -> {
                    try (var code = Files.list(Path.of("/proc/" + process.pid() + "/root/var/task"))) {
                        return code.findAny().isEmpty();
                    } catch (IOException e) {
                        return false;
                    }
                })
                .toList();
    }

    private static String text(ProcessHandle process, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has ended
        }
    }

    @Test
    void a_failed_initialisation_is_told_as_without_a_stem() {
        for (var program : List.of("syntax error(", "exports.other = 1", "throw new Error('early')")) {
            try (var own = machine.node(program);
                    var stem = machine.node(program).fromStem()) {
                assertThat(stem.ask("{}").replaceAll("at .*", ""))
                        .isEqualTo(own.ask("{}").replaceAll("at .*", ""));
                assertThat(stem.sandbox().isAlive()).isFalse();
            }
        }
        try (var f = machine.node("process.exit(4)").fromStem()) {
            assertThat(f.ask("{}")).contains("Runtime.ExitError", "exit status 4");
        }
        try (var f =
                machine.node("for (;;) {}").initTimeout(Duration.ofSeconds(1)).fromStem()) {
            assertThat(f.ask("{}")).contains("Task timed out after 1.00 seconds");
        }
    }

    @Test
    void a_stem_that_died_is_not_given_and_the_function_starts_all_the_same() {
        try (var f = machine.python("def handler(e, c): return e")) {
            f.expectStem();
            stems(machine).forEach(ProcessHandle::destroyForcibly);
            assertThat(f.ask("1")).isEqualTo("1");
        }
    }

    @Test
    void stems_end_when_nobody_has_wanted_them_for_the_idle_time() throws Exception {
        try (var own = new Machine(settings -> settings.stems(256, Duration.ofSeconds(5)))) {
            var f = own.node("exports.handler = async () => 1");
            f.fromStem();
            f.close();
            Machine.eventually("a stem again", () -> own.sandboxes.waiting() > 0);
            assertThat(own.sandboxes.running()).isZero();
            Machine.eventually(
                    "no stem", () -> own.sandboxes.waiting() == 0 && stems(own).isEmpty());
            assertThat(own.node("exports.handler = async () => 2").ask("{}")).isEqualTo("2");
        }
    }

    @Test
    void all_stems_together_keep_to_the_budget() throws Exception {
        try (var own = new Machine(settings -> settings.stems(70, Duration.ofMinutes(1)))) {
            for (int memory = 256; memory < 266; memory++) {
                own.node("").memory(memory).expectStem();
                assertThat(own.sandboxes.stems().takenBytes()).isLessThanOrEqualTo(70L << 20);
            }
            assertThat(own.sandboxes.waiting()).isBetween(2, 9);
            Machine.eventually("ended ones are gone", () -> stems(own).size() <= own.sandboxes.waiting() + 1);
        }
        try (var none = new Machine(settings -> settings.stems(0, Duration.ofMinutes(1)))) {
            try (var f = none.node("exports.handler = async () => 3")) {
                assertThat(f.ask("{}")).isEqualTo("3");
                Thread.sleep(200);
                assertThat(none.sandboxes.waiting()).isZero();
            }
        }
    }

    @Test
    void a_waiting_stem_uses_no_processor() throws Exception {
        try (var f = machine.node("exports.handler = async () => 1")) {
            f.expectStem();
            // On a busy machine one may still be on its way to sleep: some second is to be found in which all those
            // that
            // were there had none, which never comes when one of them polls.
            var rested = false;
            for (int i = 0; i < 30 && !rested; i++) {
                var before = times();
                Thread.sleep(1000);
                var after = times();
                before.keySet().retainAll(after.keySet()); // others are being started meanwhile
                after.keySet().retainAll(before.keySet());
                rested = !before.isEmpty() && after.equals(before);
            }
            assertThat(rested).isTrue();
        }
    }

    /** Ticks of processor time that each stem has used. */
    private static Map<Long, Long> times() {
        var times = new HashMap<Long, Long>();
        for (var process : stems(machine)) {
            var text = text(process, "stat");
            if (!text.isEmpty()) {
                var fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
                times.put(process.pid(), Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
            }
        }
        return times;
    }
}
