package dev.tsumuji.sandbox;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * AWS's Telemetry API and Logs API of one sandbox: takes what happens and what is printed, in order, and hands it to the
 * extensions that have subscribed. Who subscribes is told the past of this sandbox as well; what happens before somebody can
 * subscribe is kept until initialisation is over, within bounds. Guarded by one lock.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/telemetry-api.html">Telemetry API</a>
 */
final class Telemetry implements AutoCloseable {

    /** Of what is kept before initialisation is over. */
    private static final int EARLY_MAX_BYTES = 256 * 1024;

    /** Of the two seconds that a sandbox has for its end, what may pass until its extensions are told of it. */
    private static final Duration FLUSH_PATIENCE = Duration.ofSeconds(1);

    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private final Subscriber.Dialer dialer;
    private final boolean jsonLines;
    private final Sandbox.@Nullable Records records;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Subscriber> subscribers = new LinkedHashMap<>();
    private @Nullable List<Event> early = new ArrayList<>();
    private int earlyBytes;

    /** Whether anybody is told, or may yet ask for it; so that who isn't pays nothing. */
    private volatile boolean wanted = true;

    /**
     * Something to tell.
     *
     * @param object the same for who takes lines of JSON as objects
     */
    record Event(String type, String text, String object) {
        int bytes() {
            return text.length();
        }
    }

    /**
     * @param records null when nobody will ask for them
     * @param jsonLines whether the function logs in JSON
     */
    Telemetry(InstantSource clock, Subscriber.Dialer dialer, Sandbox.@Nullable Records records, boolean jsonLines) {
        this.records = records;
        this.clock = clock;
        this.dialer = dialer;
        this.jsonLines = jsonLines;
    }

    /** Of a sandbox where nobody can ask. */
    static Telemetry none() {
        var none = new Telemetry(
                InstantSource.system(),
                () -> {
                    throw new IllegalStateException();
                },
                null,
                false);
        none.initialised();
        return none;
    }

    boolean isWanted() {
        return wanted;
    }

    /**
     * @param type without {@code platform.}
     * @param record made of those that the platform above knows
     */
    void platform(String type, Function<Sandbox.Records, String> record) {
        if (wanted) {
            platform(type, record.apply(Objects.requireNonNull(records)));
        }
    }

    /** @param type without {@code platform.} */
    void platform(String type, String record) {
        if (wanted) {
            var event = event("platform." + type, clock.instant(), record);
            publish(new Event("platform." + type, event, event));
        }
    }

    /** @param type {@code function} or {@code extension} */
    void line(String type, Instant at, byte[] line) {
        if (wanted) {
            var words = new String(line, StandardCharsets.UTF_8);
            var text = event(type, at, Faults.quoted(words));
            publish(new Event(type, text, jsonLines && isObject(words) ? event(type, at, words) : text));
        }
    }

    private static boolean isObject(String line) {
        try {
            return line.startsWith("{") && JsonReader.read(line) != null;
        } catch (JsonReader.Malformed e) {
            return false;
        }
    }

    static String event(String type, Instant at, String record) {
        return "{\"time\":\"" + MILLIS.format(at) + "\",\"type\":\"" + type + "\",\"record\":" + record + "}";
    }

    private void publish(Event event) {
        lock.lock();
        try {
            if (early != null && earlyBytes + event.bytes() <= EARLY_MAX_BYTES) {
                early.add(event);
                earlyBytes += event.bytes();
            }
            subscribers.values().forEach(subscriber -> subscriber.add(event));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Subscribes an extension; once more is the same as once.
     *
     * @return what is wrong; null when it has subscribed
     */
    @Nullable
    String subscribe(String extension, Subscription subscription) {
        lock.lock();
        try {
            var past = early;
            if (past == null) {
                return subscription.api().word + " API subscription is closed";
            }
            var known = subscribers.get(extension);
            if (known == null) {
                var subscriber = new Subscriber(extension, subscription, dialer, clock);
                past.forEach(subscriber::add);
                subscribers.put(extension, subscriber);
                subscriber.start();
            } else if (known.api() != subscription.api()) {
                return "The extension has subscribed by the " + known.api().word + " API";
            } else {
                return null;
            }
        } finally {
            lock.unlock();
        }
        platform(
                subscription.api().subscribed.substring("platform.".length()),
                "{\"name\":" + Faults.quoted(extension) + ",\"state\":\"Subscribed\",\"types\":"
                        + texts(subscription.types()) + "}");
        return null;
    }

    static String texts(java.util.Collection<String> texts) {
        return texts.stream().map(Faults::quoted).collect(Collectors.joining(",", "[", "]"));
    }

    boolean isClosed() {
        lock.lock();
        try {
            return early == null;
        } finally {
            lock.unlock();
        }
    }

    /** Nobody can subscribe from now on. */
    void initialised() {
        lock.lock();
        try {
            early = null;
            wanted = !subscribers.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the sandbox's processes run: nothing is sent to those that don't, and what was is waited for. */
    void awake(boolean awake) {
        if (wanted) {
            lock.lock();
            try {
                subscribers.values().forEach(subscriber -> subscriber.awake(awake));
            } finally {
                lock.unlock();
            }
        }
    }

    /** Sends all there is, and does something then or a second later; not on the caller's thread if that takes a while. */
    void flush(Runnable then) {
        List<Subscriber> all;
        lock.lock();
        try {
            all = List.copyOf(subscribers.values());
        } finally {
            lock.unlock();
        }
        if (all.isEmpty()) {
            then.run();
            return;
        }
        all.forEach(Subscriber::flush);
        Thread.ofVirtual().name("sandbox-telemetry-flush").start(() -> {
            long deadline = System.nanoTime() + FLUSH_PATIENCE.toNanos();
            all.forEach(subscriber -> subscriber.awaitFlushed(deadline));
            then.run();
        });
    }

    @Override
    public void close() {
        lock.lock();
        try {
            wanted = false;
            early = null;
            subscribers.values().forEach(Subscriber::close);
        } finally {
            lock.unlock();
        }
    }
}
