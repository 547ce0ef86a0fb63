package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Cloud;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.StreamStatus;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.CreateEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.DeleteEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.DeleteEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.DestinationConfig;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.FilterCriteria;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsRequest;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsResponse;
import software.amazon.awssdk.services.lambda.model.OnFailure;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingResponse;

/**
 * Event source mappings: which streams start which functions. Creating one returns when it is on disk; what its stream
 * holds from its starting position on reaches the function at least once, over crashes too. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html">Event source mappings</a>
 */
final class EventSourceMappings implements AutoCloseable {
    private static final String NOT_FOUND = "The resource you requested does not exist.";
    private static final String NOTHING_YET = "No records processed";
    private static final int CHUNK = 200;

    private final FunctionStore store;
    private final Roles roles;
    private final Cloud cloud;
    private final MappingRun.Surroundings surroundings;
    private final ConcurrentHashMap<String, MappingRun> runs = new ConcurrentHashMap<>();
    private volatile boolean closed;

    EventSourceMappings(MappingRun.Surroundings surroundings) {
        this.surroundings = surroundings;
        this.store = surroundings.store();
        this.roles = surroundings.roles();
        this.cloud = surroundings.cloud();
    }

    /** Begins to read for all mappings that are enabled; to be called when all services are there. */
    void start() {
        var range = LambdaKeys.mappings();
        while (true) {
            var rest = range;
            var found = store.kv().read(snapshot -> snapshot.scan(rest, CHUNK));
            for (var entry : found) {
                apply(Mapping.CODEC.decode(entry.value()));
            }
            if (found.size() < CHUNK) {
                return;
            }
            range = range.after(found.getLast().key());
        }
    }

    // ---- operations

    CreateEventSourceMappingResponse create(CreateEventSourceMappingRequest request) {
        var call = Call.current();
        EventSourceRules.checkSource(request);
        var function = FunctionName.of(request.functionName(), null, call);
        var target = store.resolve(function).orElseThrow(() -> LambdaErrors.invalid("Function does not exist"));
        EventSourceRules.check(request);
        Tags.check(request.tags());
        checkAccess(function.id(), target.configuration().role(), request.eventSourceArn());
        var mapping = mapping(request, function, call);
        store.kv().<@Nullable Object>transact(txn -> {
            var other = same(txn, mapping);
            if (other != null) {
                throw LambdaErrors.conflict("The event source arn (\" " + request.eventSourceArn()
                        + " \") and function (\" " + function.id().name()
                        + " \") provided mapping already exists. Please update or delete the existing mapping with UUID "
                        + other.uuid());
            }
            txn.put(key(mapping), Mapping.CODEC.encode(mapping));
            return null;
        });
        apply(mapping);
        return shown(
                        mapping,
                        mapping.enabled() ? "Creating" : state(mapping),
                        CreateEventSourceMappingResponse.builder())
                .build();
    }

    GetEventSourceMappingResponse get(GetEventSourceMappingRequest request) {
        var mapping = store.kv().read(snapshot -> required(snapshot, request.uuid()));
        return shown(mapping, state(mapping), GetEventSourceMappingResponse.builder())
                .build();
    }

    UpdateEventSourceMappingResponse update(UpdateEventSourceMappingRequest request) {
        var call = Call.current();
        var function = request.functionName() == null ? null : FunctionName.of(request.functionName(), null, call);
        if (function != null && store.resolve(function).isEmpty()) {
            throw LambdaErrors.invalid("Function does not exist");
        }
        var changed = store.kv().transact(txn -> {
            var mapping = required(txn, request.uuid());
            EventSourceRules.check(request, mapping.settings().parallelizationFactor());
            var updated = updated(mapping, request, function == null ? mapping.function() : function);
            txn.put(key(updated), Mapping.CODEC.encode(updated));
            return new Changed(mapping, updated);
        });
        apply(changed.now());
        return shown(changed.now(), changed.state(), UpdateEventSourceMappingResponse.builder())
                .build();
    }

    DeleteEventSourceMappingResponse delete(DeleteEventSourceMappingRequest request) {
        var gone = store.kv().transact(txn -> {
            var mapping = required(txn, request.uuid());
            txn.delete(key(mapping));
            txn.delete(LambdaKeys.checkpoints(mapping.uuid()));
            return mapping;
        });
        var answer = shown(gone, "Deleting", DeleteEventSourceMappingResponse.builder())
                .build();
        var run = runs.remove(gone.uuid());
        if (run != null) {
            run.stop();
        }
        return answer;
    }

