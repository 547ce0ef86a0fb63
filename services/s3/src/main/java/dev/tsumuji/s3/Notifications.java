package dev.tsumuji.s3;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.cloud.Caller;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.time.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.s3.model.FilterRule;
import software.amazon.awssdk.services.s3.model.GetBucketNotificationConfigurationRequest;
import software.amazon.awssdk.services.s3.model.GetBucketNotificationConfigurationResponse;
import software.amazon.awssdk.services.s3.model.LambdaFunctionConfiguration;
import software.amazon.awssdk.services.s3.model.NotificationConfiguration;
import software.amazon.awssdk.services.s3.model.NotificationConfigurationFilter;
import software.amazon.awssdk.services.s3.model.PutBucketNotificationConfigurationRequest;

/**
 * Who is told what happens in a bucket. A destination is kept only when it is there and lets S3 in. Thread-safe: all state is in the store.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html">Event types and
 *     destinations</a>
 */
final class Notifications {
    private static final Set<String> EVENTS = Set.of(
            "s3:ReducedRedundancyLostObject",
            "s3:ObjectCreated:*",
            "s3:ObjectCreated:Put",
            "s3:ObjectCreated:Post",
            "s3:ObjectCreated:Copy",
            "s3:ObjectCreated:CompleteMultipartUpload",
            "s3:ObjectRemoved:*",
            "s3:ObjectRemoved:Delete",
            "s3:ObjectRemoved:DeleteMarkerCreated",
            "s3:ObjectRestore:*",
            "s3:ObjectRestore:Post",
            "s3:ObjectRestore:Completed",
            "s3:ObjectRestore:Delete",
            "s3:Replication:*",
            "s3:Replication:OperationFailedReplication",
            "s3:Replication:OperationNotTracked",
            "s3:Replication:OperationMissedThreshold",
            "s3:Replication:OperationReplicatedAfterThreshold",
            "s3:LifecycleTransition",
            "s3:IntelligentTiering",
            "s3:ObjectAcl:Put",
            "s3:LifecycleExpiration:*",
            "s3:LifecycleExpiration:Delete",
            "s3:LifecycleExpiration:DeleteMarkerCreated",
            "s3:ObjectTagging:*",
            "s3:ObjectTagging:Put",
            "s3:ObjectTagging:Delete");

    private final Kv kv;
    private final Buckets buckets;
    private final Cloud cloud;
    private final Ids ids;

    Notifications(Kv kv, Buckets buckets, Cloud cloud, Ids ids) {
        this.kv = kv;
        this.buckets = buckets;
        this.cloud = cloud;
        this.ids = ids;
    }

    GetBucketNotificationConfigurationResponse get(GetBucketNotificationConfigurationRequest request) {
        var stored = kv.read(snapshot -> Setting.NOTIFICATION.find(
                snapshot, buckets.require(snapshot, request.bucket(), request.expectedBucketOwner())));
        var answer = GetBucketNotificationConfigurationResponse.builder();
        if (stored != null) {
            answer.lambdaFunctionConfigurations(stored.lambdaFunctionConfigurations())
                    .eventBridgeConfiguration(stored.eventBridgeConfiguration());
        }
        return answer.build();
    }

    void put(PutBucketNotificationConfigurationRequest request) {
        var asked = request.notificationConfiguration();
        if (asked == null) {
            throw S3Errors.malformedXml();
        }
        var bucket = buckets.read(request.bucket(), request.expectedBucketOwner());
        asked.topicConfigurations().forEach(topic -> parse(topic.topicArn(), "Topic"));
        asked.queueConfigurations().forEach(queue -> parse(queue.queueArn(), "Queue"));
        var functions = new ArrayList<LambdaFunctionConfiguration>();
        for (var configuration : asked.lambdaFunctionConfigurations()) {
            parse(configuration.lambdaFunctionArn(), "CloudFunction");
            functions.add(checked(configuration));
        }
        checkAmbiguity(functions);
        refuseUnreachable(asked);
        if (!Boolean.TRUE.equals(request.skipDestinationValidation())) {
            checkFunctions(bucket, functions);
        }
        var kept = NotificationConfiguration.builder()
                .lambdaFunctionConfigurations(functions)
                .eventBridgeConfiguration(asked.eventBridgeConfiguration())
                .build();
        boolean nothing = functions.isEmpty() && asked.eventBridgeConfiguration() == null;
        kv.transact(txn -> {
            var now = buckets.require(txn, request.bucket(), request.expectedBucketOwner());
            if (nothing) {
                Setting.NOTIFICATION.delete(txn, now);
            } else {
                Setting.NOTIFICATION.put(txn, now, kept);
            }
            return now;
        });
    }

    private static Arn parse(@Nullable String arn, String argument) {
        if (arn == null || !Arn.isArn(arn)) {
            throw S3Errors.invalidArgument("The ARN could not be parsed", argument, arn == null ? "" : arn);
        }
        return Arn.parse(arn);
    }

