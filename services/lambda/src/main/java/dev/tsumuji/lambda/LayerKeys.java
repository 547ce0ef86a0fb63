package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import dev.tsumuji.lambda.LayerName.LayerVersionName;

/**
 * Where layers lie, under {@code ("lambda", account, region, kind)} as everything of Lambda.
 *
 * <ul>
 *   <li>{@code "layer", name} → {@link LayerHead}
 *   <li>{@code "layer-version", name, number} → {@link LayerVersion}
 *   <li>{@code "layer-policy", name, number} → {@link Policy}
 *   <li>{@code "layer-use", name, number, account, function, version} → nothing: a version of a function, also one of another
 *       account, has this layer
 * </ul>
 */
final class LayerKeys {
    static final Codec<LayerHead> HEAD = Codec.of(LayerHead.class);
    static final Codec<LayerVersion> VERSION = Codec.of(LayerVersion.class);

    private static final String SERVICE = "lambda";

    private LayerKeys() {}

    static byte[] head(LayerName layer) {
        return Tuple.pack(SERVICE, layer.account(), layer.region(), "layer", layer.name());
    }

    static Range heads(String account, String region) {
        return Tuple.range(SERVICE, account, region, "layer");
    }

    static byte[] version(LayerVersionName version) {
        var layer = version.layer();
        return Tuple.pack(SERVICE, layer.account(), layer.region(), "layer-version", layer.name(), version.number());
    }

    static Range versions(LayerName layer) {
        return Tuple.range(SERVICE, layer.account(), layer.region(), "layer-version", layer.name());
    }

    static byte[] policy(LayerVersionName version) {
        var layer = version.layer();
        return Tuple.pack(SERVICE, layer.account(), layer.region(), "layer-policy", layer.name(), version.number());
    }

    static byte[] use(LayerVersionName version, FunctionId user, String functionVersion) {
        var layer = version.layer();
        return Tuple.pack(
                SERVICE,
                layer.account(),
                layer.region(),
                "layer-use",
                layer.name(),
                version.number(),
                user.account(),
                user.name(),
                functionVersion);
    }

    static Range uses(LayerVersionName version) {
        var layer = version.layer();
        return Tuple.range(SERVICE, layer.account(), layer.region(), "layer-use", layer.name(), version.number());
    }
}
