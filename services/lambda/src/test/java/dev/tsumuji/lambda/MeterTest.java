package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.kv.Range;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

class MeterTest {
    private static final String ACCOUNT = "000000000000";

    private Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> report(Duration since, String function) {
        var json = platform.lambda.usages().report(ACCOUNT, since, function, "aws", null);
        return (Map<String, Object>) JsonTree.parse(json);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> only(Map<String, Object> report) {
        var functions = (List<Map<String, Object>>) report.get("functions");
        assertThat(functions).hasSize(1);
        return functions.getFirst();
    }

    @Test
    void invocations_errors_timeouts_and_starts_are_counted() {
        platform.with("f", "fail-until done 1", "echo");
        platform.invoke("f", "{}");
        platform.with("slow", "hang");
        platform.invoke("slow", "{}");

        assertThat(only(report(Duration.ofHours(1), "f")))
                .containsEntry("runtime", "python3.12")
                .extractingByKeys("invocations", "errors", "timeouts", "throttles")
                .asString()
                .isEqualTo("[1, 0, 0, 0]");
        assertThat(only(report(Duration.ofHours(1), "slow")))
                .extractingByKeys("invocations", "errors", "timeouts", "starts")
                .asString()
                .isEqualTo("[1, 1, 1, {ordinary=1}]");
    }

    @Test
    void cold_and_warm_invocations_are_told_apart() {
        platform.with("f", "echo");
        for (int i = 0; i < 4; i++) {
            platform.invoke("f", "{}");
        }
        var used = only(report(Duration.ofHours(1), "f"));

        assertThat(used.get("cold")).asString().startsWith("{count=1, p50Millis=1");
        assertThat(used.get("warm")).asString().startsWith("{count=3, ");
        assertThat(new java.math.BigDecimal(used.get("megabyteMilliseconds").toString()))
                .isGreaterThanOrEqualTo(new java.math.BigDecimal(128 * (13 + 3)));
    }

    @Test
    void a_refused_invocation_is_a_throttle_and_costs_nothing() throws Exception {
        platform.create(Platform.request("f", Zips.program("wait go", "echo")));
        platform.active("f");
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(1)));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = threads.submit(() -> platform.invoke("f", "{}"));
            Platform.eventually(() -> platform.sandboxes.started.stream().anyMatch(s -> !s.invocations.isEmpty()));
            assertThatThrownBy(() -> platform.invoke("f", "{}")).isInstanceOf(TooManyRequestsException.class);
            platform.sandboxes.open("go");
            running.get();
        }
        assertThat(only(report(Duration.ofHours(1), "f")))
                .extractingByKeys("invocations", "throttles")
                .asString()
                .isEqualTo("[1, 1]");
    }

    @Test
    void counts_are_written_after_five_seconds_in_one_commit_and_outlive_a_crash() {
        platform.with("f", "echo");
        platform.with("g", "echo");
        platform.invoke("f", "{}");
        platform.invoke("g", "{}");
        long before = commit();
        platform.time.advance(Duration.ofSeconds(6));
        assertThat(commit()).isEqualTo(before + 2); // the counts, and this look at the version

        platform.invoke("f", "{}");
        var again = new Meter(platform.kv, platform.time, platform.time);
        assertThat(again.inAll(ACCOUNT).values())
                .extracting(sum -> sum.invocations)
                .containsExactlyInAnyOrder(1L, 1L);
        assertThat(platform.lambda.usages().metrics(null, false))
                .contains("function=\"f\"")
                .contains("} 2\n");
    }

    @Test
    void while_nothing_runs_nothing_is_written() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofSeconds(6));
        long before = commit();
        platform.time.advance(Duration.ofSeconds(60));

        assertThat(commit()).isEqualTo(before + 1);
    }

    @Test
    void stopping_in_order_loses_no_count() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        platform.crash();
        platform = new Platform(platform, settings -> settings);

        assertThat(only(report(Duration.ofHours(1), "f")).get("invocations")).hasToString("1");
    }

    @Test
    void a_report_begins_with_the_hour_that_was_asked_for() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        platform.time.set(platform.time.instant().plus(Duration.ofHours(30)));
        platform.invoke("f", "{}");

        assertThat(only(report(Duration.ofHours(24), "f")).get("invocations")).hasToString("1");
        assertThat(only(report(Duration.ofHours(48), "f")).get("invocations")).hasToString("2");
        assertThat(report(Duration.ofHours(24), null).get("since")).isEqualTo("2026-01-01T06:00:00Z");
    }

    @Test
    void hours_are_forgotten_after_four_hundred_days() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        platform.time.advance(Duration.ofSeconds(6));
        platform.time.set(platform.time.instant().plus(Duration.ofDays(401)));
        platform.with("g", "echo");
        platform.invoke("g", "{}");
        platform.time.advance(Duration.ofSeconds(6));

        assertThat(entries(LambdaKeys.meteredHours(ACCOUNT, 0, Long.MAX_VALUE))).isEqualTo(1);
        assertThat(entries(LambdaKeys.meteredInAll(ACCOUNT))).isEqualTo(1);
    }

    private int entries(Range range) {
        return platform.kv.read(snapshot -> snapshot.scan(range, 10)).size();
    }

    @Test
    void an_account_sees_its_own_use_only() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");

        assertThat(platform.lambda.usages().metrics("111111111111", false)).doesNotContain("function=");
        assertThat(new String(
                        platform.lambda.usages().report("111111111111", Duration.ofHours(1), null, "aws", null),
                        StandardCharsets.UTF_8))
                .contains("\"functions\":[]");
    }

    @Test
    void metrics_are_in_the_form_that_prometheus_reads() {
        platform.with("f", "echo");
        platform.invoke("f", "{}");
        platform.invoke("f", "{}");
        var labels = "account=\"000000000000\",region=\"eu-central-1\",function=\"f\",runtime=\"python3.12\","
                + "architecture=\"x86_64\"";

        assertThat(platform.lambda.usages().metrics(ACCOUNT, false))
                .contains("# TYPE tsumuji_lambda_invocations_total counter\n")
                .contains("tsumuji_lambda_invocations_total{" + labels + "} 2\n")
                .contains("tsumuji_lambda_starts_total{" + labels + ",path=\"ordinary\"} 1\n")
                .contains("tsumuji_lambda_duration_seconds_count{" + labels + ",start=\"warm\"} 1\n")
                .contains(
                        "tsumuji_lambda_runtime_duration_seconds_bucket{runtime=\"python3.12\",start=\"cold\",le=\"+Inf\"}"
                                + " 1\n")
                .doesNotContain("# EOF");
        assertThat(platform.lambda.usages().metrics(ACCOUNT, true))
                .contains("# TYPE tsumuji_lambda_invocations counter\n")
                .contains("tsumuji_lambda_invocations_total{" + labels + "} 2\n")
                .endsWith("# EOF\n");
    }

    private long commit() {
        return platform.kv
                .run(dev.tsumuji.kernel.kv.Kv.Options.DEFAULT, txn -> {
                    txn.put(new byte[] {1}, new byte[] {1});
                    return true;
                })
                .version();
    }
}
