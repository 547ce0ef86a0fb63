package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DurationsTest {
    @Test
    void a_quantile_is_right_to_one_part_in_thirty_two() {
        long seed = System.nanoTime();
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            var durations = new Durations();
            var exact = new long[1 + random.nextInt(500)];
            for (int i = 0; i < exact.length; i++) {
                exact[i] = random.nextLong(1L << (1 + random.nextInt(29)));
                durations.addNanos(exact[i] * 1000);
            }
            Arrays.sort(exact);
            for (double part : new double[] {0.01, 0.5, 0.9, 0.99, 1}) {
                long right = exact[(int) Math.max(0, Math.ceil(part * exact.length) - 1)];
                assertThat(durations.quantileMicros(part)).as("seed %d", seed).isBetween(right, right + right / 32);
            }
            assertThat(durations.sumMicros()).isEqualTo(Arrays.stream(exact).sum());
        }
    }

    @Test
    void what_is_stored_is_what_was_counted_and_adds_up() {
        var one = new Durations();
        var two = new Durations();
        for (long micros = 0; micros < 2_000_000_000L; micros = micros * 3 / 2 + 1) {
            one.addNanos(micros * 1000);
            two.addNanos(micros * 2000);
        }
        var both = new Durations();
        both.add(one.encode());
        assertThat(both).isEqualTo(one);
        both.add(two.encode());
        one.add(two);

        assertThat(both).isEqualTo(one);
        assertThat(both.count()).isEqualTo(one.count());
    }

    @Test
    void nothing_counted_is_nothing() {
        assertThat(new Durations().quantileMicros(0.5)).isZero();
        assertThat(new Durations().countUpTo(1_000_000)).isZero();
    }

    @Test
    void counts_up_to_a_bound_leave_out_what_is_above() {
        var durations = new Durations();
        durations.addNanos(900_000);
        durations.addNanos(5_000_000);

        assertThat(durations.countUpTo(1_000)).isEqualTo(1);
        assertThat(durations.countUpTo(1_000_000)).isEqualTo(2);
    }
}
