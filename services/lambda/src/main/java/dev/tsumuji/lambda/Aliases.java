package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.time.Ids;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AliasConfiguration;
import software.amazon.awssdk.services.lambda.model.AliasRoutingConfiguration;
import software.amazon.awssdk.services.lambda.model.CreateAliasRequest;
import software.amazon.awssdk.services.lambda.model.CreateAliasResponse;
import software.amazon.awssdk.services.lambda.model.DeleteAliasRequest;
import software.amazon.awssdk.services.lambda.model.DeleteAliasResponse;
import software.amazon.awssdk.services.lambda.model.GetAliasRequest;
import software.amazon.awssdk.services.lambda.model.GetAliasResponse;
import software.amazon.awssdk.services.lambda.model.ListAliasesRequest;
import software.amazon.awssdk.services.lambda.model.ListAliasesResponse;
import software.amazon.awssdk.services.lambda.model.UpdateAliasRequest;
import software.amazon.awssdk.services.lambda.model.UpdateAliasResponse;

/**
 * Names for versions, which may share invocations between two of them. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html">Lambda aliases</a>
 */
final class Aliases {
    private static final Pattern NAME = Pattern.compile("(?!^[0-9]+$)([a-zA-Z0-9-_]+)");
    private static final int NAME_LENGTH_MAX = 128;

    private final FunctionStore store;
    private final ProvisionedConcurrency provisioned;
    private final Ids ids;

    Aliases(FunctionStore store, ProvisionedConcurrency provisioned, Ids ids) {
        this.store = store;
        this.provisioned = provisioned;
        this.ids = ids;
    }

    CreateAliasResponse create(CreateAliasRequest request) {
        var id = unqualified(request.functionName());
        var name = checked(request.name());
        var alias = AliasConfiguration.builder()
                .aliasArn(id.arn(name))
                .name(name)
                .functionVersion(request.functionVersion())
                .description(Objects.requireNonNullElse(request.description(), ""))
                .routingConfig(routing(request.functionVersion(), request.routingConfig()))
                .revisionId(ids.uuid())
                .build();
        store.change(id, txn -> {
            store.head(txn, id);
            requireVersions(txn, id, alias);
            var key = LambdaKeys.alias(id, name);
            if (txn.get(key) != null) {
                throw LambdaErrors.conflict("Alias already exists: " + alias.aliasArn());
            }
            txn.put(key, LambdaKeys.ALIAS.encode(alias));
        });
        return Members.copy(alias, CreateAliasResponse.builder()).build();
    }

    UpdateAliasResponse update(UpdateAliasRequest request) {
        var id = unqualified(request.functionName());
        var changed = new AliasConfiguration[1];
        store.change(id, txn -> {
            store.head(txn, id);
            var key = LambdaKeys.alias(id, request.name());
            var old = LambdaKeys.ALIAS.decodeNullable(txn.get(key));
            if (old == null) {
                throw LambdaErrors.notFound("Alias not found: " + id.arn(request.name()));
            }
            if (request.revisionId() != null && !request.revisionId().equals(old.revisionId())) {
                throw LambdaErrors.precondition("The Revision Id provided does not match the latest Revision Id. "
                        + "Call the GetFunction/GetAlias API to retrieve the latest Revision Id");
            }
            var version = Objects.requireNonNullElse(request.functionVersion(), old.functionVersion());
            var wanted = request.routingConfig() == null ? old.routingConfig() : request.routingConfig();
            changed[0] = old.toBuilder()
                    .functionVersion(version)
                    .description(Objects.requireNonNullElse(request.description(), old.description()))
                    .routingConfig(routing(version, wanted))
                    .revisionId(ids.uuid())
                    .build();
            requireVersions(txn, id, changed[0]);
            txn.put(key, LambdaKeys.ALIAS.encode(changed[0]));
        });
        provisioned.refresh(id);
        return Members.copy(changed[0], UpdateAliasResponse.builder()).build();
    }

    GetAliasResponse get(GetAliasRequest request) {
        var id = unqualified(request.functionName());
        var alias = store.kv().read(snapshot -> {
            store.head(snapshot, id);
            return LambdaKeys.ALIAS.decodeNullable(snapshot.get(LambdaKeys.alias(id, request.name())));
        });
        if (alias == null) {
            throw LambdaErrors.notFound("Cannot find alias arn: " + id.arn(request.name()));
        }
        return Members.copy(alias, GetAliasResponse.builder()).build();
    }

