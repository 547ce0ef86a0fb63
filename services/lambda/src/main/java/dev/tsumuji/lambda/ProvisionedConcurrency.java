package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.cloud.Failures;
import dev.tsumuji.kernel.kv.Snapshot;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.services.lambda.model.DeleteProvisionedConcurrencyConfigRequest;
import software.amazon.awssdk.services.lambda.model.DeleteProvisionedConcurrencyConfigResponse;
import software.amazon.awssdk.services.lambda.model.GetProvisionedConcurrencyConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetProvisionedConcurrencyConfigResponse;
import software.amazon.awssdk.services.lambda.model.ListProvisionedConcurrencyConfigsRequest;
import software.amazon.awssdk.services.lambda.model.ListProvisionedConcurrencyConfigsResponse;
import software.amazon.awssdk.services.lambda.model.ProvisionedConcurrencyConfigListItem;
import software.amazon.awssdk.services.lambda.model.ProvisionedConcurrencyStatusEnum;
import software.amazon.awssdk.services.lambda.model.PutProvisionedConcurrencyConfigRequest;
import software.amazon.awssdk.services.lambda.model.PutProvisionedConcurrencyConfigResponse;

/**
 * Instances initialised ahead of invocations and kept. What is asked for is on disk; the instances themselves are made again
 * when the platform starts. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html">Provisioned concurrency</a>
 */
final class ProvisionedConcurrency {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'+0000'").withZone(ZoneOffset.UTC);
    private static final int CONFIGS_MAX = 10_000;
    private static final String NOT_A_VERSION =
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions.";

    private final FunctionStore store;
    private final Instances instances;
    private final InstantSource clock;
    private final int concurrencyMax;
    /** What is kept now: generations by function. */
    private final Map<FunctionId, Map<String, Integer>> kept = new ConcurrentHashMap<>();

    ProvisionedConcurrency(FunctionStore store, Instances instances, InstantSource clock, LambdaSettings settings) {
        this.store = store;
        this.instances = instances;
        this.clock = clock;
        this.concurrencyMax = settings.concurrencyMax();
    }

    /** Makes the instances again that were asked for before the platform started. */
    void start() {
        var functions = store.kv()
                .read(snapshot -> snapshot.scan(LambdaKeys.provisioned(), CONFIGS_MAX).stream()
                        .map(entry -> LambdaKeys.provisionedOf(entry.key()))
                        .distinct()
                        .toList());
        functions.forEach(this::refresh);
    }

    PutProvisionedConcurrencyConfigResponse put(PutProvisionedConcurrencyConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        int wanted = request.provisionedConcurrentExecutions();
        if (wanted < 1) {
            throw LambdaErrors.validation(LambdaErrors.problem(
                    Integer.toString(wanted),
                    "provisionedConcurrentExecutions",
                    "have value greater than or equal to 1"));
        }
        var id = name.id();
        var qualifier = required(name, NOT_A_VERSION);
        var config = new Provisioned(wanted, TIME.format(clock.instant()));
        store.change(id, txn -> {
            store.head(txn, id);
            requireFree(txn, id, qualifier);
            requireRoom(txn, id, qualifier, wanted);
            txn.put(LambdaKeys.provisioned(id, qualifier), LambdaKeys.PROVISIONED.encode(config));
        });
        refresh(id);
        return PutProvisionedConcurrencyConfigResponse.builder()
                .requestedProvisionedConcurrentExecutions(wanted)
                .availableProvisionedConcurrentExecutions(0)
                .allocatedProvisionedConcurrentExecutions(0)
                .status(ProvisionedConcurrencyStatusEnum.IN_PROGRESS)
                .lastModified(config.lastModified())
                .build();
    }

    GetProvisionedConcurrencyConfigResponse get(GetProvisionedConcurrencyConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var qualifier = required(name, "The function resource provided must be an alias or a published version.");
        var config = store.kv().read(snapshot -> {
            store.head(snapshot, name.id());
            version(snapshot, name.id(), qualifier);
            return LambdaKeys.PROVISIONED.decodeNullable(snapshot.get(LambdaKeys.provisioned(name.id(), qualifier)));
        });
        if (config == null) {
            throw Failures.of(
                    "ProvisionedConcurrencyConfigNotFoundException",
                    404,
                    "No Provisioned Concurrency Config found for this function");
        }
        return Members.copy(shown(name.id(), qualifier, config), GetProvisionedConcurrencyConfigResponse.builder())
                .build();
    }

