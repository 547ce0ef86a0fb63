package dev.tsumuji.engines.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InboxTest {
    private static final long LONG = Duration.ofMinutes(5).toNanos();

    private final Inbox<Integer> inbox = new Inbox<>();

    @Test
    void gives_what_came_in_its_order_and_no_more_than_is_asked_for() {
        List.of(1, 2, 3).forEach(inbox::add);
        assertThat(inbox.remove(2)).isTrue();
        assertThat(inbox.remove(2)).isFalse();
        var taken = new ArrayList<>(List.of(0));
        inbox.drainTo(taken, 2);
        assertThat(taken).containsExactly(0, 1);
        inbox.drainTo(taken, 9);
        assertThat(taken).containsExactly(0, 1, 3);
        assertThat(inbox.poll()).isNull();
    }

    @Test
    void who_waits_for_some_is_not_woken_for_fewer() throws Exception {
        var taker = Thread.ofPlatform().start(() -> inbox.await(2, LONG));
        inbox.add(1);
        assertThat(taker.join(Duration.ofMillis(200))).isFalse();
        inbox.add(2);
        taker.join();
    }

    @Test
    void who_waits_goes_on_when_the_time_is_over() {
        inbox.add(1);
        inbox.await(2, Duration.ofMillis(1).toNanos());
        assertThat(inbox.poll()).isEqualTo(1);
    }

    @Test
    void no_arrival_is_missed() throws Exception {
        int rounds = 20_000;
        var giver = Thread.ofVirtual().start(() -> {
            for (int i = 0; i < rounds; i++) {
                inbox.add(i);
            }
        });
        var taken = new ArrayList<Integer>();
        while (taken.size() < rounds) {
            inbox.await(1, LONG);
            inbox.drainTo(taken, rounds);
        }
        giver.join();
        assertThat(taken).isSorted().hasSize(rounds);
    }
}