    DeleteAliasResponse delete(DeleteAliasRequest request) {
        var id = unqualified(request.functionName());
        store.change(id, txn -> {
            store.head(txn, id);
            txn.delete(LambdaKeys.alias(id, request.name()));
            txn.delete(LambdaKeys.policy(id, request.name()));
            txn.delete(LambdaKeys.events(id, request.name()));
            FunctionUrlConfigs.deleted(txn, id, request.name());
            txn.delete(LambdaKeys.provisioned(id, request.name()));
        });
        provisioned.refresh(id);
        return DeleteAliasResponse.builder().build();
    }

    ListAliasesResponse list(ListAliasesRequest request) {
        var id = unqualified(request.functionName());
        int limit = Paging.limit(request.maxItems());
        return store.kv().read(snapshot -> {
            store.head(snapshot, id);
            var found = snapshot.scan(Paging.after(LambdaKeys.aliases(id), request.marker()), limit + 1);
            var shown = Paging.page(found, limit).stream()
                    .map(entry -> LambdaKeys.ALIAS.decode(entry.value()))
                    .filter(alias -> request.functionVersion() == null
                            || request.functionVersion().equals(alias.functionVersion()))
                    .toList();
            return ListAliasesResponse.builder()
                    .aliases(shown)
                    .nextMarker(Paging.next(found, limit))
                    .build();
        });
    }

    /** Names of the aliases that send invocations to a version. */
    static List<String> of(Snapshot snapshot, FunctionId id, String version) {
        return snapshot.scan(LambdaKeys.aliases(id), Integer.MAX_VALUE).stream()
                .map(entry -> LambdaKeys.ALIAS.decode(entry.value()))
                .filter(alias -> alias.functionVersion().equals(version)
                        || alias.routingConfig() != null
                                && alias.routingConfig()
                                        .additionalVersionWeights()
                                        .containsKey(version))
                .map(AliasConfiguration::name)
                .toList();
    }

    private void requireVersions(Snapshot snapshot, FunctionId id, AliasConfiguration alias) {
        requireVersion(snapshot, id, alias.functionVersion());
        if (alias.routingConfig() != null) {
            for (var version : alias.routingConfig().additionalVersionWeights().keySet()) {
                requireVersion(snapshot, id, version);
            }
        }
    }

    private void requireVersion(Snapshot snapshot, FunctionId id, String version) {
        if (store.version(snapshot, id, version) == null) {
            throw LambdaErrors.functionNotFound(id.arn(version));
        }
    }

    /** Checked weights; null when all invocations go to one version. */
    private static @Nullable AliasRoutingConfiguration routing(
            String version, @Nullable AliasRoutingConfiguration routing) {
        if (routing == null || routing.additionalVersionWeights().isEmpty()) {
            return null;
        }
        var weights = routing.additionalVersionWeights();
        if (weights.size() > 1) {
            throw LambdaErrors.invalid("Number of items in AdditionalVersionWeights cannot be greater than 1");
        }
        if (version.equals(FunctionName.LATEST) || weights.containsKey(FunctionName.LATEST)) {
            throw LambdaErrors.invalid("$LATEST is not supported for an alias pointing to more than 1 version");
        }
        for (var weight : weights.entrySet()) {
            if (!(weight.getValue() >= 0 && weight.getValue() <= 1)) {
                throw LambdaErrors.validation("Value '" + weights
                        + "' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must"
                        + " satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value"
                        + " greater than or equal to 0.0, Member must not be null]");
            }
            if (weight.getKey().equals(version)) {
                throw LambdaErrors.invalid("Invalid function version " + version + ". Function version " + version
                        + " is already included in routing configuration.");
            }
        }
        return routing;
    }

    private static String checked(String name) {
        if (name.length() > NAME_LENGTH_MAX) {
            throw LambdaErrors.validation(
                    LambdaErrors.problem(name, "name", "have length less than or equal to " + NAME_LENGTH_MAX));
        }
        if (!NAME.matcher(name).matches()) {
            throw LambdaErrors.validation(
                    LambdaErrors.problem(name, "name", "satisfy regular expression pattern: " + NAME));
        }
        return name;
    }

    private static FunctionId unqualified(String text) {
        return FunctionName.of(text, null, Call.current()).id();
    }
}
