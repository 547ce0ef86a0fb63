package dev.tsumuji.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLinesTest {
    private static final String INVOKE = "/2015-03-31/functions/hello/invocations";

    @TempDir
    Path folder;

    private FakePlatform platform;

    @BeforeEach
    void start() throws IOException {
        platform = new FakePlatform(folder);
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void env_prints_what_a_shell_evaluates_and_quotes_it() {
        assertThat(platform.runs("env").out()).isEqualTo("""
                        export AWS_ENDPOINT_URL=%s
                        export AWS_ACCESS_KEY_ID=AKIDTEST
                        export AWS_SECRET_ACCESS_KEY='it'\\''s=secret'
                        export AWS_REGION=eu-central-1
                        export AWS_DEFAULT_REGION=eu-central-1
                        unset AWS_SESSION_TOKEN AWS_PROFILE
                        """.formatted(platform.url()));
        assertThat(Json.read(platform.runs("env", "--json").out().getBytes())
                        .path("AWS_SECRET_ACCESS_KEY")
                        .asText())
                .isEqualTo("it's=secret");
    }

    @Test
    void every_question_is_signed_with_the_root_key_of_the_data_folder() {
        platform.answers(
                "/_tsumuji/status", "{\"url\":\"u\",\"services\":[\"iam\",\"lambda\"],\"uptimeMillis\":61000}");
        var ran = platform.runs("status");
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).contains("up         1 min 1 s\n").contains("services   iam lambda\n");
        assertThat(platform.asked.getFirst().headers().get("authorization"))
                .startsWith("AWS4-HMAC-SHA256 Credential=AKIDTEST/")
                .contains("/eu-central-1/");
    }

    @Test
    void without_a_platform_the_exit_code_is_3_and_the_message_says_what_to_do() throws IOException {
        Files.delete(folder.resolve("tsumuji.pid"));
        assertThat(platform.runs("status", "--json").exitCode()).isEqualTo(3);
        assertThat(platform.runs("status", "--json").out()).contains("\"running\" : false");
        for (var command : new String[] {"env", "stop", "status"}) {
            var ran = platform.runs(command);
            assertThat(ran.exitCode()).isEqualTo(3);
            assertThat(ran.err()).contains("running on " + folder);
        }
    }

    @Test
    void a_pid_file_left_by_a_killed_platform_is_not_a_running_one() throws Exception {
        var process = new ProcessBuilder("true").start();
        process.waitFor();
        Files.writeString(folder.resolve("tsumuji.pid"), process.pid() + "\n" + platform.url() + "\n");
        assertThat(platform.runs("status").exitCode()).isEqualTo(3);
    }

    @Test
    void a_refusal_is_exit_code_4_with_the_platforms_own_words() {
        platform.answers(
                "/_tsumuji/status", 403, Map.of("x-amzn-errortype", "AccessDeniedException"), "{\"message\":\"no\"}");
        var ran = platform.runs("status");
        assertThat(ran.exitCode()).isEqualTo(4);
        assertThat(ran.err()).isEqualTo("tsumuji: AccessDeniedException: no\n");
    }

    @Test
    void invoke_prints_the_answer_and_the_log_apart() {
        var log = Base64.getEncoder().encodeToString("START\nEND\n".getBytes());
        platform.answers(INVOKE, 200, Map.of("x-amz-log-result", log), "{\"a\":1}");
        var ran = platform.runs("invoke", "hello", "{\"b\":2}", "--log", "--qualifier", "live");
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out()).isEqualTo("{\"a\":1}\n");
        assertThat(ran.err()).isEqualTo("START\nEND\n");
        var asked = platform.asked.getFirst();
        assertThat(asked.pathAndQuery()).isEqualTo(INVOKE + "?Qualifier=live");
        assertThat(asked.body()).isEqualTo("{\"b\":2}");
        assertThat(asked.headers()).containsEntry("x-amz-log-type", "Tail");
    }

    @Test
    void a_payload_comes_from_a_file_or_from_standard_input() throws IOException {
        platform.answers(INVOKE, 200, Map.of(), "1");
        Files.writeString(folder.resolve("event.json"), "[1]");
        platform.runs("invoke", "hello", "@" + folder.resolve("event.json"));
        platform.runsWithInput("[2]", "invoke", "hello", "-");
        platform.runs("invoke", "hello");
        assertThat(platform.asked).extracting(FakePlatform.Asked::body).containsExactly("[1]", "[2]", "{}");
        assertThat(platform.runs("invoke", "hello", "@" + folder.resolve("none"))
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void a_function_that_fails_is_exit_code_1_and_its_error_is_printed() {
        platform.answers(INVOKE, 200, Map.of("x-amz-function-error", "Unhandled"), "{\"errorMessage\":\"x\"}");
        var ran = platform.runs("invoke", "hello");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.out()).contains("errorMessage");
        assertThat(ran.err()).contains("the function failed: Unhandled");
        var json = Json.read(platform.runs("invoke", "hello", "--json").out().getBytes());
        assertThat(json.path("functionError").asText()).isEqualTo("Unhandled");
    }

    @Test
    void logs_reads_all_pages_and_prints_each_event_once() {
        platform.answers(
                "/", "{\"events\":[{\"eventId\":\"1\",\"timestamp\":0,\"message\":\"one\\n\"}],\"nextToken\":\"t\"}");
        platform.answers(
                "/",
                "{\"events\":[{\"eventId\":\"1\",\"timestamp\":0,\"message\":\"one\\n\"},"
                        + "{\"eventId\":\"2\",\"timestamp\":1000,\"message\":\"two\"}]}");
        var ran = platform.runs("logs", "hello");
        assertThat(ran.out()).isEqualTo("1970-01-01T00:00:00Z one\n1970-01-01T00:00:01Z two\n");
        assertThat(platform.asked.get(0).body()).contains("\"logGroupName\":\"/aws/lambda/hello\"");
        assertThat(platform.asked.get(0).headers()).containsEntry("x-amz-target", "Logs_20140328.FilterLogEvents");
        assertThat(platform.asked.get(1).body()).contains("\"nextToken\":\"t\"");
    }

    @Test
    void logs_without_a_function_prints_the_platforms_own_file() throws IOException {
        Files.writeString(folder.resolve("tsumuji.log"), "ready\nwhole line\nhalf");
        assertThat(platform.runs("logs").out()).isEqualTo("ready\nwhole line\n");
    }

    @Test
    void why_names_the_decision_its_steps_and_the_least_policy() {
        platform.answers("/_tsumuji/why/r-1", """
                {"requestId":"r-1","time":"2026-01-01T00:00:00Z","principal":"arn:aws:iam::1:user/u","service":"lambda",
                 "operation":"Invoke","errorCode":"AccessDeniedException","decisions":[{"allowed":false,
                 "action":"lambda:InvokeFunction","resource":"arn:f","reason":"because no policy allows it","decidedBy":"",
                 "trail":["identity: nothing matches"],"leastPolicy":"{\\"Effect\\":\\"Allow\\"}"}]}
                """);
        assertThat(platform.runs("why", "r-1").out()).isEqualTo("""
                        2026-01-01T00:00:00Z  lambda:Invoke  by arn:aws:iam::1:user/u
                        answered with AccessDeniedException

                        DENIED  lambda:InvokeFunction on arn:f
                          because no policy allows it
                          - identity: nothing matches
                          the least policy that would allow it:
                            {
                              "Effect" : "Allow"
                            }
                        """);
    }

    @Test
    void an_account_is_made_with_the_key_that_was_chosen() {
        platform.answers(
                "/_tsumuji/accounts",
                "{\"account\":\"000000000001\",\"name\":\"two\",\"accessKeyId\":\"a\",\"secretAccessKey\":\"b\"}");
        var ran = platform.runs("account", "create", "two", "--root-key", "a:b");
        assertThat(ran.out()).contains("account 000000000001 (two)").contains("root key a, secret b");
        assertThat(platform.asked.getFirst().method()).isEqualTo("POST");
        assertThat(platform.asked.getFirst().body()).isEqualTo("{\"name\":\"two\",\"rootKey\":\"a:b\"}");
    }

    @Test
    void config_shows_every_setting_with_its_source_and_reports_wrong_ones_together() {
        var ran = platform.runs("config", "--port", "1234");
        assertThat(ran.out()).containsPattern("port +\\= 1234 +# flag: ");
        assertThat(ran.out()).containsPattern("region +\\= us-east-1 +# default: ");
        var wrong = platform.runs("config", "--prot=1", "--idle=soon");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err().lines())
                .containsExactly(
                        "tsumuji: unknown setting --prot; did you mean --port?",
                        "tsumuji: idle = soon (flag): a duration looks like 500ms, 30s, 5m, 2h or 1d");
    }

    @Test
    void an_unknown_command_is_exit_code_2_and_names_the_nearest() {
        var ran = FakePlatform.run("", "statsu");
        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.err()).contains("Did you mean").contains("status");
    }

    @Test
    void help_lists_the_commands_and_exit_codes_without_escape_codes() {
        var ran = FakePlatform.run("", "--help");
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out())
                .contains("start", "stop", "status", "env", "doctor", "logs", "invoke", "why", "account", "config")
                .contains("3   no platform is running")
                .doesNotContain("rehearse")
                .doesNotContain("\u001b");
    }

    @Test
    void the_completion_script_is_one_that_bash_accepts() throws Exception {
        var script = FakePlatform.run("", "completion").out();
        var file = Files.writeString(folder.resolve("completion.bash"), script);
        var bash = new ProcessBuilder("bash", "-n", file.toString()).inheritIO().start();
        assertThat(bash.waitFor()).isZero();
        assertThat(script).contains("account").doesNotContain("rehearse");
    }

    @Test
    void doctor_says_what_it_found_and_what_to_do() {
        var ran = platform.runs("doctor", "--json");
        var checks = Json.read(ran.out().getBytes());
        assertThat(checks.findValuesAsText("name"))
                .containsExactly("jdk", "cc", "isolation", "cgroups", "node", "npm", "python", "disk", "fsync", "port");
        for (var check : checks) {
            assertThat(check.path("advice").asText().isEmpty())
                    .isEqualTo(check.path("verdict").asText().equals("ok"));
        }
    }

    @Test
    void stop_ends_the_process_and_waits_for_it() throws Exception {
        var java = ProcessHandle.current().info().command().orElseThrow();
        var source = Files.writeString(
                folder.resolve("Sleeper.java"),
                "class Sleeper { public static void main(String[] a) throws Exception { Thread.sleep(60_000); } }");
        var process = new ProcessBuilder(java, source.toString()).start();
        Files.writeString(folder.resolve("tsumuji.pid"), process.pid() + "\n" + platform.url() + "\n");
        var ran = platform.runs("stop", "--json");
        assertThat(ran.exitCode()).isZero();
        assertThat(process.isAlive()).isFalse();
        assertThat(Json.read(ran.out().getBytes()).path("pid").asLong()).isEqualTo(process.pid());
    }
}
