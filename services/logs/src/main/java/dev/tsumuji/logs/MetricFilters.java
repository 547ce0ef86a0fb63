package dev.tsumuji.logs;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.logs.pattern.FilterPattern;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeMetricFiltersRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeMetricFiltersResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.MetricFilter;
import software.amazon.awssdk.services.cloudwatchlogs.model.MetricTransformation;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutMetricFilterRequest;

/** Metric filters as settings of a log group: checked, kept and listed. Thread-safe: all state is in the store. */
final class MetricFilters {
    private static final Comparator<MetricFilter> ORDER =
            Comparator.comparing(MetricFilter::filterName).thenComparing(MetricFilter::logGroupName);

    private final Kv kv;
    private final LogGroups groups;

    MetricFilters(Kv kv, LogGroups groups) {
        this.kv = kv;
        this.groups = groups;
    }

    void put(PutMetricFilterRequest request) {
        checkPattern(request.filterPattern());
        var now = Call.current().time();
        kv.transact(txn -> {
            var group = groups.require(txn, request.logGroupName());
            var key = LogsKeys.metricFilter(group.id(), request.filterName());
            var old = Stored.CODEC.decodeNullable(txn.get(key));
            if (old == null) {
                checkCount(txn, group);
            }
            var filter = new Stored(
                    old == null ? now : old.createdAt(),
                    request.filterPattern(),
                    request.metricTransformations(),
                    Boolean.TRUE.equals(request.applyOnTransformedLogs()));
            txn.put(key, Stored.CODEC.encode(filter));
            return null;
        });
    }

    private static void checkPattern(String text) {
        try {
            FilterPattern.parse(text);
        } catch (IllegalArgumentException e) {
            throw LogsErrors.invalid("Invalid metric filter pattern: " + e.getMessage());
        }
    }

    private static void checkCount(Snapshot snapshot, Group group) {
        int max = LogsLimits.METRIC_FILTERS_PER_GROUP_MAX;
        if (snapshot.scan(LogsKeys.metricFilters(group.id(), ""), max).size() == max) {
            throw LogsErrors.limitExceeded();
        }
    }

    void delete(String groupName, String name) {
        LogStreams.checkLength(groupName);
        kv.transact(txn -> {
            var key = LogsKeys.metricFilter(groups.require(txn, groupName).id(), name);
            if (txn.get(key) == null) {
                throw LogsErrors.notFound("The specified metric filter does not exist.");
            }
            txn.delete(key);
            return null;
        });
    }

    DescribeMetricFiltersResponse describe(DescribeMetricFiltersRequest request) {
        if (request.metricName() == null != (request.metricNamespace() == null)) {
            throw LogsErrors.invalid("You must specify both metricName and metricNamespace, or neither.");
        }
        int limit = LogsLimits.page(request.limit(), LogsLimits.PAGE_MAX);
        var last = request.nextToken() == null ? null : place(PageToken.read(request.nextToken()));
        var all = kv.read(snapshot -> selected(snapshot, request));
        var rest = all.stream()
                .filter(filter -> last == null || ORDER.compare(filter, last) > 0)
                .sorted(ORDER)
                .limit(limit + 1L)
                .toList();
        var page = rest.subList(0, Math.min(limit, rest.size()));
        return DescribeMetricFiltersResponse.builder()
                .metricFilters(page)
                .nextToken(rest.size() > limit ? PageToken.write(place(page.getLast())) : null)
                .build();
    }

    /** A filter's place in the list, as text; group names hold no colon. */
    private static String place(MetricFilter filter) {
        return filter.logGroupName() + ":" + filter.filterName();
    }

    private static MetricFilter place(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw PageToken.invalid();
        }
        return MetricFilter.builder()
                .logGroupName(text.substring(0, colon))
                .filterName(text.substring(colon + 1))
                .build();
    }

    private List<MetricFilter> selected(Snapshot snapshot, DescribeMetricFiltersRequest request) {
        var found = new ArrayList<MetricFilter>();
        if (request.logGroupName() != null) {
            var prefix = request.filterNamePrefix();
            addOf(snapshot, groups.require(snapshot, request.logGroupName()), prefix == null ? "" : prefix, found);
        } else {
            // as on AWS, a prefix counts only together with a group
            groups.forEach(snapshot, group -> addOf(snapshot, group, "", found));
        }
        found.removeIf(filter -> !isOf(filter, request.metricName(), request.metricNamespace()));
        return found;
    }

    private static boolean isOf(MetricFilter filter, @Nullable String name, @Nullable String namespace) {
        return name == null
                || filter.metricTransformations().stream()
                        .anyMatch(metric -> name.equals(metric.metricName())
                                && Objects.equals(namespace, metric.metricNamespace()));
    }

    private static void addOf(Snapshot snapshot, Group group, String prefix, List<MetricFilter> found) {
        var range = LogsKeys.metricFilters(group.id(), prefix);
        for (var entry : snapshot.scan(range, LogsLimits.METRIC_FILTERS_PER_GROUP_MAX)) {
            var stored = Stored.CODEC.decode(entry.value());
            found.add(MetricFilter.builder()
                    .filterName((String) Tuple.unpack(entry.key()).getLast())
                    .logGroupName(group.name())
                    .filterPattern(stored.pattern())
                    .metricTransformations(stored.transformations())
                    .creationTime(stored.createdAt().toEpochMilli())
                    .applyOnTransformedLogs(stored.applyOnTransformedLogs())
                    .build());
        }
    }

    record Stored(
            Instant createdAt,
            String pattern,
            List<MetricTransformation> transformations,
            boolean applyOnTransformedLogs) {
        static final Codec<Stored> CODEC = Codec.of(Stored.class);
    }
}