    DeleteProvisionedConcurrencyConfigResponse delete(DeleteProvisionedConcurrencyConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var qualifier = required(name, "The function resource provided must be an alias or a published version.");
        store.change(name.id(), txn -> {
            store.head(txn, name.id());
            version(txn, name.id(), qualifier);
            txn.delete(LambdaKeys.provisioned(name.id(), qualifier));
        });
        refresh(name.id());
        return DeleteProvisionedConcurrencyConfigResponse.builder().build();
    }

    ListProvisionedConcurrencyConfigsResponse list(ListProvisionedConcurrencyConfigsRequest request) {
        var id = FunctionName.of(request.functionName(), null, Call.current()).id();
        int limit = Paging.limit(request.maxItems());
        return store.kv().read(snapshot -> {
            store.head(snapshot, id);
            var found = snapshot.scan(Paging.after(LambdaKeys.provisioned(id), request.marker()), limit + 1);
            return ListProvisionedConcurrencyConfigsResponse.builder()
                    .provisionedConcurrencyConfigs(Paging.page(found, limit).stream()
                            .map(entry -> shown(
                                    id, LambdaKeys.lastText(entry.key()), LambdaKeys.PROVISIONED.decode(entry.value())))
                            .toList())
                    .nextMarker(Paging.next(found, limit))
                    .build();
        });
    }

    private ProvisionedConcurrencyConfigListItem shown(FunctionId id, String qualifier, Provisioned config) {
        var target = store.resolve(new FunctionName(id, qualifier));
        var state = target.map(t -> instances.kept(t.function().generation())).orElse(Instances.Kept.NOTHING);
        int ready = Math.min(state.initialised(), config.requested());
        var shown = ProvisionedConcurrencyConfigListItem.builder()
                .functionArn(id.arn(qualifier))
                .requestedProvisionedConcurrentExecutions(config.requested())
                .allocatedProvisionedConcurrentExecutions(ready)
                .availableProvisionedConcurrentExecutions(ready)
                .lastModified(config.lastModified());
        if (ready == config.requested()) {
            return shown.status(ProvisionedConcurrencyStatusEnum.READY).build();
        }
        return state.failure().isEmpty()
                ? shown.allocatedProvisionedConcurrentExecutions(0)
                        .availableProvisionedConcurrentExecutions(0)
                        .status(ProvisionedConcurrencyStatusEnum.IN_PROGRESS)
                        .build()
                : shown.status(ProvisionedConcurrencyStatusEnum.FAILED)
                        .statusReason(state.failure())
                        .build();
    }

    /** Makes the instances that are kept those that are asked for, after either changed. */
    void refresh(FunctionId id) {
        var wanted = new HashMap<String, Integer>();
        for (var entry : store.kv().read(snapshot -> snapshot.scan(LambdaKeys.provisioned(id), CONFIGS_MAX))) {
            var qualifier = LambdaKeys.lastText(entry.key());
            int requested = LambdaKeys.PROVISIONED.decode(entry.value()).requested();
            store.fixed(id, qualifier).ifPresent(target -> {
                wanted.put(target.function().generation(), requested);
                instances.keep(target, requested);
            });
        }
        var before = wanted.isEmpty() ? kept.remove(id) : kept.put(id, wanted);
        if (before != null) {
            before.keySet().stream()
                    .filter(generation -> !wanted.containsKey(generation))
                    .forEach(instances::release);
        }
    }

    private static String required(FunctionName name, String otherwise) {
        var qualifier = name.qualifierOrLatest();
        if (qualifier.equals(FunctionName.LATEST)) {
            throw LambdaErrors.invalid(otherwise);
        }
        return qualifier;
    }

