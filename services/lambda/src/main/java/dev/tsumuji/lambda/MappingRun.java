package dev.tsumuji.lambda;

import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.KvException;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.signal.Signals;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.Scheduler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.InvocationType;

/**
 * An enabled mapping at work: a lane for each share of each shard, children after their parents. While its stream has
 * nothing new all of its threads sleep. {@code lock} guards the lanes; the supervisor's thread starts them.
 */
final class MappingRun {
    private static final Logger LOG = System.getLogger(MappingRun.class.getName());
    /** A shard may have got children without a lane of ours having ended. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

    private static final Duration AFTER_A_FAULT = Duration.ofSeconds(1);

    private final Mapping mapping;
    private final List<EventFilter> filters;
    private final StreamSource source;
    private final FunctionStore store;
    private final Invocations invocations;
    private final Cloud cloud;
    private final RoleSessions sessions;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final Ids ids;
    private final Signals.Listening listening;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<StreamLane> lanes = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Semaphore look = new Semaphore(0);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopped;
    private volatile String result = "";

    /** What a run needs of the platform. */
    record Surroundings(
            FunctionStore store,
            Invocations invocations,
            Roles roles,
            Cloud cloud,
            Signals signals,
            InstantSource clock,
            Scheduler scheduler,
            Ids ids) {}

    /** @param before a run of the same mapping that was told to stop; this one begins when it has ended */
    MappingRun(Mapping mapping, Surroundings surroundings, @Nullable MappingRun before) {
        this.mapping = mapping;
        this.store = surroundings.store();
        this.invocations = surroundings.invocations();
        this.cloud = surroundings.cloud();
        this.clock = surroundings.clock();
        this.scheduler = surroundings.scheduler();
        this.ids = surroundings.ids();
        this.sessions =
                new RoleSessions(surroundings.roles(), clock, mapping.function().id());
        this.filters = EventSourceRules.filters(mapping.settings().filterCriteria());
        this.source = new TableStream(mapping.settings().eventSourceArn(), mapping.region(), this::streams);
        this.listening = surroundings.signals().listen(mapping.settings().eventSourceArn(), this::wake);
        Thread.ofVirtual().name("mapping " + mapping.uuid()).start(() -> supervise(before));
    }

    /** Ends after the invocations under way, without waiting for them. */
    void stop() {
        stopped = true;
        listening.close();
        lock.lock();
        try {
            lanes.forEach(StreamLane::stop);
        } finally {
            lock.unlock();
        }
        look.release();
    }

    void awaitEnd() throws InterruptedException {
        ended.await();
    }

    private void wake() {
        lock.lock();
        try {
            lanes.forEach(StreamLane::wake);
        } finally {
            lock.unlock();
        }
    }

