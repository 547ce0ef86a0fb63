package dev.tsumuji.lambda;

import dev.tsumuji.kernel.call.Call;
import software.amazon.awssdk.services.lambda.model.GetRuntimeManagementConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetRuntimeManagementConfigResponse;
import software.amazon.awssdk.services.lambda.model.PutRuntimeManagementConfigRequest;
import software.amazon.awssdk.services.lambda.model.PutRuntimeManagementConfigResponse;
import software.amazon.awssdk.services.lambda.model.UpdateRuntimeOn;

/**
 * Which version of its runtime a function runs on. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html">Runtime version updates</a>
 */
final class RuntimeManagementConfigs {
    private final FunctionStore store;

    RuntimeManagementConfigs(FunctionStore store) {
        this.store = store;
    }

    PutRuntimeManagementConfigResponse put(PutRuntimeManagementConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var version = name.qualifierOrLatest();
        boolean manual = request.updateRuntimeOn() == UpdateRuntimeOn.MANUAL;
        if (manual && request.runtimeVersionArn() == null) {
            throw LambdaErrors.invalid("RuntimeVersionArn is required when UpdateRuntimeOn is set to Manual.");
        }
        if (!manual && request.runtimeVersionArn() != null) {
            throw LambdaErrors.invalid("RuntimeVersionArn is only supported when UpdateRuntimeOn is set to Manual.");
        }
        var config = new RuntimeManagement(request.updateRuntimeOnAsString(), request.runtimeVersionArn());
        store.change(name.id(), txn -> {
            var function = store.version(txn, name.id(), version);
            if (function == null) {
                throw LambdaErrors.functionNotFound(name.arn());
            }
            var only = function.configuration().runtimeVersionConfig().runtimeVersionArn();
            if (manual && !only.equals(request.runtimeVersionArn())) {
                throw LambdaErrors.invalid("Runtime version " + request.runtimeVersionArn() + " doesn't exist.");
            }
            txn.put(LambdaKeys.runtime(name.id(), version), LambdaKeys.RUNTIME.encode(config));
        });
        return PutRuntimeManagementConfigResponse.builder()
                .functionArn(name.arn())
                .updateRuntimeOn(config.updateRuntimeOn())
                .runtimeVersionArn(config.versionArn())
                .build();
    }

    GetRuntimeManagementConfigResponse get(GetRuntimeManagementConfigRequest request) {
        var name = FunctionName.of(request.functionName(), request.qualifier(), Call.current());
        var version = name.qualifierOrLatest();
        var config = store.kv().read(snapshot -> {
            if (store.version(snapshot, name.id(), version) == null) {
                throw LambdaErrors.functionNotFound(name.arn());
            }
            return LambdaKeys.RUNTIME.decodeNullable(snapshot.get(LambdaKeys.runtime(name.id(), version)));
        });
        return GetRuntimeManagementConfigResponse.builder()
                .functionArn(name.arn())
                .updateRuntimeOn(config == null ? UpdateRuntimeOn.AUTO.toString() : config.updateRuntimeOn())
                .runtimeVersionArn(config == null ? null : config.versionArn())
                .build();
    }
}
