package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.InvocationType;

class EventsTest {
    private final Platform platform = new Platform();

    @AfterEach
    void close() {
        platform.close();
    }

    private static void send(Platform platform, String function, String payload) {
        var answer = platform.invoke(r -> r.functionName(function)
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String(payload)));
        assertThat(answer.statusCode()).isEqualTo(202);
    }

    /** Gives deliveries time to happen that should not. */
    private static void quiet() throws InterruptedException {
        Thread.sleep(100);
    }

    @Test
    void an_event_is_run_later() {
        platform.with("f", "count runs");
        send(platform, "f", "{}");

        Platform.eventually(() -> platform.sandboxes.count("runs") == 1);
    }

    /** Moves time on until a function has run so often, and says how long that took. */
    private Duration untilRuns(int runs) throws InterruptedException {
        var begin = platform.time.instant();
        while (platform.sandboxes.count("runs") < runs) {
            var passed = Duration.between(begin, platform.time.instant());
            assertThat(passed).isLessThan(Duration.ofHours(5));
            platform.time.advance(Duration.ofSeconds(5));
            Thread.sleep(10);
        }
        return Duration.between(begin, platform.time.instant());
    }

    @Test
    void a_failed_event_is_tried_again_after_one_and_after_two_minutes_and_then_no_more() throws Exception {
        platform.with("f", "count runs", "fail Error always");
        send(platform, "f", "{}");
        Platform.eventually(() -> platform.sandboxes.count("runs") == 1);

        assertThat(untilRuns(2)).isGreaterThanOrEqualTo(Duration.ofSeconds(60));
        assertThat(untilRuns(3)).isGreaterThanOrEqualTo(Duration.ofSeconds(120));
        for (int i = 0; i < 10; i++) {
            platform.time.advance(Duration.ofMinutes(30));
            quiet();
        }
        assertThat(platform.sandboxes.count("runs")).isEqualTo(3);
    }

    @Test
    void all_attempts_have_the_same_request_id() throws Exception {
        platform.with("f", "count runs", "fail-until runs 2");
        send(platform, "f", "{}");
        untilRuns(2);

        var invocations = platform.sandboxes.started.getFirst().invocations;
        assertThat(invocations.get(0).requestId()).isEqualTo(invocations.get(1).requestId());
    }

    @Test
    void an_accepted_event_survives_a_crash() {
        platform.with("f", "count runs");
        platform.crash();
        var second = new Platform(platform, settings -> settings);
        second.crash();
        send(second, "f", "{}");
        assertThat(second.sandboxes.count("runs")).isZero();

        try (var third = new Platform(second, settings -> settings)) {
            Platform.eventually(() -> third.sandboxes.count("runs") == 1);
        }
    }

    @Test
    void a_throttled_event_waits_and_does_not_lose_an_attempt() throws Exception {
        platform.with("f", "count runs");
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(0)));
        send(platform, "f", "{}");
        for (int i = 0; i < 10; i++) {
            quiet();
            platform.time.advance(Duration.ofMinutes(5));
        }
        assertThat(platform.sandboxes.count("runs")).isZero();

        platform.call(() -> platform.lambda.deleteFunctionConcurrency(r -> r.functionName("f")));
        untilRuns(1);
    }

    private void reserve(int concurrency) {
        platform.call(() -> platform.lambda.putFunctionConcurrency(
                r -> r.functionName("f").reservedConcurrentExecutions(concurrency)));
    }

    /** The clock stands still meanwhile. */
    @Test
    void a_burst_is_worked_off_without_a_pause_as_fast_as_reserved_concurrency_lets_it() {
        platform.with("f", "count runs", "wait go", "echo");
        reserve(2);
        for (int i = 0; i < 50; i++) {
            send(platform, "f", "{}");
        }
        Platform.eventually(() -> platform.sandboxes.count("runs") == 2);
        platform.sandboxes.open("go");
        Platform.eventually(() -> platform.sandboxes.count("runs") == 50);
    }

    @Test
    void events_from_before_the_reservation_are_not_forgotten() throws Exception {
        platform.with("f", "count runs", "fail-until runs 31");
        for (int i = 0; i < 30; i++) {
            send(platform, "f", "{}");
        }
        Platform.eventually(() -> platform.sandboxes.count("runs") == 30);
        quiet();
        reserve(0);
        platform.time.advance(Duration.ofSeconds(61));
        quiet();
        assertThat(platform.sandboxes.count("runs")).isEqualTo(30);
        reserve(2);
        untilRuns(60);
    }

    @Test
    void what_waits_for_reserved_concurrency_survives_a_crash() {
        platform.with("f", "count runs");
        reserve(1);
        platform.crash();
        var second = new Platform(platform, settings -> settings);
        second.crash();
        send(second, "f", "{}");
        send(second, "f", "{}");

        try (var third = new Platform(second, settings -> settings)) {
            Platform.eventually(() -> third.sandboxes.count("runs") == 2);
        }
    }

    @Test
    void an_event_that_could_not_run_for_six_hours_is_given_up() throws Exception {
        platform.with("f", "count runs");
        platform.call(() ->
                platform.lambda.putFunctionConcurrency(r -> r.functionName("f").reservedConcurrentExecutions(0)));
        send(platform, "f", "{}");
        for (int i = 0; i < 15; i++) {
            quiet();
            platform.time.advance(Duration.ofMinutes(30));
        }
        platform.call(() -> platform.lambda.deleteFunctionConcurrency(r -> r.functionName("f")));
        quiet();
        platform.time.advance(Duration.ofMinutes(30));
        quiet();
        assertThat(platform.sandboxes.count("runs")).isZero();
    }

    @Test
    void one_functions_failures_do_not_hold_up_another() {
        platform.with("bad", "count bad", "fail Error always").with("good", "count good");
        for (int i = 0; i < 50; i++) {
            send(platform, "bad", "{}");
        }
        send(platform, "good", "{}");

        Platform.eventually(() -> platform.sandboxes.count("good") == 1);
        Platform.eventually(() -> platform.sandboxes.count("bad") == 50);
    }

    @Test
    void an_event_for_nobody_is_refused_at_once() {
        assertThatThrownBy(() -> send(platform, "f", "{}")).hasMessageContaining("Function not found: ");
    }
}
