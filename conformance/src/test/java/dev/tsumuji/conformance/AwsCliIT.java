package dev.tsumuji.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The unmodified AWS CLI against the running platform. */
class AwsCliIT {
    private static final String TRUST = """
            {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    @TempDir
    static Path folder;

    private static RunningPlatform platform;
    private static String role;

    @BeforeAll
    static void start() {
        Client.assumeRuns("aws", "--version");
        platform = RunningPlatform.start(folder.resolve("data"));
        role = aws(
                "iam",
                "create-role",
                "--role-name",
                "runner",
                "--assume-role-policy-document",
                TRUST,
                "--query",
                "Role.Arn",
                "--output",
                "text");
        aws(
                "iam",
                "attach-role-policy",
                "--role-name",
                "runner",
                "--policy-arn",
                "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole");
    }

    @AfterAll
    static void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    static List<FunctionPackage> languages() {
        return FunctionPackage.all();
    }

    @ParameterizedTest
    @MethodSource("languages")
    void a_function_is_created_invoked_and_its_log_read_and_all_of_it_after_a_kill_too(FunctionPackage code)
            throws Exception {
        var name = "hello-" + code.runtime().replace('.', '-');
        aws(
                "lambda",
                "create-function",
                "--function-name",
                name,
                "--runtime",
                code.runtime(),
                "--handler",
                code.handler(),
                "--role",
                role,
                "--timeout",
                "20",
                "--memory-size",
                "256",
                "--zip-file",
                "fileb://" + code.write(folder));
        aws("lambda", "wait", "function-active-v2", "--function-name", name);
        invoke(name);
        assertThat(tail(name)).contains("hello from ", "START RequestId:", "END RequestId:", "REPORT RequestId:");

        platform.kill();
        platform.restart();

        invoke(name);
        assertThat(tail(name).split("REPORT RequestId:", -1)).hasSize(3);
        aws("lambda", "delete-function", "--function-name", name);
        assertThat(run("lambda", "get-function", "--function-name", name).out())
                .contains(
                        "ResourceNotFoundException",
                        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:" + name);
    }

    @Test
    void who_am_i_is_answered() {
        assertThat(aws("sts", "get-caller-identity", "--query", "Arn", "--output", "text"))
                .isEqualTo("arn:aws:iam::000000000000:root");
    }

    @Test
    void what_is_not_built_says_so() {
        assertThat(run("kinesis", "list-streams").out())
                .contains("NotImplemented", "kinesis.ListStreams is not implemented");
    }

    private void invoke(String name) throws Exception {
        var answer = folder.resolve("answer.json");
        var outcome = aws(
                "lambda",
                "invoke",
                "--function-name",
                name,
                "--payload",
                "fileb://" + Files.writeString(folder.resolve("event.json"), "{\"name\":\"tokyo\"}"),
                "--log-type",
                "Tail",
                "--query",
                "LogResult",
                "--output",
                "text",
                answer.toString());
        assertThat(Files.readString(answer)).contains("\"greeting\"", "hello tokyo", name);
        assertThat(new String(Base64.getDecoder().decode(outcome))).contains("REPORT RequestId:", "Billed Duration:");
    }

    private static String tail(String name) {
        return aws(
                "logs",
                "filter-log-events",
                "--log-group-name",
                "/aws/lambda/" + name,
                "--query",
                "events[].message",
                "--output",
                "text");
    }

    private static String aws(String... arguments) {
        return run(arguments).ok();
    }

    private static Client.Outcome run(String... arguments) {
        var command = new ArrayList<>(List.of("aws"));
        command.addAll(List.of(arguments));
        return Client.run(folder, platform.environment(), command);
    }
}
