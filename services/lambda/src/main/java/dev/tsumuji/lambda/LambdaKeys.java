package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Codec;
import dev.tsumuji.kernel.kv.Range;
import dev.tsumuji.kernel.kv.Tuple;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AliasConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionEventInvokeConfig;

/**
 * Where Lambda's state lies: everything under {@code ("lambda", account, region, kind)}.
 *
 * <ul>
 *   <li>{@code "function", name} → {@link FunctionHead}: a function exists when this does
 *   <li>{@code "version", name, number} → {@link Function}, sealed by {@link EnvironmentSeal}; {@code $LATEST} is number 0
 *   <li>{@code "alias", name, alias} → its configuration
 *   <li>{@code "policy", name, qualifier} → {@link Policy}; an empty qualifier for the function itself
 *   <li>{@code "events", name, qualifier} → how its events are handled
 *   <li>{@code "reserved", name} → {@link Reserved}
 *   <li>{@code "recursion", name} → {@link Recursion}
 *   <li>{@code "runtime", name, version} → {@link RuntimeManagement}
 *   <li>{@code "url", name, qualifier} → {@link UrlConfig}; an empty qualifier for the function itself
 *   <li>{@code "count"}, {@code "size"} → counters of functions and of bytes of code
 * </ul>
 *
 * <p>Beside them, of no one region, under {@code ("lambda", kind)}:
 *
 * <ul>
 *   <li>{@code "metered", account, hour, region, name, runtime, architecture} → {@link Metered} of that hour
 *   <li>{@code "metered-in-all", account, region, name, runtime, architecture} → {@link Metered} since ever
 *   <li>{@code "environment-key"} → nothing, encrypted with the key of {@link EnvironmentSeal}
 *   <li>{@code "mapping", account, region, uuid} → {@link Mapping}
 *   <li>{@code "checkpoint", uuid, shard, lane} → {@link Checkpoint}
 * </ul>
 *
 * <p>Outside of it: {@code ("lambda-url", id)} → whose URL it is, and
 * {@code ("lambda-provisioned", account, region, name, qualifier)} → {@link Provisioned}. {@link LayerKeys} has those of layers.
 */
final class LambdaKeys {
    static final Codec<FunctionHead> HEAD = Codec.of(FunctionHead.class);
    /** With its environment sealed: read and written through {@link FunctionStore} only. */
    static final Codec<Function> SEALED_FUNCTION = Codec.of(Function.class);

    static final Codec<Policy> POLICY = Codec.of(Policy.class);
    static final Codec<AliasConfiguration> ALIAS = Codec.of(AliasConfiguration.class);
    static final Codec<FunctionEventInvokeConfig> EVENTS = Codec.of(FunctionEventInvokeConfig.class);
    static final Codec<Reserved> RESERVED = Codec.of(Reserved.class);

    static final Codec<Metered> METERED = Codec.of(Metered.class);
    static final Codec<Provisioned> PROVISIONED = Codec.of(Provisioned.class);
    static final Codec<Recursion> RECURSION = Codec.of(Recursion.class);
    static final Codec<RuntimeManagement> RUNTIME = Codec.of(RuntimeManagement.class);
    static final Codec<UrlConfig> URL = Codec.of(UrlConfig.class);
    static final Codec<UrlConfig.Owner> URL_OWNER = Codec.of(UrlConfig.Owner.class);

    private static final String PROVISIONED_KEYS = "lambda-provisioned";
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

    static byte[] provisioned(FunctionId id, String qualifier) {
        return Tuple.pack(PROVISIONED_KEYS, id.account(), id.region(), id.name(), qualifier);
    }

    static Range provisioned(FunctionId id) {
        return Tuple.range(PROVISIONED_KEYS, id.account(), id.region(), id.name());
    }

    static Range provisioned(String account, String region) {
        return Tuple.range(PROVISIONED_KEYS, account, region);
    }

    /** Everybody's: they are looked for when the platform starts. */
    static Range provisioned() {
        return Tuple.range(PROVISIONED_KEYS);
    }

    static FunctionId provisionedOf(byte[] key) {
        var parts = Tuple.unpack(key);
        return new FunctionId(String.valueOf(parts.get(1)), String.valueOf(parts.get(2)), String.valueOf(parts.get(3)));
    }

    static byte[] recursion(FunctionId id) {
        return Tuple.pack(SERVICE, id.account(), id.region(), "recursion", id.name());
    }

    static byte[] runtime(FunctionId id, String version) {
        return Tuple.pack(SERVICE, id.account(), id.region(), "runtime", id.name(), version);
    }

    static Range runtimes(FunctionId id) {
        return Tuple.range(SERVICE, id.account(), id.region(), "runtime", id.name());
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

    static byte[] metered(long hour, Meter.Slot slot) {
        var id = slot.id();
        return Tuple.pack(
                SERVICE, "metered", id.account(), hour, id.region(), id.name(), slot.runtime(), slot.architecture());
    }

    /** @param to exclusive */
    static Range meteredHours(String account, long from, long to) {
        return new Range(Tuple.pack(SERVICE, "metered", account, from), Tuple.pack(SERVICE, "metered", account, to));
    }

    /** Hour and function of a {@code "metered"} key. */
    static Map.Entry<Long, Meter.Slot> meteredHour(byte[] key) {
        var elements = Tuple.unpack(key);
        return Map.entry((Long) Objects.requireNonNull(elements.get(3)), slot(elements, (String) elements.get(2)));
    }

    static byte[] meteredInAll(Meter.Slot slot) {
        var id = slot.id();
        return Tuple.pack(
                SERVICE, "metered-in-all", id.account(), id.region(), id.name(), slot.runtime(), slot.architecture());
    }

    static Range meteredInAll(String account) {
        return Tuple.range(SERVICE, "metered-in-all", account);
    }

    /** Of all accounts. */
    static Range meteredInAll() {
        return Tuple.range(SERVICE, "metered-in-all");
    }

    /** The function of a {@code "metered-in-all"} key. */
    static Meter.Slot meteredSlot(byte[] key) {
        var elements = Tuple.unpack(key);
        return slot(elements, (String) elements.get(2));
    }

    /** Both kinds of keys end with the same four elements. */
    private static Meter.Slot slot(List<@Nullable Object> elements, @Nullable String account) {
        var last = elements.subList(elements.size() - 4, elements.size());
        return new Meter.Slot(
                new FunctionId(Objects.requireNonNull(account), text(last.get(0)), text(last.get(1))),
                text(last.get(2)),
                text(last.get(3)));
    }

    private static String text(@Nullable Object element) {
        return (String) Objects.requireNonNull(element);
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