    ListEventSourceMappingsResponse list(ListEventSourceMappingsRequest request) {
        var call = Call.current();
        var function = request.functionName() == null
                ? null
                : FunctionName.of(request.functionName(), null, call).arn();
        int limit = Math.min(Paging.limit(request.maxItems()), 100);
        var page = new ArrayList<Snapshot.Entry>();
        var range = Paging.after(LambdaKeys.mappings(call.account(), call.region()), request.marker());
        while (page.size() <= limit) {
            var rest = range;
            var chunk = store.kv().read(snapshot -> snapshot.scan(rest, CHUNK));
            chunk.stream()
                    .filter(entry -> isListed(Mapping.CODEC.decode(entry.value()), function, request.eventSourceArn()))
                    .forEach(page::add);
            if (chunk.size() < CHUNK) {
                break;
            }
            range = range.after(chunk.getLast().key());
        }
        return ListEventSourceMappingsResponse.builder()
                .eventSourceMappings(Paging.page(page, limit).stream()
                        .map(entry -> Mapping.CODEC.decode(entry.value()))
                        .map(mapping -> shown(mapping, state(mapping), EventSourceMappingConfiguration.builder())
                                .build())
                        .toList())
                .nextMarker(Paging.next(page, limit))
                .build();
    }

    // ---- tags

    Map<String, String> tags(String arn) {
        return store.kv().read(snapshot -> tagged(snapshot, arn)).tags();
    }

    void changeTags(String arn, UnaryOperator<Map<String, String>> change) {
        store.kv().<@Nullable Object>transact(txn -> {
            var mapping = tagged(txn, arn);
            var tags = change.apply(new TreeMap<>(mapping.tags()));
            Tags.check(tags);
            txn.put(key(mapping), Mapping.CODEC.encode(mapping.with(tags)));
            return null;
        });
    }

    private static Mapping tagged(Snapshot snapshot, String arn) {
        var parsed = Arn.parse(arn);
        var uuid = arn.substring(arn.lastIndexOf(':') + 1);
        var mapping =
                Mapping.CODEC.decodeNullable(snapshot.get(LambdaKeys.mapping(parsed.account(), parsed.region(), uuid)));
        if (mapping == null) {
            throw LambdaErrors.notFound("Event source mapping not found: " + arn);
        }
        return mapping;
    }

    // ---- making and changing

    private Mapping mapping(CreateEventSourceMappingRequest request, FunctionName function, Call call) {
        var uuid = surroundings.ids().uuid();
        var settings = Members.copy(request, EventSourceMappingConfiguration.builder())
                .uuid(uuid)
                .eventSourceMappingArn(
                        "arn:aws:lambda:" + call.region() + ":" + call.account() + ":event-source-mapping:" + uuid)
                .functionArn(function.arn())
                .lastModified(now())
                .batchSize(or(request.batchSize(), EventSourceRules.BATCH_SIZE_USUAL))
                .maximumBatchingWindowInSeconds(or(request.maximumBatchingWindowInSeconds(), 0))
                .parallelizationFactor(or(request.parallelizationFactor(), 1))
                .maximumRecordAgeInSeconds(or(request.maximumRecordAgeInSeconds(), -1))
                .bisectBatchOnFunctionError(Boolean.TRUE.equals(request.bisectBatchOnFunctionError()))
                .maximumRetryAttempts(or(request.maximumRetryAttempts(), -1))
                .tumblingWindowInSeconds(or(request.tumblingWindowInSeconds(), 0))
                .functionResponseTypes(request.functionResponseTypes())
                .destinationConfig(destinations(request.destinationConfig()))
                .build();
        return new Mapping(
                call.account(),
                call.region(),
                function.id().name(),
                function.qualifier(),
                !Boolean.FALSE.equals(request.enabled()),
                settings,
                request.tags());
    }

    private Mapping updated(Mapping mapping, UpdateEventSourceMappingRequest request, FunctionName function) {
        var settings = Members.copy(request, mapping.settings().toBuilder())
                .uuid(mapping.uuid())
                .functionArn(function.arn())
                .lastModified(now());
        if (request.destinationConfig() != null) {
            settings.destinationConfig(destinations(request.destinationConfig()));
        }
        if (request.hasFunctionResponseTypes()) {
            settings.functionResponseTypes(request.functionResponseTypes());
        }
        if (request.filterCriteria() != null
                && request.filterCriteria().filters().isEmpty()) {
            settings.filterCriteria((FilterCriteria) null);
        }
        boolean enabled = request.enabled() == null ? mapping.enabled() : request.enabled();
        return new Mapping(
                mapping.account(),
                mapping.region(),
                function.id().name(),
                function.qualifier(),
                enabled,
                settings.build(),
                mapping.tags());
    }

