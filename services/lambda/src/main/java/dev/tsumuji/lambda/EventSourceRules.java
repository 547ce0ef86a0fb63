package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.DestinationConfig;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.FilterCriteria;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingRequest;

/**
 * What a mapping may be set to. Bounds that the API's model states are checked before; here stands what depends on the kind
 * of source.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html">CreateEventSourceMapping</a>
 */
final class EventSourceRules {
    static final int BATCH_SIZE_USUAL = 100;
    static final int FILTERS_MAX = 5;

    private static final Set<String> SOURCES = Set.of("dynamodb", "kinesis", "sqs", "kafka", "mq", "rds");
    private static final int RECORD_AGE_MIN_SECONDS = 60;
    private static final Pattern TABLE_STREAM =
            Pattern.compile("arn:aws[a-zA-Z-]*:dynamodb:[a-z0-9-]+:\\d{12}:table/[a-zA-Z0-9_.-]{3,255}/stream/[^/]+");

    private EventSourceRules() {}

    /** Refuses what no function could be mapped to; AWS looks for the function only after that. */
    static void checkSource(CreateEventSourceMappingRequest request) {
        if (request.selfManagedEventSource() != null) {
            return;
        }
        var arn = request.eventSourceArn();
        if (arn == null || !Arn.isArn(arn) || !SOURCES.contains(Arn.parse(arn).service())) {
            throw LambdaErrors.invalid("Unrecognized event source.");
        }
        if (Arn.parse(arn).service().equals("dynamodb")
                && !TABLE_STREAM.matcher(arn).matches()) {
            throw LambdaErrors.invalid("Unrecognized event source, must be kinesis, dynamodb stream or sqs.");
        }
    }

    static void check(CreateEventSourceMappingRequest request) {
        notBuilt(request.selfManagedEventSource() != null, "event source mappings of Kafka clusters");
        var service = Arn.parse(request.eventSourceArn()).service();
        notBuilt(!service.equals("dynamodb"), "event source mappings of " + service);
        refuse(request.hasQueues(), "Queues");
        refuse(request.hasTopics(), "Topics");
        refuse(request.hasSourceAccessConfigurations(), "SourceAccessConfigurations");
        refuse(request.amazonManagedKafkaEventSourceConfig() != null, "AmazonManagedKafkaEventSourceConfig");
        refuse(request.documentDBEventSourceConfig() != null, "DocumentDBEventSourceConfig");
        refuse(request.scalingConfig() != null, "ScalingConfig");
        refuse(request.provisionedPollerConfig() != null, "ProvisionedPollerConfig");
        notBuilt(request.kmsKeyArn() != null, "encrypting filters with a key of one's own");
        notBuilt(request.metricsConfig() != null, "metrics of event source mappings");
        checkPosition(request.eventSourceArn(), request.startingPosition());
        checkSettings(
                request.maximumRecordAgeInSeconds(),
                request.tumblingWindowInSeconds(),
                request.parallelizationFactor(),
                request.filterCriteria(),
                request.destinationConfig());
    }

    static void check(UpdateEventSourceMappingRequest request, int parallelizationFactorNow) {
        refuse(request.hasSourceAccessConfigurations(), "SourceAccessConfigurations");
        refuse(request.documentDBEventSourceConfig() != null, "DocumentDBEventSourceConfig");
        refuse(request.scalingConfig() != null, "ScalingConfig");
        refuse(request.provisionedPollerConfig() != null, "ProvisionedPollerConfig");
        notBuilt(request.kmsKeyArn() != null, "encrypting filters with a key of one's own");
        notBuilt(request.metricsConfig() != null, "metrics of event source mappings");
        checkSettings(
                request.maximumRecordAgeInSeconds(),
                request.tumblingWindowInSeconds(),
                request.parallelizationFactor() == null
                        ? Integer.valueOf(parallelizationFactorNow)
                        : request.parallelizationFactor(),
                request.filterCriteria(),
                request.destinationConfig());
    }

    /** The parsed filters; none when there are no criteria, or when all of them were taken away. */
    static List<EventFilter> filters(@Nullable FilterCriteria criteria) {
        return criteria == null || !criteria.hasFilters()
                ? List.of()
                : criteria.filters().stream()
                        .map(filter -> EventFilter.parse(filter.pattern())
                                .orElseThrow(() -> LambdaErrors.invalid("Invalid filter pattern definition.")))
                        .toList();
    }

    private static void checkPosition(String arn, @Nullable EventSourcePosition position) {
        if (position == null) {
            throw LambdaErrors.validation(
                    "Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.");
        }
        if (position == EventSourcePosition.AT_TIMESTAMP) {
            throw LambdaErrors.invalid("Unsupported starting position for arn type: " + arn);
        }
    }

    private static void checkSettings(
            @Nullable Integer recordAgeMaxSeconds,
            @Nullable Integer windowSeconds,
            @Nullable Integer lanes,
            @Nullable FilterCriteria criteria,
            @Nullable DestinationConfig destinations) {
        if (recordAgeMaxSeconds != null && recordAgeMaxSeconds >= 0 && recordAgeMaxSeconds < RECORD_AGE_MIN_SECONDS) {
            throw LambdaErrors.invalid(
                    "MaximumRecordAgeInSeconds must be either -1 (forever) or between 60 and 604800 (inclusive)");
        }
        if (windowSeconds != null && windowSeconds > 0 && lanes != null && lanes > 1) {
            throw LambdaErrors.invalid("Tumbling windows can't be combined with a parallelization factor above 1.");
        }
        if (criteria != null && criteria.filters().size() > FILTERS_MAX) {
            throw LambdaErrors.invalid("Number of filters exceeds the limit of " + FILTERS_MAX + ".");
        }
        filters(criteria);
        if (destinations != null) {
            refuse(
                    destinations.onSuccess() != null && destinations.onSuccess().destination() != null,
                    "DestinationConfig");
            checkDestination(
                    destinations.onFailure() == null
                            ? null
                            : destinations.onFailure().destination());
        }
    }

    private static void checkDestination(@Nullable String arn) {
        if (arn == null || arn.isEmpty()) {
            return;
        }
        if (!Arn.isArn(arn)) {
            throw LambdaErrors.invalid("The destination ARN Partition is invalid.");
        }
        var service = Arn.parse(arn).service();
        notBuilt(
                !service.equals("lambda") && !service.equals("s3"),
                "failure destinations other than functions and buckets");
    }

    private static void refuse(boolean given, String member) {
        if (given) {
            throw LambdaErrors.invalid("Unsupported " + member + " parameter for given event source mapping type.");
        }
    }

    private static void notBuilt(boolean wanted, String what) {
        if (wanted) {
            throw new UnsupportedOperationException(what + ": not built");
        }
    }
}
