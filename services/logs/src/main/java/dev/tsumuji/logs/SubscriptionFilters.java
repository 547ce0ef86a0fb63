package dev.tsumuji.logs;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.logs.pattern.FilterPattern;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeSubscriptionFiltersRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.DescribeSubscriptionFiltersResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.Distribution;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutSubscriptionFilterRequest;
import software.amazon.awssdk.services.cloudwatchlogs.model.SubscriptionFilter;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;

/**
 * Who is told the events of a group as they come: functions, of the group's own account, that let CloudWatch Logs in. Thread-safe:
 * all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html">PutSubscriptionFilter</a>
 */
final class SubscriptionFilters {
    /** What has events on AWS and not here. */
    private static final Set<String> NOT_BUILT = Set.of("kinesis", "firehose", "logs");

    private final Kv kv;
    private final LogGroups groups;
    private final Cloud cloud;

    SubscriptionFilters(Kv kv, LogGroups groups, Cloud cloud) {
        this.kv = kv;
        this.groups = groups;
        this.cloud = cloud;
    }

    void put(PutSubscriptionFilterRequest request) {
        var function = function(request);
        var group = kv.read(snapshot -> groups.require(snapshot, request.logGroupName()));
        checkPattern(request.filterPattern());
        checkReach(group, function);
        var now = Call.current().time();
        kv.transact(txn -> {
            var current = groups.require(txn, request.logGroupName());
            var key = LogsKeys.subscription(current.id(), request.filterName());
            var old = Subscription.CODEC.decodeNullable(txn.get(key));
            if (old == null) {
                checkCount(txn, current);
            }
            var filter = new Subscription(
                    old == null ? now : old.createdAt(),
                    request.filterPattern(),
                    function.toString(),
                    request.distribution() == null
                            ? Distribution.BY_LOG_STREAM.toString()
                            : request.distributionAsString());
            txn.put(key, Subscription.CODEC.encode(filter));
            return null;
        });
    }

    /** The destination, which is looked at before the group is, as on AWS. */
    private static Arn function(PutSubscriptionFilterRequest request) {
        if (!Arn.isArn(request.destinationArn())) {
            throw LogsErrors.invalid("The specified resource ARN is not valid: " + request.destinationArn());
        }
        var destination = Arn.parse(request.destinationArn());
        var vendor = destination.service();
        boolean isFunction = vendor.equals("lambda");
        if (!isFunction && !NOT_BUILT.contains(vendor)) {
            throw LogsErrors.invalid(
                    "PutSubscriptionFilter operation cannot work with destinationArn for vendor " + vendor);
        }
        boolean needsRole = !isFunction && !vendor.equals("logs");
        if (needsRole && request.roleArn() == null || isFunction && request.roleArn() != null) {
            throw LogsErrors.invalid("destinationArn for vendor " + vendor + " cannot be used "
                    + (needsRole ? "without" : "with") + " roleArn");
        }
        if (!isFunction) {
            throw new UnsupportedOperationException("PutSubscriptionFilter with a destination of " + vendor);
        }
        if (Boolean.TRUE.equals(request.applyOnTransformedLogs())
                || request.fieldSelectionCriteria() != null
                || !request.emitSystemFields().isEmpty()) {
            throw new UnsupportedOperationException("PutSubscriptionFilter with transformed logs or system fields");
        }
        if (!destination.account().equals(Call.current().account())) {
            throw LogsErrors.other(
                    "AccessDeniedException",
                    "Cross-account lambda invocation passing is not allowed."
                            + " You must use DestinationPolicies to create cross account lambda triggers.");
        }
        return destination;
    }

    private static void checkPattern(String text) {
        try {
            FilterPattern.parse(text);
        } catch (IllegalArgumentException e) {
            throw LogsErrors.invalid("Invalid subscription filter pattern: " + e.getMessage());
        }
    }

    /** That the function is there and lets CloudWatch Logs in; it isn't run. */
    private void checkReach(Group group, Arn function) {
        var call = Call.current();
        var caller = Subscriptions.caller(call.account(), call.region(), group.name(), function);
        try {
            cloud.client(LambdaClient.class, caller)
                    .invoke(r -> r.functionName(function.toString()).invocationType(InvocationType.DRY_RUN));
        } catch (AwsServiceException e) {
            throw LogsErrors.invalid("Could not execute the lambda function."
                    + " Make sure you have given CloudWatch Logs permission to execute your function.");
        }
    }

    private static void checkCount(Snapshot snapshot, Group group) {
        int max = LogsLimits.SUBSCRIPTIONS_PER_GROUP_MAX;
        if (snapshot.scan(LogsKeys.subscriptions(group.id(), ""), max).size() == max) {
            throw LogsErrors.limitExceeded();
        }
    }

    void delete(String groupName, String name) {
        kv.transact(txn -> {
            var key = LogsKeys.subscription(groups.require(txn, groupName).id(), name);
            if (txn.get(key) == null) {
                throw LogsErrors.notFound("The specified subscription filter does not exist.");
            }
            txn.delete(key);
            return null;
        });
    }

    DescribeSubscriptionFiltersResponse describe(DescribeSubscriptionFiltersRequest request) {
        int limit = LogsLimits.page(request.limit(), LogsLimits.PAGE_MAX);
        var last = request.nextToken() == null ? "" : PageToken.read(request.nextToken());
        var prefix = request.filterNamePrefix() == null ? "" : request.filterNamePrefix();
        var rest = kv.read(snapshot -> {
            var group = groups.require(snapshot, request.logGroupName());
            var range = LogsKeys.subscriptions(group.id(), prefix);
            return snapshot.scan(range, LogsLimits.SUBSCRIPTIONS_PER_GROUP_MAX).stream()
                    .map(entry -> view(group, entry))
                    .filter(filter -> filter.filterName().compareTo(last) > 0)
                    .toList();
        });
        var page = rest.subList(0, Math.min(limit, rest.size()));
        return DescribeSubscriptionFiltersResponse.builder()
                .subscriptionFilters(page)
                .nextToken(rest.size() > limit ? PageToken.write(page.getLast().filterName()) : null)
                .build();
    }

    private static SubscriptionFilter view(Group group, Snapshot.Entry entry) {
        var stored = Subscription.CODEC.decode(entry.value());
        return SubscriptionFilter.builder()
                .filterName((String) Tuple.unpack(entry.key()).getLast())
                .logGroupName(group.name())
                .filterPattern(stored.pattern())
                .destinationArn(stored.function())
                .distribution(stored.distribution())
                .applyOnTransformedLogs(false)
                .creationTime(stored.createdAt().toEpochMilli())
                .build();
    }
}