    private record Changed(Mapping before, Mapping now) {
        String state() {
            if (before.enabled() == now.enabled()) {
                return "Updating";
            }
            return now.enabled() ? "Enabling" : "Disabling";
        }
    }

    /** AWS shows an empty destination where there is none. */
    private static DestinationConfig destinations(@Nullable DestinationConfig given) {
        var onFailure =
                given == null || given.onFailure() == null ? OnFailure.builder().build() : given.onFailure();
        return DestinationConfig.builder().onFailure(onFailure).build();
    }

    private static int or(@Nullable Integer given, int usual) {
        return given == null ? usual : given;
    }

    private Instant now() {
        return surroundings.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private void checkAccess(FunctionId function, String role, String stream) {
        try {
            var session = roles.assume(function, role);
            var status = cloud.client(DynamoDbStreamsClient.class, session.caller(function))
                    .describeStream(r -> r.streamArn(stream).limit(1))
                    .streamDescription()
                    .streamStatus();
            if (status == StreamStatus.DISABLED) {
                throw LambdaErrors.invalid("Stream " + stream + " is not enabled.");
            }
        } catch (ResourceNotFoundException e) {
            throw LambdaErrors.invalid("Stream not found: " + stream);
        } catch (AwsServiceException e) {
            if (e.statusCode() != 403) {
                throw e;
            }
            throw LambdaErrors.invalid("Cannot access stream " + stream
                    + ". Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and"
                    + " ListStreams Actions on your stream in IAM.");
        } catch (IllegalArgumentException e) {
            throw new UnsupportedOperationException("the platform has no DynamoDB streams", e);
        }
    }

    // ---- finding and showing

    private static Mapping required(Snapshot snapshot, String uuid) {
        var call = Call.current();
        var mapping =
                Mapping.CODEC.decodeNullable(snapshot.get(LambdaKeys.mapping(call.account(), call.region(), uuid)));
        if (mapping == null) {
            throw LambdaErrors.notFound(NOT_FOUND);
        }
        return mapping;
    }

    private static byte[] key(Mapping mapping) {
        return LambdaKeys.mapping(mapping.account(), mapping.region(), mapping.uuid());
    }

    /** Another mapping of the same source to the same function. */
    private static @Nullable Mapping same(Snapshot snapshot, Mapping wanted) {
        Range range = LambdaKeys.mappings(wanted.account(), wanted.region());
        return snapshot.scan(range, Integer.MAX_VALUE).stream()
                .map(entry -> Mapping.CODEC.decode(entry.value()))
                .filter(other -> isListed(
                        other,
                        wanted.settings().functionArn(),
                        wanted.settings().eventSourceArn()))
                .findFirst()
                .orElse(null);
    }

    private static boolean isListed(Mapping mapping, @Nullable String functionArn, @Nullable String sourceArn) {
        return (functionArn == null || functionArn.equals(mapping.settings().functionArn()))
                && (sourceArn == null || sourceArn.equals(mapping.settings().eventSourceArn()));
    }

    private static String state(Mapping mapping) {
        return mapping.enabled() ? "Enabled" : "Disabled";
    }

    private <B extends SdkPojo> B shown(Mapping mapping, String state, B answer) {
        var run = runs.get(mapping.uuid());
        var result = run == null || run.result().isEmpty() ? NOTHING_YET : run.result();
        var shown = mapping.settings().toBuilder()
                .state(state)
                .stateTransitionReason("User action")
                .lastProcessingResult(result)
                .build();
        var copied = Members.copy(shown, answer);
        // an empty list is shown too
        answer.sdkFields().stream()
                .filter(field -> field.locationName().equals("FunctionResponseTypes"))
                .forEach(field -> field.set(answer, List.copyOf(shown.functionResponseTypesAsStrings())));
        return copied;
    }

    // ---- running

    private void apply(Mapping mapping) {
        runs.compute(mapping.uuid(), (uuid, before) -> {
            if (before != null) {
                before.stop();
            }
            return mapping.enabled() && !closed ? new MappingRun(mapping, surroundings, before) : null;
        });
    }

    /** Begins no further batch; a batch whose function is ended now is repeated after the next start. */
    void stop() {
        closed = true;
        runs.values().forEach(MappingRun::stop);
    }

    /** Waits for the batches under way. */
    @Override
    public void close() {
        stop();
        try {
            for (var run : runs.values()) {
                run.awaitEnd();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