    /** The version that a qualifier stands for. */
    private String version(Snapshot snapshot, FunctionId id, String qualifier) {
        if (!FunctionName.isAlias(qualifier)) {
            if (store.version(snapshot, id, qualifier) == null) {
                throw LambdaErrors.functionNotFound(id.arn(qualifier));
            }
            return qualifier;
        }
        var alias = LambdaKeys.ALIAS.decodeNullable(snapshot.get(LambdaKeys.alias(id, qualifier)));
        if (alias == null) {
            throw LambdaErrors.notFound("Cannot find alias arn: " + id.arn(qualifier));
        }
        return alias.functionVersion();
    }

    /** A version is provisioned by its number or by an alias, not by both. */
    private void requireFree(Snapshot snapshot, FunctionId id, String qualifier) {
        var version = version(snapshot, id, qualifier);
        boolean alias = FunctionName.isAlias(qualifier);
        if (alias && snapshot.get(LambdaKeys.provisioned(id, version)) != null) {
            throw LambdaErrors.conflict(
                    "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
        }
        if (alias && version.equals(FunctionName.LATEST)) {
            throw LambdaErrors.invalid(NOT_A_VERSION);
        }
        if (!alias
                && Aliases.of(snapshot, id, version).stream()
                        .anyMatch(name -> snapshot.get(LambdaKeys.provisioned(id, name)) != null)) {
            throw LambdaErrors.conflict("Version is pointed to by a Provisioned Concurrency alias");
        }
    }

    private void requireRoom(Snapshot snapshot, FunctionId id, String qualifier, int wanted) {
        var own = LambdaKeys.PROVISIONED.decodeNullable(snapshot.get(LambdaKeys.provisioned(id, qualifier)));
        int old = own == null ? 0 : own.requested();
        var reserved = LambdaKeys.RESERVED.decodeNullable(snapshot.get(LambdaKeys.reserved(id)));
        if (reserved != null) {
            if (ofFunction(snapshot, id) - old + wanted > reserved.concurrency()) {
                throw LambdaErrors.invalid("Requested Provisioned Concurrency should not be greater than the"
                        + " reservedConcurrentExecution for function");
            }
            return;
        }
        int unreserved = concurrencyMax - Concurrency.committed(snapshot, id.account(), id.region()) + old;
        int least = Math.min(LambdaLimits.UNRESERVED_CONCURRENCY_MIN, concurrencyMax);
        if (wanted > unreserved) {
            throw LambdaErrors.invalidConcurrency(
                    "Specified ConcurrentExecutions for function is greater than account's unreserved"
                            + " concurrency [" + unreserved + "].");
        }
        if (unreserved - wanted < least) {
            throw LambdaErrors.invalidConcurrency("Specified ConcurrentExecutions for function decreases account's"
                    + " UnreservedConcurrentExecution below its minimum value of [" + least + "].");
        }
    }

    /** Sum over all versions and aliases of a function. */
    static int ofFunction(Snapshot snapshot, FunctionId id) {
        return snapshot.scan(LambdaKeys.provisioned(id), CONFIGS_MAX).stream()
                .mapToInt(entry -> LambdaKeys.PROVISIONED.decode(entry.value()).requested())
                .sum();
    }

    /** Of one version, by its number or by an alias. */
    static int ofVersion(Snapshot snapshot, FunctionId id, String version) {
        int sum = 0;
        for (var entry : snapshot.scan(LambdaKeys.provisioned(id), CONFIGS_MAX)) {
            var qualifier = LambdaKeys.lastText(entry.key());
            var alias = FunctionName.isAlias(qualifier)
                    ? LambdaKeys.ALIAS.decodeNullable(snapshot.get(LambdaKeys.alias(id, qualifier)))
                    : null;
            if (qualifier.equals(version)
                    || alias != null && alias.functionVersion().equals(version)) {
                sum += LambdaKeys.PROVISIONED.decode(entry.value()).requested();
            }
        }
        return sum;
    }

    /** Sum over the functions of an account in a region that have nothing reserved. */
    static int unreserved(Snapshot snapshot, String account, String region) {
        return snapshot.scan(LambdaKeys.provisioned(account, region), CONFIGS_MAX).stream()
                .filter(entry -> snapshot.get(LambdaKeys.reserved(LambdaKeys.provisionedOf(entry.key()))) == null)
                .mapToInt(entry -> LambdaKeys.PROVISIONED.decode(entry.value()).requested())
                .sum();
    }
}
