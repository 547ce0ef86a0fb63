package dev.tsumuji.lambda;

import dev.tsumuji.kernel.kv.Kv;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.kv.Txn;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AliasConfiguration;
import software.amazon.awssdk.services.lambda.model.FunctionEventInvokeConfig;

/**
 * Functions in the key-value store, with a cache in front of it for what every invocation needs. Thread-safe.
 *
 * <p>The cache is never stale behind an acknowledged change: a change drops its function's {@link Cached} after its commit
 * and before it returns. Who read an older snapshot puts it into an object that nobody will find any more.
 */
final class FunctionStore {
    private static final int CACHED_MAX = 20_000;

    private final Kv kv;
    private final EnvironmentSeal seal;
    private final DoubleSupplier fraction;
    private final ConcurrentHashMap<FunctionId, Cached> cache = new ConcurrentHashMap<>();

    /** @param fraction random, from 0 to 1, for aliases that share invocations between versions */
    FunctionStore(Kv kv, EnvironmentSeal seal, DoubleSupplier fraction) {
        this.kv = kv;
        this.seal = seal;
        this.fraction = fraction;
    }

    Kv kv() {
        return kv;
    }

    /** Runs a transaction about one function. */
    void change(FunctionId id, Consumer<Txn> body) {
        try {
            kv.<@Nullable Object>transact(txn -> {
                body.accept(txn);
                return null;
            });
        } finally {
            cache.remove(id);
        }
    }

    /** The version that a name stands for now; empty when there is none. */
    Optional<Target> resolve(FunctionName name) {
        var qualifier = name.qualifierOrLatest();
        var known = cached(name.id());
        var version = FunctionName.isAlias(qualifier) ? version(known, name.id(), qualifier) : qualifier;
        var target = version == null
                ? null
                : known.targets.computeIfAbsent(version, v -> kv.read(snapshot -> load(snapshot, name.id(), v)));
        if (target == null) {
            // nothing is remembered of functions that don't exist, whose names anybody may make up
            cache.remove(name.id(), known);
        }
        return Optional.ofNullable(target);
    }

    /** The version that is provisioned for a qualifier: that of an alias whatever its weights. */
    Optional<Target> fixed(FunctionId id, String qualifier) {
        var alias = FunctionName.isAlias(qualifier)
                ? kv.<@Nullable AliasConfiguration>read(
                        snapshot -> LambdaKeys.ALIAS.decodeNullable(snapshot.get(LambdaKeys.alias(id, qualifier))))
                : null;
        return resolve(new FunctionName(id, alias == null ? qualifier : alias.functionVersion()));
    }

    /** The version that an alias sends this invocation to. */
    private @Nullable String version(Cached known, FunctionId id, String alias) {
        var configuration = known.aliases.computeIfAbsent(
                alias,
                a -> kv.read(snapshot -> LambdaKeys.ALIAS.decodeNullable(snapshot.get(LambdaKeys.alias(id, a)))));
        if (configuration == null) {
            return null;
        }
        if (configuration.routingConfig() != null) {
            for (var other :
                    configuration.routingConfig().additionalVersionWeights().entrySet()) {
                if (fraction.getAsDouble() < other.getValue()) {
                    return other.getKey();
                }
            }
        }
        return configuration.functionVersion();
    }

    private @Nullable Target load(Snapshot snapshot, FunctionId id, String version) {
        var function = version(snapshot, id, version);
        var reserved = LambdaKeys.RESERVED.decodeNullable(snapshot.get(LambdaKeys.reserved(id)));
        return function == null
                ? null
                : new Target(
                        id,
                        function,
                        reserved == null ? null : reserved.concurrency(),
                        ProvisionedConcurrency.ofVersion(snapshot, id, version),
                        ProvisionedConcurrency.ofFunction(snapshot, id));
    }

    /** The resource policy of a function, version or alias; null when it has none. */
    @Nullable
    String policy(FunctionId id, String qualifier) {
        return cached(id)
                .policies
                .computeIfAbsent(
                        qualifier,
                        q -> kv.read(snapshot -> Optional.ofNullable(
                                        LambdaKeys.POLICY.decodeNullable(snapshot.get(LambdaKeys.policy(id, q))))
                                .map(Policy::document)))
                .orElse(null);
    }

    /** How asynchronous events of a function, version or alias are handled, where somebody has said so. */
    Optional<FunctionEventInvokeConfig> events(FunctionName name) {
        return cached(name.id())
                .events
                .computeIfAbsent(
                        name.qualifierOrLatest(),
                        q -> kv.read(snapshot -> Optional.ofNullable(
                                LambdaKeys.EVENTS.decodeNullable(snapshot.get(LambdaKeys.events(name.id(), q))))));
    }

    private Cached cached(FunctionId id) {
        if (cache.size() > CACHED_MAX) {
            cache.clear();
        }
        return cache.computeIfAbsent(id, absent -> new Cached());
    }

    FunctionHead head(FunctionId id) {
        return kv.read(snapshot -> head(snapshot, id));
    }

    /** @throws software.amazon.awssdk.awscore.exception.AwsServiceException when there is no such function */
    FunctionHead head(Snapshot snapshot, FunctionId id) {
        var head = LambdaKeys.HEAD.decodeNullable(snapshot.get(LambdaKeys.head(id)));
        if (head == null) {
            throw LambdaErrors.functionNotFound(id.arn());
        }
        return head;
    }

    boolean exists(Snapshot snapshot, FunctionId id) {
        return snapshot.get(LambdaKeys.head(id)) != null;
    }

    /** @throws software.amazon.awssdk.awscore.exception.AwsServiceException when there is no such function */
    Function latest(Snapshot snapshot, FunctionId id) {
        var function = version(snapshot, id, FunctionName.LATEST);
        if (function == null) {
            throw LambdaErrors.functionNotFound(id.arn());
        }
        return function;
    }

    @Nullable
    Function version(Snapshot snapshot, FunctionId id, String version) {
        if (!version.equals(FunctionName.LATEST) && (!FunctionName.isVersionNumber(version) || version.length() > 18)) {
            return null;
        }
        var stored = snapshot.get(LambdaKeys.version(id, version));
        return stored == null ? null : function(stored);
    }

    /** The value of a {@code "version"} key. */
    Function function(byte[] stored) {
        return seal.open(LambdaKeys.SEALED_FUNCTION.decode(stored));
    }

    void put(Txn txn, FunctionId id, Function function) {
        txn.put(
                LambdaKeys.version(id, function.configuration().version()),
                LambdaKeys.SEALED_FUNCTION.encode(seal.seal(function)));
    }

    /** What is known of one function; forgotten as a whole. */
    private static final class Cached {
        private final ConcurrentHashMap<String, Target> targets = new ConcurrentHashMap<>();
        private final ConcurrentHashMap<String, AliasConfiguration> aliases = new ConcurrentHashMap<>();
        private final ConcurrentHashMap<String, Optional<FunctionEventInvokeConfig>> events = new ConcurrentHashMap<>();
        private final ConcurrentHashMap<String, Optional<String>> policies = new ConcurrentHashMap<>();
    }
}
