package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import dev.tsumuji.kernel.kv.Snapshot;
import dev.tsumuji.kernel.time.Ids;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.AddPermissionRequest;
import software.amazon.awssdk.services.lambda.model.AddPermissionResponse;
import software.amazon.awssdk.services.lambda.model.GetPolicyRequest;
import software.amazon.awssdk.services.lambda.model.GetPolicyResponse;
import software.amazon.awssdk.services.lambda.model.RemovePermissionRequest;
import software.amazon.awssdk.services.lambda.model.RemovePermissionResponse;

/**
 * The resource policies of functions, versions and aliases: who may use them besides those whom IAM allows. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html">Resource-based policies</a>
 */
final class Permissions {
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern IDENTITY = Pattern.compile(
            "arn:aws[a-zA-Z-]*:(iam::\\d{12}:(root|(user|role)/[\\w+=,.@/-]+)|sts::\\d{12}:assumed-role/[\\w+=,.@/-]+)");
    private static final Pattern SERVICE =
            Pattern.compile("[a-z0-9-]+(\\.[a-z0-9-]+)*\\.(amazonaws\\.com(\\.cn)?|amazon\\.com|aws\\.internal)");
    private static final String INVOKE_URL = "lambda:InvokeFunctionUrl";
    private static final Pattern ACTION = Pattern.compile("lambda:[*]|lambda:[a-zA-Z]+|[*]");
    private static final Pattern STATEMENT_ID = Pattern.compile("[a-zA-Z0-9_-]+");

    private final FunctionStore store;
    private final Ids ids;

    Permissions(FunctionStore store, Ids ids) {
        this.store = store;
        this.ids = ids;
    }

    AddPermissionResponse add(AddPermissionRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var id = name.id();
        if (FunctionName.LATEST.equals(name.qualifier())) {
            throw LambdaErrors.invalid("We currently do not support adding policies for $LATEST.");
        }
        if (request.functionUrlAuthType() != null && !request.action().equals(INVOKE_URL)) {
            throw LambdaErrors.invalid("FunctionUrlAuthType is only supported for " + INVOKE_URL + " action");
        }
        var statement = statement(request, name);
        store.change(id, txn -> {
            requireResource(txn, name);
            var key = LambdaKeys.policy(id, qualifier(name));
            var policy = LambdaKeys.POLICY.decodeNullable(txn.get(key));
            requireRevision(policy, request.revisionId());
            var old = policy == null ? new Policy("", List.of()) : policy;
            if (old.statement(statement.id()) != null) {
                throw LambdaErrors.conflict("The statement id (" + statement.id() + ") provided already exists. "
                        + "Please provide a new statement id, or remove the existing statement.");
            }
            var extended = old.with(statement, ids.uuid());
            int size = extended.document().getBytes(StandardCharsets.UTF_8).length;
            if (size > LambdaLimits.POLICY_SIZE_MAX_BYTES) {
                throw LambdaErrors.policyTooLong(size, LambdaLimits.POLICY_SIZE_MAX_BYTES);
            }
            txn.put(key, LambdaKeys.POLICY.encode(extended));
        });
        return AddPermissionResponse.builder().statement(statement.json()).build();
    }

    RemovePermissionResponse remove(RemovePermissionRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var id = name.id();
        store.change(id, txn -> {
            if (!store.exists(txn, id)) {
                throw LambdaErrors.notFound("No policy found for: " + name.arn());
            }
            requireResource(txn, name);
            var key = LambdaKeys.policy(id, qualifier(name));
            var policy = LambdaKeys.POLICY.decodeNullable(txn.get(key));
            if (policy == null) {
                throw LambdaErrors.notFound("No policy is associated with the given resource.");
            }
            if (policy.statement(request.statementId()) == null) {
                throw LambdaErrors.notFound("Statement " + request.statementId() + " is not found in resource policy.");
            }
            requireRevision(policy, request.revisionId());
            var shortened = policy.without(request.statementId(), ids.uuid());
            if (shortened.statements().isEmpty()) {
                txn.delete(key);
            } else {
                txn.put(key, LambdaKeys.POLICY.encode(shortened));
            }
        });
        return RemovePermissionResponse.builder().build();
    }

