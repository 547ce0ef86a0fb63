package dev.tsumuji.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Object;

class LifecycleSweepTest {
    private static final Duration DAY = Duration.ofDays(1);

    private static LifecycleRule.Builder rule(String id) {
        return LifecycleRule.builder().id(id).status(ExpirationStatus.ENABLED).filter(filter -> filter.prefix("logs/"));
    }

    private static void rules(Fixture s3, LifecycleRule... rules) {
        s3.call(() -> s3.s3.putBucketLifecycleConfiguration(
                r -> r.bucket(Fixture.BUCKET).lifecycleConfiguration(c -> c.rules(rules))));
    }

    private static List<String> keys(Fixture s3) {
        return s3.call(() -> s3.s3.listObjectsV2(r -> r.bucket(Fixture.BUCKET)).contents().stream()
                .map(S3Object::key)
                .toList());
    }

    private static List<String> versions(Fixture s3) {
        return s3.call(() -> s3.s3.listObjectVersions(r -> r.bucket(Fixture.BUCKET)).versions().stream()
                .map(ObjectVersion::key)
                .toList());
    }

    /** A day at a time, as sweeps follow each other. */
    private static void days(Fixture s3, int days) {
        for (int i = 0; i < days; i++) {
            s3.time.advance(DAY);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static void eventually(BooleanSupplier condition) {
        for (int i = 0; i < 200 && !condition.getAsBoolean(); i++) {
            LockSupport.parkNanos(50_000_000);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void objects_that_a_rule_covers_expire_and_others_stay() {
        try (var s3 = Fixture.withBucket()) {
            s3.put("logs/old", "a");
            s3.put("logs/tagged", "a", r -> r.tagging("keep=yes"));
            s3.put("other", "a");
            rules(
                    s3,
                    rule("expire").expiration(e -> e.days(2)).build(),
                    LifecycleRule.builder()
                            .id("never")
                            .status(ExpirationStatus.DISABLED)
                            .filter(filter -> filter.prefix(""))
                            .expiration(e -> e.days(1))
                            .build());
            days(s3, 1);
            assertThat(keys(s3)).containsExactly("logs/old", "logs/tagged", "other");
            days(s3, 3);
            eventually(() -> keys(s3).equals(List.of("other")));
        }
    }

    @Test
    void in_a_bucket_with_versions_expiry_makes_a_marker_and_old_versions_go_but_for_the_newest() {
        try (var s3 = Fixture.versioned()) {
            s3.put("logs/a", "1");
            s3.put("logs/a", "2");
            s3.put("logs/a", "3");
            s3.put("logs/b", "1");
            rules(
                    s3,
                    rule("old")
                            .noncurrentVersionExpiration(
                                    e -> e.noncurrentDays(1).newerNoncurrentVersions(1))
                            .build());
            days(s3, 4);
            eventually(() -> versions(s3).equals(List.of("logs/a", "logs/a", "logs/b")));
            assertThat(s3.get("logs/a")).isEqualTo("3");

            rules(s3, rule("expire").expiration(e -> e.days(1)).build());
            days(s3, 3);
            eventually(() -> keys(s3).isEmpty());
            assertThat(versions(s3)).hasSize(3);
        }
    }

    @Test
    void a_marker_with_nothing_behind_it_goes() {
        try (var s3 = Fixture.versioned()) {
            s3.put("logs/a", "1");
            s3.call(() -> s3.s3.deleteObject(r -> r.bucket(Fixture.BUCKET).key("logs/a")));
            rules(
                    s3,
                    rule("markers")
                            .expiration(e -> e.expiredObjectDeleteMarker(true))
                            .build(),
                    rule("old")
                            .noncurrentVersionExpiration(e -> e.noncurrentDays(1))
                            .build());
            days(s3, 4);
            eventually(() -> s3.call(() -> {
                var left = s3.s3.listObjectVersions(r -> r.bucket(Fixture.BUCKET));
                return left.versions().isEmpty() && left.deleteMarkers().isEmpty();
            }));
        }
    }

    @Test
    void uploads_that_nobody_completes_are_aborted() {
        try (var s3 = Fixture.withBucket()) {
            s3.call(() ->
                    s3.s3.createMultipartUpload(r -> r.bucket(Fixture.BUCKET).key("logs/part")));
            s3.call(() ->
                    s3.s3.createMultipartUpload(r -> r.bucket(Fixture.BUCKET).key("other")));
            rules(
                    s3,
                    rule("abort")
                            .abortIncompleteMultipartUpload(a -> a.daysAfterInitiation(1))
                            .build());
            days(s3, 3);
            eventually(() -> s3.call(() -> s3.s3.listMultipartUploads(r -> r.bucket(Fixture.BUCKET)).uploads().stream()
                            .map(upload -> upload.key())
                            .toList())
                    .equals(List.of("other")));
        }
    }

    @Test
    void a_bucket_without_a_lifecycle_any_more_is_left_alone() {
        try (var s3 = Fixture.withBucket()) {
            s3.put("logs/old", "a");
            rules(s3, rule("expire").expiration(e -> e.days(1)).build());
            s3.call(() -> s3.s3.deleteBucketLifecycle(r -> r.bucket(Fixture.BUCKET)));
            days(s3, 4);
            assertThat(keys(s3)).containsExactly("logs/old");
        }
    }
}
