package dev.tsumuji.lambda;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * Writes what functions used as metrics, family by family. Used by one thread.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Exposition formats</a>
 */
final class MetricsText {
    private static final String PREFIX = "tsumuji_lambda_";
    private static final double[] QUANTILES = {0.5, 0.9, 0.95, 0.99};

    /** Bounds of the histograms, in microseconds. */
    private static final long[] BOUNDS = {
        1_000,
        2_500,
        5_000,
        10_000,
        25_000,
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000,
        30_000_000,
        60_000_000,
        300_000_000,
        900_000_000
    };

    private final StringBuilder out = new StringBuilder(4096);
    private final boolean openMetrics;

    MetricsText(boolean openMetrics) {
        this.openMetrics = openMetrics;
    }

    private record Used(Meter.Slot slot, Metered.Sum sum) {}

    MetricsText lambda(Map<Meter.Slot, Metered.Sum> sums) {
        var all = new ArrayList<Used>();
        sums.forEach((slot, sum) -> all.add(new Used(slot, sum)));
        all.sort(Comparator.comparing(used -> used.slot().toString()));
        counter("invocations", "Invocations that ran, well or badly.", all, sum -> sum.invocations);
        counter("errors", "Invocations that failed, those that timed out included.", all, sum -> sum.errors);
        counter("timeouts", "Invocations that were ended at their timeout.", all, sum -> sum.timeouts);
        counter("throttles", "Invocations that were refused for concurrency.", all, sum -> sum.throttles);
        megabyteSeconds(all);
        starts(all);
        summaries(all);
        histograms(all);
        return this;
    }

    private void counter(String name, String help, List<Used> all, ToLongFunction<Metered.Sum> value) {
        family(name, "counter", help);
        for (var used : all) {
            sample(name + "_total", labels(used.slot), Long.toString(value.applyAsLong(used.sum)));
        }
    }

    private void megabyteSeconds(List<Used> all) {
        family("billed_gigabyte_seconds", "counter", "Memory times billed time, by the millisecond.");
        for (var used : all) {
            sample(
                    "billed_gigabyte_seconds_total",
                    labels(used.slot),
                    PriceList.gigabyteSeconds(used.sum.megabyteMillis).toPlainString());
        }
    }

    private void starts(List<Used> all) {
        family("starts", "counter", "Instances started, by the way they were started.");
        for (var used : all) {
            new TreeMap<>(used.sum.starts)
                    .forEach((path, n) ->
                            sample("starts_total", labels(used.slot) + ",path=\"" + escaped(path) + '"', "" + n));
        }
    }

    private void summaries(List<Used> all) {
        family(
                "duration_seconds",
                "summary",
                "How long invocations took since ever; cold ones with their instance's initialisation.");
        for (var used : all) {
            summary(labels(used.slot) + ",start=\"cold\"", used.sum.cold);
            summary(labels(used.slot) + ",start=\"warm\"", used.sum.warm);
        }
    }

    private void summary(String labels, Durations durations) {
        if (durations.count() == 0) {
            return;
        }
        for (double part : QUANTILES) {
            sample("duration_seconds", labels + ",quantile=\"" + part + '"', seconds(durations.quantileMicros(part)));
        }
        sample("duration_seconds_sum", labels, seconds(durations.sumMicros()));
        sample("duration_seconds_count", labels, Long.toString(durations.count()));
    }

    private void histograms(List<Used> all) {
        family("runtime_duration_seconds", "histogram", "The same by runtime, all functions together.");
        var runtimes = new TreeMap<String, Metered.Sum>();
        for (var used : all) {
            runtimes.computeIfAbsent(used.slot.runtime(), absent -> new Metered.Sum())
                    .add(used.sum);
        }
        runtimes.forEach((runtime, sum) -> {
            histogram("runtime=\"" + escaped(runtime) + "\",start=\"cold\"", sum.cold);
            histogram("runtime=\"" + escaped(runtime) + "\",start=\"warm\"", sum.warm);
        });
    }

    private void histogram(String labels, Durations durations) {
        for (long bound : BOUNDS) {
            sample(
                    "runtime_duration_seconds_bucket",
                    labels + ",le=\"" + bound / 1e6 + '"',
                    Long.toString(durations.countUpTo(bound)));
        }
        sample("runtime_duration_seconds_bucket", labels + ",le=\"+Inf\"", Long.toString(durations.count()));
        sample("runtime_duration_seconds_sum", labels, seconds(durations.sumMicros()));
        sample("runtime_duration_seconds_count", labels, Long.toString(durations.count()));
    }

    /** The text format names a family of counters as its samples, OpenMetrics without their ending. */
    private void family(String name, String type, String help) {
        var full = PREFIX + name + (type.equals("counter") && !openMetrics ? "_total" : "");
        out.append("# HELP ").append(full).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(full).append(' ').append(type).append('\n');
    }

    private void sample(String name, String labels, String value) {
        out.append(PREFIX)
                .append(name)
                .append('{')
                .append(labels)
                .append("} ")
                .append(value)
                .append('\n');
    }

    private static String labels(Meter.Slot slot) {
        return "account=\"" + escaped(slot.id().account())
                + "\",region=\"" + escaped(slot.id().region())
                + "\",function=\"" + escaped(slot.id().name())
                + "\",runtime=\"" + escaped(slot.runtime())
                + "\",architecture=\"" + escaped(slot.architecture()) + '"';
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static String seconds(long micros) {
        return BigDecimal.valueOf(micros, 6).toPlainString();
    }

    String end() {
        if (openMetrics) {
            out.append("# EOF\n");
        }
        return out.toString();
    }
}