    private void supervise(@Nullable MappingRun before) {
        try {
            if (before != null) {
                before.awaitEnd();
            }
            shareAnew();
            while (!stopped) {
                startLanes();
                look.tryAcquire(LOOK_AGAIN.toSeconds(), TimeUnit.SECONDS);
                look.drainPermits();
            }
            for (var thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (KvException e) {
            if (e.kind() != KvException.Kind.CLOSED) {
                LOG.log(Level.ERROR, "event source mapping " + mapping.uuid() + " stopped working", e);
            }
        } finally {
            ended.countDown();
        }
    }

    private void startLanes() {
        try {
            for (var shard : source.shards()) {
                if (shard.parent() == null || hasEnded(shard.parent())) {
                    startLanes(shard.id());
                }
            }
        } catch (AwsServiceException e) {
            result("PROBLEM: " + e.awsErrorDetails().errorMessage());
        }
    }

    private void startLanes(String shard) {
        for (int lane = 0; lane < settings().parallelizationFactor(); lane++) {
            if (isRunning(shard, lane)) {
                continue;
            }
            var from = begin(shard, lane);
            if (from.ended()) {
                continue;
            }
            var work = new StreamLane(this, shard, lane, from);
            lock.lock();
            try {
                if (stopped) {
                    return;
                }
                lanes.add(work);
                threads.add(Thread.ofVirtual()
                        .name("mapping " + mapping.uuid() + " " + shard + "/" + lane)
                        .start(() -> runLane(work)));
            } finally {
                lock.unlock();
            }
        }
    }

    private void runLane(StreamLane lane) {
        var after = Duration.ZERO;
        try {
            lane.run();
        } catch (KvException e) {
            if (e.kind() != KvException.Kind.CLOSED) {
                LOG.log(Level.ERROR, "event source mapping " + mapping.uuid() + " lost a lane", e);
            }
            after = AFTER_A_FAULT;
        } catch (RuntimeException e) {
            // started again, from its last checkpoint
            LOG.log(Level.ERROR, "event source mapping " + mapping.uuid() + " broke off in a batch", e);
            after = AFTER_A_FAULT;
        } finally {
            lock.lock();
            try {
                lanes.remove(lane);
            } finally {
                lock.unlock();
            }
            if (after.isZero()) {
                look.release();
            } else {
                scheduler.after(after, look::release);
            }
        }
    }

    private boolean isRunning(String shard, int number) {
        lock.lock();
        try {
            return lanes.stream().anyMatch(lane -> lane.is(shard, number));
        } finally {
            lock.unlock();
        }
    }

    // ---- checkpoints

    private boolean hasEnded(String shard) {
        return kv().read(snapshot -> {
            for (int lane = 0; lane < settings().parallelizationFactor(); lane++) {
                var reached = Checkpoint.CODEC.decodeNullable(
                        snapshot.get(LambdaKeys.checkpoint(mapping.uuid(), shard, lane)));
                if (reached == null || !reached.ended()) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Where the lane has come to; at first, where the mapping says, which is then kept. */
    private Checkpoint begin(String shard, int lane) {
        var key = LambdaKeys.checkpoint(mapping.uuid(), shard, lane);
        var known = kv().read(snapshot -> Checkpoint.CODEC.decodeNullable(snapshot.get(key)));
        if (known != null) {
            return known;
        }
        var first = Checkpoint.at(source.iterator(shard, settings().startingPosition()));
        commit(shard, lane, first);
        return first;
    }

    /** Does nothing once the mapping was deleted. */
    void commit(String shard, int lane, Checkpoint reached) {
        kv().<@Nullable Object>transact(txn -> {
            if (txn.get(LambdaKeys.mapping(mapping.account(), mapping.region(), mapping.uuid())) != null) {
                txn.put(LambdaKeys.checkpoint(mapping.uuid(), shard, lane), Checkpoint.CODEC.encode(reached));
            }
            return null;
        });
    }

    /** When a shard was read by another number of lanes, all of today's begin where the slowest of those was. */
    private void shareAnew() {
        kv().<@Nullable Object>transact(txn -> {
            var slowest = new HashMap<String, Checkpoint>();
            var counts = new HashMap<String, Integer>();
            for (var entry : txn.scan(LambdaKeys.checkpoints(mapping.uuid()), Integer.MAX_VALUE)) {
                var shard = (String)
                        Objects.requireNonNull(Tuple.unpack(entry.key()).get(3));
                counts.merge(shard, 1, Integer::sum);
                slowest.merge(shard, Checkpoint.CODEC.decode(entry.value()), Checkpoint::earlier);
            }
            int lanesNow = settings().parallelizationFactor();
            counts.forEach((shard, count) -> {
                if (count != lanesNow) {
                    txn.delete(LambdaKeys.checkpoints(mapping.uuid(), shard));
                    for (int lane = 0; lane < lanesNow; lane++) {
                        txn.put(
                                LambdaKeys.checkpoint(mapping.uuid(), shard, lane),
                                Checkpoint.CODEC.encode(Objects.requireNonNull(slowest.get(shard))));
                    }
                }
            });
            return null;
        });
    }

    // ---- what lanes ask for

    EventSourceMappingConfiguration settings() {
        return mapping.settings();
    }

    StreamSource source() {
        return source;
    }

    InstantSource clock() {
        return clock;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    String newRequestId() {
        return ids.uuid();
    }

    boolean wants(StreamSource.Record record) {
        return filters.isEmpty() || filters.stream().anyMatch(filter -> filter.matches(record.event()));
    }

    /** @throws AwsServiceException when the function is gone or not active */
    Target target() {
        var name = mapping.function();
        return invocations.active(invocations.target(name), name);
    }

    Invocations.Outcome invoke(Target target, String requestId, byte[] payload) {
        return invocations.run(target, mapping.function().arn(), requestId, payload, null, null, false);
    }

    /** Remembers what {@code LastProcessingResult} shows, until the platform ends. */
    void result(String text) {
        result = text;
    }

    String result() {
        return result;
    }

    /**
     * Tells the failure destination, if there is one, of a batch that was given up.
     *
     * @return false when it could not be told
     */
    boolean tell(FailedBatch batch) {
        var destination = settings().destinationConfig() == null
                        || settings().destinationConfig().onFailure() == null
                ? null
                : settings().destinationConfig().onFailure().destination();
        if (destination == null || destination.isEmpty()) {
            return true;
        }
        var now = clock.instant();
        var function = mapping.function().arn();
        var stream = settings().eventSourceArn();
        try {
            var caller = sessions.caller(role());
            if (FailureBucket.is(destination)) {
                var told = batch.toJsonWithPayload(function, stream, source.batchInfoName(), now);
                new FailureBucket(cloud, caller, destination)
                        .putBatch(mapping.uuid(), batch.shard(), now, batch.requestId(), told);
            } else {
                var told = batch.toJson(function, stream, source.batchInfoName(), now);
                cloud.client(LambdaClient.class, caller)
                        .invoke(r -> r.functionName(destination)
                                .invocationType(InvocationType.EVENT)
                                .payload(SdkBytes.fromUtf8String(told)));
            }
            return true;
        } catch (AwsServiceException e) {
            LOG.log(
                    Level.WARNING,
                    "{0} could not be told of a failed batch of event source mapping {1}: {2}",
                    destination,
                    mapping.uuid(),
                    e.getMessage());
            return false;
        }
    }

    private DynamoDbStreamsClient streams() {
        return cloud.client(DynamoDbStreamsClient.class, sessions.caller(role()));
    }

    private String role() {
        return invocations.target(mapping.function()).configuration().role();
    }

    private Kv kv() {
        return store.kv();
    }
}
