package dev.tsumuji.lambda;

import dev.tsumuji.kernel.blobs.Blobs;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.kernel.outbox.Outbox;
import dev.tsumuji.kernel.time.Ids;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.CreateFunctionResponse;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionResponse;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatus;
import software.amazon.awssdk.services.lambda.model.LastUpdateStatusReasonCode;
import software.amazon.awssdk.services.lambda.model.PublishVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishVersionResponse;
import software.amazon.awssdk.services.lambda.model.State;
import software.amazon.awssdk.services.lambda.model.StateReasonCode;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeResponse;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationResponse;

/**
 * Creates, changes, publishes and deletes functions. A change is acknowledged when it is on disk together with the
 * {@link Activation} that completes it, so a function that is pending when the platform dies becomes active when it is
 * back. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html">Lambda function states</a>
 */
final class Functions {
    static final String ACTIVATION_TOPIC = "lambda.activation";

    private static final Codec<Activation> ACTIVATION = Codec.of(Activation.class);
    private static final String CREATING = "The function is being created.";
    private static final int ACTIVATIONS_MAX = 8;
    private static final int VERSIONS_MAX = 100_000;
    static final DateTimeFormatter LAST_MODIFIED =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'+0000'").withZone(ZoneOffset.UTC);

    private final FunctionStore store;
    private final FunctionRules rules;
    private final Roles roles;
    private final Packages packages;
    private final CodeSources sources;
    private final LayerUses layers;
    private final Blobs blobs;
    private final Outbox outbox;
    private final Instances instances;
    private final ConcurrencyGate gate;
    private final InstantSource clock;
    private final Ids ids;

    Functions(
            FunctionStore store,
            FunctionRules rules,
            Roles roles,
            Packages packages,
            CodeSources sources,
            LayerUses layers,
            Blobs blobs,
            Outbox outbox,
            Instances instances,
            ConcurrencyGate gate,
            InstantSource clock,
            Ids ids) {
        this.store = store;
        this.rules = rules;
        this.roles = roles;
        this.packages = packages;
        this.sources = sources;
        this.layers = layers;
        this.blobs = blobs;
        this.outbox = outbox;
        this.instances = instances;
        this.gate = gate;
        this.clock = clock;
        this.ids = ids;
        outbox.handle(ACTIVATION_TOPIC, ACTIVATIONS_MAX, this::activate);
    }

    CreateFunctionResponse create(CreateFunctionRequest request) {
        var id = FunctionName.ofNew(request.functionName(), Call.current());
        var configured = rules.configure(id, request);
        roles.check(id, request.role());
        var code = request.code();
        var zip = sources.zip(code.zipFile(), code.s3Bucket(), code.s3Key(), code.s3ObjectVersion(), "CreateFunction");
        var stored = packages.store(zip);
        layers.requireRoom(configured, stored.unzippedBytes());
        var blob = stored.blob();
        var configuration = changed(configured.toBuilder(), clock.instant())
                .codeSize(blob.sizeBytes())
                .codeSha256(blob.sha256())
                .state(State.PENDING)
                .stateReason(CREATING)
                .stateReasonCode(StateReasonCode.CREATING)
                .build();
        var function = new Function(configuration, blob.id(), ids.hex(32));
        boolean publish = Boolean.TRUE.equals(request.publish());
        store.change(id, txn -> {
            if (store.exists(txn, id)) {
                throw LambdaErrors.conflict("Function already exist: " + id.name());
            }
            var usage = Usage.read(txn.unchecked(), id.account(), id.region());
            if (usage.codeBytes() + blob.sizeBytes() > LambdaLimits.CODE_STORAGE_MAX_BYTES) {
                throw LambdaErrors.codeStorageExceeded();
            }
            blobs.publish(txn, blob);
            Usage.add(txn, id, 1, blob.sizeBytes());
            var head = new FunctionHead(request.tags(), 1, "");
            txn.put(LambdaKeys.head(id), LambdaKeys.HEAD.encode(head));
            putPending(txn, id, function);
            layers.changed(txn, id, FunctionName.LATEST, List.of(), configuration.layers());
            if (publish) {
                putVersion(txn, id, head, function, State.PENDING);
            }
        });
        return Members.copy(
                        publish ? configuration.toBuilder().version("1").build() : configuration,
                        CreateFunctionResponse.builder())
                .build();
    }

