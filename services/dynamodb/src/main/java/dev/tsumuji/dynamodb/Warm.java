package dev.tsumuji.dynamodb;

import org.jspecify.annotations.Nullable;

/**
 * How many units a table or an index serves at once without growing first. It is shown, and never shrinks.
 *
 * @see <a href="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html">Warm throughput</a>
 */
record Warm(long reads, long writes) {
    private static final long ON_DEMAND_READS = 12_000;
    private static final long ON_DEMAND_WRITES = 4_000;

    /** Of what was asked for or was there before, and of what there is by itself. */
    static Warm of(boolean onDemand, long storedReads, long storedWrites, long readUnits, long writeUnits) {
        return new Warm(
                Math.max(storedReads, onDemand ? ON_DEMAND_READS : readUnits),
                Math.max(storedWrites, onDemand ? ON_DEMAND_WRITES : writeUnits));
    }

    /** What is there when this much is asked for when a table or an index is made. */
    Warm asked(@Nullable Long reads, @Nullable Long writes, String whose, boolean onDemand) {
        checkInitial(reads, this.reads, "Read", whose, onDemand);
        checkInitial(writes, this.writes, "Write", whose, onDemand);
        return with(reads, writes);
    }

    /** What is there when this much is asked for later. */
    Warm raised(@Nullable Long reads, @Nullable Long writes, String whose) {
        checkRaised(reads, this.reads, "Read", whose);
        checkRaised(writes, this.writes, "Write", whose);
        return with(reads, writes);
    }

    private Warm with(@Nullable Long reads, @Nullable Long writes) {
        return new Warm(reads == null ? this.reads : reads, writes == null ? this.writes : writes);
    }

    private static void checkInitial(@Nullable Long asked, long least, String kind, String whose, boolean onDemand) {
        if (asked != null && asked < least) {
            throw DynamodbErrors.invalidParameters(
                    "Requested " + kind + "UnitsPerSecond for WarmThroughput for " + whose
                            + " is lower than "
                            + (onDemand
                                    ? "initial throughput for OnDemand. See:"
                                            + " https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
                                    : kind + "CapacityUnits of ProvisionedThroughput"));
        }
    }

    private static void checkRaised(@Nullable Long asked, long current, String kind, String whose) {
        if (asked != null && asked < current) {
            throw DynamodbErrors.invalidParameters("Requested " + kind + "UnitsPerSecond for WarmThroughput for "
                    + whose + " is lower than current WarmThroughput, decreasing WarmThroughput is not supported");
        }
    }
}
