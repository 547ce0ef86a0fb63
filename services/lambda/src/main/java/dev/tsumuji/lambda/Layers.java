package dev.tsumuji.lambda;

import dev.tsumuji.kernel.blobs.Blobs;
import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.lambda.LayerName.LayerVersionName;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.Architecture;
import software.amazon.awssdk.services.lambda.model.DeleteLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.DeleteLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionByArnResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionResponse;
import software.amazon.awssdk.services.lambda.model.LayerVersionContentOutput;
import software.amazon.awssdk.services.lambda.model.LayerVersionsListItem;
import software.amazon.awssdk.services.lambda.model.LayersListItem;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsRequest;
import software.amazon.awssdk.services.lambda.model.ListLayerVersionsResponse;
import software.amazon.awssdk.services.lambda.model.ListLayersRequest;
import software.amazon.awssdk.services.lambda.model.ListLayersResponse;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionRequest;
import software.amazon.awssdk.services.lambda.model.PublishLayerVersionResponse;

/**
 * Layers: packages that functions share, seen by them under {@code /opt}. A version is immutable; a deleted one goes on
 * working for the functions that have it. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html">Lambda layers</a>
 */
final class Layers {
    /** A layer's listed versions are looked through for the latest that fits. */
    private static final int VERSIONS_LOOKED_THROUGH_MAX = 1000;

    private final FunctionStore store;
    private final Packages packages;
    private final CodeSources sources;
    private final CodeDownloads downloads;
    private final LayerUses uses;
    private final Blobs blobs;
    private final InstantSource clock;

    Layers(
            FunctionStore store,
            Packages packages,
            CodeSources sources,
            CodeDownloads downloads,
            LayerUses uses,
            Blobs blobs,
            InstantSource clock) {
        this.store = store;
        this.packages = packages;
        this.sources = sources;
        this.downloads = downloads;
        this.uses = uses;
        this.blobs = blobs;
        this.clock = clock;
    }

    PublishLayerVersionResponse publish(PublishLayerVersionRequest request) {
        var call = Call.current();
        var layer = LayerName.of(request.layerName(), call);
        var content = request.content();
        var zip = sources.zip(
                content.zipFile(),
                content.s3Bucket(),
                content.s3Key(),
                content.s3ObjectVersion(),
                "PublishLayerVersion");
        var stored = packages.store(zip);
        var version = new LayerVersion(
                Objects.requireNonNullElse(request.description(), ""),
                Objects.requireNonNullElse(request.licenseInfo(), ""),
                Functions.LAST_MODIFIED.format(clock.instant()),
                request.compatibleRuntimesAsStrings(),
                request.compatibleArchitecturesAsStrings(),
                stored.blob().id(),
                stored.blob().sizeBytes(),
                stored.blob().sha256(),
                stored.unzippedBytes(),
                false);
        long number = store.kv().transact(txn -> {
            var usage = Usage.read(txn.unchecked(), layer.account(), layer.region());
            if (usage.codeBytes() + version.codeSize() > LambdaLimits.CODE_STORAGE_MAX_BYTES) {
                throw LambdaErrors.codeStorageExceeded();
            }
            var head = LayerKeys.HEAD.decodeNullable(txn.get(LayerKeys.head(layer)));
            long next = head == null ? 1 : head.versionNext();
            blobs.publish(txn, stored.blob());
            Usage.addBytes(txn, layer.account(), layer.region(), version.codeSize());
            txn.put(LayerKeys.head(layer), LayerKeys.HEAD.encode(new LayerHead(next + 1)));
            txn.put(LayerKeys.version(layer.version(next)), LayerKeys.VERSION.encode(version));
            return next;
        });
        return Members.copy(shown(layer.version(number), version), PublishLayerVersionResponse.builder())
                .build();
    }

    GetLayerVersionResponse get(GetLayerVersionRequest request) {
        var name = LayerName.of(request.layerName(), Call.current()).version(number(request.versionNumber()));
        return shown(name, required(name));
    }

    GetLayerVersionByArnResponse getByArn(GetLayerVersionByArnRequest request) {
        if (!LayerName.VERSION_ARN.matcher(request.arn()).matches()) {
            throw notThere();
        }
        var name = LayerVersionName.ofArn(request.arn());
        return Members.copy(shown(name, required(name)), GetLayerVersionByArnResponse.builder())
                .build();
    }

    DeleteLayerVersionResponse delete(DeleteLayerVersionRequest request) {
        var name = LayerName.of(request.layerName(), Call.current()).version(number(request.versionNumber()));
        store.kv().<@Nullable Object>transact(txn -> {
            var version = find(txn, name);
            if (version != null) {
                txn.put(LayerKeys.version(name), LayerKeys.VERSION.encode(version.asDeleted()));
                txn.delete(LayerKeys.policy(name));
                Usage.addBytes(txn, name.layer().account(), name.layer().region(), -version.codeSize());
                uses.forgetUnused(txn, name);
            }
            return null;
        });
        return DeleteLayerVersionResponse.builder().build();
    }