    UpdateFunctionCodeResponse updateCode(UpdateFunctionCodeRequest request) {
        FunctionRules.unsupported("SourceKMSKeyArn", FunctionRules.notEmpty(request.sourceKMSKeyArn()));
        FunctionRules.unsupported("PublishTo", request.publishTo() != null);
        var id = unqualified(request.functionName());
        var current = store.kv().read(snapshot -> store.latest(snapshot, id));
        if (request.imageUri() != null) {
            throw LambdaErrors.invalid("Please don't provide ImageUri when updating a function with packageType Zip.");
        }
        var zip = sources.zip(
                request.zipFile(),
                request.s3Bucket(),
                request.s3Key(),
                request.s3ObjectVersion(),
                "UpdateFunctionCode");
        var stored = packages.store(zip);
        layers.requireRoom(current.configuration(), stored.unzippedBytes());
        var blob = stored.blob();
        var now = clock.instant();
        var result = new FunctionConfiguration[1];
        store.change(id, txn -> {
            var old = changeable(txn, id, request.revisionId());
            var builder = changed(old.configuration().toBuilder(), now)
                    .codeSize(blob.sizeBytes())
                    .codeSha256(blob.sha256());
            if (request.hasArchitectures()) {
                builder.architectures(FunctionRules.one(request.architectures()));
            }
            if (Boolean.TRUE.equals(request.dryRun())) {
                result[0] = builder.build();
                return;
            }
            var function = new Function(inProgress(builder), blob.id(), ids.hex(32));
            blobs.publish(txn, blob);
            Usage.add(txn, id, 0, blob.sizeBytes());
            putPending(txn, id, function);
            retireCode(txn, id, old, FunctionName.LATEST);
            result[0] = Boolean.TRUE.equals(request.publish())
                    ? putVersion(txn, id, store.head(txn, id), function, State.PENDING)
                    : function.configuration();
        });
        return Members.copy(result[0], UpdateFunctionCodeResponse.builder()).build();
    }

    UpdateFunctionConfigurationResponse updateConfiguration(UpdateFunctionConfigurationRequest request) {
        var id = unqualified(request.functionName());
        store.head(id);
        if (request.role() != null) {
            roles.check(id, request.role());
        }
        var now = clock.instant();
        var result = new FunctionConfiguration[1];
        store.change(id, txn -> {
            var old = changeable(txn, id, request.revisionId());
            var configured = rules.reconfigure(id, old.configuration(), request);
            if (request.hasLayers() && !configured.layers().isEmpty()) {
                layers.requireRoom(
                        configured,
                        packages.unzippedBytes(new Packages.Content(
                                old.packageId(), old.configuration().codeSize())));
            }
            var builder = configured.toBuilder();
            var function = new Function(inProgress(changed(builder, now)), old.packageId(), ids.hex(32));
            putPending(txn, id, function);
            layers.changed(
                    txn,
                    id,
                    FunctionName.LATEST,
                    old.configuration().layers(),
                    function.configuration().layers());
            instancesAfter(txn, old);
            result[0] = function.configuration();
        });
        return Members.copy(result[0], UpdateFunctionConfigurationResponse.builder())
                .build();
    }

    DeleteFunctionResponse delete(DeleteFunctionRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var id = name.id();
        var qualifier = name.qualifier();
        if (qualifier == null) {
            store.change(id, txn -> deleteAll(txn, id));
            gate.reservationsChanged(new ConcurrencyGate.Place(id.account(), id.region()));
            return DeleteFunctionResponse.builder().build();
        }
        if (qualifier.equals(FunctionName.LATEST)) {
            throw LambdaErrors.invalid("$LATEST version cannot be deleted without deleting the function.");
        }
        if (FunctionName.isAlias(qualifier)) {
            throw LambdaErrors.invalid("Deletion of aliases is not currently supported.");
        }
        store.change(id, txn -> deleteVersion(txn, id, qualifier));
        return DeleteFunctionResponse.builder().build();
    }

