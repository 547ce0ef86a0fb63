package dev.tsumuji.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands by which people work on functions: tail, rollback and meter. */
class LoopCommandsTest {
    private static final String FUNCTION = "/2015-03-31/functions/hello";

    @TempDir
    Path folder;

    private FakePlatform platform;

    @BeforeEach
    void open() throws IOException {
        platform = new FakePlatform(folder);
    }

    @AfterEach
    void close() {
        platform.close();
    }

    @Test
    void tail_reads_the_group_that_the_function_logs_to() {
        platform.answers(FUNCTION + "/configuration", "{\"LoggingConfig\":{\"LogGroup\":\"mine\"}}");
        platform.answers("/", "{\"events\":[{\"eventId\":\"1\",\"timestamp\":0,\"message\":\"one\\n\"}]}");
        var ran = platform.runs("tail", "hello", "--no-follow", "--filter", "ERROR");

        assertThat(ran.out()).isEqualTo("1970-01-01T00:00:00Z one\n");
        assertThat(platform.asked.getLast().body())
                .contains("\"logGroupName\":\"mine\"", "\"filterPattern\":\"ERROR\"");
        assertThat(platform.runs("tail", "/group", "--no-follow", "--json").out())
                .isEqualTo("{\"eventId\":\"1\",\"timestamp\":0,\"message\":\"one\\n\"}\n");
    }

    @Test
    void rollback_points_the_only_alias_to_the_version_before() {
        platform.answers(FUNCTION + "/aliases", "{\"Aliases\":[{\"Name\":\"live\"}]}");
        platform.answers(FUNCTION + "/aliases/live", "{\"FunctionVersion\":\"7\",\"RevisionId\":\"r\"}");
        platform.answers(
                FUNCTION + "/versions",
                "{\"Versions\":[{\"Version\":\"$LATEST\"},{\"Version\":\"3\"},{\"Version\":\"5\"}],\"NextMarker\":\"m\"}");
        platform.answers(FUNCTION + "/versions", "{\"Versions\":[{\"Version\":\"7\"},{\"Version\":\"8\"}]}");
        var ran = platform.runs("rollback", "hello");

        assertThat(ran.out()).isEqualTo("hello:live was version 7 and is version 5 now\n");
        var asked = platform.asked.getLast();
        assertThat(asked.method()).isEqualTo("PUT");
        assertThat(asked.body())
                .isEqualTo("{\"FunctionVersion\":\"5\",\"RoutingConfig\":{\"AdditionalVersionWeights\":{}},"
                        + "\"RevisionId\":\"r\"}");
    }

    @Test
    void rollback_says_when_there_is_nothing_to_go_back_to() {
        platform.answers(FUNCTION + "/aliases/live", "{\"FunctionVersion\":\"1\",\"RevisionId\":\"r\"}");
        platform.answers(FUNCTION + "/versions", "{\"Versions\":[{\"Version\":\"1\"}]}");
        var ran = platform.runs("rollback", "hello", "live");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).isEqualTo("tsumuji: hello has no version before 1 any more\n");

        platform.answers(FUNCTION + "/aliases", "{\"Aliases\":[{\"Name\":\"a\"},{\"Name\":\"b\"}]}");
        assertThat(platform.runs("rollback", "hello").err()).contains("has 2 aliases; name the one");
    }

    @Test
    void meter_prints_a_table_and_sends_a_price_list_of_ones_own() throws IOException {
        platform.answers("/_tsumuji/meter", """
                {"since":"2026-01-01T00:00:00Z","prices":"aws","currency":"USD","functions":[
                  {"function":"hello","runtime":"nodejs22.x","invocations":12,"errors":1,"throttles":0,
                   "gigabyteSeconds":"1.5","provisionedGigabyteSeconds":"75","cost":"0.0000274","cold":{"count":1,"p50Millis":80.5,"p99Millis":80.5},
                   "warm":{"count":0}}],
                 "total":{"invocations":12,"errors":1,"throttles":0,"gigabyteSeconds":"1.5","cost":"0.0000274",
                   "cold":{},"warm":{}}}""");
        var ran = platform.runs("meter", "--since", "2h", "--function", "hello");

        assertThat(ran.out()).isEqualTo("""
                since 2026-01-01T00:00:00Z, prices aws in USD
                FUNCTION  RUNTIME     CALLS  ERRORS  THROTTLED   GB-S  PROVISIONED       COST  COLD P50      P99  WARM P50  P99
                hello     nodejs22.x     12       1          0  1.500       75.000  0.0000274   80.5 ms  80.5 ms         -    -
                total                    12       1          0  1.500        0.000  0.0000274         -        -         -    -
                """);
        assertThat(platform.asked.getLast().pathAndQuery()).endsWith("?since=2h&function=hello");
        Files.writeString(folder.resolve("own.json"), "{\"own\":1}");
        platform.runs("meter", "--prices", folder.resolve("own.json").toString());
        assertThat(platform.asked.getLast().method()).isEqualTo("POST");
        assertThat(platform.asked.getLast().body()).isEqualTo("{\"own\":1}");
        assertThat(platform.runs("meter", "--prices", "aws-2016").exitCode()).isZero();
        assertThat(platform.asked.getLast().pathAndQuery()).endsWith("&prices=aws-2016");
    }
}
