package dev.tsumuji.lambda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What use costs: read from JSON, so that anybody may write their own. Exact decimal arithmetic. Immutable.
 *
 * <p>{@code aws} and {@code aws-2016} are shipped and show the form. Prices of memory times time come in steps by what an
 * account used of an architecture in a calendar month; what a list says nothing about is free of charge.
 *
 * @param incrementMillis to which each invocation's time is rounded up, 1 or 100
 * @param billsInit whether initialisation is billed
 * @see <a href="https://aws.amazon.com/lambda/pricing/">AWS Lambda Pricing</a>
 */
record PriceList(
        String name,
        String currency,
        int incrementMillis,
        boolean billsInit,
        BigDecimal perMillionRequests,
        Map<String, Rates> architectures) {
    static final int FILE_SIZE_MAX_BYTES = 64 << 10;

    /** Of memory times time, in the units that are counted. */
    private static final BigDecimal MEGABYTE_MILLIS_PER_GIGABYTE_SECOND = BigDecimal.valueOf(1024 * 1000);

    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);
    private static final int STEPS_MAX = 100;

    /** Of one architecture. */
    record Rates(List<Step> steps, BigDecimal perProvisionedGigabyteSecond) {}

    /** @param upTo GB-seconds a month; null for whatever is above the steps before */
    record Step(@Nullable BigDecimal upTo, BigDecimal price) {}

    /**
     * One of the lists that are shipped.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    static PriceList named(String name) {
        if (!name.matches("[a-z0-9-]{1,40}")) {
            throw new IllegalArgumentException("no price list is called " + name);
        }
        try (var in = PriceList.class.getResourceAsStream("prices/" + name + ".json")) {
            if (in == null) {
                throw new IllegalArgumentException(
                        "there is no price list " + name + "; aws and aws-2016 are shipped, others are files");
            }
            return parse(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalArgumentException that says what is wrong with it */
    static PriceList parse(byte[] json) {
        if (json.length > FILE_SIZE_MAX_BYTES) {
            throw new IllegalArgumentException("a price list has at most " + FILE_SIZE_MAX_BYTES + " bytes");
        }
        var members = object(JsonTree.parse(json), "the price list");
        long increment = decimal(members.get("billingIncrementMillis"), "billingIncrementMillis")
                .longValue();
        if (increment != 1 && increment != 100) {
            throw new IllegalArgumentException("billingIncrementMillis is 1 or 100");
        }
        var architectures = new TreeMap<String, Rates>();
        object(members.get("architectures"), "architectures")
                .forEach((name, rates) -> architectures.put(name, rates(object(rates, name), name)));
        return new PriceList(
                String.valueOf(members.getOrDefault("name", "own")),
                String.valueOf(members.getOrDefault("currency", "USD")),
                (int) increment,
                !Boolean.FALSE.equals(members.get("billsInitialization")),
                decimal(members.getOrDefault("perMillionRequests", "0"), "perMillionRequests"),
                architectures);
    }

    private static Rates rates(Map<String, @Nullable Object> members, String architecture) {
        if (!(members.get("perGigabyteSecond") instanceof List<?> list) || list.size() > STEPS_MAX) {
            throw new IllegalArgumentException(architecture + " needs a list perGigabyteSecond of at most 100 steps");
        }
        var steps = new ArrayList<Step>();
        for (var item : list) {
            var step = object(item, "a step of perGigabyteSecond");
            var upTo = step.get("upToGigabyteSecondsAMonth");
            steps.add(new Step(
                    upTo == null ? null : decimal(upTo, "upToGigabyteSecondsAMonth"),
                    decimal(step.get("price"), "price")));
        }
        return new Rates(
                List.copyOf(steps),
                decimal(members.getOrDefault("perProvisionedGigabyteSecond", "0"), "perProvisionedGigabyteSecond"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, @Nullable Object> object(@Nullable Object value, String what) {
        if (value instanceof Map<?, ?> map) {
            return (Map<String, @Nullable Object>) map;
        }
        throw new IllegalArgumentException(what + " is a JSON object");
    }

    private static BigDecimal decimal(@Nullable Object value, String what) {
        try {
            var text = String.valueOf(value);
            var number = text.length() > 40 ? null : new BigDecimal(text);
            if (number != null && number.signum() >= 0 && Math.abs(number.scale()) <= 30) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(what + " is a number that isn't negative");
    }

    /** Memory times time as this list bills it, in MB times milliseconds. */
    long billed(Metered use) {
        if (incrementMillis == 1) {
            return billsInit ? use.megabyteMillis() : use.megabyteMillisWithoutInit();
        }
        return billsInit ? use.megabyteMillisBy100() : use.megabyteMillisBy100WithoutInit();
    }

    static BigDecimal gigabyteSeconds(long megabyteMillis) {
        return BigDecimal.valueOf(megabyteMillis).divide(MEGABYTE_MILLIS_PER_GIGABYTE_SECOND);
    }

    /**
     * What a share of a month's use costs: its requests, and its part of what the whole month's memory times time costs.
     *
     * @param monthMegabyteMillis of the whole account on the architecture in that month, the share included
     */
    BigDecimal price(Metered use, String architecture, long monthMegabyteMillis) {
        var requests = BigDecimal.valueOf(use.invocations())
                .multiply(perMillionRequests)
                .divide(MILLION);
        var rates = architectures.get(architecture);
        if (rates == null) {
            return requests;
        }
        var provisioned = gigabyteSeconds(use.provisionedMegabyteMillis()).multiply(rates.perProvisionedGigabyteSecond);
        long billed = billed(use);
        var whole = compute(rates, gigabyteSeconds(monthMegabyteMillis));
        var part = monthMegabyteMillis == billed || monthMegabyteMillis == 0
                ? whole
                : whole.multiply(BigDecimal.valueOf(billed))
                        .divide(BigDecimal.valueOf(monthMegabyteMillis), 18, RoundingMode.HALF_EVEN);
        return requests.add(provisioned).add(part);
    }

    private static BigDecimal compute(Rates rates, BigDecimal gigabyteSeconds) {
        var cost = BigDecimal.ZERO;
        var done = BigDecimal.ZERO;
        for (var step : rates.steps) {
            var end = step.upTo == null ? gigabyteSeconds : step.upTo.min(gigabyteSeconds);
            if (end.compareTo(done) > 0) {
                cost = cost.add(end.subtract(done).multiply(step.price));
                done = end;
            }
        }
        return cost;
    }
}
