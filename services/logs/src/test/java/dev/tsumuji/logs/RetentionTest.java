package dev.tsumuji.logs;

import static dev.tsumuji.logs.Fixture.GROUP;
import static dev.tsumuji.logs.Fixture.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tsumuji.kernel.kv.Tuple;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.cloudwatchlogs.model.InvalidParameterException;

class RetentionTest {
    private final Fixture it = Fixture.withStream();

    @AfterEach
    void close() {
        it.close();
    }

    private void keepFor(int days) {
        it.call(() -> it.logs.putRetentionPolicy(r -> r.logGroupName(GROUP).retentionInDays(days)));
    }

    private int storedKeys() {
        return it.kv.read(snapshot -> snapshot.scan(Tuple.range("logs"), 1000).size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, -1, 4000})
    void only_some_numbers_of_days_are_allowed(int days) {
        assertThatThrownBy(() -> keepFor(days))
                .isInstanceOf(InvalidParameterException.class)
                .hasMessageContaining("Value '" + days + "' at 'retentionInDays' failed to satisfy constraint");
    }

    @Test
    void a_policy_is_shown_and_taken_back() {
        keepFor(7);
        assertThat(retentionInDays()).isEqualTo(7);
        it.call(() -> it.logs.deleteRetentionPolicy(r -> r.logGroupName(GROUP)));
        assertThat(retentionInDays()).isNull();
    }

    private Integer retentionInDays() {
        return it.call(
                () -> it.logs.describeLogGroups(r -> {}).logGroups().getFirst().retentionInDays());
    }

    @Test
    void events_are_hidden_in_the_millisecond_they_expire() {
        keepFor(1);
        it.print(STREAM, "old");
        it.time.advance(Duration.ofDays(1));
        it.print(STREAM, "new");
        assertThat(it.read(STREAM)).containsExactly("old", "new");
        it.time.set(it.time.instant().plusMillis(1));
        assertThat(it.read(STREAM)).containsExactly("new");
        assertThat(it.filter("")).containsExactly("new");
    }

    @Test
    void expired_events_leave_the_store_and_the_count_of_bytes() {
        int empty = storedKeys();
        keepFor(1);
        it.print(STREAM, "a", "b", "c");
        assertThat(storedKeys()).isGreaterThan(empty);
        it.time.advance(Duration.ofDays(4));
        assertThat(it.read(STREAM)).isEmpty();
        // left: the mark that the group's events expire, the time of ingestion and the total, which is zero
        assertThat(storedKeys()).isEqualTo(empty + 3);
        assertThat(it.call(() -> it.logs
                        .describeLogGroups(r -> {})
                        .logGroups()
                        .getFirst()
                        .storedBytes()))
                .isZero();
    }

    @Test
    void without_a_policy_nothing_expires_and_nothing_runs() {
        it.print(STREAM, "kept");
        it.time.advance(Duration.ofDays(10_000));
        assertThat(it.read(STREAM)).containsExactly("kept");
        assertThat(it.time.waiting()).isZero();
    }

    @Test
    void nothing_runs_once_everything_has_expired_until_the_next_event() {
        keepFor(1);
        it.print(STREAM, "a");
        it.time.advance(Duration.ofDays(10));
        assertThat(it.time.waiting()).isZero();
        it.print(STREAM, "b");
        assertThat(it.time.waiting()).isEqualTo(1);
        it.time.advance(Duration.ofDays(10));
        assertThat(it.read(STREAM)).isEmpty();
    }

    @Test
    void a_longer_policy_in_time_saves_events() {
        keepFor(1);
        it.print(STREAM, "a");
        it.time.advance(Duration.ofHours(20));
        keepFor(7);
        it.time.advance(Duration.ofDays(5));
        assertThat(it.read(STREAM)).containsExactly("a");
    }
}