    private LambdaFunctionConfiguration checked(LambdaFunctionConfiguration configuration) {
        if (!configuration.hasEvents() || configuration.events().isEmpty()) {
            throw S3Errors.malformedXml();
        }
        for (var event : configuration.eventsAsStrings()) {
            if (!EVENTS.contains(event)) {
                throw S3Errors.invalidArgument("A specified event is not supported for notifications.", "Event", event);
            }
        }
        var named = configuration.toBuilder();
        var filter = configuration.filter();
        if (filter != null && filter.key() != null) {
            var rules = filter.key().filterRules().stream()
                    .map(Notifications::checked)
                    .toList();
            if (rules.stream().map(FilterRule::nameAsString).distinct().count() < rules.size()) {
                throw S3Errors.invalidArgument(
                        "Cannot specify more than one prefix or suffix rule in a filter.", "FilterRule.Name");
            }
            named.filter(NotificationConfigurationFilter.builder()
                    .key(key -> key.filterRules(rules))
                    .build());
        }
        return configuration.id() == null ? named.id(ids.uuid()).build() : named.build();
    }

    private static FilterRule checked(FilterRule rule) {
        var name = String.valueOf(rule.nameAsString()).toLowerCase(Locale.ROOT);
        if (!name.equals("prefix") && !name.equals("suffix")) {
            throw S3Errors.invalidArgument(
                    "filter rule name must be either prefix or suffix",
                    "FilterRule.Name",
                    String.valueOf(rule.nameAsString()));
        }
        var value = rule.value() == null ? "" : rule.value();
        if (value.length() > S3Limits.KEY_SIZE_MAX_BYTES) {
            throw S3Errors.invalidArgument(
                    "Size of filter rule value cannot exceed 1024 bytes in UTF-8 representation",
                    "FilterRule.Value",
                    value);
        }
        return FilterRule.builder()
                .name(name.equals("prefix") ? "Prefix" : "Suffix")
                .value(value)
                .build();
    }

    /** No event of an object may be two rules' business. */
    private static void checkAmbiguity(List<LambdaFunctionConfiguration> all) {
        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < i; j++) {
                var one = all.get(i);
                var other = all.get(j);
                boolean sameEvent = one.eventsAsStrings().stream()
                        .anyMatch(a -> other.eventsAsStrings().stream().anyMatch(b -> covers(a, b) || covers(b, a)));
                var onePrefix = rule(one, "Prefix");
                var otherPrefix = rule(other, "Prefix");
                var oneSuffix = rule(one, "Suffix");
                var otherSuffix = rule(other, "Suffix");
                boolean prefixes = onePrefix.startsWith(otherPrefix) || otherPrefix.startsWith(onePrefix);
                boolean suffixes = oneSuffix.endsWith(otherSuffix) || otherSuffix.endsWith(oneSuffix);
                if (sameEvent && prefixes && suffixes) {
                    throw S3Errors.of(
                            "InvalidArgument",
                            400,
                            "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes "
                                    + "are overlapping for the same event type.");
                }
            }
        }
    }

    private static boolean covers(String a, String b) {
        return a.equals(b) || a.endsWith("*") && b.startsWith(a.substring(0, a.length() - 1));
    }

    private static String rule(LambdaFunctionConfiguration configuration, String name) {
        var filter = configuration.filter();
        if (filter == null || filter.key() == null) {
            return "";
        }
        return filter.key().filterRules().stream()
                .filter(rule -> name.equals(rule.nameAsString()))
                .map(FilterRule::value)
                .findFirst()
                .orElse("");
    }

    /** The platform has no queues and topics that it could tell. */
    private static void refuseUnreachable(NotificationConfiguration asked) {
        var failures = new ArrayList<String>();
        asked.queueConfigurations().forEach(queue -> {
            failures.add(queue.queueArn());
            failures.add("The destination queue does not exist");
        });
        asked.topicConfigurations().forEach(topic -> {
            failures.add(topic.topicArn());
            failures.add("The destination topic does not exist");
        });
        refuse(failures);
    }

    /** @param failures destinations and what is wrong with them, alternating */
    private static void refuse(List<String> failures) {
        if (failures.isEmpty()) {
            return;
        }
        int count = failures.size() / 2;
        var elements = new String[4 * count];
        for (int i = 0; i < count; i++) {
            var number = count == 1 ? "" : String.valueOf(i + 1);
            elements[4 * i] = "ArgumentName" + number;
            elements[4 * i + 1] = failures.get(2 * i);
            elements[4 * i + 2] = "ArgumentValue" + number;
            elements[4 * i + 3] = failures.get(2 * i + 1);
        }
        throw S3Errors.of(
                "InvalidArgument", 400, "Unable to validate the following destination configurations", elements);
    }

    private void checkFunctions(Bucket bucket, List<LambdaFunctionConfiguration> functions) {
        var failures = new ArrayList<String>();
        for (var configuration : functions) {
            var arn = configuration.lambdaFunctionArn();
            var caller = Caller.service(
                    Events.PRINCIPAL, bucket.account(), Arn.parse(arn).region(), bucket.arn());
            try {
                cloud.client(LambdaClient.class, caller)
                        .invoke(r -> r.functionName(arn).invocationType(InvocationType.DRY_RUN));
            } catch (AwsServiceException e) {
                failures.add(arn);
                failures.add(
                        e.statusCode() == 404
                                ? "The destination Lambda function does not exist"
                                : "Not authorized to invoke function [" + arn + "]");
            }
        }
        refuse(failures);
    }
}
