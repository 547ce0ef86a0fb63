package dev.tsumuji.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PriceListTest {
    private static Metered.Sum runs(int times, int megabytes, Duration duration, Duration init) {
        var sum = new Metered.Sum();
        for (int i = 0; i < times; i++) {
            sum.invocations++;
            sum.billed(megabytes, duration.toNanos(), init.toNanos());
        }
        return sum;
    }

    private static BigDecimal price(PriceList list, Metered.Sum sum, String architecture) {
        var use = sum.metered();
        return list.price(use, architecture, list.billed(use));
    }

    @Test
    void forty_times_forty_eight_runs_of_a_minute_in_one_and_a_half_gigabytes_cost_2_88_at_2016_prices() {
        var sum = runs(40 * 48, 1536, Duration.ofSeconds(60), Duration.ZERO);
        var list = PriceList.named("aws-2016");

        assertThat(PriceList.gigabyteSeconds(list.billed(sum.metered()))).isEqualByComparingTo("172800");
        assertThat(price(list, sum, "x86_64")).isEqualByComparingTo("2.88096");
        assertThat(price(list, sum, "x86_64").setScale(2, RoundingMode.HALF_EVEN))
                .isEqualTo("2.88");
    }

    @Test
    void time_is_rounded_up_by_invocation_and_initialisation_counts_only_where_it_is_billed() {
        var sum = runs(10, 1024, Duration.ofNanos(1_200_001), Duration.ofMillis(150));

        assertThat(PriceList.named("aws").billed(sum.metered())).isEqualTo(10 * 1024 * 152);
        assertThat(PriceList.named("aws-2016").billed(sum.metered())).isEqualTo(10 * 1024 * 100);
    }

    @Test
    void requests_cost_twenty_cents_a_million() {
        var sum = new Metered.Sum();
        sum.invocations = 3_000_000;
        assertThat(price(PriceList.named("aws"), sum, "x86_64")).isEqualByComparingTo("0.60");
    }

    @Test
    void steps_apply_to_a_months_use_of_an_architecture() {
        var list = PriceList.named("aws");
        var sum = new Metered.Sum();
        sum.megabyteMillis = 7_000_000_000L * 1024 * 1000;

        assertThat(price(list, sum, "x86_64"))
                .isEqualByComparingTo(new BigDecimal("0.0000166667")
                        .multiply(new BigDecimal("6000000000"))
                        .add(new BigDecimal("0.000015").multiply(new BigDecimal("1000000000"))));
        assertThat(price(list, sum, "arm64"))
                .isEqualByComparingTo(new BigDecimal("0.0000133334").multiply(new BigDecimal("7000000000")));
    }

    @Test
    void shares_of_a_month_add_up_to_the_month() {
        var list = PriceList.named("aws");
        var one = new Metered.Sum();
        one.megabyteMillis = 5_000_000_000L * 1024 * 1000;
        var two = new Metered.Sum();
        two.megabyteMillis = 4_000_000_000L * 1024 * 1000;
        long month = one.megabyteMillis + two.megabyteMillis;
        var both = new Metered.Sum();
        both.add(one);
        both.add(two);

        assertThat(list.price(one.metered(), "x86_64", month).add(list.price(two.metered(), "x86_64", month)))
                .isCloseTo(price(list, both, "x86_64"), org.assertj.core.data.Offset.offset(new BigDecimal("1e-9")));
    }

    @Test
    void memory_kept_ready_has_its_own_price() {
        var sum = new Metered.Sum();
        sum.provisionedMegabyteMillis = 3600L * 1000 * 1024;
        assertThat(price(PriceList.named("aws"), sum, "x86_64"))
                .isEqualByComparingTo(new BigDecimal("0.0000041667").multiply(new BigDecimal(3600)));
    }

    @Test
    void an_own_list_is_read_and_its_mistakes_are_named() {
        var own = PriceList.parse("""
                {"name":"own","currency":"EUR","billingIncrementMillis":1,"perMillionRequests":1,
                 "architectures":{"x86_64":{"perGigabyteSecond":[{"price":0.5}]}}}""".getBytes(StandardCharsets.UTF_8));
        assertThat(price(own, runs(1, 1024, Duration.ofSeconds(2), Duration.ZERO), "x86_64"))
                .isEqualByComparingTo("1.000001");

        for (var bad : new String[] {
            "",
            "[",
            "[]",
            "{}",
            "{\"billingIncrementMillis\":7}",
            "{\"billingIncrementMillis\":1,\"architectures\":{\"x86_64\":{}}}",
            "{\"billingIncrementMillis\":1,\"architectures\":{\"x86_64\":{\"perGigabyteSecond\":[{\"price\":\"-1\"}]}}}",
            "{\"billingIncrementMillis\":1,\"architectures\":{\"x86_64\":{\"perGigabyteSecond\":[{\"price\":1e999999}]}}}"
        }) {
            assertThatThrownBy(() -> PriceList.parse(bad.getBytes(StandardCharsets.UTF_8)))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching("(?s).{10,}");
        }
        assertThatThrownBy(() -> PriceList.named("../secret")).hasMessageContaining("no price list");
        assertThatThrownBy(() -> PriceList.named("gcp")).hasMessageContaining("aws and aws-2016 are shipped");
    }
}
