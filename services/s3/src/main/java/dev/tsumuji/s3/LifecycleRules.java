package dev.tsumuji.s3;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.BucketLifecycleConfiguration;
import software.amazon.awssdk.services.s3.model.LifecycleExpiration;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.Tag;

/**
 * When a bucket's objects expire: checked and read here, carried out by the sweep.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html">Lifecycle configuration elements</a>
 */
final class LifecycleRules {
    static final Setting<BucketLifecycleConfiguration> SETTING =
            Setting.of("lifecycle", BucketLifecycleConfiguration.class);
    static final String MINIMUM_SIZE = "all_storage_classes_128K";
    private static final int RULES_MAX = 1000;
    private static final int ID_MAX = 255;
    private static final DateTimeFormatter RFC_822 = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    private LifecycleRules() {}

    static BucketLifecycleConfiguration checked(@Nullable BucketLifecycleConfiguration given, List<String> newIds) {
        var rules = BucketSettings.body(given).rules();
        if (rules.isEmpty() || rules.size() > RULES_MAX) {
            throw S3Errors.malformedXml();
        }
        Set<String> ids = new HashSet<>();
        var kept = new java.util.ArrayList<LifecycleRule>();
        for (var rule : rules) {
            check(rule);
            var named = rule.id() == null || rule.id().isEmpty()
                    ? rule.toBuilder().id(newIds.get(kept.size())).build()
                    : rule;
            if (!ids.add(named.id())) {
                throw S3Errors.invalidArgument(
                        "Rule ID must be unique. Found same ID for one or more rules", "ID", named.id());
            }
            kept.add(named);
        }
        return BucketLifecycleConfiguration.builder().rules(kept).build();
    }

    private static void check(LifecycleRule rule) {
        if (rule.id() != null && rule.id().length() > ID_MAX) {
            throw S3Errors.invalidArgument("ID length should not exceed allowed limit of 255", "ID", rule.id());
        }
        if (rule.statusAsString() == null || !Set.of("Enabled", "Disabled").contains(rule.statusAsString())) {
            throw S3Errors.malformedXml();
        }
        if ((rule.filter() == null) == (rule.prefix() == null)) {
            throw S3Errors.malformedXml();
        }
        filter(rule);
        boolean any = rule.expiration() != null
                || rule.noncurrentVersionExpiration() != null
                || rule.abortIncompleteMultipartUpload() != null
                || !rule.transitions().isEmpty()
                || !rule.noncurrentVersionTransitions().isEmpty();
        if (!any) {
            throw S3Errors.invalidRequest("At least one action needs to be specified in a rule");
        }
        if (!rule.transitions().isEmpty()
                || !rule.noncurrentVersionTransitions().isEmpty()) {
            throw BucketSettings.notImplemented("A transition between storage classes");
        }
        expiration(rule);
        noncurrent(rule);
        var abort = rule.abortIncompleteMultipartUpload();
        if (abort != null) {
            positive(abort.daysAfterInitiation(), "DaysAfterInitiation", "AbortIncompleteMultipartUpload");
            if (!tags(rule).isEmpty()) {
                throw S3Errors.invalidRequest("AbortIncompleteMultipartUpload cannot be specified with Tags.");
            }
        }
    }

    private static void filter(LifecycleRule rule) {
        var filter = rule.filter();
        if (filter == null) {
            return;
        }
        int count = (filter.prefix() != null ? 1 : 0)
                + (filter.tag() != null ? 1 : 0)
                + (filter.and() != null ? 1 : 0)
                + (filter.objectSizeGreaterThan() != null ? 1 : 0)
                + (filter.objectSizeLessThan() != null ? 1 : 0);
        if (count > 1) {
            throw S3Errors.malformedXml();
        }
        var keys = new HashSet<String>();
        for (var tag : tags(rule)) {
            if (!keys.add(tag.key())) {
                throw S3Errors.invalidRequest("Duplicate Tag Keys are not allowed.");
            }
        }
        var and = filter.and();
        if (and != null) {
            int parts = (and.prefix() != null ? 1 : 0)
                    + and.tags().size()
                    + (and.objectSizeGreaterThan() != null ? 1 : 0)
                    + (and.objectSizeLessThan() != null ? 1 : 0);
            if (parts < 2) {
                throw S3Errors.malformedXml();
            }
            if (and.objectSizeGreaterThan() != null
                    && and.objectSizeLessThan() != null
                    && and.objectSizeLessThan() <= and.objectSizeGreaterThan()) {
                throw S3Errors.invalidRequest(
                        "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.");
            }
        }
    }

