package dev.tsumuji.dynamodb;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.OnDemandThroughput;

/**
 * How a table's capacity is bought. It is kept and shown; nobody is held to it.
 *
 * @param billingMode {@code PROVISIONED} or {@code PAY_PER_REQUEST}
 * @param onDemandSince null when it never was {@code PAY_PER_REQUEST}
 * @param warmReads what was asked for in {@code WarmThroughput} or could be had before, or zero
 */
record Throughput(
        String billingMode,
        long readUnits,
        long writeUnits,
        @Nullable OnDemandThroughput onDemand,
        @Nullable Instant onDemandSince,
        @Nullable Instant increasedAt,
        @Nullable Instant decreasedAt,
        long warmReads,
        long warmWrites) {
    static final String ON_DEMAND = "PAY_PER_REQUEST";

    boolean isOnDemand() {
        return billingMode.equals(ON_DEMAND);
    }

    Throughput withOnDemand(@Nullable OnDemandThroughput most) {
        return new Throughput(
                billingMode,
                readUnits,
                writeUnits,
                most,
                onDemandSince,
                increasedAt,
                decreasedAt,
                warmReads,
                warmWrites);
    }

    Throughput withWarm(Warm changed) {
        return new Throughput(
                billingMode,
                readUnits,
                writeUnits,
                onDemand,
                onDemandSince,
                increasedAt,
                decreasedAt,
                changed.reads(),
                changed.writes());
    }

    /** What can be had at once: never less than once could. */
    Warm warm() {
        return Warm.of(isOnDemand(), warmReads, warmWrites, readUnits, writeUnits);
    }

    Throughput withUnits(long reads, long writes, Instant now) {
        boolean increased = reads > readUnits || writes > writeUnits;
        boolean decreased = reads < readUnits || writes < writeUnits;
        return new Throughput(
                "PROVISIONED",
                reads,
                writes,
                onDemand,
                onDemandSince,
                increased ? now : increasedAt,
                decreased ? now : decreasedAt,
                warm().reads(),
                warm().writes());
    }

    Throughput switchedToOnDemand(Instant now) {
        return new Throughput(
                ON_DEMAND, 0, 0, onDemand, now, increasedAt, decreasedAt, warm().reads(), warm().writes());
    }
}
