package dev.tsumuji.lambda;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Shows what functions used, and what that costs, to the platform's own pages. Thread-safe.
 *
 * <p>The use of a time begins with the full hour before it. Steps of prices are applied to what an account used within that
 * time in each calendar month, not to what it had used earlier in the month.
 */
public final class Usages {
    private static final Duration SINCE_MAX = Duration.ofHours(Meter.KEPT_HOURS);

    private final Meter meter;
    private final InstantSource clock;

    Usages(Meter meter, InstantSource clock) {
        this.meter = meter;
        this.clock = clock;
    }

    /**
     * The use of one account, as a JSON object.
     *
     * @param since how far back
     * @param function only this one; null for all
     * @param prices name of a price list that is shipped
     * @param ownPrices a price list as JSON, in place of the named one; null for none
     * @throws IllegalArgumentException with what is wrong about the prices
     */
    public byte[] report(
            String account, Duration since, @Nullable String function, String prices, byte @Nullable [] ownPrices) {
        var list = ownPrices == null ? PriceList.named(prices) : PriceList.parse(ownPrices);
        var now = clock.instant();
        var from = now.minus(since.compareTo(SINCE_MAX) > 0 ? SINCE_MAX : since).truncatedTo(ChronoUnit.HOURS);
        return Json.write(report(list, account, from, now, function)).getBytes(StandardCharsets.UTF_8);
    }

    private record Line(Metered.Sum sum, BigDecimal price) {
        Line add(Metered.Sum more, BigDecimal morePrice) {
            sum.add(more);
            return new Line(sum, price.add(morePrice));
        }
    }

    private Map<String, @Nullable Object> report(
            PriceList list, String account, Instant from, Instant now, @Nullable String function) {
        var months = meter.since(account, from, null);
        var whole = new HashMap<String, Long>();
        months.forEach((key, sum) ->
                whole.merge(key.month() + key.slot().architecture(), list.billed(sum.metered()), Long::sum));
        var lines = new HashMap<Meter.Slot, Line>();
        months.forEach((key, sum) -> {
            var slot = key.slot();
            if (function == null || slot.id().name().equals(function)) {
                var price = list.price(
                        sum.metered(), slot.architecture(), whole.getOrDefault(key.month() + slot.architecture(), 0L));
                var line = lines.getOrDefault(slot, new Line(new Metered.Sum(), BigDecimal.ZERO));
                lines.put(slot, line.add(sum, price));
            }
        });
        var all = new Line(new Metered.Sum(), BigDecimal.ZERO);
        for (var line : lines.values()) {
            all = all.add(line.sum, line.price);
        }
        var shown = new ArrayList<Object>();
        lines.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<Meter.Slot, Line> entry) -> entry.getValue().price)
                        .reversed()
                        .thenComparing(entry -> entry.getKey().toString()))
                .forEach(entry -> shown.add(function(list, entry.getKey(), entry.getValue())));
        var report = new LinkedHashMap<String, @Nullable Object>();
        report.put("account", account);
        report.put("since", from.toString());
        report.put("until", now.toString());
        report.put("prices", list.name());
        report.put("currency", list.currency());
        report.put("functions", shown);
        report.put("total", figures(list, all));
        report.put("runtimes", runtimes(lines));
        return report;
    }

    private static Map<String, @Nullable Object> function(PriceList list, Meter.Slot slot, Line line) {
        var members = new LinkedHashMap<String, @Nullable Object>();
        members.put("function", slot.id().name());
        members.put("region", slot.id().region());
        members.put("runtime", slot.runtime());
        members.put("architecture", slot.architecture());
        members.putAll(figures(list, line));
        return members;
    }

    private static Map<String, @Nullable Object> figures(PriceList list, Line line) {
        var use = line.sum.metered();
        long billed = list.billed(use);
        var members = new LinkedHashMap<String, @Nullable Object>();
        members.put("invocations", use.invocations());
        members.put("errors", use.errors());
        members.put("timeouts", use.timeouts());
        members.put("throttles", use.throttles());
        members.put("starts", new TreeMap<>(use.starts()));
        members.put("megabyteMilliseconds", billed);
        members.put("gigabyteSeconds", PriceList.gigabyteSeconds(billed).toPlainString());
        if (use.provisionedMegabyteMillis() > 0) {
            members.put("provisionedMegabyteMilliseconds", use.provisionedMegabyteMillis());
            members.put(
                    "provisionedGigabyteSeconds",
                    PriceList.gigabyteSeconds(use.provisionedMegabyteMillis()).toPlainString());
        }
        members.put("cost", money(line.price));
        members.put("cold", durations(line.sum.cold));
        members.put("warm", durations(line.sum.warm));
        return members;
    }

    /** To the millionth of a dollar's cent: small uses are worth little. */
    private static String money(BigDecimal price) {
        var plain = price.setScale(8, RoundingMode.HALF_EVEN).stripTrailingZeros();
        return (plain.scale() < 2 ? plain.setScale(2, RoundingMode.UNNECESSARY) : plain).toPlainString();
    }

    private static Map<String, @Nullable Object> durations(Durations durations) {
        var members = new LinkedHashMap<String, @Nullable Object>();
        members.put("count", durations.count());
        if (durations.count() > 0) {
            members.put("p50Millis", durations.quantileMicros(0.5) / 1000.0);
            members.put("p90Millis", durations.quantileMicros(0.9) / 1000.0);
            members.put("p99Millis", durations.quantileMicros(0.99) / 1000.0);
            members.put("maxMillis", durations.quantileMicros(1) / 1000.0);
        }
        return members;
    }

    private static Map<String, @Nullable Object> runtimes(Map<Meter.Slot, Line> lines) {
        var sums = new TreeMap<String, Metered.Sum>();
        lines.forEach((slot, line) -> sums.computeIfAbsent(slot.runtime(), absent -> new Metered.Sum())
                .add(line.sum));
        var members = new LinkedHashMap<String, @Nullable Object>();
        sums.forEach((runtime, sum) -> {
            var both = new LinkedHashMap<String, @Nullable Object>();
            both.put("cold", durations(sum.cold));
            both.put("warm", durations(sum.warm));
            members.put(runtime, both);
        });
        return members;
    }

    /**
     * Counters since ever in the exposition format of Prometheus.
     *
     * @param account only its functions; null for all accounts
     * @param openMetrics in OpenMetrics 1.0 instead of the text format 0.0.4
     * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition formats</a>
     */
    public String metrics(@Nullable String account, boolean openMetrics) {
        return new MetricsText(openMetrics).lambda(meter.inAll(account)).end();
    }
}
