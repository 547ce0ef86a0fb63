package dev.tsumuji.lambda;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.ThrottleReason;

/**
 * Counts executions under way and refuses those above a limit: what is provisioned for a version first, then a function's own, when it has concurrency reserved, else what
 * the reservations leave of its account's. Thread-safe without locks.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html">Concurrency</a>
 */
final class ConcurrencyGate {
    private final int concurrencyMax;
    private final ToIntFunction<Place> reservedInAll;
    private final ConcurrentHashMap<FunctionId, Running> functions = new ConcurrentHashMap<>();
    /** Of versions with instances that are kept for them. */
    private final ConcurrentHashMap<String, Running> provisioned = new ConcurrentHashMap<>();

    private final ConcurrentHashMap<Place, Running> accounts = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Place, Integer> reserved = new ConcurrentHashMap<>();

    /** @param reservedInAll reads the sum of all reservations */
    ConcurrencyGate(int concurrencyMax, ToIntFunction<Place> reservedInAll) {
        this.concurrencyMax = concurrencyMax;
        this.reservedInAll = reservedInAll;
    }

    /** One account in one region. */
    record Place(String account, String region) {}

    /** Executions under way that share one limit. */
    static final class Running {
        private final AtomicInteger count = new AtomicInteger();

        private boolean enter(int max) {
            if (count.incrementAndGet() > max) {
                count.decrementAndGet();
                return false;
            }
            return true;
        }

        void leave() {
            count.decrementAndGet();
        }
    }

    /**
     * Counts one more execution; whoever gets the result must leave it.
     *
     * @throws software.amazon.awssdk.awscore.exception.AwsServiceException 429 when the limit is reached
     */
    Running enter(Target target) {
        var id = target.id();
        if (target.provisioned() > 0) {
            var running = provisioned.computeIfAbsent(target.function().generation(), absent -> new Running());
            if (running.enter(target.provisioned())) {
                return running;
            }
        }
        @Nullable Integer reservedForFunction = target.reserved();
        if (reservedForFunction != null) {
            var running = functions.computeIfAbsent(id, absent -> new Running());
            if (!running.enter(reservedForFunction - target.provisionedOfFunction())) {
                throw LambdaErrors.throttled(ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
            }
            return running;
        }
        var place = new Place(id.account(), id.region());
        var running = accounts.computeIfAbsent(place, absent -> new Running());
        if (!running.enter(concurrencyMax - reserved.computeIfAbsent(place, reservedInAll::applyAsInt))) {
            throw LambdaErrors.throttled(ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
        }
        return running;
    }

    /** Forgets what is reserved, after it was changed. */
    void reservationsChanged(Place place) {
        reserved.remove(place);
    }
}