    private void deleteAll(Txn txn, FunctionId id) {
        store.head(txn, id);
        long bytes = 0;
        var packageIds = new ArrayList<String>();
        for (var function : versions(txn, id)) {
            bytes += function.configuration().codeSize();
            if (!packageIds.contains(function.packageId())) {
                packageIds.add(function.packageId());
            }
            layers.changed(
                    txn,
                    id,
                    function.configuration().version(),
                    function.configuration().layers(),
                    List.of());
            instancesAfter(txn, function);
        }
        for (var packageId : packageIds) {
            blobs.retire(txn, packageId);
            txn.afterCommit(() -> packages.forget(packageId));
        }
        Usage.add(txn, id, -1, -bytes);
        txn.delete(LambdaKeys.head(id));
        txn.delete(LambdaKeys.versions(id));
        txn.delete(LambdaKeys.policies(id));
        txn.delete(LambdaKeys.aliases(id));
        txn.delete(LambdaKeys.events(id));
        txn.delete(LambdaKeys.reserved(id));
        FunctionUrlConfigs.deletedAll(txn, id);
        txn.delete(LambdaKeys.provisioned(id));
        txn.delete(LambdaKeys.recursion(id));
        txn.delete(LambdaKeys.runtimes(id));
    }

    private void deleteVersion(Txn txn, FunctionId id, String version) {
        store.head(txn, id);
        var function = store.version(txn, id, version);
        if (function == null) {
            return;
        }
        var aliases = Aliases.of(txn, id, version);
        if (!aliases.isEmpty()) {
            throw LambdaErrors.conflict(
                    "Unable to delete version because the following aliases reference it: " + aliases);
        }
        txn.delete(LambdaKeys.version(id, version));
        layers.changed(txn, id, version, function.configuration().layers(), List.of());
        txn.delete(LambdaKeys.policy(id, version));
        txn.delete(LambdaKeys.events(id, version));
        txn.delete(LambdaKeys.provisioned(id, version));
        txn.delete(LambdaKeys.runtime(id, version));
        retireCode(txn, id, function, version);
    }

    /** Lets go of a version's code and instances, unless another version has the same code. */
    private void retireCode(Txn txn, FunctionId id, Function old, String version) {
        boolean shared = versions(txn, id).stream()
                .anyMatch(other -> other.packageId().equals(old.packageId())
                        && !other.configuration().version().equals(version));
        Usage.add(txn, id, 0, -old.configuration().codeSize());
        if (!shared) {
            blobs.retire(txn, old.packageId());
            txn.afterCommit(() -> packages.forget(old.packageId()));
        }
        instancesAfter(txn, old);
    }

    private void instancesAfter(Txn txn, Function old) {
        txn.afterCommit(() -> instances.retire(old.generation()));
    }

    private List<Function> versions(Txn txn, FunctionId id) {
        return txn.scan(LambdaKeys.versions(id), VERSIONS_MAX).stream()
                .map(entry -> store.function(entry.value()))
                .toList();
    }

    /** $LATEST as it may be changed now, and its instances' end after the change. */
    private Function changeable(Txn txn, FunctionId id, @Nullable String revisionId) {
        var function = store.latest(txn, id);
        var configuration = function.configuration();
        if (revisionId != null && !revisionId.equals(configuration.revisionId())) {
            throw LambdaErrors.precondition("The Revision Id provided does not match the latest Revision Id. "
                    + "Call the GetFunction/GetAlias API to retrieve the latest Revision Id");
        }
        settled(id, configuration);
        return function;
    }

    /** Refuses while a creation or an update is under way. */
    static void settled(FunctionId id, FunctionConfiguration configuration) {
        if (configuration.state() == State.PENDING) {
            throw LambdaErrors.conflict("The operation cannot be performed at this time. "
                    + "The function is currently in the following state: Pending");
        }
        if (configuration.lastUpdateStatus() == LastUpdateStatus.IN_PROGRESS) {
            throw LambdaErrors.conflict("The operation cannot be performed at this time. "
                    + "An update is in progress for resource: " + id.arn());
        }
    }

    private FunctionConfiguration.Builder changed(FunctionConfiguration.Builder configuration, Instant at) {
        return configuration.revisionId(ids.uuid()).lastModified(LAST_MODIFIED.format(at));
    }

    private static FunctionConfiguration inProgress(FunctionConfiguration.Builder configuration) {
        return configuration
                .lastUpdateStatus(LastUpdateStatus.IN_PROGRESS)
                .lastUpdateStatusReason(CREATING)
                .lastUpdateStatusReasonCode("Creating")
                .build();
    }

