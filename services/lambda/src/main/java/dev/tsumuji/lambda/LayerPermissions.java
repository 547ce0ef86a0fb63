package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.time.Ids;
import dev.tsumuji.lambda.LayerName.LayerVersionName;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.AddLayerVersionPermissionResponse;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetLayerVersionPolicyResponse;
import software.amazon.awssdk.services.lambda.model.RemoveLayerVersionPermissionRequest;
import software.amazon.awssdk.services.lambda.model.RemoveLayerVersionPermissionResponse;

/**
 * The resource policies of layer versions: which other accounts may use them. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html">Layer access for other
 *     accounts</a>
 */
final class LayerPermissions {
    private final FunctionStore store;
    private final Ids ids;

    LayerPermissions(FunctionStore store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    AddLayerVersionPermissionResponse add(AddLayerVersionPermissionRequest request) {
        var name = name(request.layerName(), request.versionNumber());
        var statement = statement(request, name);
        var revision = ids.uuid();
        store.kv().<@Nullable Object>transact(txn -> {
            requireVersion(txn, name);
            var key = LayerKeys.policy(name);
            var policy = LambdaKeys.POLICY.decodeNullable(txn.get(key));
            requireRevision(policy, request.revisionId());
            var old = policy == null ? new Policy("", List.of()) : policy;
            if (old.statement(statement.id()) != null) {
                throw LambdaErrors.conflict("The statement id (" + statement.id() + ") provided already exists. "
                        + "Please provide a new statement id, or remove the existing statement.");
            }
            var extended = old.with(statement, revision);
            int size = extended.document().getBytes(StandardCharsets.UTF_8).length;
            if (size > LambdaLimits.POLICY_SIZE_MAX_BYTES) {
                throw LambdaErrors.policyTooLong(size, LambdaLimits.POLICY_SIZE_MAX_BYTES);
            }
            txn.put(key, LambdaKeys.POLICY.encode(extended));
            return null;
        });
        return AddLayerVersionPermissionResponse.builder()
                .statement(statement.json())
                .revisionId(revision)
                .build();
    }

    RemoveLayerVersionPermissionResponse remove(RemoveLayerVersionPermissionRequest request) {
        var name = name(request.layerName(), request.versionNumber());
        store.kv().<@Nullable Object>transact(txn -> {
            requireVersion(txn, name);
            var key = LayerKeys.policy(name);
            var policy = LambdaKeys.POLICY.decodeNullable(txn.get(key));
            if (policy == null) {
                throw noPolicy();
            }
            requireRevision(policy, request.revisionId());
            if (policy.statement(request.statementId()) == null) {
                throw LambdaErrors.notFound("Statement " + request.statementId() + " is not found in resource policy.");
            }
            var shortened = policy.without(request.statementId(), ids.uuid());
            if (shortened.statements().isEmpty()) {
                txn.delete(key);
            } else {
                txn.put(key, LambdaKeys.POLICY.encode(shortened));
            }
            return null;
        });
        return RemoveLayerVersionPermissionResponse.builder().build();
    }

    GetLayerVersionPolicyResponse get(GetLayerVersionPolicyRequest request) {
        var name = name(request.layerName(), request.versionNumber());
        var policy = store.kv().read(snapshot -> {
            requireVersion(snapshot, name);
            return LambdaKeys.POLICY.decodeNullable(snapshot.get(LayerKeys.policy(name)));
        });
        if (policy == null) {
            throw noPolicy();
        }
        return GetLayerVersionPolicyResponse.builder()
                .policy(policy.document())
                .revisionId(policy.revisionId())
                .build();
    }

    /** The policy document that the gate asks for; null when there is none. */
    @Nullable
    String document(LayerVersionName name) {
        var policy = store.kv()
                .<@Nullable Policy>read(
                        snapshot -> LambdaKeys.POLICY.decodeNullable(snapshot.get(LayerKeys.policy(name))));
        return policy == null ? null : policy.document();
    }

    private static LayerVersionName name(String layer, @Nullable Long number) {
        return LayerName.of(layer, Call.current()).version(Layers.number(number));
    }

    private static void requireVersion(Snapshot snapshot, LayerVersionName name) {
        if (Layers.find(snapshot, name) == null) {
            throw LambdaErrors.notFound("Layer version " + name.arn() + " does not exist.");
        }
    }

    private static RuntimeException noPolicy() {
        return LambdaErrors.notFound("No policy is associated with the given resource.");
    }

    private static void requireRevision(@Nullable Policy policy, @Nullable String revisionId) {
        if (revisionId != null && (policy == null || !policy.revisionId().equals(revisionId))) {
            throw LambdaErrors.precondition("The Revision Id provided does not match the latest Revision Id. "
                    + "Call the GetLayerPolicy API to retrieve the latest Revision Id");
        }
    }

    private static Policy.Statement statement(AddLayerVersionPermissionRequest request, LayerVersionName name) {
        var principal = request.principal();
        Object written = principal.equals("*")
                ? "*"
                : Map.of("AWS", principal.startsWith("arn:") ? principal : "arn:aws:iam::" + principal + ":root");
        Map<String, Map<String, String>> conditions = request.organizationId() == null
                ? Map.of()
                : Map.of("StringEquals", Map.of("aws:PrincipalOrgID", request.organizationId()));
        var json = Policy.statement(request.statementId(), written, request.action(), name.arn(), conditions);
        return new Policy.Statement(request.statementId(), json);
    }
}
