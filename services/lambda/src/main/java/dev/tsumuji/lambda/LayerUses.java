package dev.tsumuji.lambda;

import dev.tsumuji.kernel.blobs.Blobs;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import dev.tsumuji.lambda.LayerName.LayerVersionName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.lambda.model.FunctionConfiguration;
import software.amazon.awssdk.services.lambda.model.Layer;

/**
 * Which versions of functions have which layers. The content of a layer version stays as long as it is listed or anybody has
 * it, and goes with the last of them. Thread-safe.
 */
final class LayerUses {
    private final FunctionStore store;
    private final Packages packages;
    private final Blobs blobs;

    LayerUses(FunctionStore store, Packages packages, Blobs blobs) {
        this.store = store;
        this.packages = packages;
        this.blobs = blobs;
    }

    /**
     * The layers that a function is to have, as its configuration shows them.
     *
     * @param arns of layer versions, in the order in which they are laid upon each other
     * @throws software.amazon.awssdk.awscore.exception.AwsServiceException when a function can't have these
     */
    List<Layer> resolve(FunctionId id, List<String> arns) {
        if (arns.size() > LambdaLimits.LAYERS_MAX) {
            throw LambdaErrors.invalid("Cannot reference more than " + LambdaLimits.LAYERS_MAX + " layers.");
        }
        for (var arn : arns) {
            if (!LayerName.VERSION_ARN.matcher(arn).matches()) {
                throw LambdaErrors.validation("Value '" + arns
                        + "' at 'layers' failed to satisfy constraint: Member must"
                        + " satisfy constraint: [Member must have length less than or equal to 2048, Member must have"
                        + " length greater than or equal to 1, Member must satisfy regular expression pattern: ("
                        + LayerName.VERSION_ARN
                        + ")|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+), Member must not be null]");
            }
        }
        return store.kv().read(snapshot -> {
            var layers = new ArrayList<Layer>();
            for (var arn : arns) {
                var name = LayerVersionName.ofArn(arn);
                if (!name.layer().region().equals(id.region())) {
                    throw LambdaErrors.invalid("Layers are not in the same region as the function. "
                            + "Layers are expected to be in region " + id.region() + ".");
                }
                var version = LayerKeys.VERSION.decodeNullable(snapshot.get(LayerKeys.version(name)));
                if (version == null || version.deleted() && !isUsed(snapshot, name, id)) {
                    throw missing(name);
                }
                for (var other : layers) {
                    if (LayerVersionName.ofArn(other.arn()).layer().equals(name.layer())) {
                        throw LambdaErrors.invalid("Two different versions of the same layer are not allowed to be"
                                + " referenced in the same function. " + other.arn() + " and " + arn
                                + " are versions of the same layer.");
                    }
                }
                layers.add(Layer.builder().arn(arn).codeSize(version.codeSize()).build());
            }
            return List.copyOf(layers);
        });
    }

    /** Refuses what would be too large unpacked. */
    void requireRoom(FunctionConfiguration configuration, long unzippedBytes) {
        if (configuration.layers().isEmpty()) {
            return;
        }
        long total = unzippedBytes
                + store.kv()
                        .read(snapshot -> versions(snapshot, configuration).stream()
                                .mapToLong(LayerVersion::unzippedBytes)
                                .sum());
        if (total > LambdaLimits.UNZIPPED_SIZE_MAX_BYTES) {
            throw LambdaErrors.invalid("Function code combined with layers exceeds the maximum allowed size of "
                    + LambdaLimits.UNZIPPED_SIZE_MAX_BYTES + " bytes. The actual size is " + total + " bytes.");
        }
    }

    /** The content of a function's layers on disk, in order; kept until the lease is closed. */
    Packages.Lease open(FunctionConfiguration configuration) throws java.io.IOException {
        var contents = store.kv().read(snapshot -> versions(snapshot, configuration)).stream()
                .map(version -> new Packages.Content(version.packageId(), version.codeSize()))
                .toList();
        return packages.useTogether(contents);
    }

    private static List<LayerVersion> versions(Snapshot snapshot, FunctionConfiguration configuration) {
        return configuration.layers().stream()
                .map(layer -> {
                    var name = LayerVersionName.ofArn(layer.arn());
                    var version = LayerKeys.VERSION.decodeNullable(snapshot.get(LayerKeys.version(name)));
                    if (version == null) {
                        throw missing(name);
                    }
                    return version;
                })
                .toList();
    }

    private static RuntimeException missing(LayerVersionName name) {
        return LambdaErrors.invalid("Layer version " + name.arn() + " does not exist.");
    }

    /** Whether a function has it already: what was deleted may stay where it is. */
    private static boolean isUsed(Snapshot snapshot, LayerVersionName name, FunctionId id) {
        return snapshot.get(LayerKeys.use(name, id, FunctionName.LATEST)) != null;
    }

    /** Records what a version of a function has from this commit on. */
    void changed(Txn txn, FunctionId id, String version, List<Layer> before, List<Layer> after) {
        var kept = names(after);
        for (var name : kept) {
            if (txn.get(LayerKeys.version(name)) == null) {
                throw missing(name);
            }
            txn.put(LayerKeys.use(name, id, version), new byte[0]);
        }
        for (var name : names(before)) {
            if (!kept.contains(name)) {
                txn.delete(LayerKeys.use(name, id, version));
                forgetUnused(txn, name);
            }
        }
    }

    private static Set<LayerVersionName> names(List<Layer> layers) {
        var names = new HashSet<LayerVersionName>();
        layers.forEach(layer -> names.add(LayerVersionName.ofArn(layer.arn())));
        return names;
    }

    /** Lets go of a deleted version that no function has. */
    void forgetUnused(Txn txn, LayerVersionName name) {
        var version = LayerKeys.VERSION.decodeNullable(txn.get(LayerKeys.version(name)));
        if (version == null
                || !version.deleted()
                || !txn.scan(LayerKeys.uses(name), 1).isEmpty()) {
            return;
        }
        txn.delete(LayerKeys.version(name));
        blobs.retire(txn, version.packageId());
        txn.afterCommit(() -> packages.forget(version.packageId()));
    }
}