    private void putPending(Txn txn, FunctionId id, Function function) {
        store.put(txn, id, function);
        var work = new Activation(
                id.account(), id.region(), id.name(), function.configuration().version(), function.generation());
        outbox.put(txn, ACTIVATION_TOPIC, clock.instant(), ACTIVATION.encode(work));
    }

    PublishVersionResponse publish(PublishVersionRequest request) {
        FunctionRules.unsupported("PublishTo", request.publishTo() != null);
        var id = unqualified(request.functionName());
        var published = new FunctionConfiguration[1];
        store.change(id, txn -> {
            var latest = changeable(txn, id, request.revisionId());
            var sha256 = latest.configuration().codeSha256();
            if (request.codeSha256() != null && !request.codeSha256().equals(sha256)) {
                throw LambdaErrors.invalid("CodeSHA256 (" + request.codeSha256()
                        + ") is different from current CodeSHA256 in $LATEST (" + sha256
                        + "). Please try again with the CodeSHA256 in $LATEST.");
            }
            var head = store.head(txn, id);
            var last = store.version(txn, id, Long.toString(head.versionNext() - 1));
            if (last != null && head.published().equals(latest.generation())) {
                published[0] = last.configuration();
                return;
            }
            var described = request.description() == null
                    ? latest
                    : latest.with(latest.configuration().toBuilder()
                            .description(request.description())
                            .build());
            published[0] = putVersion(txn, id, head, described, State.ACTIVE);
        });
        return Members.copy(published[0], PublishVersionResponse.builder()).build();
    }

    /** Publishes what $LATEST is as the next version. */
    private FunctionConfiguration putVersion(Txn txn, FunctionId id, FunctionHead head, Function latest, State state) {
        var version = Long.toString(head.versionNext());
        var configuration = latest.configuration().toBuilder()
                .version(version)
                .functionArn(id.arn(version))
                .revisionId(ids.uuid())
                .snapStart(FunctionRules.ofVersion(latest.configuration().snapStart()))
                .state(state);
        if (state == State.PENDING) {
            configuration
                    .stateReason(CREATING)
                    .stateReasonCode(StateReasonCode.CREATING)
                    .lastUpdateStatus((LastUpdateStatus) null)
                    .lastUpdateStatusReason(null)
                    .lastUpdateStatusReasonCode((LastUpdateStatusReasonCode) null);
        }
        var function = new Function(configuration.build(), latest.packageId(), ids.hex(32));
        layers.changed(txn, id, version, List.of(), function.configuration().layers());
        Usage.add(txn, id, 0, function.configuration().codeSize());
        if (state == State.PENDING) {
            putPending(txn, id, function);
        } else {
            store.put(txn, id, function);
        }
        txn.put(
                LambdaKeys.head(id),
                LambdaKeys.HEAD.encode(new FunctionHead(head.tags(), head.versionNext() + 1, latest.generation())));
        return function.configuration();
    }

    /** Completes a creation or an update. Done again after a crash, it changes nothing. */
    private Outbox.Outcome activate(Outbox.Delivery delivery) {
        var work = ACTIVATION.decode(delivery.work());
        var id = work.id();
        store.change(id, txn -> {
            var function = store.version(txn, id, work.version());
            if (function == null || !function.generation().equals(work.generation())) {
                return;
            }
            var active = function.configuration().toBuilder()
                    .state(State.ACTIVE)
                    .stateReason(null)
                    .stateReasonCode((StateReasonCode) null)
                    .lastUpdateStatus(LastUpdateStatus.SUCCESSFUL)
                    .lastUpdateStatusReason(null)
                    .lastUpdateStatusReasonCode((LastUpdateStatusReasonCode) null);
            if (work.version().equals(FunctionName.LATEST)) {
                active.revisionId(ids.uuid());
            }
            store.put(txn, id, function.with(active.build()));
            txn.afterCommit(() -> instances.expect(function));
        });
        return new Outbox.Outcome.Done();
    }

    /** The name of a function whose $LATEST is meant. */
    private static FunctionId unqualified(String text) {
        return FunctionName.of(text, null, Call.current()).id();
    }
}
