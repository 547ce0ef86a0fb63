package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import java.util.Objects;
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
 *   <li>{@code "url", name, qualifier} → {@link UrlConfig}; an empty qualifier for the function itself
 *   <li>{@code "count"}, {@code "size"} → counters of functions and of bytes of code
 * </ul>
 *
 * <p>Outside of it: {@code ("lambda-url", id)} → whose URL it is. {@link LayerKeys} has those of layers.
 */
final class LambdaKeys {
    static final Codec<FunctionHead> HEAD = Codec.of(FunctionHead.class);
    static final Codec<Function> FUNCTION = Codec.of(Function.class);
    static final Codec<Policy> POLICY = Codec.of(Policy.class);
    static final Codec<AliasConfiguration> ALIAS = Codec.of(AliasConfiguration.class);
    static final Codec<FunctionEventInvokeConfig> EVENTS = Codec.of(FunctionEventInvokeConfig.class);
    static final Codec<Reserved> RESERVED = Codec.of(Reserved.class);

    static final Codec<UrlConfig> URL = Codec.of(UrlConfig.class);
    static final Codec<UrlConfig.Owner> URL_OWNER = Codec.of(UrlConfig.Owner.class);

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

    static byte[] url(FunctionId id, String qualifier) {
        return Tuple.pack(SERVICE, id.account(), id.region(), "url", id.name(), qualifier);
    }

    static Range urls(FunctionId id) {
        return Tuple.range(SERVICE, id.account(), id.region(), "url", id.name());
    }

    static byte[] urlOwner(String urlId) {
        return Tuple.pack("lambda-url", urlId);
    }

    /** The last element of a key, where it is text. */
    static String lastText(byte[] key) {
        return (String) Objects.requireNonNull(Tuple.unpack(key).getLast());
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
}
