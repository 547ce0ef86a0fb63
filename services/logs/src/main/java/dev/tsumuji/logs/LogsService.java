package dev.tsumuji.logs;

import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.cloud.Service;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.kernel.time.Scheduler;
import java.time.InstantSource;
import java.util.ArrayList;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.*;

/**
 * CloudWatch Logs: groups, streams and events, searches by filter pattern, subscriptions, retention and tags. An event is readable as soon
 * as PutLogEvents has answered, and is on disk then. Thread-safe; all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html">CloudWatch Logs API</a>
 */
public final class LogsService implements CloudWatchLogsClient {
    private final LogGroups groups;
    private final LogStreams streams;
    private final LogEvents events;
    private final MetricFilters metricFilters;
    private final SubscriptionFilters subscriptionFilters;
    private final Retention retention;

    public LogsService(Kv kv, Outbox outbox, Cloud cloud, InstantSource clock, Ids ids, Scheduler scheduler) {
        retention = new Retention(kv, clock, scheduler);
        groups = new LogGroups(kv, ids);
        streams = new LogStreams(kv, ids, groups);
        events = new LogEvents(kv, groups, streams, retention, new Subscriptions(outbox, cloud, clock, ids));
        metricFilters = new MetricFilters(kv, groups);
        subscriptionFilters = new SubscriptionFilters(kv, groups, cloud);
        retention.wake();
    }

