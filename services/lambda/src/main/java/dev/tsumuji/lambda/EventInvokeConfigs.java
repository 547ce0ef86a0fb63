package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Arn;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Snapshot;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.DestinationConfig;
import software.amazon.awssdk.services.lambda.model.FunctionEventInvokeConfig;
import software.amazon.awssdk.services.lambda.model.GetFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionEventInvokeConfigsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionEventInvokeConfigsResponse;
import software.amazon.awssdk.services.lambda.model.OnFailure;
import software.amazon.awssdk.services.lambda.model.OnSuccess;
import software.amazon.awssdk.services.lambda.model.PutFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionEventInvokeConfigResponse;

/**
 * How often and how long asynchronous events are tried, and who is told what became of them, per function, version or alias.
 * Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html">Configuring error handling</a>
 */
final class EventInvokeConfigs {
    private static final Pattern DESTINATION = Pattern.compile("$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))"
            + "|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?"
            + ":(\\d{12})?:(.*)");
    private static final int AGE_MIN_SECONDS = 60;
    private static final int AGE_MAX_SECONDS = 21_600;
    private static final int RETRIES_MAX = 2;

    private final FunctionStore store;
    private static final String ON_FAILURE = "destinationConfig.onFailure.destination";

    private final Destinations destinations;
    private final InstantSource clock;

    EventInvokeConfigs(FunctionStore store, Destinations destinations, InstantSource clock) {
        this.store = store;
        this.destinations = destinations;
        this.clock = clock;
    }