    private static void expiration(LifecycleRule rule) {
        var expiration = rule.expiration();
        if (expiration == null) {
            return;
        }
        int count = (expiration.days() != null ? 1 : 0)
                + (expiration.date() != null ? 1 : 0)
                + (expiration.expiredObjectDeleteMarker() != null ? 1 : 0);
        if (count != 1) {
            throw S3Errors.malformedXml();
        }
        if (expiration.days() != null) {
            positive(expiration.days(), "Days", "Expiration");
        }
        if (expiration.date() != null
                && !expiration.date().equals(expiration.date().truncatedTo(ChronoUnit.DAYS))) {
            throw S3Errors.invalidArgument(
                    "'Date' must be at midnight GMT", "Date", expiration.date().toString());
        }
        if (Boolean.TRUE.equals(expiration.expiredObjectDeleteMarker())
                && !tags(rule).isEmpty()) {
            throw S3Errors.invalidRequest("ExpiredObjectDeleteMarker cannot be specified with Tags.");
        }
    }

    private static void noncurrent(LifecycleRule rule) {
        var old = rule.noncurrentVersionExpiration();
        if (old == null) {
            return;
        }
        positive(old.noncurrentDays(), "NoncurrentDays", "NoncurrentVersionExpiration");
        var newer = old.newerNoncurrentVersions();
        if (newer != null && (newer < 1 || newer > 100)) {
            throw S3Errors.invalidArgument(
                    "'NewerNoncurrentVersions' for NoncurrentVersionExpiration action must be between 1 and 100",
                    "NewerNoncurrentVersions",
                    String.valueOf(newer));
        }
    }

    private static void positive(@Nullable Integer days, String name, String action) {
        if (days == null) {
            throw S3Errors.malformedXml();
        }
        if (days <= 0) {
            throw S3Errors.invalidArgument(
                    "'" + name + "' for " + action + " action must be a positive integer", name, String.valueOf(days));
        }
    }

    static boolean enabled(LifecycleRule rule) {
        return "Enabled".equals(rule.statusAsString());
    }

    static String prefix(LifecycleRule rule) {
        var filter = rule.filter();
        var prefix = filter == null
                ? rule.prefix()
                : filter.and() != null ? filter.and().prefix() : filter.prefix();
        return prefix == null ? "" : prefix;
    }

    private static List<Tag> tags(LifecycleRule rule) {
        var filter = rule.filter();
        if (filter == null) {
            return List.of();
        }
        return filter.and() != null ? filter.and().tags() : filter.tag() != null ? List.of(filter.tag()) : List.of();
    }

    /** Whether the rule is about an object of this key, size and these tags. */
    static boolean covers(LifecycleRule rule, String key, long sizeBytes, Map<String, String> tags) {
        if (!enabled(rule) || !key.startsWith(prefix(rule))) {
            return false;
        }
        var filter = rule.filter();
        if (filter != null) {
            var and = filter.and();
            var more = and != null ? and.objectSizeGreaterThan() : filter.objectSizeGreaterThan();
            var less = and != null ? and.objectSizeLessThan() : filter.objectSizeLessThan();
            if (more != null && sizeBytes <= more || less != null && sizeBytes >= less) {
                return false;
            }
        }
        return tags(rule).stream().allMatch(tag -> tag.value().equals(tags.get(tag.key())));
    }

    /** When something that began at a time has lasted so many days: at the midnight behind it, as AWS rounds. */
    static Instant due(Instant begin, int days) {
        var end = begin.plus(Duration.ofDays(days));
        var midnight = end.truncatedTo(ChronoUnit.DAYS);
        return end.equals(midnight) ? end : midnight.plus(Duration.ofDays(1));
    }

    /** When the rule lets an object expire that was last written then; null when it doesn't. */
    static @Nullable Instant expiry(LifecycleRule rule, Instant modifiedAt) {
        LifecycleExpiration expiration = rule.expiration();
        if (expiration == null) {
            return null;
        }
        return expiration.days() != null ? due(modifiedAt, expiration.days()) : expiration.date();
    }

    /** The header {@code x-amz-expiration} of an object; null when no rule is about it. */
    static @Nullable String header(
            @Nullable BucketLifecycleConfiguration configuration,
            String key,
            long sizeBytes,
            Map<String, String> tags,
            Instant modifiedAt) {
        LifecycleRule first = null;
        Instant earliest = null;
        for (var rule : configuration == null ? List.<LifecycleRule>of() : configuration.rules()) {
            var expiry = covers(rule, key, sizeBytes, tags) ? expiry(rule, modifiedAt) : null;
            if (expiry != null && (earliest == null || expiry.isBefore(earliest))) {
                first = rule;
                earliest = expiry;
            }
        }
        return first == null || earliest == null
                ? null
                : "expiry-date=\"" + RFC_822.format(earliest) + "\", rule-id=\"" + first.id() + "\"";
    }
}