    ListLayersResponse list(ListLayersRequest request) {
        var call = Call.current();
        int limit = Paging.limit(request.maxItems());
        return store.kv().read(snapshot -> {
            var range = Paging.after(LayerKeys.heads(call.account(), call.region()), request.marker());
            var heads = snapshot.scan(range, limit + 1);
            var shown = new ArrayList<LayersListItem>();
            for (var entry : Paging.page(heads, limit)) {
                var name = (String)
                        Objects.requireNonNull(Tuple.unpack(entry.key()).getLast());
                var layer = new LayerName(call.account(), call.region(), name);
                var latest = latest(
                        snapshot, layer, request.compatibleRuntimeAsString(), request.compatibleArchitectureAsString());
                if (latest != null) {
                    shown.add(LayersListItem.builder()
                            .layerName(name)
                            .layerArn(layer.arn())
                            .latestMatchingVersion(latest)
                            .build());
                }
            }
            return ListLayersResponse.builder()
                    .layers(shown)
                    .nextMarker(Paging.next(heads, limit))
                    .build();
        });
    }

    private static @Nullable LayerVersionsListItem latest(
            Snapshot snapshot, LayerName layer, @Nullable String runtime, @Nullable String architecture) {
        for (var entry : snapshot.scanBackwards(LayerKeys.versions(layer), VERSIONS_LOOKED_THROUGH_MAX)) {
            var version = LayerKeys.VERSION.decode(entry.value());
            if (fits(version, runtime, architecture)) {
                return item(layer.version(number(entry)), version);
            }
        }
        return null;
    }

    ListLayerVersionsResponse versions(ListLayerVersionsRequest request) {
        var layer = LayerName.of(request.layerName(), Call.current());
        int limit = Paging.limit(request.maxItems());
        return store.kv().read(snapshot -> {
            var found = snapshot.scanBackwards(Paging.before(LayerKeys.versions(layer), request.marker()), limit + 1);
            var shown = new ArrayList<LayerVersionsListItem>();
            for (var entry : Paging.page(found, limit)) {
                var version = LayerKeys.VERSION.decode(entry.value());
                if (fits(version, request.compatibleRuntimeAsString(), request.compatibleArchitectureAsString())) {
                    shown.add(item(layer.version(number(entry)), version));
                }
            }
            return ListLayerVersionsResponse.builder()
                    .layerVersions(shown)
                    .nextMarker(Paging.next(found, limit))
                    .build();
        });
    }

    private static long number(Snapshot.Entry entry) {
        return (Long) Objects.requireNonNull(Tuple.unpack(entry.key()).getLast());
    }

    /** A version that names no architectures fits them all, one that names no runtimes fits none in particular. */
    private static boolean fits(LayerVersion version, @Nullable String runtime, @Nullable String architecture) {
        boolean runs = runtime == null || version.runtimes().contains(runtime);
        boolean suits = architecture == null
                || version.architectures().contains(architecture)
                || version.architectures().isEmpty() && architecture.equals(Architecture.X86_64.toString());
        return !version.deleted() && runs && suits;
    }

    private static LayerVersionsListItem item(LayerVersionName name, LayerVersion version) {
        var item = LayerVersionsListItem.builder()
                .layerVersionArn(name.arn())
                .version(name.number())
                .description(version.description())
                .createdDate(version.createdDate());
        if (!version.runtimes().isEmpty()) {
            item.compatibleRuntimesWithStrings(version.runtimes());
        }
        if (!version.architectures().isEmpty()) {
            item.compatibleArchitecturesWithStrings(version.architectures());
        }
        if (!version.licenseInfo().isEmpty()) {
            item.licenseInfo(version.licenseInfo());
        }
        return item.build();
    }

    private GetLayerVersionResponse shown(LayerVersionName name, LayerVersion version) {
        return GetLayerVersionResponse.builder()
                .content(LayerVersionContentOutput.builder()
                        .location(downloads.location(version.packageId(), version.codeSize()))
                        .codeSha256(version.codeSha256())
                        .codeSize(version.codeSize())
                        .build())
                .layerArn(name.layer().arn())
                .layerVersionArn(name.arn())
                .description(version.description())
                .createdDate(version.createdDate())
                .version(name.number())
                .compatibleRuntimesWithStrings(version.runtimes())
                .compatibleArchitecturesWithStrings(version.architectures())
                .licenseInfo(version.licenseInfo().isEmpty() ? null : version.licenseInfo())
                .build();
    }

    private LayerVersion required(LayerVersionName name) {
        var version = store.kv().<@Nullable LayerVersion>read(snapshot -> find(snapshot, name));
        if (version == null) {
            throw notThere();
        }
        return version;
    }

    /** A version that is still listed; null when there is none. */
    static @Nullable LayerVersion find(Snapshot snapshot, LayerVersionName name) {
        var version = LayerKeys.VERSION.decodeNullable(snapshot.get(LayerKeys.version(name)));
        return version == null || version.deleted() ? null : version;
    }

    static long number(@Nullable Long number) {
        if (number == null || number < 1) {
            throw LambdaErrors.invalid("Layer Version Cannot be less than 1");
        }
        return number;
    }

    private static RuntimeException notThere() {
        return LambdaErrors.notFound("The resource you requested does not exist.");
    }
}
