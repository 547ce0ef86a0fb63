package dev.tsumuji.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SubscriptionTest {
    private static Subscription read(Subscription.Api api, String json) throws Subscription.Invalid {
        return Subscription.read(api, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static void refused(String json, String problem) {
        assertThatThrownBy(() -> read(Subscription.Api.TELEMETRY, json))
                .isInstanceOf(Subscription.Invalid.class)
                .hasMessage(problem);
    }

    private static final String HTTP =
            "'destination':{'protocol':'HTTP','URI':'http://sandbox.localdomain:8080/a?b=c'}";

    @Test
    void what_is_not_said_is_as_aws_has_it() throws Exception {
        var telemetry =
                read(Subscription.Api.TELEMETRY, "{'schemaVersion':'2022-12-13','types':['platform']," + HTTP + "}");
        assertThat(telemetry.maxItems()).isEqualTo(1_000);
        assertThat(telemetry.maxBytes()).isEqualTo(262_144);
        assertThat(telemetry.timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(telemetry.port()).isEqualTo(8080);
        assertThat(telemetry.path()).isEqualTo("/a?b=c");

        var logs = read(Subscription.Api.LOGS, "{'types':['function'],'destination':{'protocol':'TCP','port':8080}}");
        assertThat(logs.schema()).isEqualTo("2020-08-15");
        assertThat(logs.maxItems()).isEqualTo(10_000);
        assertThat(logs.http()).isFalse();
        assertThat(logs.port()).isEqualTo(8080);
    }

    @Test
    void all_that_is_wrong_is_told_together() {
        refused(
                "{'schemaVersion':'2022-12-13','types':[],'destination':{'protocol':'HTTP','URI':'http://sandbox.localdomain'}}",
                "URI port is not provided; types should not be empty");
        refused("{'schemaVersion':'2022-12-13','types':['function']}", "destination is not provided");
        refused(
                "{'types':['metrics']," + HTTP + ",'buffering':{'maxItems':999,'maxBytes':1048577,'timeoutMs':24}}",
                "schemaVersion is not provided; types should be of platform, function, extension;"
                        + " maxItems should be between 1000 and 10000; maxBytes should be between 262144 and 1048576;"
                        + " timeoutMs should be between 25 and 30000");
        refused(
                "{'schemaVersion':'2021-01-01','types':['function'],"
                        + "'destination':{'protocol':'UDP','URI':'ftp://example.com:9001'}}",
                "schemaVersion is not supported; protocol should be HTTP or TCP; URI host should be sandbox.localdomain;"
                        + " port 9001 can not be a destination");
        refused("[]", "The request is not a JSON object");
        assertThatThrownBy(() -> read(Subscription.Api.LOGS, "{")).hasMessageStartingWith("The request is not JSON: ");
    }

    @Test
    void json_is_read_whole_or_not_at_all() throws Exception {
        assertThat(JsonReader.read(" {\"a\":[1,-2.5e1,\"\\u00e4\\n\",true,null,{}],\"b\":0.5} "))
                .hasToString("{a=[1, -25, \u00e4\n, true, null, {}], b=0.5}");
        for (var text : new String[] {
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "{a:1}",
            "01",
            "1.",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "tru",
            "1 2",
            "[".repeat(101)
        }) {
            assertThatThrownBy(() -> JsonReader.read(text)).as(text).isInstanceOf(JsonReader.Malformed.class);
        }
    }

    @Test
    void older_schemas_have_fewer_events() throws Exception {
        var logs = read(Subscription.Api.LOGS, "{'types':['platform']," + HTTP + "}");
        assertThat(logs.takes("platform.end")).isTrue();
        assertThat(logs.takes("platform.runtimeDone")).isFalse();
        assertThat(logs.takes("function")).isFalse();
        var newer = read(Subscription.Api.LOGS, "{'schemaVersion':'2021-03-18','types':['platform']," + HTTP + "}");
        assertThat(newer.takes("platform.runtimeDone")).isTrue();
        var telemetry =
                read(Subscription.Api.TELEMETRY, "{'schemaVersion':'2022-07-01','types':['platform']," + HTTP + "}");
        assertThat(telemetry.takes("platform.end")).isFalse();
        assertThat(telemetry.takes("platform.initStart")).isTrue();
        assertThat(telemetry.takesObjects()).isFalse();
    }
}
