package dev.tsumuji.kernel.outbox;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The outbox as a layer of {@link Kv}: work lies in the store in the order of its due times and is deleted, or moved to a later
 * time, by the commit that ends an attempt. So nothing is lost by a crash, and what a crash interrupted is done again.
 *
 * <p>Each topic has one virtual thread that reads due work and starts deliveries; it sleeps until a commit of this process
 * adds work, a delivery ends, or the next due time comes. Topics of a family get theirs with their first work, and keep it.
 * Only one dispatcher works on a store. Thread-safe.
 */
public final class Dispatcher implements Outbox, AutoCloseable {
    private static final Duration DRAIN_MAX = Duration.ofSeconds(10);
    private static final Duration BACK_OFF_FIRST = Duration.ofSeconds(1);
    private static final Duration BACK_OFF_MAX = Duration.ofMinutes(5);

    private final Kv kv;
    private final InstantSource clock;
    private final Scheduler scheduler;
    private final Ids ids;
    private final ConcurrentHashMap<String, TopicPump> pumps = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Family> families = new ConcurrentHashMap<>();
    private volatile boolean started;
    /** Guarded by this. */
    private boolean closed;

    public Dispatcher(Kv kv, InstantSource clock, Scheduler scheduler, Ids ids) {
        this.kv = kv;
        this.clock = clock;
        this.scheduler = scheduler;
        this.ids = ids;
    }

    @Override
    public void put(Txn txn, String topic, Instant due, byte[] work) {
        put(txn, topic, due, new Work(ids.uuid(), work, 1, clock.instant()));
    }

    void put(Txn txn, String topic, Instant due, Work work) {
        txn.putStamped(Work.prefix(topic, due), new byte[0], Work.CODEC.encode(work));
        txn.afterCommit(() -> {
            var pump = pump(topic);
            if (pump != null) {
                pump.added(due);
            }
        });
    }

    @Override
    public void handle(String topic, int concurrencyMax, Handler handler) {
        var pump = new TopicPump(this, kv, clock, scheduler, topic, () -> concurrencyMax, handler);
        if (pumps.putIfAbsent(topic, pump) != null) {
            throw new IllegalStateException("the topic " + topic + " has a handler already");
        }
        if (started) {
            pump.start();
        }
    }

    @Override
    public void handleEach(String family, ToIntFunction<String> concurrencyMax, Handler handler) {
        if (families.putIfAbsent(family, new Family(concurrencyMax, handler)) != null) {
            throw new IllegalStateException("the topics " + family + "/… have a handler already");
        }
        if (started) {
            findTopics(family);
        }
    }

    private record Family(ToIntFunction<String> concurrencyMax, Handler handler) {}

    /** Begins to deliver, first what an earlier process left. */
    public void start() {
        started = true;
        pumps.values().forEach(TopicPump::start);
        families.keySet().forEach(this::findTopics);
    }

    /** Those that an earlier process left work in. */
    private void findTopics(String family) {
        var rest = Work.family(family);
        while (true) {
            var range = rest;
            var first = kv.read(snapshot -> snapshot.scan(range, 1));
            if (first.isEmpty()) {
                return;
            }
            var topic = Work.topicOf(first.getFirst().key());
            pump(topic);
            rest = new Range(Work.topic(topic).end(), range.end());
        }
    }

    /** @return the topic's, which may have to be made; null when nobody handles it, or no more is delivered */
    private @Nullable TopicPump pump(String topic) {
        var pump = pumps.get(topic);
        var name = Work.familyOf(topic);
        var family = name == null ? null : families.get(name);
        return pump != null || family == null || !started ? pump : newPump(topic, family);
    }

    private synchronized @Nullable TopicPump newPump(String topic, Family family) {
        if (closed) {
            return null;
        }
        var name = topic.substring(topic.indexOf('/') + 1);
        return pumps.computeIfAbsent(topic, absent -> {
            var pump = new TopicPump(
                    this,
                    kv,
                    clock,
                    scheduler,
                    topic,
                    () -> family.concurrencyMax().applyAsInt(name),
                    family.handler());
            pump.start();
            return pump;
        });
    }

    /** How long to wait after a failed attempt: doubling, with jitter, so that what failed together isn't repeated together. */
    Duration backOff(int attempt) {
        long most = Math.min(BACK_OFF_MAX.toMillis(), BACK_OFF_FIRST.toMillis() << Math.min(20, attempt - 1));
        return Duration.ofMillis((long) (most * (0.5 + ids.fraction() / 2)));
    }

    /** Starts no more deliveries and waits a while for those under way; what isn't done by then is done after the next start. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        pumps.values().forEach(TopicPump::stop);
        long deadline = System.nanoTime() + DRAIN_MAX.toNanos();
        pumps.values().forEach(pump -> pump.drain(deadline));
    }
}
