package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.sandbox.Sandbox;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.lambda.model.FunctionEventInvokeConfig;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/**
 * Asynchronous invocations. An accepted event is on disk, and is run at least once: until it succeeds, has failed as often
 * as it may, or is too old. While its function can't be run (throttled, or the platform fails) it is put off with growing
 * delays that don't count as attempts. Thread-safe.
 *
 * <p>Events of a function with reserved concurrency wait in a queue of their own, from which as many run at once as are
 * reserved: a burst is worked off without a pause, in the order in which it came, and without trying what can't run yet.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html">Error handling</a>
 */
final class Events {
    static final String TOPIC = "lambda.event";

    private static final Logger LOG = System.getLogger(Events.class.getName());
    private static final Codec<Event> EVENT = Codec.of(Event.class);
    private static final Duration PUT_OFF_MIN = Duration.ofSeconds(1);
    private static final Duration PUT_OFF_MAX = Duration.ofMinutes(5);

    private final Kv kv;
    private final Outbox outbox;
    private final FunctionStore store;
    private final InstantSource clock;
    private final LambdaSettings settings;
    private final Destinations destinations;
    private final RecursionConfigs recursion;
    private @Nullable Invocations invocations;

    Events(
            FunctionStore store,
            Outbox outbox,
            InstantSource clock,
            LambdaSettings settings,
            Destinations destinations,
            RecursionConfigs recursion) {
        this.kv = store.kv();
        this.store = store;
        this.outbox = outbox;
        this.clock = clock;
        this.settings = settings;
        this.destinations = destinations;
        this.recursion = recursion;
        outbox.handle(TOPIC, settings.concurrencyMax(), this::deliver);
        outbox.handleEach(TOPIC, this::concurrency, this::deliver);
    }

    /** Set once, before anything is delivered: the two need each other. */
    void runWith(Invocations invocations) {
        this.invocations = invocations;
    }

    /** Returns when the event is on disk. */
    void accept(FunctionName function, byte[] payload, String requestId, @Nullable String traceHeader) {
        var id = function.id();
        var now = clock.instant();
        var event = new Event(
                id.account(), id.region(), id.name(), function.qualifier(), requestId, payload, now, 0, 0, traceHeader);
        var work = EVENT.encode(event);
        kv.<@Nullable Object>transact(txn -> {
            outbox.put(txn, reserved(txn.unchecked(), id) == null ? TOPIC : queue(id), now, work);
            return null;
        });
    }

    private static @Nullable Reserved reserved(Snapshot snapshot, FunctionId id) {
        return LambdaKeys.RESERVED.decodeNullable(snapshot.get(LambdaKeys.reserved(id)));
    }

    private static String queue(FunctionId id) {
        return TOPIC + "/" + id.account() + "/" + id.region() + "/" + id.name();
    }

    /** @param queue what its name has behind the topic */
    private int concurrency(String queue) {
        var names = queue.split("/");
        var id = new FunctionId(names[0], names[1], names[2]);
        var reserved = kv.read(snapshot -> reserved(snapshot, id));
        return reserved == null ? settings.concurrencyMax() : reserved.concurrency();
    }

    private Outbox.Outcome deliver(Outbox.Delivery delivery) {
        var event = EVENT.decode(delivery.work());
        var runner = Objects.requireNonNull(invocations);
        var name = event.function();
        Target target;
        try {
            target = runner.active(runner.target(name), name);
        } catch (ResourceNotFoundException e) {
            LOG.log(Level.DEBUG, "an event is dropped: {0}", e.getMessage());
            return new Outbox.Outcome.Done();
        } catch (AwsServiceException e) {
            return putOff(event.afterDelay(), null);
        }
        if (recursion.stops(name.id(), event.traceHeader())) {
            LOG.log(Level.WARNING, "{0} invokes itself without end and was stopped", name.arn());
            return destinations.end(event, target, Destinations.Condition.RECURSIVE, null);
        }
        try {
            var outcome = runner.run(
                    target, name.arn(), event.requestId(), event.payload(), null, event.traceHeader(), false);
            // an event that will not run again has left its trace, whatever happens next
            outcome.log().flush();
            return switch (outcome.answer()) {
                case Sandbox.Answer.Success success ->
                    destinations.end(event, target, Destinations.Condition.SUCCESS, success);
                case Sandbox.Answer.Failure failure -> failed(event.afterFailure(), target, failure);
            };
        } catch (AwsServiceException e) {
            if (target.reserved() != null && delivery.topic().equals(TOPIC)) {
                // came before the reservation did
                return new Outbox.Outcome.DoneWith(
                        txn -> outbox.put(txn, queue(name.id()), clock.instant(), delivery.work()));
            }
            return putOff(event.afterDelay(), target);
        }
    }

    private Outbox.Outcome failed(Event event, Target target, Sandbox.Answer.Failure failure) {
        var delays = settings.retryDelays();
        int retriesMax = store.events(event.function())
                .map(FunctionEventInvokeConfig::maximumRetryAttempts)
                .orElse(delays.size());
        if (event.failures() > Math.min(retriesMax, delays.size())) {
            return destinations.end(event, target, Destinations.Condition.RETRIES_EXHAUSTED, failure);
        }
        return later(event, delays.get(event.failures() - 1), target, failure);
    }

    private Outbox.Outcome putOff(Event event, @Nullable Target target) {
        var delay = PUT_OFF_MIN.multipliedBy(1L << Math.min(event.delays() - 1, 16));
        return later(event, delay.compareTo(PUT_OFF_MAX) > 0 ? PUT_OFF_MAX : delay, target, null);
    }

    /** Again after a while, unless the event would be too old by then. */
    private Outbox.Outcome later(
            Event event, Duration delay, @Nullable Target target, Sandbox.Answer.@Nullable Failure failure) {
        var due = clock.instant().plus(delay);
        var ageMax = store.events(event.function())
                .map(FunctionEventInvokeConfig::maximumEventAgeInSeconds)
                .map(Duration::ofSeconds)
                .orElse(settings.eventAgeMax());
        if (due.isAfter(event.acceptedAt().plus(ageMax))) {
            LOG.log(
                    Level.DEBUG,
                    "an event of {0} is given up for its age",
                    event.function().arn());
            return target == null
                    ? new Outbox.Outcome.Done()
                    : destinations.end(event, target, Destinations.Condition.EVENT_AGE_EXCEEDED, failure);
        }
        return new Outbox.Outcome.Retry(due, EVENT.encode(event));
    }
}
