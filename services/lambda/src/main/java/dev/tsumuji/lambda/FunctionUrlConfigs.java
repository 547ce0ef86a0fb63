package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.lambda.UrlConfig.Owner;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.CreateFunctionUrlConfigRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionUrlConfigResponse;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionUrlConfigRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionUrlConfigResponse;
import software.amazon.awssdk.services.lambda.model.FunctionUrlConfig;
import software.amazon.awssdk.services.lambda.model.GetFunctionUrlConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionUrlConfigResponse;
import software.amazon.awssdk.services.lambda.model.InvokeMode;
import software.amazon.awssdk.services.lambda.model.ListFunctionUrlConfigsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionUrlConfigsResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionUrlConfigRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionUrlConfigResponse;

/**
 * The URLs of functions and aliases: made, shown, changed, deleted. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html">Function URLs</a>
 */
final class FunctionUrlConfigs {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int ID_LENGTH = 32;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final FunctionStore store;
    private final InstantSource clock;
    private final Ids ids;
    /** What follows the region in a URL's host name, with the port. */
    private volatile String suffix = "localhost";

    FunctionUrlConfigs(FunctionStore store, InstantSource clock, Ids ids) {
        this.store = store;
        this.clock = clock;
        this.ids = ids;
    }

    /** @param port where the platform listens */
    void platform(int port) {
        suffix = "localhost:" + port;
    }

    CreateFunctionUrlConfigResponse create(CreateFunctionUrlConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var now = TIME.format(clock.instant());
        var mode = Objects.requireNonNullElse(request.invokeModeAsString(), InvokeMode.BUFFERED.toString());
        var config = new UrlConfig(
                ids.from(ALPHABET, ID_LENGTH), request.authTypeAsString(), request.cors(), mode, now, now);
        store.change(name.id(), txn -> {
            requireFunction(txn, name);
            var key = LambdaKeys.url(name.id(), qualifier(name));
            if (txn.get(key) != null) {
                throw LambdaErrors.conflict("Failed to create function url config for [functionArn = " + name.arn()
                        + "]. Error message:  FunctionUrlConfig exists for this Lambda function");
            }
            put(txn, name, config);
        });
        var shown = shown(name, config).toBuilder()
                .invokeMode(request.invokeModeAsString())
                .lastModifiedTime(null)
                .build();
        return Members.copy(shown, CreateFunctionUrlConfigResponse.builder()).build();
    }

    UpdateFunctionUrlConfigResponse update(UpdateFunctionUrlConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var changed = new UrlConfig[1];
        store.change(name.id(), txn -> {
            requireFunction(txn, name);
            var old = required(txn, name);
            changed[0] = new UrlConfig(
                    old.id(),
                    Objects.requireNonNullElse(request.authTypeAsString(), old.authType()),
                    request.cors() == null ? old.cors() : request.cors(),
                    Objects.requireNonNullElse(request.invokeModeAsString(), old.invokeMode()),
                    old.createdAt(),
                    TIME.format(clock.instant()));
            put(txn, name, changed[0]);
        });
        var shown = shown(name, changed[0]).toBuilder()
                .invokeMode(request.invokeModeAsString())
                .build();
        return Members.copy(shown, UpdateFunctionUrlConfigResponse.builder()).build();
    }

    GetFunctionUrlConfigResponse get(GetFunctionUrlConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var config = store.kv().read(snapshot -> required(snapshot, name));
        return Members.copy(shown(name, config), GetFunctionUrlConfigResponse.builder())
                .build();
    }

    DeleteFunctionUrlConfigResponse delete(DeleteFunctionUrlConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        store.change(name.id(), txn -> {
            required(txn, name);
            deleted(txn, name.id(), qualifier(name));
        });
        return DeleteFunctionUrlConfigResponse.builder().build();
    }

