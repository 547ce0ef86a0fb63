package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import software.amazon.awssdk.services.lambda.model.AliasConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionEventInvokeConfig;

/**
 * Where Lambda's state lies: everything under {@code ("lambda", account, region, kind)}.
 *
 * <ul>
 *   <li>{@code "function", name} → {@link FunctionHead}: a function exists when this does
 *   <li>{@code "version", name, number} → {@link Function}; {@code $LATEST} is number 0
 *   <li>{@code "alias", name, alias} → its configuration
 *   <li>{@code "policy", name, qualifier} → {@link Policy}; an empty qualifier for the function itself
 *   <li>{@code "events", name, qualifier} → how its events are handled
 *   <li>{@code "reserved", name} → {@link Reserved}
 *   <li>{@code "count"}, {@code "size"} → counters of functions and of bytes of code
 * </ul>
 *
 * <p>Beside them, under {@code "lambda"} itself, since they are found without an account:
 *
 * <ul>
 *   <li>{@code "mapping", account, region, uuid} → {@link Mapping}
 *   <li>{@code "checkpoint", uuid, shard, lane} → {@link Checkpoint}
 * </ul>
 */
final class LambdaKeys {
    static final Codec<FunctionHead> HEAD = Codec.of(FunctionHead.class);
    static final Codec<Function> FUNCTION = Codec.of(Function.class);
    static final Codec<Policy> POLICY = Codec.of(Policy.class);
    static final Codec<AliasConfiguration> ALIAS = Codec.of(AliasConfiguration.class);
    static final Codec<FunctionEventInvokeConfig> EVENTS = Codec.of(FunctionEventInvokeConfig.class);
    static final Codec<Reserved> RESERVED = Codec.of(Reserved.class);

    private static final String SERVICE = "lambda";

    private LambdaKeys() {}

    static byte[] head(FunctionId id) {
        return Tuple.pack(SERVICE, id.account(), id.region(), "function", id.name());
    }

    static Range heads(String account, String region) {
        return Tuple.range(SERVICE, account, region, "function");
    }

    static byte[] version(FunctionId id, String version) {
        long number = version.equals(FunctionName.LATEST) ? 0 : Long.parseLong(version);
        return Tuple.pack(SERVICE, id.account(), id.region(), "version", id.name(), number);
    }

    static Range versions(FunctionId id) {
        return Tuple.range(SERVICE, id.account(), id.region(), "version", id.name());
    }

    static byte[] policy(FunctionId id, String qualifier) {
        return Tuple.pack(SERVICE, id.account(), id.region(), "policy", id.name(), qualifier);
    }

    static Range policies(FunctionId id) {
        return Tuple.range(SERVICE, id.account(), id.region(), "policy", id.name());
    }

    static byte[] alias(FunctionId id, String alias) {
        return Tuple.pack(SERVICE, id.account(), id.region(), "alias", id.name(), alias);
    }

    static Range aliases(FunctionId id) {
        return Tuple.range(SERVICE, id.account(), id.region(), "alias", id.name());
    }

    static byte[] events(FunctionId id, String qualifier) {
        return Tuple.pack(SERVICE, id.account(), id.region(), "events", id.name(), qualifier);
    }

    static Range events(FunctionId id) {
        return Tuple.range(SERVICE, id.account(), id.region(), "events", id.name());
    }

    static byte[] reserved(FunctionId id) {
        return Tuple.pack(SERVICE, id.account(), id.region(), "reserved", id.name());
    }

    static Range reserved(String account, String region) {
        return Tuple.range(SERVICE, account, region, "reserved");
    }

    static byte[] count(String account, String region) {
        return Tuple.pack(SERVICE, account, region, "count");
    }

    static byte[] size(String account, String region) {
        return Tuple.pack(SERVICE, account, region, "size");
    }

    static byte[] mapping(String account, String region, String uuid) {
        return Tuple.pack(SERVICE, "mapping", account, region, uuid);
    }

    static Range mappings() {
        return Tuple.range(SERVICE, "mapping");
    }

    static Range mappings(String account, String region) {
        return Tuple.range(SERVICE, "mapping", account, region);
    }

    static byte[] checkpoint(String uuid, String shard, int lane) {
        return Tuple.pack(SERVICE, "checkpoint", uuid, shard, lane);
    }

    static Range checkpoints(String uuid) {
        return Tuple.range(SERVICE, "checkpoint", uuid);
    }

    static Range checkpoints(String uuid, String shard) {
        return Tuple.range(SERVICE, "checkpoint", uuid, shard);
    }
}
