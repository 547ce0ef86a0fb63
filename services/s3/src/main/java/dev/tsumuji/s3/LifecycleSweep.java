package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.call.Principal;
import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.kernel.outbox.Outbox.Outcome;
import dev.tsumuji.kernel.time.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Lets objects expire as their bucket's lifecycle says: once at each midnight, and only for buckets that have one. A sweep is a
 * piece of work in the outbox that puts the next; whoever puts another lifecycle begins another chain, and the old one ends.
 * A sweep that was cut off is begun again. Thread-safe: all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html">Expiring objects</a>
 */
final class LifecycleSweep {
    private static final String TOPIC = "s3.lifecycle";
    private static final int PAGE = 200;
    private static final Setting<Chain> CHAIN = Setting.of("lifecycle-sweep", Chain.class);
    private static final Codec<Chain> CODEC = Codec.of(Chain.class);

    private final Kv kv;
    private final Buckets buckets;
    private final Versions versions;
    private final Uploads uploads;
    private final Events events;
    private final Outbox outbox;
    private final InstantSource clock;
    private final Ids ids;

    LifecycleSweep(
            Kv kv,
            Buckets buckets,
            Versions versions,
            Uploads uploads,
            Events events,
            Outbox outbox,
            InstantSource clock,
            Ids ids) {
        this.kv = kv;
        this.buckets = buckets;
        this.versions = versions;
        this.uploads = uploads;
        this.events = events;
        this.outbox = outbox;
        this.clock = clock;
        this.ids = ids;
        outbox.handle(TOPIC, 1, this::deliver);
    }

    /**
     * The sweeps that follow each other.
     *
     * @param id changes with each lifecycle that is put
     */
    record Chain(String bucket, String id) {}

    /** Begins the sweeps of a lifecycle, in the commit that puts it. */
    void begin(Txn txn, Bucket bucket) {
        var chain = new Chain(bucket.name(), ids.hex(16));
        CHAIN.put(txn, bucket, chain);
        outbox.put(txn, TOPIC, midnight(), CODEC.encode(chain));
    }

