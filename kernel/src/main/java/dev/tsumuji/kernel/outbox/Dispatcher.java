package dev.tsumuji.kernel.outbox;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The outbox as a layer of {@link Kv}: work lies in the store in the order of its due times and is deleted, or moved to a later
 * time, by the commit that ends an attempt. So nothing is lost by a crash, and what a crash interrupted is done again.
 *
 * <p>Each topic has one virtual thread that reads due work and starts deliveries; it sleeps until a commit of this process
 * adds work, a delivery ends, or the next due time comes. Only one dispatcher works on a store. Thread-safe.
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
    private volatile boolean started;

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
            var pump = pumps.get(topic);
            if (pump != null) {
                pump.added(due);
            }
        });
    }

    @Override
    public void handle(String topic, int concurrencyMax, Handler handler) {
        var pump = new TopicPump(this, kv, clock, scheduler, topic, concurrencyMax, handler);
        if (pumps.putIfAbsent(topic, pump) != null) {
            throw new IllegalStateException("the topic " + topic + " has a handler already");
        }
        if (started) {
            pump.start();
        }
    }

    /** Begins to deliver, first what an earlier process left. */
    public void start() {
        started = true;
        pumps.values().forEach(TopicPump::start);
    }

    /** How long to wait after a failed attempt: doubling, with jitter, so that what failed together isn't repeated together. */
    Duration backOff(int attempt) {
        long most = Math.min(BACK_OFF_MAX.toMillis(), BACK_OFF_FIRST.toMillis() << Math.min(20, attempt - 1));
        return Duration.ofMillis((long) (most * (0.5 + ids.fraction() / 2)));
    }

    /** Starts no more deliveries and waits a while for those under way; what isn't done by then is done after the next start. */
    @Override
    public void close() {
        pumps.values().forEach(TopicPump::stop);
        long deadline = System.nanoTime() + DRAIN_MAX.toNanos();
        pumps.values().forEach(pump -> pump.drain(deadline));
    }
}
