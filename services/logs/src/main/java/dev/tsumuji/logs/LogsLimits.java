package dev.tsumuji.logs;

import java.time.Duration;
import java.util.List;

/**
 * What CloudWatch Logs allows, and how much one answer may cost.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html">CloudWatch Logs quotas</a>
 */
final class LogsLimits {
    static final int NAME_LENGTH_MAX = 512;
    static final int TAGS_MAX = 50;
    static final int METRIC_FILTERS_PER_GROUP_MAX = 100;
    static final int SUBSCRIPTIONS_PER_GROUP_MAX = 2;

    /** Larger batches are told in several messages, so that a function may be given each. */
    static final int SUBSCRIPTION_MESSAGE_MAX_BYTES = 512 << 10;

    /** What can't be told for so long is dropped. */
    static final Duration SUBSCRIPTION_AGE_MAX = Duration.ofHours(24);

    /** Every event counts its UTF-8 bytes and this many more. */
    static final int EVENT_OVERHEAD_BYTES = 26;

    static final int EVENT_SIZE_MAX_BYTES = 1 << 20;
    static final int BATCH_SIZE_MAX_BYTES = 1 << 20;
    static final int BATCH_EVENTS_MAX = 10_000;
    static final Duration BATCH_SPAN_MAX = Duration.ofHours(24);
    static final Duration EVENT_AGE_MAX = Duration.ofDays(14);
    static final Duration EVENT_LEAD_MAX = Duration.ofHours(2);

    static final int PAGE_MAX = 50;
    static final int LIST_GROUPS_PAGE_MAX = 1000;
    static final int PAGE_EVENTS_MAX = 10_000;
    static final int PAGE_SIZE_MAX_BYTES = 1 << 20;

    /** What one FilterLogEvents call reads before it answers with what it has found so far. */
    static final long SCANNED_MAX_BYTES = 32L << 20;

    static final int SCANNED_EVENTS_MAX = 100_000;

    static final List<Integer> RETENTION_DAYS = List.of(
            1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653);

    private LogsLimits() {}

    /** A page size that was asked for, or the largest. */
    static int page(@org.jspecify.annotations.Nullable Integer asked, int max) {
        return asked == null ? max : Math.clamp(asked, 1, max);
    }
}