    private Instant midnight() {
        return clock.instant().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(1));
    }

    private Outcome deliver(Outbox.Delivery delivery) {
        var chain = CODEC.decode(delivery.work());
        var bucket = kv.read(snapshot -> {
            var found = buckets.find(snapshot, chain.bucket());
            return found != null && chain.equals(CHAIN.find(snapshot, found)) ? found : null;
        });
        if (bucket == null) {
            return new Outcome.Done();
        }
        var configuration = kv.read(snapshot -> LifecycleRules.SETTING.find(snapshot, bucket));
        if (configuration == null) {
            return new Outcome.Done();
        }
        ScopedValue.where(Call.CURRENT, call(bucket, delivery.id())).run(() -> sweep(bucket, configuration.rules()));
        return new Outcome.DoneWith(txn -> outbox.put(txn, TOPIC, midnight(), delivery.work()));
    }

    private Call call(Bucket bucket, String id) {
        return new Call(
                bucket.account(),
                bucket.region(),
                new Principal.Service("lifecycle.s3.amazonaws.com"),
                null,
                null,
                id,
                "127.0.0.1",
                "tsumuji",
                clock.instant(),
                true,
                Map.of());
    }

    private void sweep(Bucket bucket, List<LifecycleRule> rules) {
        if (rules.stream().anyMatch(rule -> rule.expiration() != null)) {
            each(S3Keys.current(bucket.id()), (txn, key) -> current(txn, bucket.name(), key, rules));
        }
        if (bucket.versioning() != null) {
            each(S3Keys.old(bucket.id()), (txn, key) -> old(txn, bucket.name(), key, rules));
        }
        abort(bucket, rules);
    }

    /** Visits every object key of a range once, some hundred in a commit. */
    private void each(Range range, BiConsumer<Txn, byte[]> visit) {
        var rest = range;
        while (true) {
            var from = rest;
            var last = kv.transact(txn -> {
                var page = txn.unchecked().scan(from, PAGE);
                byte[] previous = null;
                for (var entry : page) {
                    var key = objectKey(entry.key());
                    if (!Arrays.equals(key, previous)) {
                        visit.accept(txn, key);
                        previous = key;
                    }
                }
                return page.size() < PAGE ? null : page.getLast().key();
            });
            if (last == null) {
                return;
            }
            rest = from.after(last);
        }
    }

    /** The fifth element of a key of the store, see {@link S3Keys}. */
    private static byte[] objectKey(byte[] packed) {
        return Tuple.unpack(packed).get(4) instanceof byte[] key ? key : new byte[0];
    }

    private void current(Txn txn, String name, byte[] bytes, List<LifecycleRule> rules) {
        var bucket = buckets.find(txn, name);
        var version = bucket == null ? null : versions.current(txn, bucket, bytes);
        if (bucket == null || version == null) {
            return;
        }
        var key = new String(bytes, StandardCharsets.UTF_8);
        var now = clock.instant();
        boolean due = rules.stream().anyMatch(rule -> {
            var expiry = covers(rule, key, version) ? LifecycleRules.expiry(rule, version.modifiedAt()) : null;
            return expiry != null && !now.isBefore(expiry);
        });
        if (!due) {
            return;
        }
        if (bucket.versioning() == null) {
            versions.remove(txn, bucket, bytes, version);
            events.happened(txn, bucket, "LifecycleExpiration:Delete", key, version.at(version.order() + 1, null));
        } else {
            var marker = versions.add(txn, bucket, bytes, Version.marker(now, bucket.account()), now);
            events.happened(txn, bucket, "LifecycleExpiration:DeleteMarkerCreated", key, marker);
        }
    }

    private static boolean covers(LifecycleRule rule, String key, Version version) {
        return LifecycleRules.covers(rule, key, version.body().size(), version.tags());
    }

    /** What is not the latest of a key any more, and a delete marker that nothing is left behind of. */
    private void old(Txn txn, String name, byte[] bytes, List<LifecycleRule> rules) {
        var bucket = buckets.find(txn, name);
        if (bucket == null) {
            return;
        }
        var key = new String(bytes, StandardCharsets.UTF_8);
        var current = versions.current(txn, bucket, bytes);
        var all = new ArrayList<Version>();
        if (current != null) {
            all.add(current);
        }
        all.addAll(olds(txn, bucket, bytes));
        var now = clock.instant();
        for (int i = all.size() - 1; i > 0; i--) {
            var version = all.get(i);
            int newer = i - 1;
            var since = all.get(i - 1).modifiedAt();
            if (rules.stream().anyMatch(rule -> outlived(rule, key, version, newer, since, now))
                    && remove(txn, bucket, bytes, version, now)) {
                events.happened(txn, bucket, "LifecycleExpiration:Delete", key, version);
                all.remove(i);
            }
        }
        if (all.size() == 1 && all.getFirst().deleteMarker()) {
            var marker = all.getFirst();
            if (rules.stream().anyMatch(rule -> sweepsMarker(rule, key, marker, now))) {
                versions.removeOne(txn, bucket, bytes, marker);
                events.happened(txn, bucket, "LifecycleExpiration:Delete", key, marker);
            }
        }
    }

    private static List<Version> olds(Snapshot snapshot, Bucket bucket, byte[] key) {
        var found = new ArrayList<Version>();
        var range = S3Keys.old(bucket.id(), key);
        while (true) {
            var page = snapshot.scan(range, PAGE);
            page.forEach(entry -> found.add(Version.CODEC.decode(entry.value())));
            if (page.size() < PAGE) {
                return found;
            }
            range = range.after(page.getLast().key());
        }
    }

    /** @param newer how many versions that are not the latest are newer than this one */
    private static boolean outlived(
            LifecycleRule rule, String key, Version version, int newer, Instant since, Instant now) {
        var expiration = rule.noncurrentVersionExpiration();
        if (expiration == null || !covers(rule, key, version)) {
            return false;
        }
        var kept = expiration.newerNoncurrentVersions();
        int days = expiration.noncurrentDays() == null ? 0 : expiration.noncurrentDays();
        return (kept == null || newer >= kept) && !now.isBefore(LifecycleRules.due(since, days));
    }

    private static boolean sweepsMarker(LifecycleRule rule, String key, Version marker, Instant now) {
        var expiration = rule.expiration();
        if (expiration == null || !LifecycleRules.enabled(rule) || !key.startsWith(LifecycleRules.prefix(rule))) {
            return false;
        }
        var expiry = LifecycleRules.expiry(rule, marker.modifiedAt());
        return Boolean.TRUE.equals(expiration.expiredObjectDeleteMarker()) || expiry != null && !now.isBefore(expiry);
    }

    /** @return false when the version is protected */
    private boolean remove(Txn txn, Bucket bucket, byte[] key, Version version, Instant now) {
        try {
            Locks.checkDelete(version, false, now);
        } catch (S3Exception _) {
            return false;
        }
        versions.removeOne(txn, bucket, key, version);
        return true;
    }

    private void abort(Bucket bucket, List<LifecycleRule> rules) {
        var aborting = rules.stream()
                .filter(rule -> LifecycleRules.enabled(rule) && rule.abortIncompleteMultipartUpload() != null)
                .toList();
        if (aborting.isEmpty()) {
            return;
        }
        var now = clock.instant();
        var range = S3Keys.uploads(bucket.id());
        while (true) {
            var from = range;
            var page = kv.read(snapshot -> snapshot.scan(from, PAGE));
            for (var entry : page) {
                var upload = Upload.CODEC.decode(entry.value());
                var key = new String(objectKey(entry.key()), StandardCharsets.UTF_8);
                if (aborting.stream().anyMatch(rule -> stale(rule, key, upload, now))) {
                    abort(bucket, key, upload);
                }
            }
            if (page.size() < PAGE) {
                return;
            }
            range = from.after(page.getLast().key());
        }
    }

    private static boolean stale(LifecycleRule rule, String key, Upload upload, Instant now) {
        @Nullable Integer days = rule.abortIncompleteMultipartUpload().daysAfterInitiation();
        return days != null
                && key.startsWith(LifecycleRules.prefix(rule))
                && !now.isBefore(LifecycleRules.due(upload.initiatedAt(), days));
    }

    private void abort(Bucket bucket, String key, Upload upload) {
        try {
            uploads.abort(AbortMultipartUploadRequest.builder()
                    .bucket(bucket.name())
                    .key(key)
                    .uploadId(upload.id())
                    .build());
        } catch (S3Exception _) {
            // it was completed or aborted meanwhile
        }
    }
}