    PutFunctionEventInvokeConfigResponse put(PutFunctionEventInvokeConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        requireSomething(
                request.maximumRetryAttempts(), request.maximumEventAgeInSeconds(), request.destinationConfig());
        check(
                name.id(),
                request.maximumRetryAttempts(),
                request.maximumEventAgeInSeconds(),
                request.destinationConfig());
        var config = FunctionEventInvokeConfig.builder()
                .functionArn(arn(name))
                .lastModified(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .maximumRetryAttempts(request.maximumRetryAttempts())
                .maximumEventAgeInSeconds(request.maximumEventAgeInSeconds())
                .destinationConfig(complete(request.destinationConfig()))
                .build();
        store.change(name.id(), txn -> {
            requireFunction(txn, name);
            txn.put(LambdaKeys.events(name.id(), name.qualifierOrLatest()), LambdaKeys.EVENTS.encode(config));
        });
        return Members.copy(config, PutFunctionEventInvokeConfigResponse.builder())
                .build();
    }

    UpdateFunctionEventInvokeConfigResponse update(UpdateFunctionEventInvokeConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        requireSomething(
                request.maximumRetryAttempts(), request.maximumEventAgeInSeconds(), request.destinationConfig());
        check(
                name.id(),
                request.maximumRetryAttempts(),
                request.maximumEventAgeInSeconds(),
                request.destinationConfig());
        var changed = new FunctionEventInvokeConfig[1];
        store.change(name.id(), txn -> {
            requireFunction(txn, name);
            var config =
                    required(txn, name).toBuilder().lastModified(clock.instant().truncatedTo(ChronoUnit.MILLIS));
            if (request.maximumRetryAttempts() != null) {
                config.maximumRetryAttempts(request.maximumRetryAttempts());
            }
            if (request.maximumEventAgeInSeconds() != null) {
                config.maximumEventAgeInSeconds(request.maximumEventAgeInSeconds());
            }
            if (request.destinationConfig() != null) {
                config.destinationConfig(complete(request.destinationConfig()));
            }
            changed[0] = config.build();
            txn.put(LambdaKeys.events(name.id(), name.qualifierOrLatest()), LambdaKeys.EVENTS.encode(changed[0]));
        });
        return Members.copy(changed[0], UpdateFunctionEventInvokeConfigResponse.builder())
                .build();
    }

    GetFunctionEventInvokeConfigResponse get(GetFunctionEventInvokeConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var config = store.kv().read(snapshot -> required(snapshot, name));
        return Members.copy(config, GetFunctionEventInvokeConfigResponse.builder())
                .build();
    }

    DeleteFunctionEventInvokeConfigResponse delete(DeleteFunctionEventInvokeConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        store.change(name.id(), txn -> {
            required(txn, name);
            txn.delete(LambdaKeys.events(name.id(), name.qualifierOrLatest()));
        });
        return DeleteFunctionEventInvokeConfigResponse.builder().build();
    }

    ListFunctionEventInvokeConfigsResponse list(ListFunctionEventInvokeConfigsRequest request) {
        var id = FunctionName.of(request.functionName(), null, Call.current()).id();
        int limit = Paging.limit(request.maxItems());
        return store.kv().read(snapshot -> {
            if (!store.exists(snapshot, id)) {
                throw noFunction();
            }
            var found = snapshot.scan(Paging.after(LambdaKeys.events(id), request.marker()), limit + 1);
            return ListFunctionEventInvokeConfigsResponse.builder()
                    .functionEventInvokeConfigs(Paging.page(found, limit).stream()
                            .map(entry -> LambdaKeys.EVENTS.decode(entry.value()))
                            .toList())
                    .nextMarker(Paging.next(found, limit))
                    .build();
        });
    }

    private void requireFunction(Snapshot snapshot, FunctionName name) {
        var qualifier = name.qualifierOrLatest();
        boolean there = store.version(snapshot, name.id(), qualifier) != null
                || snapshot.get(LambdaKeys.alias(name.id(), qualifier)) != null;
        if (!there) {
            throw noFunction();
        }
    }

    private static FunctionEventInvokeConfig required(Snapshot snapshot, FunctionName name) {
        var config =
                LambdaKeys.EVENTS.decodeNullable(snapshot.get(LambdaKeys.events(name.id(), name.qualifierOrLatest())));
        if (config == null) {
            throw LambdaErrors.notFound("The function " + arn(name) + " doesn't have an EventInvokeConfig");
        }
        return config;
    }

    private static AwsServiceException noFunction() {
        return LambdaErrors.notFound("The function doesn't exist.");
    }

    private static String arn(FunctionName name) {
        return name.id().arn(name.qualifierOrLatest());
    }

    /** Both are shown, set or not; an empty destination is none. */
    private static DestinationConfig complete(@Nullable DestinationConfig wanted) {
        var success = wanted == null || wanted.onSuccess() == null
                ? null
                : wanted.onSuccess().destination();
        var failure = wanted == null || wanted.onFailure() == null
                ? null
                : wanted.onFailure().destination();
        return DestinationConfig.builder()
                .onSuccess(OnSuccess.builder().destination(orNone(success)).build())
                .onFailure(OnFailure.builder().destination(orNone(failure)).build())
                .build();
    }

    private static @Nullable String orNone(@Nullable String destination) {
        return destination == null || destination.isEmpty() ? null : destination;
    }

    private static void requireSomething(
            @Nullable Integer retries, @Nullable Integer ageSeconds, @Nullable DestinationConfig destinations) {
        if (retries == null && ageSeconds == null && destinations == null) {
            throw LambdaErrors.invalid("You must specify at least one of error handling or destination setting.");
        }
    }

    private void check(
            FunctionId id,
            @Nullable Integer retries,
            @Nullable Integer ageSeconds,
            @Nullable DestinationConfig wanted) {
        range(retries, "maximumRetryAttempts", 0, RETRIES_MAX);
        range(ageSeconds, "maximumEventAgeInSeconds", AGE_MIN_SECONDS, AGE_MAX_SECONDS);
        if (wanted != null) {
            var whole = complete(wanted);
            boolean usable = destination(id, ON_FAILURE, whole.onFailure().destination())
                    & destination(
                            id,
                            "destinationConfig.onSuccess.destination",
                            whole.onSuccess().destination());
            if (!usable) {
                throw LambdaErrors.invalid("The provided destination config DestinationConfig(onSuccess="
                        + shown("OnSuccess", whole.onSuccess().destination()) + ", onFailure="
                        + shown("OnFailure", whole.onFailure().destination()) + ") is invalid.");
            }
        }
    }

    private static String shown(String name, @Nullable String destination) {
        return destination == null ? "null" : name + "(destination=" + destination + ")";
    }

    private static void range(@Nullable Integer value, String member, int min, int max) {
        if (value != null && value < min) {
            throw LambdaErrors.validation(
                    LambdaErrors.problem(value.toString(), member, "have value greater than or equal to " + min));
        }
        if (value != null && value > max) {
            throw LambdaErrors.validation(
                    LambdaErrors.problem(value.toString(), member, "have value less than or equal to " + max));
        }
    }

    /** @return false for a destination of a kind that functions don't have */
    private boolean destination(FunctionId id, String member, @Nullable String destination) {
        if (destination == null) {
            return true;
        }
        if (!DESTINATION.matcher(destination).matches() || !Arn.isArn(destination)) {
            throw LambdaErrors.validation(
                    LambdaErrors.problem(destination, member, "satisfy regular expression pattern: " + DESTINATION));
        }
        switch (Arn.parse(destination).service()) {
            case "lambda" -> function(id, destination);
            case "sqs", "sns", "events" -> requireService(destination);
            case "s3" -> {
                if (!member.equals(ON_FAILURE)) {
                    return false;
                }
                requireService(destination);
                store.resolve(new FunctionName(id, FunctionName.LATEST))
                        .ifPresent(target -> destinations.checkBucket(
                                id, target.configuration().role(), destination));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void requireService(String destination) {
        if (!destinations.has(destination)) {
            throw new UnsupportedOperationException("the platform has no service for " + destination);
        }
    }

    private void function(FunctionId id, String destination) {
        FunctionId other;
        try {
            other = FunctionName.of(destination, null, Call.current()).id();
        } catch (AwsServiceException e) {
            throw LambdaErrors.invalid("The destination ARN " + destination + " is invalid.");
        }
        if (other.equals(id)) {
            throw LambdaErrors.invalid("You can't specify the function as a destination for itself.");
        }
        if (!store.kv().read(snapshot -> store.exists(snapshot, other))) {
            throw LambdaErrors.invalid("The destination ARN " + destination + " is invalid.");
        }
    }
}