    /** This service as the platform holds it. */
    public Service service() {
        return new Service("logs", CloudWatchLogsClient.class, this, new LogsActions(), "AccessDeniedException");
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {
        // holds nothing: the store and the scheduler belong to whoever made them
    }

    // ---- groups

    @Override
    public CreateLogGroupResponse createLogGroup(CreateLogGroupRequest request) {
        groups.create(request);
        return CreateLogGroupResponse.builder().build();
    }

    @Override
    public DeleteLogGroupResponse deleteLogGroup(DeleteLogGroupRequest request) {
        groups.delete(request.logGroupName());
        return DeleteLogGroupResponse.builder().build();
    }

    @Override
    public DescribeLogGroupsResponse describeLogGroups(DescribeLogGroupsRequest request) {
        return groups.describe(request);
    }

    @Override
    public ListLogGroupsResponse listLogGroups(ListLogGroupsRequest request) {
        return groups.list(request);
    }

    @Override
    public PutRetentionPolicyResponse putRetentionPolicy(PutRetentionPolicyRequest request) {
        if (!LogsLimits.RETENTION_DAYS.contains(request.retentionInDays())) {
            throw LogsErrors.invalid("1 validation error detected: Value '" + request.retentionInDays()
                    + "' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: "
                    + LogsLimits.RETENTION_DAYS);
        }
        groups.change(request.logGroupName(), group -> group.withRetention(request.retentionInDays()));
        retention.wake();
        return PutRetentionPolicyResponse.builder().build();
    }

    @Override
    public DeleteRetentionPolicyResponse deleteRetentionPolicy(DeleteRetentionPolicyRequest request) {
        groups.change(request.logGroupName(), group -> group.withRetention(null));
        return DeleteRetentionPolicyResponse.builder().build();
    }

    @Override
    public PutLogGroupDeletionProtectionResponse putLogGroupDeletionProtection(
            PutLogGroupDeletionProtectionRequest request) {
        groups.change(
                LogGroups.name(null, request.logGroupIdentifier()),
                group -> group.withDeletionProtection(request.deletionProtectionEnabled()));
        return PutLogGroupDeletionProtectionResponse.builder().build();
    }

    // ---- tags

    @Override
    public TagResourceResponse tagResource(TagResourceRequest request) {
        groups.tag(LogGroups.nameOf(request.resourceArn()), request.tags());
        return TagResourceResponse.builder().build();
    }

    @Override
    public UntagResourceResponse untagResource(UntagResourceRequest request) {
        groups.untag(LogGroups.nameOf(request.resourceArn()), request.tagKeys());
        return UntagResourceResponse.builder().build();
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(ListTagsForResourceRequest request) {
        return ListTagsForResourceResponse.builder()
                .tags(groups.tags(LogGroups.nameOf(request.resourceArn())))
                .build();
    }

    @Override
    @Deprecated
    public TagLogGroupResponse tagLogGroup(TagLogGroupRequest request) {
        groups.tag(request.logGroupName(), request.tags());
        return TagLogGroupResponse.builder().build();
    }

    @Override
    @Deprecated
    public UntagLogGroupResponse untagLogGroup(UntagLogGroupRequest request) {
        groups.untag(request.logGroupName(), request.tags());
        return UntagLogGroupResponse.builder().build();
    }

    @Override
    @Deprecated
    public ListTagsLogGroupResponse listTagsLogGroup(ListTagsLogGroupRequest request) {
        return ListTagsLogGroupResponse.builder()
                .tags(groups.tags(request.logGroupName()))
                .build();
    }

    // ---- streams

    @Override
    public CreateLogStreamResponse createLogStream(CreateLogStreamRequest request) {
        streams.create(request.logGroupName(), request.logStreamName());
        return CreateLogStreamResponse.builder().build();
    }

    @Override
    public DeleteLogStreamResponse deleteLogStream(DeleteLogStreamRequest request) {
        streams.delete(request.logGroupName(), request.logStreamName());
        return DeleteLogStreamResponse.builder().build();
    }

    @Override
    public DescribeLogStreamsResponse describeLogStreams(DescribeLogStreamsRequest request) {
        return streams.describe(request);
    }

    // ---- events

    @Override
    public PutLogEventsResponse putLogEvents(PutLogEventsRequest request) {
        return events.put(request);
    }

    @Override
    public GetLogEventsResponse getLogEvents(GetLogEventsRequest request) {
        return events.get(request);
    }

    @Override
    public FilterLogEventsResponse filterLogEvents(FilterLogEventsRequest request) {
        return events.filter(request);
    }

    // ---- metric filters

    @Override
    public PutMetricFilterResponse putMetricFilter(PutMetricFilterRequest request) {
        metricFilters.put(request);
        return PutMetricFilterResponse.builder().build();
    }

    @Override
    public DescribeMetricFiltersResponse describeMetricFilters(DescribeMetricFiltersRequest request) {
        return metricFilters.describe(request);
    }

    @Override
    public DeleteMetricFilterResponse deleteMetricFilter(DeleteMetricFilterRequest request) {
        metricFilters.delete(request.logGroupName(), request.filterName());
        return DeleteMetricFilterResponse.builder().build();
    }

    @Override
    public TestMetricFilterResponse testMetricFilter(TestMetricFilterRequest request) {
        var pattern = LogEvents.pattern(request.filterPattern());
        var matches = new ArrayList<MetricFilterMatchRecord>();
        for (int i = 0; i < request.logEventMessages().size(); i++) {
            var message = request.logEventMessages().get(i);
            if (pattern.matches(message)) {
                matches.add(MetricFilterMatchRecord.builder()
                        .eventNumber(i + 1L)
                        .eventMessage(message)
                        .extractedValues(pattern.extract(message))
                        .build());
            }
        }
        return TestMetricFilterResponse.builder().matches(matches).build();
    }

    // ---- subscription filters

    @Override
    public PutSubscriptionFilterResponse putSubscriptionFilter(PutSubscriptionFilterRequest request) {
        subscriptionFilters.put(request);
        return PutSubscriptionFilterResponse.builder().build();
    }

    @Override
    public DescribeSubscriptionFiltersResponse describeSubscriptionFilters(DescribeSubscriptionFiltersRequest request) {
        return subscriptionFilters.describe(request);
    }

    @Override
    public DeleteSubscriptionFilterResponse deleteSubscriptionFilter(DeleteSubscriptionFilterRequest request) {
        subscriptionFilters.delete(request.logGroupName(), request.filterName());
        return DeleteSubscriptionFilterResponse.builder().build();
    }
}