    ListFunctionUrlConfigsResponse list(ListFunctionUrlConfigsRequest request) {
        var id = FunctionName.of(request.functionName(), null, Call.current()).id();
        int limit = Paging.limit(request.maxItems());
        return store.kv().read(snapshot -> {
            if (!store.exists(snapshot, id)) {
                throw LambdaErrors.notFound("Function does not exist");
            }
            var found = snapshot.scan(Paging.after(LambdaKeys.urls(id), request.marker()), limit + 1);
            return ListFunctionUrlConfigsResponse.builder()
                    .functionUrlConfigs(Paging.page(found, limit).stream()
                            .map(entry -> shown(
                                    new FunctionName(id, LambdaKeys.lastText(entry.key())),
                                    LambdaKeys.URL.decode(entry.value())))
                            .toList())
                    .nextMarker(Paging.next(found, limit))
                    .build();
        });
    }

    /** Whose URL has this id. */
    Optional<Owner> owner(String id) {
        return store.kv()
                .read(snapshot -> Optional.ofNullable(
                        LambdaKeys.URL_OWNER.decodeNullable(snapshot.get(LambdaKeys.urlOwner(id)))));
    }

    Optional<UrlConfig> of(Owner owner) {
        var name = owner.function();
        return store.kv()
                .read(snapshot -> Optional.ofNullable(
                        LambdaKeys.URL.decodeNullable(snapshot.get(LambdaKeys.url(name.id(), qualifier(name))))));
    }

    private static void put(Txn txn, FunctionName name, UrlConfig config) {
        var id = name.id();
        txn.put(LambdaKeys.url(id, qualifier(name)), LambdaKeys.URL.encode(config));
        txn.put(
                LambdaKeys.urlOwner(config.id()),
                LambdaKeys.URL_OWNER.encode(new Owner(id.account(), id.region(), id.name(), name.qualifier())));
    }

    /** Takes the URL of a function or alias away, if it has one. */
    static void deleted(Txn txn, FunctionId id, String qualifier) {
        var key = LambdaKeys.url(id, qualifier);
        var config = LambdaKeys.URL.decodeNullable(txn.get(key));
        if (config != null) {
            txn.delete(LambdaKeys.urlOwner(config.id()));
            txn.delete(key);
        }
    }

    /** Takes all URLs of a function away. */
    static void deletedAll(Txn txn, FunctionId id) {
        Range range = LambdaKeys.urls(id);
        for (var entry : txn.scan(range, Integer.MAX_VALUE)) {
            txn.delete(LambdaKeys.urlOwner(LambdaKeys.URL.decode(entry.value()).id()));
        }
        txn.delete(range);
    }

    private void requireFunction(Snapshot snapshot, FunctionName name) {
        var qualifier = name.qualifier();
        boolean there = store.exists(snapshot, name.id())
                && (qualifier == null || snapshot.get(LambdaKeys.alias(name.id(), qualifier)) != null);
        if (!there) {
            throw LambdaErrors.notFound("Function does not exist");
        }
    }

    private static UrlConfig required(Snapshot snapshot, FunctionName name) {
        var config = LambdaKeys.URL.decodeNullable(snapshot.get(LambdaKeys.url(name.id(), qualifier(name))));
        if (config == null) {
            throw LambdaErrors.notFound("The resource you requested does not exist.");
        }
        return config;
    }

    private static String qualifier(FunctionName name) {
        return Objects.requireNonNullElse(name.qualifier(), "");
    }

    private FunctionUrlConfig shown(FunctionName name, UrlConfig config) {
        @Nullable String qualifier = name.qualifier();
        boolean plain = qualifier == null || qualifier.isEmpty();
        return FunctionUrlConfig.builder()
                .functionArn(plain ? name.id().arn() : name.arn())
                .functionUrl(
                        "http://" + config.id() + ".lambda-url." + name.id().region() + "." + suffix + "/")
                .authType(config.authType())
                .cors(config.cors())
                .creationTime(config.createdAt())
                .lastModifiedTime(config.modifiedAt())
                .invokeMode(config.invokeMode())
                .build();
    }
}