    GetPolicyResponse get(GetPolicyRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var policy = store.kv()
                .read(snapshot -> store.exists(snapshot, name.id())
                        ? LambdaKeys.POLICY.decodeNullable(snapshot.get(LambdaKeys.policy(name.id(), qualifier(name))))
                        : null);
        if (policy == null) {
            throw LambdaErrors.notFound("The resource you requested does not exist.");
        }
        return GetPolicyResponse.builder()
                .policy(policy.document())
                .revisionId(policy.revisionId())
                .build();
    }

    private static String qualifier(FunctionName name) {
        return Objects.requireNonNullElse(name.qualifier(), "");
    }

    private void requireResource(Snapshot snapshot, FunctionName name) {
        store.head(snapshot, name.id());
        var qualifier = name.qualifier();
        if (qualifier == null) {
            return;
        }
        if (!FunctionName.isAlias(qualifier)) {
            if (store.version(snapshot, name.id(), qualifier) == null) {
                throw LambdaErrors.functionNotFound(name.arn());
            }
            return;
        }
        if (snapshot.get(LambdaKeys.alias(name.id(), qualifier)) == null) {
            throw LambdaErrors.notFound("Cannot find alias arn: " + name.arn());
        }
    }

    private static void requireRevision(@Nullable Policy policy, @Nullable String revisionId) {
        if (revisionId != null && (policy == null || !policy.revisionId().equals(revisionId))) {
            throw LambdaErrors.precondition("The Revision Id provided does not match the latest Revision Id. "
                    + "Call the GetPolicy API to retrieve the latest Revision Id");
        }
    }

    private static Policy.Statement statement(AddPermissionRequest request, FunctionName name) {
        if (!STATEMENT_ID.matcher(request.statementId()).matches()) {
            throw LambdaErrors.validation(LambdaErrors.problem(
                    request.statementId(), "statementId", "satisfy regular expression pattern: ([a-zA-Z0-9-_]+)"));
        }
        if (!ACTION.matcher(request.action()).matches()) {
            throw LambdaErrors.validation(LambdaErrors.problem(
                    request.action(),
                    "action",
                    "satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])"));
        }
        var json = Policy.statement(
                request.statementId(),
                principal(request.principal()),
                request.action(),
                name.arn(),
                conditions(request));
        return new Policy.Statement(request.statementId(), json);
    }

    private static Object principal(String principal) {
        if (principal.equals("*")) {
            return "*";
        }
        if (ACCOUNT.matcher(principal).matches()) {
            return Map.of("AWS", "arn:aws:iam::" + principal + ":root");
        }
        if (IDENTITY.matcher(principal).matches()) {
            return Map.of("AWS", principal);
        }
        if (SERVICE.matcher(principal).matches()) {
            return Map.of("Service", principal);
        }
        throw LambdaErrors.invalid("The provided principal was invalid. Please check the principal and try again.");
    }

    private static Map<String, Map<String, String>> conditions(AddPermissionRequest request) {
        var equal = new LinkedHashMap<String, String>();
        put(equal, "AWS:SourceAccount", request.sourceAccount());
        put(equal, "lambda:EventSourceToken", request.eventSourceToken());
        put(equal, "lambda:FunctionUrlAuthType", request.functionUrlAuthTypeAsString());
        put(equal, "aws:PrincipalOrgID", request.principalOrgID());
        var conditions = new LinkedHashMap<String, Map<String, String>>();
        if (!equal.isEmpty()) {
            conditions.put("StringEquals", equal);
        }
        if (request.sourceArn() != null) {
            conditions.put("ArnLike", Map.of("AWS:SourceArn", request.sourceArn()));
        }
        if (request.invokedViaFunctionUrl() != null) {
            conditions.put(
                    "Bool",
                    Map.of(
                            "lambda:InvokedViaFunctionUrl",
                            request.invokedViaFunctionUrl().toString()));
        }
        return conditions;
    }

    private static void put(Map<String, String> map, String key, @Nullable String value) {
        if (value != null) {
            map.put(key, value);
        }
    }
}
